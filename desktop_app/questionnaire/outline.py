"""The rows of a form as a tree: questions, groups and what stands in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from desktop_app.questionnaire.row_types import END, LOOP, RowType, read_type
from desktop_app.questionnaire.sheets import Sheets

CHOICE: Final = "{choice}"
"""In the id of a question in a loop: the name of the choice it is asked for."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A question or a group.

    Attributes:
        row: Its row in the survey below the headings, from 0.
        end: The row that ends it; its own for a question.
        type: What it is.
        name: Its code.
        above: Codes of the groups it stands in, the outermost first.
        number: ``3`` or ``3.2``, to be shown.
        loops: Whether each of these is a loop, which pyxform writes out once for each choice.
    """

    row: int
    end: int
    type: RowType
    name: str
    above: tuple[str, ...]
    number: str
    loops: tuple[bool, ...] = ()

    @property
    def depth(self) -> int:
        """How many groups it stands in."""
        return len(self.above)

    @property
    def path(self) -> str:
        """Codes from the outermost group to its own, with slashes between."""
        return "/".join((*self.above, self.name))

    @property
    def loops_above(self) -> tuple[str, ...]:
        """Codes of the loops it stands in."""
        return tuple(name for name, loop in zip(self.above, self.loops, strict=True) if loop)

    @property
    def stable(self) -> str:
        """Its path as an id that stays; in a loop the choice goes where `CHOICE` stands."""
        found: list[str] = []
        for name, is_loop in zip(self.above, self.loops, strict=True):
            found += [name, CHOICE] if is_loop else [name]
        return "/".join((*found, self.name))


def outline(sheets: Sheets) -> tuple[Entry, ...]:
    """Every question and group in order; rows without a type and ends of groups are left out."""
    return tuple(_walk(sheets))


def entry_at(sheets: Sheets, row: int) -> Entry | None:
    """The question or group of a row."""
    return next((entry for entry in outline(sheets) if entry.row == row), None)


def _walk(sheets: Sheets) -> Iterator[Entry]:
    survey = sheets.survey
    types = [read_type(survey.cell(row, "type")) for row in range(len(survey.rows))]
    ends = _ends(types)
    above: list[str] = []
    loops: list[bool] = []
    counts = [0]
    for row, found in enumerate(types):
        if found.kind == END:
            if above:
                above.pop()
                loops.pop()
                counts.pop()
        elif found.kind:
            counts[-1] += 1
            name = survey.cell(row, "name")
            number = ".".join(str(count) for count in counts)
            yield Entry(row, ends.get(row, row), found, name, tuple(above), number, tuple(loops))
            if found.opens:
                above.append(name)
                loops.append(found.kind == LOOP)
                counts.append(0)


def _ends(types: list[RowType]) -> dict[int, int]:
    """The end of each group by the row that opens it; a group that is never closed goes on."""
    found: dict[int, int] = {}
    open_rows: list[int] = []
    for row, each in enumerate(types):
        if each.opens:
            open_rows.append(row)
        elif each.kind == END and open_rows:
            found[open_rows.pop()] = row
    return found | dict.fromkeys(open_rows, len(types) - 1)
