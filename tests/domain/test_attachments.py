"""Names and kinds of files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.attachments import (
    MOST_SIGNS,
    FileKind,
    kind_of,
    media_type,
    tidy_name,
)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("照片.JPG", FileKind.PICTURE),
        ("通话.amr", FileKind.SOUND),
        ("通话.m4a", FileKind.SOUND),
        ("店面.mp4", FileKind.VIDEO),
        ("合同.pdf", FileKind.OTHER),
        ("archive.tar.gz", FileKind.OTHER),
        ("no ending", FileKind.OTHER),
        ("png", FileKind.OTHER),
    ],
)
def test_that_the_name_says_what_kind_of_file_it_is(name: str, kind: FileKind) -> None:
    assert kind_of(media_type(name)) is kind


@pytest.mark.parametrize(
    ("name", "taken", "expected"),
    [
        ("photo.jpg", (), "photo.jpg"),
        ("photo.jpg", ("Photo.JPG",), "photo (2).jpg"),
        ("photo.jpg", ("photo.jpg", "photo (2).jpg"), "photo (3).jpg"),
        ("../../etc/passwd", (), "passwd"),
        ("C:\\Users\\王芳\\通话.mp3", (), "通话.mp3"),
        ("a<b>|c?.png", (), "a_b__c_.png"),
        ("zero\u200bwidth\u202egpj.exe", (), "zerowidthgpj.exe"),
        ("line\nbreak.txt", (), "linebreak.txt"),
        ("", (), "file"),
        ("...", (), "file"),
        (".png", (), "png"),
        ("结束。", (), "结束。"),
    ],
)
def test_that_a_name_can_be_written_everywhere(
    name: str, taken: tuple[str, ...], expected: str
) -> None:
    assert tidy_name(name, taken) == expected


@given(st.text(max_size=300), st.lists(st.text(max_size=20), max_size=3))
def test_that_any_name_becomes_one_that_fits(name: str, taken: list[str]) -> None:
    made = tidy_name(name, taken)
    assert 0 < len(made) <= MOST_SIGNS
    assert not set(made) & set('<>:"|?*/\\\n\r\t\0')
    assert made.casefold() not in {each.casefold() for each in taken}
    assert tidy_name(made) == made


def test_that_a_long_name_keeps_its_ending() -> None:
    assert tidy_name("长" * 300 + ".jpeg").endswith("长.jpeg")
