"""What pyxform and our own reading find wrong with an XLSForm, as sentences with a cell each."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from desktop_app.i18n import N_, _
from desktop_app.questionnaire.form import FormProblem
from desktop_app.questionnaire.places import Place, Workbook

_ROW: Final = re.compile(r"\[row : (\d+)\]\s*")
_CELL: Final = re.compile(r"On the '(?P<sheet>[^']+)' sheet, the '(?P<column>[^']+)' value")
_QUOTED: Final = re.compile(r"'([^'\n]+)'|\$\{([^}]+)\}|\"([^\"\n]+)\"")
_LEARN: Final = re.compile(r"\s*Learn more:.*$", re.DOTALL)
_OTHER: Final = N_("The form cannot be used: {reason}")

_REMARK: Final = N_("Remark: {reason}")
_NO_REMARKS: Final = re.compile(
    r"max-pixels|machine-readable codes|no longer supported on most devices|Android|'disabled'"
)
"""What pyxform remarks about other programs and not about the form."""

_CODES: Final = {
    "INTERNAL": N_("This is not a form: it has no sheet “survey” with the questions."),
    "PYREF_001": N_(
        "A reference must be written as ${{name}}, with the name of a question between the braces."
    ),
    "PYREF_002": N_("References in a list must be separated by commas."),
    "PYREF_003": N_("There is no question “{q}”. Check the name in ${{{q}}}."),
    "PYREF_004": N_("“{q}” is the name of several questions. Give each its own name."),
}

_BAD_NAME: Final = N_(
    "This name is not possible. It must begin with a letter or underscore; then letters, digits, "
    "underscores, hyphens and full stops may follow."
)
_SENTENCES: Final = (
    (r"Unknown question type '(?P<name>.*)'", N_("There is no question type “{name}”.")),
    (
        r"Duplicate column header: (?P<name>.*)",
        N_("The heading “{name}” stands over two columns. Rename or remove one."),
    ),
    (
        r"Choice names must be unique",
        N_("This choice has the same name as another of its list. Give each its own name."),
    ),
    (
        r"Repeat names must not be the same as the survey root",
        N_("A repeat may not be called “data”, the name of the whole form. Choose another name."),
    ),
    (r"Repeat names must unique", N_("Another repeat has this name. Give each its own name.")),
    (
        r"unique within their nearest parent",
        N_("Another question or group beside this one has the same name. Rename one of them."),
    ),
    (r"The name 'meta' is reserved", N_("The name “meta” is reserved. Choose another name.")),
    (
        r"There should be a choices sheet",
        N_("This question needs choices, but the sheet “choices” is missing or empty."),
    ),
    (
        r"There should be an external_choices sheet",
        N_("This question needs the sheet “external_choices”, which is missing or empty."),
    ),
    (
        r"required column headers were not found: (?P<name>.*?)\.",
        N_("The sheet has no column {name}. A form needs it."),
    ),
    (
        r"different names for the same column were found: '(?P<name>.*?)', '(?P<other>.*?)'",
        N_("The columns “{name}” and “{other}” mean the same. Rename or remove one."),
    ),
    (r"due a missing header row|Invalid headers provided", N_("The row of headings is missing.")),
    (r"must not be empty and must not contain spaces", N_("A heading may not contain spaces.")),
    (
        r"element named '(?P<name>.*)' has no label or hint",
        N_("The question “{name}” has no label. Write what is asked."),
    ),
    (
        r"This section has not been included",
        N_("Parts of other forms cannot be included. Copy their rows into this form."),
    ),
    (r"Missing calculation", N_("This row calculates, but its formula is missing.")),
    (r"(Question or group|Question|Group|Repeat).* no name", N_("This row has no name.")),
    (r"Question with no type", N_("This row has no question type.")),
    (
        r"Unmatched 'end_(?P<name>\w+)'",
        N_("This “end {name}” has no “begin {name}” before it."),
    ),
    (
        r"Unmatched 'begin_(?P<name>\w+)'",
        N_("This “begin {name}” has no “end {name}” after it."),
    ),
    (
        r"List name not in (?:external )?(?:choices|columns) sheet: (?P<name>.*)",
        N_("There is no list of choices “{name}”."),
    ),
    (r"Choices must have a name", N_("This choice has no name.")),
    (r"Choices should have a label", N_("This choice has no label.")),
    (r"Names must begin with a letter or underscore", _BAD_NAME),
    (
        r"accepted parameter keys .*? are '(?P<name>.*?)'",
        N_("This question type only knows the parameters {name}."),
    ),
    (r"Parameters must be in the form", N_("Write parameters as key=value, with a space between.")),
    (r"must be a number", N_("This parameter must be a number.")),
    (
        r"Choice filter not supported",
        N_("A choice filter does not work together with this kind of question."),
    ),
    (
        r"list names don't match",
        N_("All questions of a table must use the same list of choices."),
    ),
    (
        r"(?:should end with one of|supported file extensions): ?(?P<name>.*)",
        N_("The file of choices must end with one of: {name}."),
    ),
    (
        r"looking for a sheet named '(?P<name>.*?)'.*?found: (?P<other>.*?)\.?$",
        N_("There is no sheet “{name}”. Perhaps the sheet {other} is meant: rename it."),
    ),
    (
        r"You must have a sheet named",
        N_("There is no sheet “survey”, which holds the questions of a form."),
    ),
    (
        r"(?P<name>Repeat|Group) has no label",
        N_("This group has no label; nothing will stand above its questions."),
    ),
    (r"Row without name, text, or label", N_("This row has no type and is left out.")),
    (
        r"or_other and translations",
        N_("The choice “other” that “or_other” adds is not translated."),
    ),
    (
        r"is missing the (?:survey|choices) (?:columns? )?(?P<other>[\w, :]+?)(?: column)?\.",
        N_("Some languages lack a column ({other}); the default language is shown there."),
    ),
    (r"No survey elements found", N_("The sheet “survey” has no questions.")),
    (r"not recognized as a supported type", N_("This is not a workbook with a form.")),
)
_COLUMNS: Final = (
    (r"Missing calculation", "calculation"),
    (r"no name|Choices must have a name|Choice names must be unique", "name"),
    (r"no type|Unmatched|List name|file extensions|table list|looking for", "type"),
    (r"no label", "label"),
    (r"or_other", "type"),
    (r"[Pp]arameter", "parameters"),
    (r"Choice filter", "choice_filter"),
)


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """Something wrong with an XLSForm.

    Attributes:
        place: The cell, as far as it is known.
        message: Translated sentence.
    """

    place: Place
    message: str

    def line(self) -> str:
        """The sentence behind its cell, as a spreadsheet names it: ``survey!B5``."""
        cell = f"{self.place.column}{self.place.row or ''}"
        where = "!".join(filter(None, (self.place.sheet, cell)))
        if not where:
            return self.message
        return _("{place}: {message}").format(place=where, message=self.message)


def explain(
    text: str,
    workbook: Workbook,
    code: str = "",
    context: dict[str, str] | None = None,
    *,
    is_remark: bool = False,
) -> tuple[SheetProblem, ...]:
    """What pyxform says, as problems with a sentence and a cell each.

    Args:
        text: Its message; several may stand below each other.
        workbook: The form's cells.
        code: Its code, when it gives one.
        context: What the code is about: row, sheet, column, the name in question.
        is_remark: It is only a remark, the form can be used.
    """
    if is_remark and _NO_REMARKS.search(text):
        return ()
    other = _REMARK if is_remark else _OTHER
    parts = text.splitlines() if len(_ROW.findall(text)) > 1 else [text]
    found = [
        SheetProblem(
            _place(part, workbook, context or {}), _sentence(part, code, context or {}, other)
        )
        for part in parts
        if part.strip()
    ]
    return tuple(dict.fromkeys(found))


def _sentence(text: str, code: str, context: dict[str, str], other: str) -> str:
    if code in _CODES:
        return _(_CODES[code]).format(**{"q": "", **context})
    for shape, sentence in _SENTENCES:
        match = re.search(shape, text, re.DOTALL)
        if match is not None:
            named = {name: (value or "").strip() for name, value in match.groupdict().items()}
            return _(sentence).format(**named)
    reason = " ".join(_LEARN.sub("", _ROW.sub("", text)).split())
    return _(other).format(reason=reason)


def _place(text: str, workbook: Workbook, context: dict[str, str]) -> Place:
    if context.get("row") and context.get("sheet"):
        row = int(context["row"]) if context["row"].isdecimal() else None
        return _numbered(workbook, context["sheet"], row, context.get("column", ""))
    row_match, cell = _ROW.search(text), _CELL.search(text)
    row = int(row_match[1]) if row_match is not None else None
    if cell is not None:
        return _numbered(workbook, cell["sheet"], row, cell["column"])
    column = next((name for shape, name in _COLUMNS if re.search(shape, text)), "")
    if row is not None:
        return _numbered(workbook, "survey", row, column)
    return _looked_up(text, workbook) or Place()


def _numbered(workbook: Workbook, sheet: str, number: int | None, column: str) -> Place:
    """A place by the number pyxform gives its row."""
    known = workbook.sheets.get(sheet.lower())
    row = known.row(number) if known is not None and number is not None else number
    return workbook.place(sheet, row, column)


def _looked_up(text: str, workbook: Workbook) -> Place | None:
    """The cell of a message without a row."""
    for shape, look in _LOOKUPS:
        match = re.search(shape, text, re.DOTALL)
        if match is not None:
            found = look(workbook, match)
            if found is not None:
                return found
    for quoted in _QUOTED.finditer(text):
        found = workbook.anywhere(next(filter(None, quoted.groups())))
        if found is not None:
            return found
    return None


def _first_select(workbook: Workbook, _match: re.Match[str]) -> Place | None:
    found = (
        workbook.find("survey", "type", word, contains=True)
        for word in ("select", "rank", "choose")
    )
    return next((place for place in found if place is not None), None)


def _header(workbook: Workbook, match: re.Match[str]) -> Place | None:
    known = workbook.sheets.get(match["sheet"])
    return workbook.place(match["sheet"], known.header_row) if known is not None else None


_LOOKUPS: Final[tuple[tuple[str, Callable[[Workbook, re.Match[str]], Place | None]], ...]] = (
    (
        r"Unknown question type '(?P<name>.*)'",
        lambda book, match: book.find("survey", "type", match["name"]),
    ),
    (
        r"Duplicate column header: (?P<name>.*)",
        lambda book, match: book.doubled_heading(match["name"]),
    ),
    (r"choices sheet in this", _first_select),
    (
        r"sheet: '(?P<sheet>\w+)'.*same column were found: '.*?', '(?P<name>.*?)'",
        lambda book, match: book.heading(match["sheet"], match["name"]),
    ),
    (r"headers provided for sheet: '(?P<sheet>\w+)'", _header),
    (
        r"element named '(?P<name>.*)' has no label",
        lambda book, match: book.find("survey", "name", match["name"]),
    ),
    (
        r"This section has not been included",
        lambda book, _match: book.find("survey", "type", "include", contains=True),
    ),
)


def located(problems: Iterable[FormProblem], workbook: Workbook) -> tuple[SheetProblem, ...]:
    """Problems of a form with the cell each comes from."""
    found: list[SheetProblem] = []
    for problem in problems:
        place = workbook.of_node(problem.path, problem.part) if problem.path else Place()
        found.append(SheetProblem(place, problem.message))
    return tuple(found)
