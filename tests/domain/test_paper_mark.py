"""The barcode of a paper form says whose case it is and which version."""

import pytest

from desktop_app.domain.paper_mark import PaperMark, read_mark


@pytest.mark.parametrize(
    "mark",
    [PaperMark("2026-00042", 3), PaperMark("2026-00042", 12, "satisfaction")],
)
def test_that_a_mark_is_read_as_it_was_printed(mark: PaperMark) -> None:
    assert read_mark(f" {mark.text}\n") == mark
    wide = mark.text.translate({ord("/"): "／", ord("0"): "０"})
    assert read_mark(wide) == mark  # with an input method on


@pytest.mark.parametrize(
    "text", ["", "2026-00042", "2026-00042/", "/3", "a b/3", "a/b/c/3", "a/3x"]
)
def test_that_nothing_else_is_a_mark(text: str) -> None:
    assert read_mark(text) is None
