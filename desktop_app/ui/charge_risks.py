"""On whom customers hang, and whose time with a customer is up."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from db.vocabulary import HandoverCause, Seat
from desktop_app import clock
from desktop_app.domain.months import add_months
from desktop_app.i18n import _, ngettext
from desktop_app.services import charges, key_persons
from desktop_app.services.charges import HoldingFilter, RotationRow
from desktop_app.services.key_persons import KeyPersonRow, RiskFilter
from desktop_app.ui import case_look
from desktop_app.ui.charge_columns import (
    KEY_PERSON_COLUMNS,
    RISK_COLUMNS,
    ROTATION_COLUMNS,
    AtRisk,
    due_tone,
    index_tone,
    points_tone,
)
from desktop_app.ui.charge_flows import Whom
from desktop_app.ui.charge_part import ChargePart
from desktop_app.ui.editors import CheckEditor, ChoiceEditor
from desktop_app.ui.handover_work import HandoverTarget
from desktop_app.ui.page import Page, Slots
from desktop_app.ui.panels import FilterBar, splitter
from desktop_app.ui.record_table import RecordTable

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session

_ALL = 1_000_000
_HORIZONS = (0, 1, 3, 12)
_USUAL = 3
"""Months ahead shown at first."""


@dataclass(frozen=True, slots=True)
class Board:
    """The persons, and the customers at risk that fit the filter."""

    people: list[KeyPersonRow]
    customers: list[AtRisk]


def read_board(session: "Session", criteria: RiskFilter) -> Board:
    """Everything the tab shows."""
    seats = HoldingFilter(seat=Seat.BACKUP)
    backups = {
        row.customer_id: row.user
        for row in charges.list_holdings(session, seats, None, 0, _ALL)
        if row.first_on <= clock.today()
    }
    numbers = key_persons.policy(session)
    found = [
        AtRisk(row, backups.get(row.customer_id, ""), numbers.points_for(row.klass))
        for row in key_persons.list_at_risk(session, criteria, 0, _ALL)
    ]
    return Board(key_persons.list_key_persons(session), found)


class KeyPersonsPart(ChargePart):
    """Persons above, customers at risk below; the chosen person narrows them."""

    def __init__(self, page: Page) -> None:
        super().__init__(
            page,
            _(
                "Customers that hang on one person go when the person goes. The cure: a backup, "
                "and more people in contact."
            ),
        )
        self._all: list[AtRisk] = []
        self.filters = FilterBar(_("Name or number"))
        self.only = CheckEditor(_("Of this person"))
        self.only.set_name(_("Of this person"))
        self.short = CheckEditor(_("With too few in contact, too"))
        self.short.set_name(_("With too few in contact, too"))
        for editor in (self.only, self.short):
            self.filters.add_widget(editor)
        self.filters.changed.connect(self._filter)
        self.only.changed.connect(self._filter)
        self.short.changed.connect(self.load)
        if self.may_hand_over():
            self.add_bar(self.filters, "handover.new", "charge.backup")
        else:
            self.body.addWidget(self.filters)
        self.people = RecordTable(
            KEY_PERSON_COLUMNS,
            context=page.context,
            state_key="charges.people",
            name=_("Key persons"),
            empty=_("No customer hangs on one person."),
            key=lambda row: row.person_id,
        )
        self.table = RecordTable(
            RISK_COLUMNS,
            context=page.context,
            state_key="charges.risks",
            name=_("Customers at risk"),
            empty=_("No customer is at risk. Contacts of the last months are shared."),
            chips={"klass": case_look.klass_tone, "index": index_tone, "points": points_tone},
            key=lambda row: row.customer_id,
        )
        self.follow(self.people, "handover.new", None, "list.copy")
        self.follow(self.table, "charge.backup", "handover.new", None, "customer.open", "list.copy")
        self.people.current_changed.connect(lambda _row: self._on_person())
        self.people.opened.connect(lambda _row: self._narrow())
        self.table.opened.connect(lambda row: page.navigate("customer-card", row.customer_id))
        panes = splitter(page.context, "charges.risks", self.people, self.table, horizontal=False)
        panes.setStretchFactor(0, 1)
        panes.setStretchFactor(1, 2)
        self.body.addWidget(panes, 1)
        self.setFocusProxy(self.people)

    def load(self) -> None:
        """Read persons and customers."""
        criteria = RiskFilter(short_too=self.short.value())
        self.latest.take(self.tasks.read(self, read_board, criteria)).then(self._show)

    def _show(self, board: Board) -> None:
        self._all = board.customers
        self.people.set_rows(board.people)
        self.people.choose_first()
        self._filter()

    def _narrow(self) -> None:
        self.only.set_value(True)
        self.table.focus()

    def _on_person(self) -> None:
        if self.only.value():
            self._filter()

    def _filter(self) -> None:
        words = (self.filters.search.value() or "").casefold().split()
        person = self._person()
        self.table.set_rows(
            [
                one
                for one in self._all
                if all(word in f"{one.row.name} {one.row.number}".casefold() for word in words)
                and (not self.only.value() or one.row.person_id == person)
            ]
        )
        self.page.actions_changed()

    def _person(self) -> uuid.UUID | None:
        row: KeyPersonRow | None = self.people.current_row()
        return None if row is None else row.person_id

    def customer(self) -> uuid.UUID | None:
        """The customer the cursor is on."""
        row: AtRisk | None = self.table.current_row()
        return None if row is None else row.customer_id

    def _whom(self) -> Whom:
        rows: list[AtRisk] = self.table.selected_rows()
        return Whom(tuple(one.customer_id for one in rows), rows[0].row.name if rows else "")

    def slots(self) -> Slots:
        """A backup for the chosen customers; a handover of the chosen person's."""
        found: dict[str, Callable[[], object]] = {}
        customer_id = self.customer()
        if customer_id is not None:
            found["customer.open"] = self.opener(customer_id)
        if not self.may_hand_over():
            return found
        if self.table.has_selection():
            found["charge.backup"] = lambda: self.flows.give(self._whom(), Seat.BACKUP)
        person = self._person()
        if person is not None:
            found["handover.new"] = self.hand_over(HandoverTarget(HandoverCause.LOAD, person))
        return found


def until(months: int) -> str:
    """The choice of how far to look ahead."""
    if not months:
        return _("overdue")
    return ngettext("within {n} month", "within {n} months", months).format(n=months)


class RotationPart(ChargePart):
    """Who has looked after a customer for so long that somebody else should."""

    def __init__(self, page: Page) -> None:
        super().__init__(
            page,
            _(
                "Whoever has looked after a customer for long hands it over, and both come for a "
                "while. So the customer belongs to the firm and not to one person."
            ),
        )
        self._all: list[RotationRow] = []
        self.filters = FilterBar(_("Name, number or employee"))
        self.horizon = self.filters.add(
            _("Due"), ChoiceEditor([(months, until(months)) for months in _HORIZONS])
        )
        self.horizon.set_value(_USUAL)
        self.filters.changed.connect(self.load)
        if self.may_hand_over():
            self.add_bar(self.filters, "charge.backup", "handover.new")
        else:
            self.body.addWidget(self.filters)
        self.table = RecordTable(
            ROTATION_COLUMNS,
            context=page.context,
            state_key="charges.rotation",
            name=_("Rotation"),
            empty=_("Nobody is to hand over in this time."),
            chips={"klass": case_look.klass_tone, "due": due_tone},
            key=lambda row: (row.customer_id, row.user_id),
        )
        self.follow(self.table, "handover.new", "charge.backup", None, "customer.open", "list.copy")
        self.table.opened.connect(lambda row: page.navigate("customer-card", row.customer_id))
        self.body.addWidget(self.table, 1)
        self.setFocusProxy(self.table)

    def load(self) -> None:
        """Read who is due."""
        last = add_months(clock.today(), self.horizon.value() or 0)
        task = self.tasks.read(self, charges.rotations_due, last)
        self.latest.take(task).then(self._show)

    def _show(self, rows: list[RotationRow]) -> None:
        words = (self.filters.search.value() or "").casefold().split()
        self.table.set_rows(
            [
                row
                for row in rows
                if all(word in f"{row.name} {row.number} {row.user}".casefold() for word in words)
            ]
        )
        self.table.choose_first()
        self.page.actions_changed()

    def customer(self) -> uuid.UUID | None:
        """The customer the cursor is on."""
        row: RotationRow | None = self.table.current_row()
        return None if row is None else row.customer_id

    def slots(self) -> Slots:
        """A handover of the chosen customers of one person, or a backup for them."""
        current: RotationRow | None = self.table.current_row()
        if current is None:
            return {}
        found: dict[str, Callable[[], object]] = {"customer.open": self.opener(current.customer_id)}
        if self.may_hand_over() and self.table.has_selection():
            found["handover.new"] = lambda: self._rotate(current)
            found["charge.backup"] = self._set_backup
        return found

    def _rotate(self, current: RotationRow) -> None:
        rows: list[RotationRow] = self.table.selected_rows()
        own = tuple(row.customer_id for row in rows if row.user_id == current.user_id)
        self.hand_over(HandoverTarget(HandoverCause.ROTATION, current.user_id, own))()

    def _set_backup(self) -> None:
        rows: list[RotationRow] = self.table.selected_rows()
        whom = Whom(tuple(row.customer_id for row in rows), rows[0].name if rows else "")
        self.flows.give(whom, Seat.BACKUP)
