"""A script as the cells of a workbook, and back: sheets for the script, steps, choices, branches.

A heading may say anything as long as the code of its column stands at its end in brackets, so the
same workbook is read whatever its language. A branch has one row for each of its conditions; rows
of one step with one number are one branch.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from desktop_app.domain import scripts
from desktop_app.domain.script_checks import Finding
from desktop_app.domain.scripts import FACTS, Condition, FactValue, Script, Step
from desktop_app.errors import InvalidInputError
from desktop_app.i18n import N_, _

SCRIPT, STEPS, CHOICES, BRANCHES = "script", "steps", "choices", "branches"
COLUMNS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        SCRIPT: {
            "code": N_("Code"),
            "occasion": N_("Occasion"),
            "zh": N_("Title, Chinese"),
            "en": N_("Title, English"),
            "start": N_("First step"),
        },
        STEPS: {
            "id": N_("Step"),
            "kind": N_("Kind"),
            "to": N_("Next step"),
            "zh": N_("Words, Chinese"),
            "en": N_("Words, English"),
            "hint_zh": N_("Advice, Chinese"),
            "hint_en": N_("Advice, English"),
            "heard_zh": N_("Customer says, Chinese"),
            "heard_en": N_("Customer says, English"),
            "writes": N_("Question of the interview"),
            "goal": N_("Goal of the offer"),
            "disposition": N_("Result of the contact"),
            "outcome": N_("Outcome"),
            "fair_way_out": N_("Fair way out"),
        },
        CHOICES: {
            "step": N_("Step"),
            "code": N_("Choice"),
            "zh": N_("Words, Chinese"),
            "en": N_("Words, English"),
            "to": N_("Next step"),
        },
        BRANCHES: {
            "step": N_("Step"),
            "branch": N_("Branch"),
            "to": N_("Next step"),
            "field": N_("Fact or answer"),
            "operator": N_("Comparison"),
            "value": N_("Value"),
        },
    }
)
"""The columns of each sheet by their codes, with the words before them."""

Cells = Mapping[str, Sequence[Sequence[str]]]
_YES: Final = frozenset({"yes", "true", "1", "x", "是", "√"})
_NO: Final = frozenset({"", "no", "false", "0", "否"})
_CODE: Final = re.compile(r"(?:.*\()?\s*([a-z_]+)\s*\)?\s*", re.DOTALL)
_TEXTS: Final = frozenset({"zh", "en", "hint_zh", "hint_en", "heard_zh", "heard_en"})
_NUMBER: Final = re.compile(r"-?\d+(?P<broken>\.\d+)?(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """A cell or a row of the workbook; row 1 has the headings."""

    sheet: str
    row: int | None = None
    column: str = ""


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong in a cell."""

    place: Place
    message: str
    step: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """A workbook as it was read.

    Attributes:
        head: Code, occasion and titles, as they stand there.
        script: The script; none while it has not the form of one.
        problems: Why, cell by cell.
        places: Where steps stand: by step and by what of it (``choice yes``, ``branch 1``).
    """

    head: Mapping[str, str]
    script: Script | None
    problems: tuple[CellProblem, ...] = ()
    places: Mapping[tuple[str, str], Place] = field(default_factory=dict)

    def place_of(self, finding: Finding) -> Place | None:
        """Where what a finding is about stands."""
        part = " ".join(finding.figures.get("place", "").split()[:2])
        for key in ((finding.step, part), (finding.step, "")):
            if key in self.places:
                return self.places[key]
        return None


# ---------------------------------------------------------------- out


def to_cells(head: Mapping[str, str], script: Script) -> dict[str, list[list[str]]]:
    """The rows of each sheet, headings first, in the present language.

    Args:
        head: Code, occasion and titles.
        script: The steps.
    """
    known = {**head, "start": script.start or ""}
    return {
        SCRIPT: [_headings(SCRIPT), [known.get(name, "") for name in COLUMNS[SCRIPT]]],
        STEPS: [_headings(STEPS), *(_step_row(step) for step in script.steps)],
        CHOICES: [
            _headings(CHOICES),
            *(
                [step.id, choice.code, choice.zh, choice.en, choice.to or ""]
                for step in script.steps
                for choice in step.choices
            ),
        ],
        BRANCHES: [
            _headings(BRANCHES),
            *(row for step in script.steps for row in _branch_rows(step)),
        ],
    }


def _headings(sheet: str) -> list[str]:
    return [f"{_(words)} ({code})" for code, words in COLUMNS[sheet].items()]


def _step_row(step: Step) -> list[str]:
    found = scripts.write(Script(steps=(step,)))["steps"][0]
    found["fair_way_out"] = "yes" if step.fair_way_out else ""
    return [str(found.get(name) or "") for name in COLUMNS[STEPS]]


def _branch_rows(step: Step) -> Iterator[list[str]]:
    for number, branch in enumerate(step.branches, start=1):
        start = [step.id, str(number), branch.to or ""]
        for each in branch.when:
            yield [*start, each.field, each.operator, _written(each)]
        if not branch.when:
            yield [*start, "", "", ""]


def _written(condition: Condition) -> str:
    """The value as people write it; as JSON where that would be read as something else."""
    value = condition.value
    if value is None:
        return ""
    match value:
        case bool():
            text = "yes" if value else "no"
        case tuple():
            text = ", ".join(value)
        case _:
            text = str(value)
    back = _value(text, condition.field, condition.operator)
    same = type(back) is (list if isinstance(value, tuple) else type(value))
    is_kept = text and text == text.strip()  # blanks around a code are not read
    if is_kept and same and (tuple(back) if isinstance(back, list) else back) == value:
        return text
    return json.dumps(value, ensure_ascii=False)


# ---------------------------------------------------------------- in


def from_cells(cells: Cells) -> Read:
    """Read the sheets; what is wrong is told with its cell.

    Args:
        cells: Texts row by row from the first; sheets of other names are not looked at.
    """
    reader = _Reader({name.strip().lower(): rows for name, rows in cells.items()})
    return reader.read()


class _Reader:
    """One reading: rows become the JSON form, and where each part stands is remembered."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        self._columns: dict[str, dict[str, int]] = {}
        self._problems: list[CellProblem] = []
        self._places: dict[tuple[str, str], Place] = {}
        self._rows: dict[tuple[int | str, ...], tuple[str, int]] = {}  # part of the JSON form
        self._steps: list[dict[str, Any]] = []
        self._known: dict[str, int] = {}

    def read(self) -> Read:
        """Everything that is there."""
        head_row, head = next(self._lines(SCRIPT), (2, {}))
        start = head.pop("start", "")
        self._rows[("start",)] = (SCRIPT, head_row)
        self._places[("", "")] = Place(SCRIPT, head_row)
        for row, line in self._lines(STEPS):
            self._step(row, line)
        for row, line in self._lines(CHOICES):
            self._choice(row, line)
        last: tuple[str, str] = ("", "")
        for row, line in self._lines(BRANCHES):
            last = self._branch(row, line, last)
        content = {"start": start or None, "steps": self._steps}
        script = None
        try:
            script = scripts.read(content)
        except InvalidInputError as error:
            for problem in error.problems:
                self._from_validation(problem.field, problem.message)
        found = tuple(dict.fromkeys(self._problems))
        return Read(head, None if found else script, found, self._places)

    def _lines(self, sheet: str) -> Iterator[tuple[int, dict[str, str]]]:
        """Rows that are not blank, by the code of the column."""
        rows = self._cells.get(sheet, ())
        columns: dict[str, int] = {}
        for at, heading in enumerate(rows[0] if rows else ()):
            found = _CODE.fullmatch(heading.strip().lower())
            code = found[1] if found is not None else ""
            if not heading.strip():
                continue
            if code not in COLUMNS[sheet]:
                text = _("There is no column “{name}” in this sheet.").format(name=heading.strip())
                self._wrong(sheet, 1, at, text)
            elif code in columns:
                self._wrong(sheet, 1, at, _("This column is there twice."))
            else:
                columns[code] = at
        self._columns[sheet] = columns
        if next(iter(COLUMNS[sheet])) not in columns and (rows or sheet in (SCRIPT, STEPS)):
            names = ", ".join(COLUMNS[sheet])
            text = _("The first row of sheet “{sheet}” needs the columns {names}.")
            self._problems.append(
                CellProblem(Place(sheet, 1), text.format(sheet=sheet, names=names))
            )
            return
        for number, row in enumerate(rows[1:], start=2):
            line = {
                code: row[at] if code in _TEXTS else row[at].strip()
                for code, at in columns.items()
                if at < len(row) and row[at].strip()
            }
            if line:
                yield number, line

    def _step(self, row: int, line: dict[str, str]) -> None:
        at = len(self._steps)
        key = line.get("id", "")
        word = line.pop("fair_way_out", "").lower()
        if word not in _YES | _NO:
            self._wrong(STEPS, row, "fair_way_out", _("Choose yes or no."), key)
        found: dict[str, Any] = dict(line)
        if word in _YES:
            found["fair_way_out"] = True
        for name in ("kind", "disposition", "outcome"):
            if name in found:
                found[name] = found[name].lower()
        self._steps.append(found)
        self._known.setdefault(key, at)
        self._rows[("steps", at)] = (STEPS, row)
        self._places.setdefault((key, ""), Place(STEPS, row))

    def _of_step(self, sheet: str, row: int, line: dict[str, str]) -> int | None:
        key = line.pop("step", "")
        if key in self._known and key:
            return self._known[key]
        text = _("There is no step “{name}” in the sheet “steps”.").format(name=key)
        self._wrong(sheet, row, "step", text, key)
        return None

    def _choice(self, row: int, line: dict[str, str]) -> None:
        at = self._of_step(CHOICES, row, line)
        if at is None:
            return
        choices = self._steps[at].setdefault("choices", [])
        self._rows[("steps", at, "choices", len(choices))] = (CHOICES, row)
        part = f"choice {line.get('code', '')}"
        self._places.setdefault((self._steps[at].get("id", ""), part), Place(CHOICES, row))
        choices.append(line)

    def _branch(self, row: int, line: dict[str, str], last: tuple[str, str]) -> tuple[str, str]:
        key = (line.get("step", ""), line.pop("branch", ""))
        at = self._of_step(BRANCHES, row, line)
        if at is None:
            return last
        branches = self._steps[at].setdefault("branches", [])
        to = line.pop("to", None)
        if key != last or not key[1] or not branches:
            self._rows[("steps", at, "branches", len(branches))] = (BRANCHES, row)
            part = f"branch {len(branches) + 1}"
            self._places.setdefault((key[0], part), Place(BRANCHES, row))
            branches.append({"to": to, "when": []})
        elif to is not None and to != branches[-1]["to"]:
            text = _("All rows of one branch lead to the same step.")
            self._wrong(BRANCHES, row, "to", text, key[0])
        if line:
            when = branches[-1]["when"]
            place = ("steps", at, "branches", len(branches) - 1, "when", len(when))
            self._rows[place] = (BRANCHES, row)
            when.append(_condition(line))
        return key

    def _from_validation(self, path: str, message: str) -> None:
        """Tell in its cell what is wrong at a place of the JSON form."""
        parts = tuple(int(part) if part.isdecimal() else part for part in path.split("."))
        for length in range(len(parts), 0, -1):
            if parts[:length] in self._rows:
                sheet, row = self._rows[parts[:length]]
                name = str(parts[length]) if length < len(parts) else ""
                name = "start" if parts == ("start",) else name
                step = self._steps[int(parts[1])].get("id", "") if parts[0] == "steps" else ""
                self._wrong(sheet, row, name, message, str(step))
                return
        self._problems.append(CellProblem(Place(STEPS), message))

    def _wrong(self, sheet: str, row: int, column: int | str, message: str, step: str = "") -> None:
        at = column if isinstance(column, int) else self._columns[sheet].get(column)
        letter = "" if at is None else _letter(at)
        if at is None and isinstance(column, str) and column:
            message = _("{name}: {value}").format(name=column, value=message)
        self._problems.append(CellProblem(Place(sheet, row, letter), message, step))


def _letter(at: int) -> str:
    """The letter of a column: 0 is A, 26 is AA."""
    text = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def _condition(line: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {name: line[name] for name in ("field", "operator") if name in line}
    found["operator"] = found.get("operator", "").lower()
    if "value" in line:
        found["value"] = _value(line["value"], found.get("field", ""), found["operator"])
    return found


def _value(text: str, name: str, operator: str) -> FactValue | list[str]:
    """What a cell means: JSON, or a list, a number, yes or no, a word, as the comparison needs."""
    if text.startswith(("[", '"')):
        try:
            made = json.loads(text)
        except (ValueError, RecursionError):
            made = None
        if isinstance(made, str) or (isinstance(made, list) and all(map(_is_text, made))):
            return made
    if operator in {"in", "not_in"}:
        return [part.strip() for part in re.split(r"[,，、]", text) if part.strip()]
    return _single(text, name)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _single(text: str, name: str) -> FactValue:
    kind = FACTS.get(name, "word")
    word = text.lower()
    if kind == "flag" and word in _YES | _NO:
        return word in _YES
    number = _NUMBER.fullmatch(text)
    if kind == "number" and number is not None:
        is_whole = number["broken"] is None and "e" not in word
        return int(text) if is_whole else float(text)
    return text
