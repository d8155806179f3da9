"""The column ``type`` of a form: what kind of row it is and which list it takes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from desktop_app.questionnaire.headings import snake

GROUP, REPEAT, LOOP, END = "begin_group", "begin_repeat", "begin_loop", "end_group"
LISTED: Final = frozenset({"select_one", "select_multiple", "rank"})
FROM_FILE: Final = frozenset({"select_one_from_file", "select_multiple_from_file"})
SILENT: Final = frozenset({"hidden", "calculate"})
"""Types of fields that nobody is asked for."""
OTHER: Final = "_other"
"""Behind the code of a question: the code of the text that pyxform adds for ``or_other``."""
EXTERNAL: Final = "select_one_external"

_SELECTS: Final[Mapping[str, str]] = {
    "add select one prompt using": "select_one",
    "add select multiple prompt using": "select_multiple",
    "select all that apply from": "select_multiple",
    "select all that apply": "select_multiple",
    "select one from file": "select_one_from_file",
    "select multiple from file": "select_multiple_from_file",
    "select_one_from_file": "select_one_from_file",
    "select_multiple_from_file": "select_multiple_from_file",
    "select_one_external": EXTERNAL,
    "select one external": EXTERNAL,
    "select one from": "select_one",
    "select multiple from": "select_multiple",
    "select_multiple": "select_multiple",
    "select multiple": "select_multiple",
    "select_one": "select_one",
    "select one": "select_one",
    "select1": "select_one",
    "rank": "rank",
}
_SELECT: Final = re.compile(
    rf"(?P<word>{'|'.join(_SELECTS)})\s+(?P<list>\S+|\$\{{[^}}]*\}})"
    r"(?:\s+(?P<other>or specify other|or_other|or other))?"
)
_BEGIN: Final = re.compile(r"begin[ _](group|lgroup|repeat|loop|looped group)(?:\s+.*)?")
_END: Final = re.compile(r"end[ _](group|lgroup|repeat|loop|looped group)")
_OTHER_NAMES: Final[Mapping[str, str]] = {
    "int": "integer",
    "string": "text",
    "datetime": "dateTime",
    "date_time": "dateTime",
    "photo": "image",
    "location": "geopoint",
    "gps": "geopoint",
    "trigger": "acknowledge",
}


@dataclass(frozen=True, slots=True)
class RowType:
    """What a row is.

    Attributes:
        kind: ``text``, ``select_one``, ``begin_group``, ``end_group`` ...; empty for a blank row.
        list_name: The list of choices, or the file.
        other: What adds the choice "other", as it is written.
    """

    kind: str
    list_name: str = ""
    other: str = ""

    @property
    def opens(self) -> bool:
        """Whether rows stand inside it."""
        return self.kind in {GROUP, REPEAT, LOOP}


@lru_cache(maxsize=4096)
def read_type(text: str) -> RowType:
    """What a row with this type is."""
    plain = " ".join(text.split())
    select = _SELECT.fullmatch(plain)
    if select is not None:
        return RowType(_SELECTS[select["word"]], select["list"], select["other"] or "")
    begin = _BEGIN.fullmatch(plain)
    if begin is not None:
        word = begin[1]
        return RowType(GROUP if word == "group" else LOOP if word == "loop" else REPEAT)
    if _END.fullmatch(plain):
        return RowType(END)
    word = snake(plain)
    return RowType(_OTHER_NAMES.get(word, word if word != "datetime" else "dateTime"))


def write_type(kind: str, list_name: str = "", other: str = "") -> str:
    """The text of a type."""
    return " ".join(part for part in (kind, list_name, other) if part)
