"""In the reading child: every mistake of a form, where pyxform stops at the first one.

A cell that is wrong is given a harmless text in a copy of the form, which is converted again.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from desktop_app.questionnaire.headings import columns_of
from desktop_app.questionnaire.places import Place, Workbook
from desktop_app.questionnaire.row_types import END, read_type
from desktop_app.questionnaire.xlsform import explain

Cells = dict[str, list[list[str]]]

MOST: Final = 100
_MOST_SECONDS: Final = 5.0
_HARMLESS: Final[Mapping[str, str]] = {"type": "text", "label": "x", "calculation": "1"}
"""What a wrong cell of a column is replaced with; any other is emptied."""


def from_headings(cells: Mapping[str, Sequence[Sequence[str]]]) -> Cells:
    """The same sheets, each beginning with its headings."""
    found: Cells = {}
    for name, rows in cells.items():
        first = next((place for place, row in enumerate(rows) if any(row)), len(rows))
        found[name] = [list(row) for row in rows[first:]]
    if len(found) == 1:
        return {"survey": next(iter(found.values()))}
    return {name.strip().lower(): rows for name, rows in found.items()}


def faults(
    cells: Cells, convert: Callable[[Cells], dict[str, Any]], first: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """What is wrong with a form, one mistake after the other.

    Args:
        cells: Its sheets, the headings first; changed while they are looked at.
        convert: Gives the form, or ``error``, ``code`` and ``context``.
        first: What it gives of these cells, when that is known already.
    """
    found: list[dict[str, Any]] = []
    end = time.monotonic() + _MOST_SECONDS
    while len(found) < MOST and time.monotonic() < end:
        made, first = first or convert(cells), None
        if "error" not in made:
            break
        found.append({key: made[key] for key in ("error", "code", "context")})
        problems = explain(made["error"], Workbook(cells), made["code"], made["context"])
        healed = [_heal(cells, problem.place) for problem in problems]
        if not any(healed):
            break
    return found


def _heal(cells: Cells, place: Place) -> bool:
    """Make a wrong cell harmless; whether that could be done."""
    rows = cells.get(place.sheet.strip().lower(), [])
    if place.row is None or not place.heading or not 1 < place.row <= len(rows):
        return False
    headings, row = tuple(rows[0]), rows[place.row - 1]
    heading, column = next(
        ((each, at) for each, at in columns_of(headings).items() if headings[at] == place.heading),
        (None, 0),
    )
    if heading is None:
        return False
    row += [""] * (column + 1 - len(row))
    text = _HARMLESS.get(heading.purpose, "")
    if heading.purpose == "name":
        text = f"row_{place.row}"
    kind = read_type(row[column])
    if heading.purpose == "type" and (kind.opens or kind.kind == END):
        return False  # what stands in the group would be told about, too
    if row[column] == text:
        return False
    row[column] = text
    return True
