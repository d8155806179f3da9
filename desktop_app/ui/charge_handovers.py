"""Handovers that were made, and what of them waits for an answer."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from db.vocabulary import HandoverCause, HandoverState
from desktop_app import labels
from desktop_app.columns import Align, Column
from desktop_app.domain.handover_tidy import Tidy, done_word
from desktop_app.domain.permissions import Action
from desktop_app.i18n import N_, _
from desktop_app.services import handovers
from desktop_app.services.handovers import HandoverRow, LineRow
from desktop_app.ui import case_look
from desktop_app.ui.charge_part import ChargePart
from desktop_app.ui.editors import ChoiceEditor
from desktop_app.ui.handover_work import HandoverTarget, customers_words
from desktop_app.ui.page import Page, Slots
from desktop_app.ui.panels import FilterBar, splitter
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.tasks import Latest
from desktop_app.ui.theme import Tone

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session

MINE, ALL = "mine", "all"
_STATES: Final = {
    HandoverState.WAITING: Tone.WARN,
    HandoverState.ACCEPTED: Tone.GOOD,
    HandoverState.DECLINED: Tone.BAD,
}


def _from(row: HandoverRow | LineRow) -> str:
    return row.giver or _("nobody")


def waiting_tone(row: HandoverRow) -> Tone | None:
    """Tone of how many lines wait."""
    return Tone.WARN if row.waiting else None


def declined_tone(row: HandoverRow) -> Tone | None:
    """Tone of how many lines were declined."""
    return Tone.BAD if row.declined else None


def state_tone(row: LineRow) -> Tone | None:
    """Tone of what the receiver said."""
    return _STATES[row.state] if row.to_id is not None else Tone.NEUTRAL


def _state(row: LineRow) -> str:
    return labels.label(row.state if row.to_id is not None else row.fate)


def _checked(row: LineRow) -> str:
    return _(", ").join(done_word(Tidy(each)) for each in row.checked)


HANDOVER_COLUMNS: Final[list[Column[HandoverRow]]] = [
    Column("at", N_("Handed over on"), lambda row: row.at, width=130),
    Column("from", N_("From whom"), _from, width=110),
    Column("cause", N_("Cause"), lambda row: row.cause, width=150),
    Column("on", N_("From day"), lambda row: row.on, width=130),
    Column("overlap", N_("Both until"), lambda row: row.overlap_until, width=130),
    Column("customers", N_("Customers"), lambda row: row.customers, align=Align.RIGHT, width=90),
    Column("waiting", N_("Waiting"), lambda row: row.waiting or None, align=Align.RIGHT, width=80),
    Column("declined", N_("Declined"), lambda row: row.declined or None, align=Align.RIGHT,
           width=80),
    Column("left", N_("Nobody"), lambda row: row.left or None, align=Align.RIGHT, width=80),
    Column("by", N_("By"), lambda row: row.by, width=90),
    Column("note", N_("Note"), lambda row: row.note),
]  # fmt: skip
LINE_COLUMNS: Final[list[Column[LineRow]]] = [
    Column("number", N_("Number"), lambda row: row.customer_number, width=92),
    Column("customer", N_("Customer"), lambda row: row.customer, width=150),
    Column("klass", N_("Class"), lambda row: row.klass, lambda row: row.klass.value.upper(),
           align=Align.CENTER, width=60),
    Column("seat", N_("As"), lambda row: row.seat, width=80),
    Column("from", N_("From whom"), _from, width=100),
    Column("to", N_("Goes to"), lambda row: row.receiver, width=100),
    Column("is_cross", N_("Department"), lambda row: row.is_cross,
           lambda row: _("another department") if row.is_cross else "", width=130),
    Column("state", N_("State"), lambda row: row.state, _state, width=140),
    Column("checked", N_("Ticked as in order"), _checked, width=150),
    Column("note", N_("Note"), lambda row: row.note),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Board:
    """All handovers, and the lines that wait for one's own answer."""

    rows: list[HandoverRow]
    mine: list[LineRow]


def read_board(session: "Session", user_id: uuid.UUID | None) -> Board:
    """Everything the tab shows at first."""
    mine = [] if user_id is None else handovers.waiting_for(session, user_id)
    return Board(handovers.list_handovers(session), mine)


class HandoversPart(ChargePart):
    """What waits for oneself, or all handovers with the lines of the chosen one below."""

    def __init__(self, page: Page) -> None:
        super().__init__(
            page,
            _(
                "A handover holds from its first day on; the receiver accepts each customer or "
                "says why not. A customer that was declined stays where it is until somebody else "
                "is found."
            ),
        )
        self._latest_lines = Latest()
        self._board = Board([], [])
        self._has_chosen = False
        self._waits = False
        self.filters = FilterBar(has_search=False)
        self.which = self.filters.add(
            _("Show"), ChoiceEditor([(MINE, _("waiting for my answer")), (ALL, _("all handovers"))])
        )
        self.which.changed.connect(self._on_which)
        buttons = ["handover.decline", "handover.accept"]
        self.add_bar(self.filters, *(["handover.new"] if self.may_hand_over() else []), *buttons)
        self.table = RecordTable(
            HANDOVER_COLUMNS,
            context=page.context,
            state_key="charges.handovers",
            name=_("Handovers"),
            empty=_("No handover so far. When somebody leaves or rotates, it begins here."),
            first_step=(_("Hand customers over…"), self._new) if self.may_hand_over() else None,
            chips={"waiting": waiting_tone, "declined": declined_tone},
        )
        self.lines = RecordTable(
            LINE_COLUMNS,
            context=page.context,
            state_key="charges.handover_lines",
            name=_("Customers of the handover"),
            empty="",
            chips={"klass": case_look.klass_tone, "state": state_tone},
        )
        self.table.hide_columns("by")
        self.follow(self.table, "handover.new", None, "list.copy")
        self.follow(
            self.lines, "handover.accept", "handover.decline", None, "customer.open", "list.copy"
        )
        self.table.current_changed.connect(lambda _row: self._load_lines())
        self.lines.opened.connect(lambda row: page.navigate("customer-card", row.customer_id))
        self.panes = splitter(
            page.context, "charges.handovers", self.table, self.lines, horizontal=False
        )
        self.panes.setStretchFactor(0, 2)
        self.panes.setStretchFactor(1, 3)
        self.body.addWidget(self.panes, 1)
        self.setFocusProxy(self.lines)

    def load(self) -> None:
        """Read handovers and what waits."""
        task = self.tasks.read(self, read_board, self.page.actor.user_id)
        self.latest.take(task).then(self._show)

    def _show(self, board: Board) -> None:
        self._board = board
        if not self._has_chosen:
            self.which.box.blockSignals(True)
            self.which.set_value(MINE if board.mine else ALL)
            self.which.box.blockSignals(False)
            self._has_chosen = True  # what is answered does not change the view
        self._arrange()
        self.table.set_rows(board.rows)
        self.table.choose_first()
        self._load_lines()

    def _on_which(self) -> None:
        self._has_chosen = True
        self._arrange()
        self._load_lines()

    def _arrange(self) -> None:
        is_mine = self.which.value() == MINE
        self.table.setVisible(not is_mine)
        self.lines.setVisible(is_mine or bool(self._board.rows))
        self.lines.set_empty(
            _("Nothing was handed to you that waits for an answer.")
            if is_mine
            else _("Choose a handover above.")
        )

    def _load_lines(self) -> None:
        if self.which.value() == MINE:
            self._show_lines(self._board.mine)
            return
        row: HandoverRow | None = self.table.current_row()
        if row is None:
            self._show_lines([])
            return
        task = self.tasks.read(self, handovers.lines, row.id)
        self._latest_lines.take(task).then(self._show_of_handover)

    def _show_of_handover(self, rows: list[LineRow]) -> None:
        if self.which.value() == ALL:
            self._show_lines(rows)

    def _show_lines(self, rows: list[LineRow]) -> None:
        self._waits = any(map(self._may_answer, rows))
        self.lines.set_rows(rows)
        self.page.actions_changed()

    def customer(self) -> uuid.UUID | None:
        """The customer the cursor is on."""
        row: LineRow | None = self.lines.current_row()
        return None if row is None else row.customer_id

    def _new(self) -> None:
        self.hand_over(HandoverTarget(HandoverCause.LEFT))()

    def slots(self) -> Slots:
        """A new handover, and answers to the chosen lines that wait for one."""
        found: dict[str, Callable[[], object]] = {}
        if self.may_hand_over():
            found["handover.new"] = self._new
        customer_id = self.customer()
        if customer_id is not None:
            found["customer.open"] = self.opener(customer_id)
        if self._waits and self.lines.has_selection() and self.flows.may(Action.DO_TASK):
            found["handover.accept"] = self._accept
            found["handover.decline"] = self._decline
        return found

    def _chosen(self) -> list[LineRow]:
        """The chosen lines that wait for an answer."""
        rows: list[LineRow] = self.lines.selected_rows()
        return [row for row in rows if self._may_answer(row)]

    def _accept(self) -> None:
        rows = self._chosen()
        if rows:
            self.flows.accept([row.id for row in rows])

    def _decline(self) -> None:
        rows = self._chosen()
        if rows:
            words = customers_words(len({row.customer_id for row in rows}))
            self.flows.decline([row.id for row in rows], words)

    def _may_answer(self, row: LineRow) -> bool:
        is_open = row.state is HandoverState.WAITING and row.to_id is not None
        return is_open and (row.to_id == self.page.actor.user_id or self.may_hand_over())
