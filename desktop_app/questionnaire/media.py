"""Files that belong to a form: pictures, sounds, videos of its texts, and lists of choices.

They are stored as texts beside the form: a list as it is, any other file as base64.
"""

import base64
import binascii
from collections.abc import Iterator
from typing import Final

from desktop_app.questionnaire.external import decoded
from desktop_app.questionnaire.form import Form
from desktop_app.questionnaire.headings import columns_of
from desktop_app.questionnaire.places import Place, Workbook, letter

MEDIA: Final = ("image", "big-image", "audio", "video")
"""What a text can show or play beside its words."""
_LISTS: Final = (".csv", ".xml", ".geojson", ".json")


def file_name(reference: str) -> str:
    """The name in ``jr://images/shelf.png``."""
    return reference.strip().rpartition("/")[2]


def is_list(name: str) -> bool:
    """Whether a file holds choices, by its ending."""
    return name.lower().endswith(_LISTS)


def packed(name: str, raw: bytes) -> str:
    """A file as it is stored; a list in UTF-8, whatever it was written in."""
    if is_list(name):
        return decoded(raw)
    return base64.b64encode(raw).decode("ascii")


def unpacked(name: str, text: str) -> bytes:
    """What a stored file holds; nothing of one that was damaged."""
    if is_list(name):
        return text.encode()
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def named_in(form: Form) -> tuple[str, ...]:
    """Names of the files that the texts of a form show or play."""
    names = (
        file_name(reference)
        for text in form.texts.values()
        for content in text.contents.values()
        for kind, reference in content.media.items()
        if kind in MEDIA
    )
    return tuple(dict.fromkeys(name for name in names if name))


def used_by(form: Form) -> frozenset[str]:
    """Names of all files that a form takes something from."""
    return frozenset({*named_in(form), *(each.name for each in form.files)})


def places_of(workbook: Workbook) -> Iterator[tuple[str, Place]]:
    """The names of files that stand in the columns for them, each with its cell."""
    for sheet in workbook.sheets.values():
        headings = tuple(sheet.rows[sheet.header_row - 1])
        for heading, column in columns_of(headings).items():
            if heading.purpose not in MEDIA:
                continue
            for row in sheet.below():
                name = file_name(sheet.cell(row, column))
                if name:
                    yield name, Place(sheet.name, row, letter(column), headings[column])
