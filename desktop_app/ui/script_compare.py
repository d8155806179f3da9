"""Two versions of a script side by side: steps added, removed and changed, other words marked."""

from dataclasses import dataclass
from enum import StrEnum
from html import escape
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from desktop_app import labels
from desktop_app.domain import scripts, word_changes
from desktop_app.domain.script_terms import fact_title, kind_word, operator_word
from desktop_app.domain.scripts import Branch, Choice, Script, Step
from desktop_app.i18n import _, language
from desktop_app.ui import theme
from desktop_app.ui.panels import button, text_label
from desktop_app.ui.script_outline import step_words

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from desktop_app.services.scripts import ScriptFile

_SIZE: Final = (920, 600)
_SHARES: Final = [270, 630]


@dataclass(frozen=True, slots=True)
class Differing:
    """A step that is not the same in both versions; one of them may not have it."""

    old: Step | None
    new: Step | None
    fields: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """What became of it."""
        if self.old is None:
            return _("added")
        return _("removed") if self.new is None else _("changed")


def differing(old: Script, new: Script) -> list[Differing]:
    """The steps that differ, in the order of the newer version; those removed at the end."""
    found = scripts.compare(old, new)
    listed = [
        Differing(old.step(step.id), step, found.changed.get(step.id, ()))
        for step in new.steps
        if step.id in found.added or step.id in found.changed
    ]
    return [*listed, *(Differing(old.step(key), None) for key in found.removed)]


class ScriptComparison(QDialog):
    """Left the steps that differ, right the chosen one in both versions."""

    def __init__(self, parent: QWidget, old: "ScriptFile", new: "ScriptFile") -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._names = [_("Version {number}").format(number=each.version.number)
                       for each in (old, new)]  # fmt: skip
        title = _("{title}: version {old} and version {new}").format(
            title=new.row.title(language()), old=old.version.number, new=new.version.number
        )
        self.setWindowTitle(title)
        self.found = differing(old.script, new.script)
        self.list = QListWidget()
        self.list.setAccessibleName(_("Steps that differ"))
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for each in self.found:
            step = each.new or each.old
            words = step_words(step) if step is not None else ""
            item = QListWidgetItem(f"{each.word} · {words}", self.list)
            item.setToolTip(item.text())
        self.text = QTextBrowser()
        self.text.setAccessibleName(_("Both versions"))
        self.text.setOpenLinks(False)
        self.list.currentRowChanged.connect(self._show)
        panes = QSplitter()
        panes.addWidget(self.list)
        panes.addWidget(self.text)
        panes.setSizes(_SHARES)
        panes.setChildrenCollapsible(False)
        same = text_label(_("Both versions have the same steps."), "hint")
        same.setHidden(bool(self.found))
        start = text_label(_("They begin with different steps."), "hint")
        start.setVisible(old.script.start != new.script.start)
        close = button(_("Close"), self.accept, "", "primary")
        close.setDefault(True)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_XL, theme.GAP_L, theme.GAP_XL, theme.GAP_L)
        column.setSpacing(theme.GAP_S)
        column.addWidget(text_label(title, "title"))
        for widget in (same, start):
            column.addWidget(widget)
        column.addWidget(panes, 1)
        column.addLayout(row)
        theme.dress(self)
        self.resize(*_SIZE)
        self.list.setCurrentRow(0 if self.found else -1)

    def _show(self, row: int) -> None:
        if 0 <= row < len(self.found):
            self.text.setHtml(_table(self.found[row], self._names))


def _table(each: Differing, names: list[str]) -> str:
    """The fields of a step in both versions; of one that changed those that differ."""
    line = "<tr>{cells}</tr>"
    shares = zip((16, 42, 42), ("", *names), strict=True)
    head = "".join(
        f"<th align='left' width='{share}%'>{escape(name)}</th>" for share, name in shares
    )
    rows = [line.format(cells=head)]
    for title, old, new in _fields(each):
        left, right = _marked(old, new)
        cells = f"<td><i>{escape(title)}</i></td><td>{left}</td><td>{right}</td>"
        rows.append(line.format(cells=cells))
    return f"<table width='100%' cellpadding='5'>{''.join(rows)}</table>"


def _marked(old: str, new: str) -> tuple[str, str]:
    """Both texts, what was taken away struck out, what came underlined."""
    tones = (("bad", "s"), ("good", "u"))
    shown = []
    for parts, (tone, tag) in zip(word_changes.changes(old, new), tones, strict=True):
        ink = theme.colour(tone).name()
        pieces = (
            f"<{tag} style='color:{ink}'>{escape(part.text)}</{tag}>" if part.differs
            else escape(part.text)
            for part in parts
        )  # fmt: skip
        shown.append("".join(pieces).replace("\n", "<br>"))
    return shown[0], shown[1]


def _fields(each: Differing) -> list[tuple[str, str, str]]:
    titles = {
        "kind": _("Kind"), "zh": _("Words in Chinese"), "en": _("Words in English"),
        "hint_zh": _("Advice in Chinese"), "hint_en": _("Advice in English"),
        "heard_zh": _("The customer says, in Chinese"),
        "heard_en": _("The customer says, in English"),
        "choices": _("Answers to choose"), "branches": _("Branches"), "to": _("Goes on with"),
        "writes": _("The answer is written to"), "goal": _("Goal of the offer"),
        "disposition": _("Result of the contact"), "outcome": _("Outcome of the case"),
        "fair_way_out": _("Fair way out"),
    }  # fmt: skip
    wanted = each.fields or tuple(titles)
    found = [
        (title, _field(each.old, name), _field(each.new, name))
        for name, title in titles.items()
        if name in wanted
    ]
    return [row for row in found if row[1] or row[2]]


def _field(step: Step | None, name: str) -> str:
    """A field of a step as text."""
    if step is None:
        return ""
    value: Any = getattr(step, name)
    match name:
        case "kind":
            return kind_word(step.kind)
        case "choices":
            return "\n".join(map(_choice, step.choices))
        case "branches":
            return "\n".join(map(_branch, step.branches))
        case "fair_way_out":
            return _("Yes") if value else ""
    return labels.label(value) if isinstance(value, StrEnum) else str(value or "")


def _choice(choice: Choice) -> str:
    led = f" → {choice.to}" if choice.to else ""
    return f"{choice.code}: {choice.zh} / {choice.en}{led}"


def _branch(branch: Branch) -> str:
    tests = (
        f"{fact_title(each.field)} {operator_word(each.operator)} {_value(each.value)}"
        for each in branch.when
    )
    return f"{_(', ').join(tests)} → {branch.to or ''}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return ", ".join(value) if isinstance(value, tuple) else str("" if value is None else value)
