"""Parts of the customer card: figures with their trend, people to talk to, facts."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_app import clock, labels
from desktop_app.i18n import _, ngettext
from desktop_app.ui import theme
from desktop_app.ui.panels import Card, Facts, button, text_label
from desktop_app.ui.sparkline import Sparkline

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from datetime import date

    from db.queries.customer_card import ContactRow, CustomerCard
    from desktop_app.domain.purchases import Metrics

_COLUMNS = 4
_MAX_ATTRIBUTES = 60


class Figure(QWidget):
    """A number with its name above and a hint below."""

    def __init__(self, label: str) -> None:
        super().__init__()
        self._name = label
        self._value = text_label("—", "heading", wraps=False)
        self._hint = text_label("", "hint", wraps=False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        for widget in (text_label(label, "hint", wraps=False), self._value, self._hint):
            column.addWidget(widget)

    def show_value(self, value: str, hint: str = "") -> None:
        """Show a number and what it means."""
        self._value.setText(value)
        self._hint.setText(hint)
        self._value.setAccessibleName(" ".join(filter(None, (self._name, value, hint))))


class FiguresCard(Card):
    """What the customer bought, in eight figures and a line."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(_("Figures"))
        self._figures = {
            "spend_window": Figure(_("Spend 12 m")),
            "orders": Figure(_("Orders")),
            "average": Figure(_("Average order")),
            "interval": Figure(_("Usual interval")),
            "spend_total": Figure(_("Spend in all")),
            "first": Figure(_("First order")),
            "last": Figure(_("Last order")),
        }
        self._line = Sparkline()
        self._line_hint = text_label(_("Spend by month, 12 months"), "hint", wraps=False)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.GAP_L)
        grid.setVerticalSpacing(theme.GAP_S)
        for place, figure in enumerate(self._figures.values()):
            grid.addWidget(figure, place // _COLUMNS, place % _COLUMNS)
        trend = QVBoxLayout()
        trend.setSpacing(1)
        trend.addWidget(self._line_hint)
        trend.addWidget(self._line)
        grid.addLayout(trend, 1, 3)
        for column in range(_COLUMNS):
            grid.setColumnStretch(column, 1)
        self.body.addLayout(grid)

    def show_metrics(self, metrics: "Metrics", as_of: "date", currency: str) -> None:
        """Show the figures as of a day; amounts in a currency."""
        shown = self._figures

        def money(minor: int | None) -> str:
            return labels.money(minor, currency)

        shown["spend_window"].show_value(
            money(metrics.spend_window), _("until {day}").format(day=as_of.isoformat())
        )
        returns = ngettext("{n} return", "{n} returns", metrics.returns).format(n=metrics.returns)
        shown["orders"].show_value(
            labels.number(metrics.orders), returns if metrics.returns else ""
        )
        shown["average"].show_value(money(metrics.average_order))
        mean = metrics.mean_interval_days
        shown["interval"].show_value("—" if mean is None else days_text(round(mean, 1)))
        shown["spend_total"].show_value(money(metrics.spend_total))
        shown["first"].show_value(_plain_day(metrics.first))
        ago = "" if metrics.last is None else ago_text(metrics.last)
        shown["last"].show_value(_plain_day(metrics.last), ago)
        months = ", ".join(money(value) for value in metrics.trend)
        self._line.set_values(
            metrics.trend, _("Spend by month, oldest first: {months}").format(months=months)
        )


def days_text(days: float) -> str:
    """A length of time in days, e.g. ``9.5 days``."""
    text = f"{days:,.1f}".removesuffix(".0")
    return ngettext("{n} day", "{n} days", 1 if days == 1 else 2).format(n=text)


def ago_text(day: "date") -> str:
    """How long ago a day was, as a second hint."""
    days = (clock.today() - day).days
    if days <= 0:
        return _("today")
    return ngettext("{n} day ago", "{n} days ago", days).format(n=days)


def _plain_day(day: "date | None") -> str:
    return "—" if day is None else day.isoformat()


class ContactsCard(Card):
    """The people one talks to, each in a line with what can be done."""

    def __init__(
        self,
        *,
        add: Callable[[], object] | None,
        edit: "Callable[[ContactRow], object]",
        remove: "Callable[[ContactRow], object]",
    ) -> None:
        buttons = [button(_("Add contact"), add, "add", "quiet")] if add is not None else []
        super().__init__(_("Contacts"), buttons)
        self._edit, self._remove, self._may_edit = edit, remove, add is not None
        self._lines: list[QWidget] = []
        self._none = text_label(_("Nobody yet. Who picks up the phone there?"), "hint")
        self.body.addWidget(self._none)

    def show_contacts(self, contacts: "Sequence[ContactRow]") -> None:
        """Show the people, the first one to call first."""
        for line in self._lines:
            line.hide()
            line.deleteLater()
        self._lines = [self._line(contact) for contact in contacts]
        for line in self._lines:
            self.body.addWidget(line)
        self._none.setVisible(not contacts)

    def _line(self, contact: "ContactRow") -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_S)
        row.addWidget(text_label(contact.name, "strong", wraps=False))
        facts = [contact.duty, contact.phone]
        facts += [contact.email, _("first to call") if contact.is_primary else ""]
        row.addWidget(text_label(" · ".join(filter(None, facts)), "hint"), 1)
        if self._may_edit:
            for text, icon, slot in (
                (_("Edit {name}"), "edit", self._edit),
                (_("Remove {name}"), "remove", self._remove),
            ):
                row.addWidget(_icon_button(text.format(name=contact.name), icon, slot, contact))
        return line


def _icon_button(text: str, icon: str, slot: Callable[[Any], object], row: object) -> QWidget:
    made = button("", lambda: slot(row), icon, "quiet")
    made.setAccessibleName(text)
    made.setToolTip(text)
    return made


class PhoneLine(QWidget):
    """The phone with hidden middle, and buttons to see or copy it."""

    def __init__(self, buttons: Sequence[QWidget]) -> None:
        super().__init__()
        self._phone = text_label("", "strong", wraps=False)
        self._record: object = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_S)
        row.addWidget(text_label(_("Phone"), "hint", wraps=False))
        row.addWidget(self._phone)
        for widget in buttons:
            row.addWidget(widget)
        row.addStretch(1)

    def show_phone(self, record: object, phone: str) -> None:
        """Show a masked phone; the same version of the same record stays as it is."""
        if record != self._record:
            self._put(phone or _("not known"))
        self._record = record

    def whole(self) -> Callable[[str], None]:
        """What shows the whole number, while the same record is shown as now."""
        record = self._record

        def show(phone: str) -> None:
            if record == self._record:
                self._put(phone or _("not known"))

        return show

    def _put(self, text: str) -> None:
        self._phone.setText(text)
        self._phone.setAccessibleName(f"{_('Phone')}: {text}")


class FactsCard(Card):
    """The rest of the record and the attributes that came with imports."""

    def __init__(self) -> None:
        super().__init__(_("Facts"))
        self._facts, self._more = Facts(), Facts()
        self._title = QLabel(_("Attributes"))
        theme.set_role(self._title, "strong")
        row = QHBoxLayout()  # stretches below: aligned, wrapped texts would not get their height
        row.setSpacing(theme.GAP_L)
        for widgets, share in (((self._facts,), 3), ((self._title, self._more), 2)):
            column = QVBoxLayout()
            column.setSpacing(theme.GAP_S)
            for widget in widgets:
                column.addWidget(widget)
            column.addStretch(1)
            row.addLayout(column, share)
        self.body.addLayout(row)

    def show_card(self, card: "CustomerCard") -> None:
        """Show the facts that are known."""
        values = card.values
        joined = values["joined_on"]
        facts = [
            (_("Card number"), values["card_number"]),
            (_("Email"), values["email"]),
            (_("Address"), values["address"]),
            (_("Store"), card.row.store),
            (_("Owner"), card.row.owner),
            (_("Customer since"), labels.day_text(joined) if joined else ""),
            (_("Changes of supplier"), ", ".join(values["switch_dates"])),
            (_("Note"), values["note"]),
        ]
        self._facts.set_facts(facts)
        attributes = list(values["attributes"].items())[:_MAX_ATTRIBUTES]
        self._more.set_facts((name, _attribute(value)) for name, value in attributes)
        self._title.setVisible(bool(attributes))
        self._more.setVisible(bool(attributes))


def _attribute(value: object) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return "" if value is None else str(value)
