"""Customers nobody looks after."""

import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from db.vocabulary import CustomerClass, HandoverCause, Seat
from desktop_app.domain.permissions import Action
from desktop_app.i18n import _
from desktop_app.services import orphans
from desktop_app.services.orphans import OrphanFilter, OrphanRow
from desktop_app.ui import case_look
from desktop_app.ui.charge_columns import ORPHAN_COLUMNS, REASONS, days_tone
from desktop_app.ui.charge_flows import Whom
from desktop_app.ui.charge_part import ChargePart
from desktop_app.ui.editors import ChoiceEditor, EnumEditor
from desktop_app.ui.handover_work import HandoverTarget
from desktop_app.ui.page import Page, Slots
from desktop_app.ui.panels import FilterBar
from desktop_app.ui.record_table import RecordTable

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session

_ALL = 1_000_000


def read_all(session: "Session", criteria: OrphanFilter) -> list[OrphanRow]:
    """Every customer that fits."""
    return orphans.list_orphans(session, criteria, None, 0, _ALL)


class OrphansPart(ChargePart):
    """The list with its filter; who may not hand over passes customers on."""

    def __init__(self, page: Page) -> None:
        super().__init__(
            page,
            _(
                "Customers nobody looks after: whoever was in charge left, or nobody ever was. "
                "Those of people who left come first, then those who spend most."
            ),
        )
        self.filters = FilterBar()
        self.klass = self.filters.add(_("Class"), EnumEditor(CustomerClass, optional=True))
        reasons = [(reason, _(words)) for reason, words in REASONS.items()]
        self.reason = self.filters.add(
            _("Reason"), ChoiceEditor(reasons, optional=True, empty=_("all"))
        )
        self.filters.changed.connect(self.load)
        self.add_bar(
            self.filters,
            *(
                ("charge.backup", "charge.give", "handover.new")
                if self.may_hand_over()
                else ("charge.pass_on",)
            ),
        )
        self.table = RecordTable(
            ORPHAN_COLUMNS,
            context=page.context,
            state_key="charges.orphans",
            name=_("Orphans"),
            empty="",
            chips={"klass": case_look.klass_tone, "days": days_tone},
            key=lambda row: row.customer_id,
        )
        self.table.hide_columns("since")
        self.table.opened.connect(lambda row: page.navigate("customer-card", row.customer_id))
        self.follow(
            self.table, "handover.new", "charge.give", "charge.backup", "charge.pass_on", None,
            "customer.open", "list.copy",
        )  # fmt: skip
        self.body.addWidget(self.table, 1)
        self.setFocusProxy(self.table)

    def criteria(self) -> OrphanFilter:
        """What the filter says."""
        return OrphanFilter(
            text=self.filters.search.value() or "",
            klass=self.klass.value(),
            reason=self.reason.value(),
        )

    def load(self) -> None:
        """Ask the list again."""
        criteria = self.criteria()
        if criteria == OrphanFilter():
            self.table.set_empty(_("Everybody is looked after. No customer is without anybody."))
        else:
            self.table.set_empty(
                _("No such customer is without anybody."), (_("Show all"), self._show_all)
            )
        self.table.set_query(orphans.count_orphans, orphans.list_orphans, criteria)

    def _show_all(self) -> None:
        for editor in (self.filters.search, self.klass, self.reason):
            editor.set_value(None)
        self.filters.settle()
        self.load()

    def customer(self) -> uuid.UUID | None:
        """The customer the cursor is on."""
        row: OrphanRow | None = self.table.current_row()
        return None if row is None else row.customer_id

    def slots(self) -> Slots:
        """What can be done to the chosen customers; a handover also to all."""
        found: dict[str, Callable[[], object]] = {}
        if self.may_hand_over():
            found["handover.new"] = self._hand_over
        customer_id = self.customer()
        if customer_id is not None:
            found["customer.open"] = self.opener(customer_id)
        if not self.table.has_selection():
            return found
        if self.may_hand_over():
            found["charge.give"] = lambda: self._with(self._give(Seat.PRIMARY))
            found["charge.backup"] = lambda: self._with(self._give(Seat.BACKUP))
        if self.flows.may(Action.DO_TASK):
            found["charge.pass_on"] = lambda: self._with(self.flows.pass_on)
        return found

    def _give(self, seat: Seat) -> Callable[[Whom], None]:
        return lambda whom: self.flows.give(whom, seat)

    def _hand_over(self) -> None:
        rows = self.table.selected_rows()
        if self.criteria() == OrphanFilter() and (not rows or self.table.has_all_selected()):
            self.hand_over(HandoverTarget(HandoverCause.ORPHANS))()
        else:
            self._with(
                lambda whom: self.hand_over(HandoverTarget(HandoverCause.ORPHANS, None, whom.ids))()
            )

    def _with(self, act: Callable[[Whom], object]) -> None:
        """Do something to the chosen customers, to all of the filter where none is chosen.

        Of a long list also to those that were not seen yet.
        """
        rows: list[OrphanRow] = self.table.selected_rows()
        if rows and not self.table.has_all_selected():
            act(_whom(rows))
            return
        task = self.tasks.read(self, read_all, self.criteria())
        self.latest.take(task).then(lambda found: act(_whom(found)))


def _whom(rows: Sequence[OrphanRow]) -> Whom:
    return Whom(tuple(row.customer_id for row in rows), rows[0].name if rows else "")
