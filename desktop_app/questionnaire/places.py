"""Where in a workbook something stands: sheet, row and column of a question or a setting."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

_ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    "relevant": ("relevant", "relevance", "bind::relevant"),
    "constraint": ("constraint", "bind::constraint"),
    "constraint_message": ("constraint_message", "bind::jr:constraintmsg"),
    "required": ("required", "bind::required"),
    "required_message": ("required_message", "bind::jr:requiredmsg"),
    "readonly": ("read_only", "readonly", "bind::readonly"),
    "calculate": ("calculation", "calculate", "bind::calculate", "calculation"),
    "calculation": ("calculation", "calculate", "bind::calculate"),
    "repeat_count": ("repeat_count", "jr:count", "control::jr:count"),
    "choice_filter": ("choice_filter", "type"),
    "default": ("default", "calculation"),
    "label": ("label", "caption"),
    "list_name": ("list_name", "list name"),
    "name": ("name", "value"),
    "type": ("type", "command"),
}
_BEGIN: Final = re.compile(r"begin[ _](group|repeat|loop)|lgroup|loop", re.IGNORECASE)
_END: Final = re.compile(r"end[ _](group|repeat|loop)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of a workbook, as far as it is known.

    Attributes:
        sheet: Name of the sheet, empty when not known.
        row: As a spreadsheet shows it, from 1; None when not known.
        column: Letter of the column, empty when not known.
        heading: Heading of the column.
    """

    sheet: str = ""
    row: int | None = None
    column: str = ""
    heading: str = ""


@dataclass(frozen=True, slots=True)
class SheetCells:
    """The texts of one sheet.

    Attributes:
        name: As it is written in the workbook.
        rows: Texts row by row, the first row of the sheet first.
        header_row: Row of the headings, from 1.
    """

    name: str
    rows: Sequence[Sequence[str]]
    header_row: int = 1
    headings: Mapping[str, int] = field(default_factory=dict)

    def cell(self, row: int, column: int) -> str:
        """A text, empty where there is none."""
        cells = self.rows[row - 1] if 0 < row <= len(self.rows) else ()
        return cells[column] if 0 <= column < len(cells) else ""

    def column(self, name: str) -> int | None:
        """Place of a column by what it is for, from 0; a translated one counts too."""
        wanted = _ALIASES.get(name, (name,))
        for each in wanted:
            if each in self.headings:
                return self.headings[each]
        for each in wanted:
            for heading, place in self.headings.items():
                if heading.startswith(f"{each}::"):
                    return place
        return None

    def row(self, number: int) -> int:
        """The row that pyxform calls by a number: in a text it counts from the sheet's headings."""
        if self.header_row == 1:
            return number
        filled = [place for place in self.below() if any(self.rows[place - 1])]
        index = number - 2
        return filled[index] if 0 <= index < len(filled) else self.header_row

    def below(self) -> Iterator[int]:
        """Numbers of the rows below the headings."""
        yield from range(self.header_row + 1, len(self.rows) + 1)


class Workbook:
    """The sheets of a form, to find places in."""

    def __init__(self, cells: Mapping[str, Sequence[Sequence[str]]]) -> None:
        self.sheets = {name.strip().lower(): _sheet(name, rows) for name, rows in cells.items()}
        if len(self.sheets) == 1:  # the only sheet is the survey, whatever it is called
            self.sheets = {"survey": next(iter(self.sheets.values()))}

    def place(self, sheet: str, row: int | None = None, column: str = "") -> Place:
        """A place by the names a form uses; what cannot be found stays open."""
        known = self.sheets.get(sheet.lower())
        if known is None:
            return Place(sheet, row)
        index = known.column(column) if column else None
        if index is None and sheet == "survey" and column:
            index = known.column("type")
        if index is None:
            return Place(known.name, row)
        return Place(known.name, row, letter(index), known.cell(known.header_row, index))

    def deeper_than(self, most: int) -> Place | None:
        """The first group that stands in as many others or more."""
        survey = self.sheets.get("survey")
        column = survey.column("type") if survey is not None else None
        if survey is None or column is None:
            return None
        depth = 0
        for row in survey.below():
            kind = survey.cell(row, column).strip()
            if _END.match(kind):
                depth = max(0, depth - 1)
            elif _BEGIN.match(kind):
                depth += 1
                if depth > most:
                    return self.place("survey", row, "type")
        return None

    def from_headings(self, place: Place) -> Place:
        """A place whose row is counted from the headings of its sheet, as the sheet counts."""
        known = self.sheets.get(place.sheet.strip().lower())
        if known is None or place.row is None:
            return place
        return replace(place, sheet=known.name, row=place.row + known.header_row - 1)

    def find(self, sheet: str, column: str, value: str, *, contains: bool = False) -> Place | None:
        """The first row where a column has a value."""
        known = self.sheets.get(sheet)
        index = known.column(column) if known is not None else None
        if known is None or index is None:
            return None
        for row in known.below():
            text = known.cell(row, index)
            if text == value or (contains and value.lower() in text.lower()):
                return self.place(sheet, row, column)
        return None

    def anywhere(self, value: str) -> Place | None:
        """The first cell that holds a text, as a whole or else as a part."""
        for exact in (True, False):
            for known in self.sheets.values():
                for number, cells in enumerate(known.rows, 1):
                    for index, text in enumerate(cells):
                        if text == value or (not exact and value in text):
                            heading = known.cell(known.header_row, index)
                            return Place(known.name, number, letter(index), heading)
        return None

    def of_node(self, path: str, part: str = "") -> Place:
        """Where a node of the form, such as ``/data/person/age``, was written down."""
        names = [name for name in path.split("/") if name][1:]
        if names[:1] == ["meta"]:
            setting = {"instanceName": "instance_name"}.get(names[-1], "")
            known = self.sheets.get("settings")
            if setting and known is not None:
                return self.place("settings", known.header_row + 1, setting)
            entity = self.sheets.get("entities")
            if entity is not None:
                return self.place("entities", entity.header_row + 1, names[-1])
        survey = self.sheets.get("survey")
        if survey is None:
            return Place()
        paths = dict(_paths(survey))
        while names:
            row = paths.get(tuple(names))
            if row is not None:
                return self.place("survey", row, part)
            if names[-1].endswith("_count"):
                row = paths.get((*names[:-1], names[-1].removesuffix("_count")))
                if row is not None:
                    return self.place("survey", row, "repeat_count")
            names.pop()
        return Place(survey.name)

    def doubled_heading(self, heading: str) -> Place | None:
        """The second column with a heading."""
        for known in self.sheets.values():
            texts = [text.strip().lower() for text in known.rows[known.header_row - 1]]
            places = [index for index, text in enumerate(texts) if text == heading.lower()]
            if len(places) > 1:
                return Place(known.name, known.header_row, letter(places[1]), heading)
        return None

    def heading(self, sheet: str, heading: str) -> Place | None:
        """The cell of a heading."""
        known = self.sheets.get(sheet)
        for index, text in enumerate(known.rows[known.header_row - 1] if known else ()):
            if known is not None and text.strip().lower() == heading.lower():
                return Place(known.name, known.header_row, letter(index), text)
        return None


def _sheet(name: str, rows: Sequence[Sequence[str]]) -> SheetCells:
    header_row = next((number for number, row in enumerate(rows, 1) if any(row)), 1)
    headings: dict[str, int] = {}
    for index, text in enumerate(rows[header_row - 1] if rows else ()):
        key = plain_heading(text)
        if key:
            headings.setdefault(key, index)
    return SheetCells(name, rows or [[]], header_row, headings)


def plain_heading(text: str) -> str:
    """A heading as it is compared: small letters, ``::`` between its parts."""
    words = text.strip().lower()
    if "::" not in words and not words.startswith(("jr:", "bind:jr")):
        words = words.replace(":", "::", 1)
    return re.sub(r"\s*::\s*", "::", words).replace(" ", "_")


def _paths(survey: SheetCells) -> Iterator[tuple[tuple[str, ...], int]]:
    """Path of every question, group and repeat, with its row."""
    kind, name = survey.column("type"), survey.column("name")
    if kind is None or name is None:
        return
    above: list[str] = []
    for row in survey.below():
        what = survey.cell(row, kind).strip()
        if not what:
            continue
        if _END.match(what):
            above = above[:-1]
            continue
        own = survey.cell(row, name).strip()
        yield (*above, own), row
        if _BEGIN.match(what):
            above.append(own)


def letter(index: int) -> str:
    """``A`` for 0, ``AA`` for 26."""
    found = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        found = chr(ord("A") + rest) + found
    return found
