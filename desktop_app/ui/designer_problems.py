"""What is wrong with a form: its cells, its wording, what is missing; each leads to its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from desktop_app.i18n import _
from desktop_app.questionnaire import editing_choices
from desktop_app.questionnaire.outline import outline
from desktop_app.questionnaire.places import Place
from desktop_app.questionnaire.sheets import CHOICES, SURVEY, Sheets
from desktop_app.ui import theme
from desktop_app.ui.designer_work import Checked
from desktop_app.ui.panels import button, text_label
from desktop_app.ui.theme import Tone

_ICONS: Final = {
    Tone.BAD: ("error", "bad"),
    Tone.WARN: ("warning", "warn"),
    Tone.NEUTRAL: ("check", "muted"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to be looked at.

    Attributes:
        tone: How bad it is; neutral for a remark that was overruled.
        sentence: What is wrong.
        row: The row of the survey it is about, None when it is about none.
        place: Sheet, row and column as a spreadsheet shows them, as far as known.
        suggestion: What to do instead.
        key: Under what a remark on the wording is overruled; empty for what cannot be.
        reason: Why it was overruled.
    """

    tone: Tone
    sentence: str
    row: int | None = None
    place: str = ""
    suggestion: str = ""
    key: str = ""
    reason: str = ""

    def is_about(self, other: "Finding") -> bool:
        """Whether it says the same, though perhaps overruled since."""
        return (self.row, self.sentence) == (other.row, other.sentence)


def findings(checked: Checked, overruled: Mapping[str, str]) -> tuple[Finding, ...]:
    """Everything that is to be said about a form, errors first."""
    sheets = checked.sheets
    numbers = {entry.row: entry.number for entry in outline(sheets)}
    found = []
    for tone, problems in ((Tone.BAD, checked.errors), (Tone.WARN, checked.warnings)):
        for problem in problems:
            row = _row(sheets, problem.place)
            sentence = _numbered(numbers, row, problem.message)
            found.append(Finding(tone, sentence, row, place_text(problem.place)))
    found += [Finding(Tone.BAD, sentence) for sentence in checked.missing]
    for key, remark in checked.remarks:
        reason = overruled.get(key, "")
        row = _named(sheets, remark.question)
        found.append(
            Finding(
                Tone.NEUTRAL if reason else Tone.WARN,
                _numbered(numbers, row, remark.explanation),
                row,
                suggestion=remark.suggestion,
                key=key,
                reason=reason,
            )
        )
    order = [Tone.BAD, Tone.WARN, Tone.NEUTRAL]
    return tuple(sorted(found, key=lambda each: order.index(each.tone)))


def _numbered(numbers: Mapping[int, str], row: int | None, sentence: str) -> str:
    """A sentence after the number that its question has in the list."""
    number = numbers.get(row, "") if row is not None else ""
    return f"{number}  {sentence}" if number else sentence


def _row(sheets: Sheets, place: Place) -> int | None:
    """The row of the survey a cell belongs to: of a choice the question that takes its list."""
    if place.row is None:
        return None
    at = place.row - 2
    if place.sheet.lower() == SURVEY:
        return at if 0 <= at < len(sheets.survey.rows) else None
    if place.sheet.lower() == CHOICES:
        askers = editing_choices.askers(sheets, sheets.choices.cell(at, "list_name"))
        return askers[0] if askers else None
    return None


def _named(sheets: Sheets, name: str) -> int | None:
    survey = sheets.survey
    return next((row for row in range(len(survey.rows)) if survey.cell(row, "name") == name), None)


def place_text(place: Place) -> str:
    """``survey, row 5, column D (relevant)``, as far as it is known."""
    if not place.sheet:
        return ""
    parts = [place.sheet]
    if place.row is not None:
        parts.append(_("row {number}").format(number=place.row))
    if place.column:
        parts.append(
            _("column {letter} ({heading})").format(letter=place.column, heading=place.heading)
        )
    return ", ".join(parts)


class ProblemsPane(QWidget):
    """The list of findings, and what is said about the chosen one."""

    row_wanted = Signal(int)
    """The question to go to."""
    overrule_wanted = Signal(object)
    """The finding that does not hold, or holds again."""

    def __init__(self) -> None:
        super().__init__()
        self._findings: tuple[Finding, ...] = ()
        self.title = text_label("", "heading", wraps=False)
        self.busy = text_label(_("Checking…"), "hint", wraps=False)
        self.list = QListWidget()
        self.list.setAccessibleName(_("What is wrong"))
        self.list.setWordWrap(True)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setIconSize(QSize(16, 16))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.nothing = text_label(
            _("Checked as you type: formulas, choices, languages, wording."), "hint"
        )
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.details = text_label("", "hint")
        self.go_button = button(_("Go to the question"), self._go, "forward", "quiet")
        self.overrule_button = button(_("Overrule…"), self._overrule, "flag", "quiet")
        self.list.currentRowChanged.connect(self._show_details)
        self.list.itemActivated.connect(lambda _item: self._go())
        self._arrange()
        self.setFocusProxy(self.list)
        self.show_findings(())

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.title)
        top.addStretch(1)
        top.addWidget(self.busy)
        tools = QHBoxLayout()
        tools.setSpacing(theme.GAP_XS)
        tools.addWidget(self.go_button)
        tools.addWidget(self.overrule_button)
        tools.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_S)
        column.addLayout(top)
        column.addWidget(self.list, 1)
        column.addWidget(self.nothing, 1)
        column.addWidget(self.details)
        column.addLayout(tools)
        self.busy.hide()

    def show_findings(self, found: tuple[Finding, ...]) -> None:
        """Show what is to be said."""
        kept = self.current()
        self._findings = found
        self.list.clear()
        for each in found:
            item = QListWidgetItem(theme.icon(*_ICONS[each.tone]), each.sentence, self.list)
            item.setToolTip(each.sentence)
            spoken = " ".join(filter(None, (each.sentence, each.place, each.suggestion)))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
        count = sum(1 for each in found if each.tone is not Tone.NEUTRAL)
        self.title.setText(
            _("To be looked at: {n}").format(n=count) if count else _("Nothing is wrong")
        )
        self.list.setVisible(bool(found))
        self.nothing.setHidden(bool(found))
        self.go_button.setVisible(bool(found))
        same = (at for at, each in enumerate(found) if kept and each.is_about(kept))
        self.list.setCurrentRow(next(same, -1))
        self._show_details()

    def current(self) -> Finding | None:
        """The finding the keyboard is on."""
        place = self.list.currentRow()
        return self._findings[place] if 0 <= place < len(self._findings) else None

    def _show_details(self) -> None:
        found = self.current()
        words = []
        if found is not None:
            if found.place:
                words.append(_("Place: {place}").format(place=found.place))
            if found.suggestion:
                words.append(found.suggestion)
            if found.reason:
                words.append(_("Overruled: {reason}").format(reason=found.reason))
        self.details.setText("\n".join(words))
        self.details.setVisible(bool(words))
        self.go_button.setEnabled(found is not None and found.row is not None)
        self.overrule_button.setVisible(found is not None and bool(found.key))
        is_overruled = found is not None and bool(found.reason)
        self.overrule_button.setText(_("Let it hold again") if is_overruled else _("Overrule…"))

    def _go(self) -> None:
        found = self.current()
        if found is not None and found.row is not None:
            self.row_wanted.emit(found.row)

    def _overrule(self) -> None:
        found = self.current()
        if found is not None and found.key:
            self.overrule_wanted.emit(found)


def tones_of(found: tuple[Finding, ...]) -> dict[int, tuple[Tone, str]]:
    """The worst of each question, for the list of questions."""
    tones: dict[int, tuple[Tone, str]] = {}
    for each in found:
        if each.row is not None and each.tone is not Tone.NEUTRAL:
            tones.setdefault(each.row, (each.tone, each.sentence))
    return tones
