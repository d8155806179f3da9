"""Promises, complaints, service recoveries and cases to look back on: what is late stands first."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabBar, QWidget
from typing_extensions import override

from db.queries.case_reviews import CaseReviewRow, ReviewFilter
from db.queries.follow_up import DueCount, FollowFilter
from db.queries.promises import ComplaintRow, PromiseRow, RecoveryRow
from db.vocabulary import CustomerClass
from desktop_app import clock, labels
from desktop_app.columns import Column
from desktop_app.columns.promises import (
    COMPLAINT_COLUMNS,
    PROMISE_COLUMNS,
    RECOVERY_COLUMNS,
    REVIEW_COLUMNS,
    complaint_step,
    recovery_due,
)
from desktop_app.domain.promises import ComplaintStep
from desktop_app.domain.rates import Rate
from desktop_app.i18n import N_, _
from desktop_app.reports.base import SMALL_N
from desktop_app.reports.shares import interval_text
from desktop_app.services import case_reviews, complaints, promises, recovery
from desktop_app.ui import case_look, theme
from desktop_app.ui.editors import CheckEditor
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.panels import FilterBar, PageHeader, StatTile, action_button, splitter
from desktop_app.ui.promise_flows import PromiseFlows, Row
from desktop_app.ui.promise_pane import FollowPane
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.tasks import Latest
from desktop_app.ui.theme import Tone

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session

ENDED_DAYS: Final = 90
"""So many days back what ended is shown, and the rates count."""
_REVIEWS: Final = 2000
PROMISES, COMPLAINTS, RECOVERIES, REVIEWS = range(4)
TITLES: Final = (N_("Promises"), N_("Complaints"), N_("Service recovery"), N_("Look back"))
OVERDUE, TODAY, KEPT, ANSWERED = "overdue", "today", "kept", "answered"
_TILES: Final = (
    (OVERDUE, N_("Overdue, mine")),
    (TODAY, N_("Due today, mine")),
    (KEPT, N_("Kept by their day")),
    (ANSWERED, N_("Complaints answered in time")),
)


@dataclass(frozen=True, slots=True)
class Board:
    """The four lists, what is due for oneself, and the rates of the last months."""

    rows: tuple[Sequence[Any], Sequence[Any], Sequence[Any], Sequence[Any]]
    due: DueCount
    kept: Rate
    answered: Rate


def read_board(session: "Session", criteria: FollowFilter, owner: str = "") -> Board:
    """Everything the page shows, at once; `owner`: only this one's cases are looked back on."""
    today = clock.today()
    start = today - dt.timedelta(days=ENDED_DAYS)
    return Board(
        (
            promises.find(session, criteria),
            complaints.find(session, criteria),
            recovery.find(session, criteria),
            _reviews(session, criteria, owner),
        ),
        promises.due_for(session),
        promises.on_time_in_all(session, start, today).kept,
        complaints.answered_in_time(session, start, today),
    )


def _reviews(session: "Session", criteria: FollowFilter, owner: str) -> list[CaseReviewRow]:
    """Those that wait for a decision first, then those to look back on; decided ones last."""
    since, typed = criteria.ended_since, criteria.text.strip().casefold()
    filters = [ReviewFilter(done=True, is_decided=False), ReviewFilter()]
    if since is not None:
        filters.append(ReviewFilter(done=True, is_decided=True, closed_from=since))
    rows = [row for each in filters for row in case_reviews.due(session, each, _REVIEWS)]
    return [
        row
        for row in rows
        if typed in f"{row.customer} {row.number}".casefold() and owner in ("", row.owner)
    ]


def rate_hint(rate: Rate) -> str:
    """What a rate is made of, and how far it can be trusted."""
    if not rate.n:
        return _("none due in {days} days").format(days=ENDED_DAYS)
    of = _("{hits} of n = {n}").format(hits=labels.number(rate.hits), n=labels.number(rate.n))
    if rate.n < SMALL_N:
        return _("{of}, too few to judge").format(of=of)
    return f"{of}, {interval_text(rate.interval)}"


def _due_tone(row: PromiseRow | ComplaintRow) -> Tone | None:
    return case_look.day_tone(row.due_on) if row.answered_on is None else None


class PromisesPage(Page):
    """Rates above, four lists with one filter, the chosen line in full at the right."""

    SPEC: ClassVar[PageSpec] = page_spec("promises")
    TABLES: ClassVar[frozenset[str]] = frozenset(
        {
            "promise", "complaint", "recovery", "recovery_step", "case_review",
            "departure_case", "customer", "app_user",
        }
    )  # fmt: skip

    def build(self) -> None:
        """Make tiles, tabs, filter, lists and the pane."""
        self._loading = Latest()
        self.board: Board | None = None
        self.flows = PromiseFlows(self, self.context)
        self.header = PageHeader(
            _("Promises"),
            buttons=[
                action_button(self.context, "follow.hand_over"),
                action_button(self.context, "promise.chase"),
                action_button(self.context, "follow.step"),
                action_button(self.context, "promise.new", primary=True),
            ],
        )
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(_("Lists"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        for title in TITLES:
            self.tabs.addTab(_(title))
        self._make_filters()
        self.lists = [self._table(place) for place in range(len(TITLES))]
        self.stack = QStackedWidget()
        for table in self.lists:
            self.stack.addWidget(table)
            self.follow(table)
        self.pane = FollowPane()
        panes = splitter(self.context, "promises", self.stack, self.pane)
        panes.setStretchFactor(0, 7)
        panes.setStretchFactor(1, 3)
        for widget in (self.header, self._make_tiles(), self.tabs, self.filters):
            self.body.addWidget(widget)
        self.body.addWidget(panes, 1)
        self.tabs.currentChanged.connect(self._on_tab)
        self.setFocusProxy(self.stack)
        self.stack.setFocusProxy(self.lists[PROMISES])

    def _make_filters(self) -> None:
        self.filters = FilterBar(_("Name, pinyin, phone, case, words"))
        self.mine = CheckEditor(_("Only mine"))
        self.overdue = CheckEditor(_("Overdue"))
        self.ended = CheckEditor(_("Also what ended in {days} days").format(days=ENDED_DAYS))
        for editor in (self.mine, self.overdue, self.ended):
            editor.set_name("")
            editor.changed.connect(self.filters.changed)
            self.filters.add_widget(editor)
        self.filters.changed.connect(self.load)

    def _make_tiles(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_S)
        self.tiles: dict[str, StatTile] = {}
        for name, title in _TILES:
            tile = StatTile(_(title), "—", " ")
            tile.clicked.connect(self._chooser(name))
            self.tiles[name] = tile
            row.addWidget(tile)
        return holder

    def _table(self, place: int) -> RecordTable:
        columns: Sequence[Column[Any]]
        columns = (PROMISE_COLUMNS, COMPLAINT_COLUMNS, RECOVERY_COLUMNS, REVIEW_COLUMNS)[place]
        chips: dict[str, Callable[[Any], Tone | None]] = {"klass": case_look.klass_tone}
        if place == RECOVERIES:
            chips["due"] = lambda row: case_look.day_tone(recovery_due(row))
        elif place == REVIEWS:
            chips["state"] = _review_tone
        else:
            chips["due_on"] = _due_tone
        table = RecordTable(
            columns,
            context=self.context,
            state_key=("promises", "complaints", "recoveries", "case-reviews")[place],
            name=_(TITLES[place]),
            empty="",
            chips={name: tone for name, tone in chips.items() if _has(columns, name)},
        )
        hidden = {"made_on", "answered_on", "note", "answer_words", "answered_at", "listened_at"}
        table.hide_columns(*(column.id for column in columns if column.id in hidden))
        table.opened.connect(lambda _row: self._open())
        table.current_changed.connect(lambda _row: self._on_current())
        table.selection_changed.connect(self.actions_changed)
        table.model.loaded.connect(self._on_rows)
        table.set_menu(
            "follow.step", "follow.cannot", "promise.chase", "follow.hand_over", "recovery.new",
            "lesson.decide", None, "case.open", "customer.open", None, "list.copy",
        )  # fmt: skip
        return table

    # ------------------------------------------------------------------ loading

    def _criteria(self) -> FollowFilter:
        today = clock.today()
        since = today - dt.timedelta(days=ENDED_DAYS)
        return FollowFilter(
            text=self.filters.search.value() or "",
            keeper_id=self.actor.user_id if self.mine.value() else None,
            due_before=today if self.overdue.value() else None,
            ended_since=since if self.ended.value() else None,
        )

    @override
    def load(self) -> None:
        owner = self.actor.name if self.mine.value() else ""
        task = self.tasks.read(self, read_board, self._criteria(), owner)
        self._loading.take(task).then(self._show)

    def _show(self, board: Board) -> None:
        self.board = board
        self._say_empty()
        for place, (table, rows) in enumerate(zip(self.lists, board.rows, strict=True)):
            table.set_rows(rows)
            self.tabs.setTabText(place, f"{_(TITLES[place])} {labels.number(len(rows))}")
        due = board.due
        self.tiles[OVERDUE].show_value(
            labels.number(due.overdue), "", Tone.BAD if due.overdue else None
        )
        soon = _("and {n} within {days} days").format(n=due.soon, days=promises.SOON_DAYS)
        self.tiles[TODAY].show_value(
            labels.number(due.today), soon if due.soon else "", Tone.WARN if due.today else None
        )
        for name, rate in ((KEPT, board.kept), (ANSWERED, board.answered)):
            self.tiles[name].show_value(labels.percent(rate.share, 0), rate_hint(rate))
        self._on_current()

    def _say_empty(self) -> None:
        if self._criteria() != FollowFilter():
            for table in self.lists:
                table.set_empty(_("Nothing fits. Change the search or the filter."),
                                (_("Show all that is open"), self._show_all))  # fmt: skip
            return
        new = (_("New promise…"), self.flows.promise)
        heard = (_("New complaint…"), self.flows.complaint)
        cases = (_("Go to the cases"), lambda: self.navigate("cases"))
        words = (
            (_("Nothing is promised. Write down what customers are told, with its day."), new),
            (_("No complaint is open."), heard),
            (_("No fault is being made good. A service recovery begins in the case."), cases),
            (_("No closed case waits for a lesson."), cases),
        )
        for table, (text, step) in zip(self.lists, words, strict=True):
            table.set_empty(text, step)

    def _show_all(self) -> None:
        self._set_filters(mine=False, overdue=False, ended=False)
        self.filters.search.set_value(None)
        self.filters.settle()
        self.load()

    def _set_filters(self, *, mine: bool, overdue: bool, ended: bool) -> None:
        for editor, value in ((self.mine, mine), (self.overdue, overdue), (self.ended, ended)):
            editor.set_value(value)

    def _chooser(self, tile: str) -> Callable[[], None]:
        return lambda: self.choose(tile)

    def choose(self, tile: str) -> None:
        """Show what is behind a number."""
        is_own = tile in (OVERDUE, TODAY)
        self._set_filters(mine=is_own, overdue=tile == OVERDUE, ended=not is_own)
        if not is_own:
            self.tabs.setCurrentIndex(PROMISES if tile == KEPT else COMPLAINTS)
        self.filters.settle()
        self.load()
        self.table.focus()

    @override
    def show_record(self, target: object) -> None:
        """Show what one has to do oneself: ``mine``, or ``overdue``."""
        if target in (OVERDUE, "mine"):
            self._set_filters(mine=True, overdue=target == OVERDUE, ended=False)
            self.filters.settle()
        self.load()

    # ------------------------------------------------------------------ the chosen line

    @property
    def table(self) -> RecordTable:
        """The list that is shown."""
        return self.lists[max(0, self.tabs.currentIndex())]

    def _on_tab(self, place: int) -> None:
        self.stack.setCurrentIndex(place)
        self.stack.setFocusProxy(self.lists[place])
        self.table.choose_first()
        self.show_count(self.table.count())
        self._on_current()

    @override
    def show_count(self, count: int | None) -> None:
        super().show_count(self.table.count())

    def _on_rows(self) -> None:
        self.table.choose_first()
        self._on_current()

    def _on_current(self) -> None:
        self.pane.show_row(self._row())
        self.actions_changed()

    def _row(self) -> Row | None:
        row: Row | None = self.table.current_row()
        return row

    def _open(self) -> None:
        slots = self.actions()
        slots.get("case.open", slots["customer.open"])()

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        flows = self.flows
        slots: dict[str, Callable[[], object]] = {
            "promise.new": flows.promise,
            "complaint.new": flows.complaint,
        }
        row = self._row()
        if row is None:
            return slots
        slots["customer.open"] = lambda: self.navigate("customer-card", row.customer_id)
        case_id = row.id if isinstance(row, CaseReviewRow) else row.case_id
        if case_id is not None:
            slots["case.open"] = lambda: self.navigate("case-file", case_id)
        return {**slots, **self._for_row(row)}

    def _for_row(self, row: Row) -> Slots:
        flows = self.flows
        slots: dict[str, Callable[[], object]] = {}
        if isinstance(row, PromiseRow | ComplaintRow) and row.case_id is not None:
            slots["recovery.new"] = self._beginner(row, row.case_id)
        match row:
            case PromiseRow() if row.answered_on is None:
                slots["promise.chase"] = lambda: flows.chase(row)
                slots["follow.cannot"] = lambda: flows.cannot(row)
            case ComplaintRow() if row.answered_on is None:
                if complaint_step(row) is ComplaintStep.FEEDBACK:
                    slots["follow.cannot"] = lambda: flows.cannot(row)
            case RecoveryRow() if row.next_step is not None:
                pass
            case CaseReviewRow():
                if row.at is not None:
                    slots["lesson.decide"] = lambda: flows.decide(row)
                return slots | {"follow.step": lambda: flows.go_on(row)}
            case _:
                return slots
        return slots | {
            "follow.step": lambda: flows.go_on(row),
            "follow.hand_over": lambda: flows.hand_over(row),
        }

    def _beginner(self, row: PromiseRow | ComplaintRow, case_id: uuid.UUID) -> Callable[[], None]:
        kind = "promise" if isinstance(row, PromiseRow) else "complaint"
        return lambda: self.flows.recovery(case_id, row.customer_id, (kind, row.id))


def _review_tone(row: CaseReviewRow) -> Tone | None:
    if row.at is None:
        return Tone.BAD if row.klass is CustomerClass.A else Tone.WARN
    return Tone.GOOD if row.improvement else Tone.INFO


def _has(columns: Sequence[Column[Any]], name: str) -> bool:
    return any(column.id == name for column in columns)
