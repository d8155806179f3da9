"""The panels of a case: contact and figures, next step, why, facts, plan."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from db import reference
from db.queries.case_file import CaseFile, ReasonOnCase, WhyStep
from db.vocabulary import ReasonLayer
from desktop_app import labels
from desktop_app.columns.signals import measure_text
from desktop_app.i18n import _, language, ngettext
from desktop_app.ui import theme
from desktop_app.ui.case_look import (
    churn_word,
    coded_word,
    day_tone,
    due_text,
    list_text,
)
from desktop_app.ui.panels import Card, ChipLabel, Facts, button, scrolled, text_label
from desktop_app.ui.sparkline import Sparkline
from desktop_app.ui.theme import Tone

if TYPE_CHECKING:  # slow to import; Today paints without it
    from desktop_app.ui.case_view import CaseView


def clear_layout(layout: QLayout) -> None:
    """Take everything out of a layout and delete it."""
    while layout.count():
        item = layout.takeAt(0)
        if item is None:
            continue
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear_layout(inner)


def line() -> QFrame:
    """A hair line between parts of a panel."""
    made = QFrame()
    made.setObjectName("line")
    return made


class PhoneLine(QWidget):
    """The phone, masked; show it or copy its digits."""

    reveal_wanted = Signal()
    copy_wanted = Signal()
    dial_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.number = text_label("", "strong", wraps=False)
        self.reveal = button("", self.reveal_wanted.emit, "eye", "quiet")
        self.reveal.setAccessibleName(_("Show the phone number"))
        self.reveal.setToolTip(_("Show the phone number; the look is recorded"))
        self.copy = button("", self.copy_wanted.emit, "copy", "quiet")
        self.copy.setAccessibleName(_("Copy the digits of the phone number"))
        self.copy.setToolTip(_("Copy the digits  Ctrl+Alt+C"))
        self.dial = button("", self.dial_wanted.emit, "call", "quiet")
        self.dial.setAccessibleName(_("Dial"))
        self.dial.setToolTip(_("Dial with the telephone program of this computer  Ctrl+D"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_XS)
        row.addWidget(self.number)
        row.addWidget(self.reveal)
        row.addWidget(self.copy)
        row.addWidget(self.dial)
        row.addStretch(1)
        self._phone = ""
        self._record: object = None

    def show_phone(self, record: object, phone: str) -> None:
        """Show a masked number; the same version of the same record stays as it is."""
        if record != self._record or phone != self._phone:
            self._record, self._phone = record, phone
            self.number.setText(phone or labels.UNKNOWN)
            self.number.setAccessibleName(_("Phone"))
        for made in (self.reveal, self.copy, self.dial):
            made.setVisible(bool(phone))

    def whole(self) -> Callable[[str], None]:
        """What shows the whole number, while the same record is shown as now."""
        record = self._record

        def show(phone: str) -> None:
            if record == self._record:
                self.number.setText(phone or labels.UNKNOWN)

        return show

    def allow(self, is_allowed: bool) -> None:  # noqa: FBT001  (a property setter)
        """Hide the buttons from a role that may not see phones."""
        for made in (self.reveal, self.copy, self.dial):
            made.setVisible(is_allowed and bool(self._phone))


class ContactPanel(Card):
    """Who it is: phone, people, what was bought, the trend of a year."""

    def __init__(self, open_customer: QPushButton | None = None) -> None:
        super().__init__(_("Customer"), [open_customer] if open_customer is not None else [])
        self.phone = PhoneLine()
        self.facts = Facts()
        self.trend = Sparkline()
        self.trend_hint = text_label(_("Spend by month, last 12 months"), "hint")
        self.banner = text_label("", "problem")
        for widget in (self.banner, self.phone, self.facts, self.trend_hint, self.trend):
            self.body.addWidget(widget)
        self.body.addStretch(1)

    def show_view(self, view: "CaseView") -> None:
        """Show the customer of a case."""
        card, metrics, row = view.card, view.metrics, view.file.row
        self.phone.show_phone((card.row.id, card.version), row.phone)
        self.banner.setText(_warning(view))
        self.banner.setVisible(bool(self.banner.text()))
        interval = metrics.mean_interval_days
        days = None if interval is None else round(interval)
        every = "" if days is None else ngettext("every {n} day", "every {n} days", days)
        people = [list_text((one.name, one.duty)) for one in card.contacts[:3]]
        self.facts.set_facts(
            [
                (_("Contacts"), "\n".join(people)),
                (_("Last order"), labels.day_text(metrics.last) if metrics.last else ""),
                (
                    _("Orders"),
                    list_text((labels.number(metrics.orders), every.format(n=days))),
                ),
                (_("Spend 12 m"), labels.money(metrics.spend_window, row.currency)),
                (_("Average order"), labels.money(metrics.average_order, row.currency)),
                (_("Address"), str(card.values.get("address") or "")),
            ]
        )
        has_trend = any(metrics.trend)
        self.trend.setVisible(has_trend)
        self.trend_hint.setVisible(has_trend)
        if has_trend:
            shown = ", ".join(labels.money(value, row.currency) for value in metrics.trend)
            self.trend.set_values([value / 100 for value in metrics.trend], shown)


def _warning(view: "CaseView") -> str:
    facts = view.file.screening
    if facts.is_deceased:
        return _("This customer has died. Nobody is to be contacted.")
    if facts.do_not_contact:
        return _("This customer asked not to be contacted.")
    return ""


class NextPanel(Card):
    """What is to be done next, by when, by whom, and what it is worth."""

    def __init__(self, *buttons: QPushButton) -> None:
        super().__init__(_("Next step"), list(buttons))
        self.step = text_label("", "heading")
        self.due = ChipLabel()
        self.facts = Facts()
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        row.addWidget(self.step, 1)
        row.addWidget(self.due, 0, Qt.AlignmentFlag.AlignVCenter)
        self.body.addLayout(row)
        self.body.addWidget(self.facts)

    def show_view(self, view: "CaseView") -> None:
        """Show the next step of a case."""
        row = view.file.row
        is_closed = row.closed_on is not None
        if is_closed:
            self.step.setText(labels.label(row.outcome))
            self.due.hide()
        else:
            step = row.next_step
            self.step.setText(labels.label(step) if step else _("Not planned"))
            self.due.show_word(due_text(row.next_due), day_tone(row.next_due) or Tone.NEUTRAL)
            self.due.setVisible(row.next_due is not None)
        when = (_("Closed on"), row.closed_on) if is_closed else (_("Due"), row.next_due)
        self.facts.set_facts(
            [
                (when[0], labels.day_text(when[1]) if when[1] else ""),
                (_("Owner"), row.owner or _("nobody yet")),
                (_("Value at stake"), labels.money(row.value_at_stake, row.currency)),
                (_("Store"), row.store),
                (_("Opened on"), labels.day_text(row.opened_on)),
            ]
        )


class SignalPanel(Card):
    """Why there is a case: the sentence of its signal, or that it was opened by hand."""

    def __init__(self) -> None:
        super().__init__(_("Why there is a case"))
        self.sentence = text_label()
        self.measure = text_label("", "hint")
        self.since = text_label("", "strong")
        for label in (self.sentence, self.measure, self.since):
            self.body.addWidget(label)

    def show_view(self, view: "CaseView") -> None:
        """Show where a case came from."""
        signal, last = view.file.signal, view.metrics.last
        bought = signal is not None and last is not None and last > signal.as_of
        self.since.setVisible(bought)
        if bought:
            text = _("Bought again on {day}, after this was found.")
            self.since.setText(text.format(day=labels.day_text(last)))
        if signal is None:
            kind = labels.label(view.file.row.kind)
            self.sentence.setText(_("Opened by hand: {kind}").format(kind=kind))
            self.measure.hide()
            return
        self.sentence.setText(signal.zh if language().startswith("zh") else signal.en)
        text = _("{kind}, measured {measured}, limit {limit}, as of {day}")
        self.measure.setText(
            text.format(
                kind=labels.label(signal.kind),
                measured=measure_text(signal.kind, signal.measured) or labels.UNKNOWN,
                limit=measure_text(signal.kind, signal.limit) or labels.UNKNOWN,
                day=labels.day_text(signal.as_of),
            )
        )
        self.measure.show()


class WhyPanel(Card):
    """The reasons in three layers and the chain from the stated to the root reason."""

    def __init__(self, *buttons: QPushButton) -> None:
        super().__init__(_("Why the customer leaves"), list(buttons), wraps=True)
        self._rows = QGridLayout()
        self._rows.setHorizontalSpacing(theme.GAP_M)
        self._rows.setVerticalSpacing(theme.GAP_S)
        self._rows.setColumnStretch(1, 1)
        self._rows.setColumnMinimumWidth(0, 76)
        self._used = 0
        self.body.addLayout(self._rows)

    def show_view(self, view: "CaseView") -> None:
        """Show the reasons of a case."""
        file = view.file
        clear_layout(self._rows)
        self._used = 0
        self._add(_("Stated"), file.reasons.get(ReasonLayer.STATED), _("not asked yet"))
        for step in file.why:
            self._add_step(step)
        self._add(_("Root"), file.reasons.get(ReasonLayer.ROOT), _("not found yet"), is_root=True)
        self._add(_("Staff thought"), file.reasons.get(ReasonLayer.BELIEF), _("not noted"))

    def _add(
        self, title: str, reason: ReasonOnCase | None, missing: str, *, is_root: bool = False
    ) -> None:
        column = QVBoxLayout()
        column.setSpacing(0)
        if reason is None:
            column.addWidget(text_label(missing, "hint"))
        else:
            text = reference.text(reason, language())
            if is_root:
                chip = ChipLabel(text, Tone.ACCENT)
                chip.setAccessibleName(_("Root reason: {reason}").format(reason=text))
                column.addWidget(chip, 0, Qt.AlignmentFlag.AlignLeft)
            else:
                column.addWidget(text_label(text, "strong"))
            if reason.verbatim:
                column.addWidget(text_label(_("“{words}”").format(words=reason.verbatim)))
        self._place(title, column)

    def _add_step(self, step: WhyStep) -> None:
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(text_label(step.answer))
        if step.reason is not None:
            column.addWidget(text_label(f"→ {reference.text(step.reason, language())}", "hint"))
        self._place(_("Why? {n}").format(n=step.step), column)

    def _place(self, title: str, column: QVBoxLayout) -> None:
        top = Qt.AlignmentFlag.AlignTop
        self._rows.addWidget(text_label(title, "hint", wraps=False), self._used, 0, top)
        self._rows.addLayout(column, self._used, 1)
        self._used += 1


class FactsPanel(Card):
    """What is known about the departure."""

    def __init__(self, *buttons: QPushButton) -> None:
        super().__init__(_("About the departure"), list(buttons))
        self.facts = Facts()
        self.body.addWidget(self.facts)

    def show_view(self, view: "CaseView") -> None:
        """Show the facts of a case."""
        self.facts.set_facts(departure_facts(view.file))


def departure_facts(file: CaseFile) -> list[tuple[str, str]]:
    """Label and value of the facts of a departure."""
    found = [
        (_("Left on"), labels.day_text(file.left_on) if file.left_on else ""),
        (_("Churn type"), churn_word(file.churn_type)),
        (_("Extent"), coded_word("extent", file.extent)),
        (_("State of mind"), coded_word("mind", file.state_of_mind)),
        (_("Competitor"), file.competitor),
        (_("What happened"), file.what_happened),
    ]
    if file.close_note:
        found.append((_("Note on closing"), file.close_note))
    return found


class Notice(QFrame):
    """A sentence that must be seen, with one thing to do about it."""

    pressed = Signal()

    def __init__(self, verb: str) -> None:
        super().__init__()
        self.setObjectName("card")
        self.words = text_label()
        self.verb = button(verb, self.pressed.emit)
        icon = QLabel()
        icon.setPixmap(theme.icon("warning", "warn").pixmap(18, 18))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP_M, theme.GAP_XS, theme.GAP_S, theme.GAP_XS)
        row.addWidget(icon)
        row.addWidget(self.words, 1)
        row.addWidget(self.verb)
        self.hide()

    def say(self, text: str, *, can_act: bool = True) -> None:
        """Show a sentence; empty hides the notice."""
        self.words.setText(text)
        self.words.setAccessibleName(text)
        self.verb.setVisible(can_act)
        self.setVisible(bool(text))


def column_of(widgets: Iterable[QWidget], *, stretch_last: bool = False) -> QWidget:
    """Widgets below each other with the usual gap."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.GAP_M)
    for widget in widgets:
        column.addWidget(widget)
    if not stretch_last:
        column.addStretch(1)
    return holder


def pane_of(widget: QWidget, width: int, name: str) -> QScrollArea:
    """A named scrolling pane of a splitter that never gets narrower than its words."""
    area = scrolled(widget, name)
    area.setMinimumWidth(theme.pixels(width))
    return area
