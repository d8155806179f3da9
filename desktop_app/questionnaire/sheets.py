"""An XLSForm as its cells: what is edited, stored and written; nothing of it is lost."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from desktop_app.questionnaire.headings import (
    TRANSLATED,
    Heading,
    columns_of,
    doubled,
    snake,
    written,
)

SURVEY: Final = "survey"
CHOICES: Final = "choices"
SETTINGS: Final = "settings"
CHINESE: Final = "Chinese (zh)"
ENGLISH: Final = "English (en)"
_CODE: Final = re.compile(r"\(([A-Za-z]{2,3})(?:[-_]\w+)?\)\s*$")
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "zh": ("zh", "chinese", "中文", "汉语", "简体中文"),
    "en": ("en", "english", "英文", "英语"),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet.

    Attributes:
        headings: As they are written; a column without one has an empty text.
        rows: The rows below, each as wide as the headings; blank ones count.
    """

    headings: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    def has(self, purpose: str, language: str = "") -> bool:
        """Whether there is such a column."""
        return Heading(purpose, language) in columns_of(self.headings)

    def cell(self, row: int, purpose: str, language: str = "") -> str:
        """A text, empty where there is none.

        Args:
            row: Which row below the headings, from 0.
            purpose: What the column is for, e.g. ``relevant``, whatever it is called.
            language: Of a translated column.
        """
        column = columns_of(self.headings).get(Heading(purpose, language))
        if column is None or not 0 <= row < len(self.rows):
            return ""
        return self.rows[row][column]

    def with_cell(self, row: int, purpose: str, text: str, language: str = "") -> "Sheet":
        """The same sheet with another text in a cell; the column is added when it is missing."""
        if self.cell(row, purpose, language) == text:
            return self
        sheet = self.with_column(purpose, language)
        column = columns_of(sheet.headings)[Heading(purpose, language)]
        cells = list(sheet.rows[row])
        cells[column] = text
        rows = (*sheet.rows[:row], tuple(cells), *sheet.rows[row + 1 :])
        return replace(sheet, rows=rows)

    def with_column(self, purpose: str, language: str = "") -> "Sheet":
        """The same sheet with such a column, a new one beside its like."""
        heading = Heading(purpose, language)
        if heading in columns_of(self.headings):
            return self
        text = written(heading)
        headings = doubled(self.headings) if "::" in text else self.headings
        alike = [at for key, at in columns_of(headings).items() if key.purpose == purpose]
        place = max(alike) + 1 if alike else len(headings)
        return Sheet(
            (*headings[:place], text, *headings[place:]),
            tuple((*row[:place], "", *row[place:]) for row in self.rows),
        )

    def blank_row(self) -> tuple[str, ...]:
        """A row without any text."""
        return ("",) * len(self.headings)

    def inserted(self, place: int, rows: Iterable[Mapping[Heading, str]]) -> "Sheet":
        """The same sheet with more rows.

        Args:
            place: Before which row, from 0.
            rows: Texts by what their columns are for; missing columns are added.
        """
        new = list(rows)
        sheet = self
        for heading in dict.fromkeys(key for row in new for key, text in row.items() if text):
            sheet = sheet.with_column(*heading)
        columns = columns_of(sheet.headings)
        made = []
        for row in new:
            cells = list(sheet.blank_row())
            for heading, text in row.items():
                if text:
                    cells[columns[heading]] = text
            made.append(tuple(cells))
        return replace(sheet, rows=(*sheet.rows[:place], *made, *sheet.rows[place:]))

    def taken(self, row: int) -> dict[Heading, str]:
        """The texts of a row by what their columns are for, without empty ones."""
        cells = self.rows[row]
        return {key: cells[at] for key, at in columns_of(self.headings).items() if cells[at]}

    def languages(self) -> tuple[str, ...]:
        """Languages of its columns, as they are written; "" for texts without a language."""
        found = {key.language for key in columns_of(self.headings) if key.purpose in TRANSLATED}
        order = [key.language for key in columns_of(self.headings) if key.language in found]
        named = [each for each in dict.fromkeys(order) if each]
        plain = any(self.has(purpose) for purpose in TRANSLATED)
        return ("", *named) if plain else tuple(named)


@dataclass(frozen=True, slots=True)
class Sheets:
    """An XLSForm.

    Attributes:
        sheets: By the name pyxform knows them by: survey, choices, settings and so on.
    """

    sheets: tuple[tuple[str, Sheet], ...] = ()

    def sheet(self, name: str) -> Sheet:
        """A sheet; one that is missing is empty."""
        return next((sheet for own, sheet in self.sheets if own == name), Sheet())

    @property
    def survey(self) -> Sheet:
        """The questions."""
        return self.sheet(SURVEY)

    @property
    def choices(self) -> Sheet:
        """The lists of choices."""
        return self.sheet(CHOICES)

    def with_sheet(self, name: str, sheet: Sheet) -> "Sheets":
        """The same form with another sheet of a name."""
        if any(own == name for own, _sheet in self.sheets):
            return Sheets(tuple((own, sheet if own == name else old) for own, old in self.sheets))
        return Sheets((*self.sheets, (name, sheet)))

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages of the questions and choices; "" for labels without a language."""
        found = (*self.survey.languages(), *self.choices.languages())
        named = tuple(each for each in dict.fromkeys(found) if each)
        return ("", *named) if self.survey.has("label") or not named else named

    def languages_of(self, name: str, *purposes: str) -> tuple[str, ...]:
        """Languages to be shown for some columns of a sheet: "" too where it has texts."""
        sheet, languages = self.sheet(name), self.languages
        is_plain = any(
            sheet.cell(row, purpose) for purpose in purposes for row in range(len(sheet.rows))
        )
        return ("", *languages) if is_plain and "" not in languages else languages

    def setting(self, purpose: str) -> str:
        """A setting, e.g. ``title`` or ``default_language``."""
        return self.sheet(SETTINGS).cell(0, purpose)

    def with_setting(self, purpose: str, text: str) -> "Sheets":
        """The same form with another setting."""
        settings = self.sheet(SETTINGS)
        if not settings.rows:
            settings = replace(settings, rows=(settings.blank_row(),))
        return self.with_sheet(SETTINGS, settings.with_cell(0, purpose, text))

    def titled(self, title: str, code: str) -> "Sheets":
        """The same form with the title and id of the questionnaire it is of."""
        return self.with_setting("title", title).with_setting("id", code)

    def to_json(self) -> dict[str, Any]:
        """Everything, as lists of texts; blank cells at the end of a row are left out."""
        return {
            name: [_trimmed(row) for row in (sheet.headings, *sheet.rows)]
            for name, sheet in self.sheets
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Sheets":
        """What :meth:`to_json` gave."""
        return from_cells(stored)


def from_cells(cells: Mapping[str, Sequence[Sequence[str]]]) -> Sheets:
    """A form out of the texts of its sheets.

    Args:
        cells: Row by row, as the reading child sends them; blank rows before the headings and
            columns in which nothing stands are left out.
    """
    names = [SURVEY] if len(cells) == 1 else [snake(name) for name in cells]
    made: dict[str, Sheet] = {}
    for name, rows in zip(names, cells.values(), strict=True):
        made.setdefault(name, _sheet(rows))
    return Sheets(tuple(made.items()))


def _sheet(cells: Sequence[Sequence[str]]) -> Sheet:
    first = next((place for place, row in enumerate(cells) if any(row)), len(cells))
    rows = [list(row) for row in cells[first:]]
    while rows and not any(rows[-1]):
        rows.pop()
    width = max((len(row) for row in rows), default=0)
    padded = [row + [""] * (width - len(row)) for row in rows]
    used = [column for column in range(width) if any(row[column] for row in padded)]
    lines = [tuple(row[column] for column in used) for row in padded]
    return Sheet(lines[0], tuple(lines[1:])) if lines else Sheet()


def _trimmed(cells: Sequence[str]) -> list[str]:
    kept = list(cells)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def language_code(language: str) -> str:
    """``zh`` or ``en`` for the name of a language, its own code for another, else ""."""
    match = _CODE.search(language)
    word = match[1].lower() if match is not None else language.strip().lower()
    for code, names in _NAMES.items():
        if word in names or word.split("-")[0].split("_")[0] == code:
            return code
    return word if match is not None else ""
