"""Today: the queue, in the order of work, with the order explained; what waits says why."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final
from uuid import UUID

from PySide6.QtCore import QTimer
from typing_extensions import override

from db.vocabulary import CaseStage
from desktop_app import clock, labels
from desktop_app.columns import Align, Column
from desktop_app.columns.work import WORK_COLUMNS, WorkLine
from desktop_app.domain.permissions import Action, Scope, allowed, scope_of
from desktop_app.domain.queue_order import QueueKind
from desktop_app.i18n import N_, _, ngettext
from desktop_app.services import work
from desktop_app.services.work import Counts, Section
from desktop_app.ui import case_look
from desktop_app.ui.case_places import CaseTarget, QueuePlace
from desktop_app.ui.case_preview import CasePreview
from desktop_app.ui.editors import CheckEditor
from desktop_app.ui.offer_notice import OfferNotice
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.panels import PageHeader, action_button, splitter
from desktop_app.ui.phone_actions import PhoneActions
from desktop_app.ui.promise_notice import NOTICE_TABLES, PromiseNotice
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.tasks import Latest
from desktop_app.ui.theme import Tone
from desktop_app.ui.work_bar import WorkBar

if TYPE_CHECKING:  # slow to import; the page paints without the strip and its forms
    from db.session import Session
    from desktop_app.ui.attempt_logger import AttemptLogger
    from desktop_app.ui.case_flows import CaseFlows
    from desktop_app.ui.case_view import CaseView
    from desktop_app.ui.wrap_up import WrapUp

_PREVIEW_MS = 120
_MINUTE_MS = 60_000
_LONGEST: Final = dt.timedelta(minutes=10)
_BEFORE_WORK = frozenset({CaseStage.IDENTIFIED, CaseStage.SCREENED})


def _when(moment: dt.datetime) -> str:
    """A time of today, or a day."""
    at = clock.local(moment)
    return f"{at:%H:%M}" if at.date() == clock.today() else labels.day_text(at.date())


def due_text(line: WorkLine) -> str:
    """When it is due: a promised moment, since when it waits, or the day."""
    if line.section is Section.HELD_BACK:
        return _("held back")
    if line.callback_at is not None:
        return _("call at {time}").format(time=_when(line.callback_at))
    if line.allowed_from is not None:
        return _("from {time}").format(time=_when(line.allowed_from))
    return case_look.due_text(line.due)


def due_tone(line: WorkLine) -> Tone | None:
    """Tone of the same."""
    if line.section in (Section.HELD_BACK, Section.WAITING):
        return Tone.NEUTRAL
    if line.callback_at is not None:
        return Tone.BAD if line.callback_at <= clock.now() else Tone.INFO
    return case_look.day_tone(line.due)


_BY_ID = {column.id: column for column in WORK_COLUMNS}
TODAY_COLUMNS: tuple[Column[WorkLine], ...] = (
    Column("due", N_("Due"), lambda line: line.due, due_text, width=132, sortable=False),
    *(
        replace(_BY_ID[name], width=width, align=align)
        for name, width, align in (
            ("customer", 168, Align.LEFT),
            ("klass", 56, Align.LEFT),
            ("step", 128, Align.LEFT),
            ("pool", 280, Align.LEFT),
            ("why", 300, Align.LEFT),
            ("value_at_stake", 108, Align.RIGHT),
            ("recycle_on", 132, Align.LEFT),
            ("owner", 108, Align.LEFT),
            ("kind", 160, Align.LEFT),
            ("stage", 110, Align.LEFT),
            ("number", 104, Align.LEFT),
            ("phone", 120, Align.LEFT),
        )
    ),
)
"""The columns of the day; the rows stay in the order of work, so none sorts."""


class TodayPage(Page):
    """What is shown above, the queue left, the case in short right, the strip below."""

    SPEC: ClassVar[PageSpec] = page_spec("today")
    LINES: ClassVar[int] = 200  # read at once: more than anybody does in a day
    TABLES: ClassVar[frozenset[str]] = frozenset(
        {
            "departure_case",
            "visit",
            "contact_attempt",
            "customer",
            "case_event",
            "interview",
            *NOTICE_TABLES,
            "case_offer",
            "setting",
        }
    )

    def build(self) -> None:
        """Make header, tiles, queue, preview and strip."""
        self.lines: list[WorkLine] = []
        self._goes_on = False
        self._loading, self._counting = Latest(), Latest()
        self._read_at = clock.now()
        self._flows: CaseFlows | None = None
        self.phone = PhoneActions(self, self.context)
        self.bar = WorkBar()
        self.bar.changed.connect(self._on_choice)
        self.promises = PromiseNotice(self)
        self.offers = OfferNotice(self)
        for notice in (self.promises, self.offers):
            self.bar.add_notice(notice)
        self._make_header()
        self._make_table()
        self.preview = CasePreview(self.context, _("Choose a line to see the case here."))
        self.preview.loaded.connect(self._on_preview)
        self._logger: AttemptLogger | None = None
        panes = splitter(self.context, "today", self.table, self.preview)
        panes.setStretchFactor(0, 7)
        panes.setStretchFactor(1, 3)
        self.body.addWidget(self.header)
        self.body.addWidget(self.bar)
        self.body.addWidget(panes, 1)
        self.follow(self.table)
        self.setFocusProxy(self.table)
        self._minute = QTimer(self, interval=_MINUTE_MS)
        self._minute.timeout.connect(self._on_minute)
        self._minute.start()

    @property
    def flows(self) -> "CaseFlows":
        """What can be done with a case; made when it is first wanted."""
        from desktop_app.ui.case_flows import CaseFlows  # noqa: PLC0415

        if self._flows is None:
            self._flows = CaseFlows(self)
            self._flows.started_interview.connect(lambda key: self.navigate("interview", key))
        return self._flows

    @property
    def logger(self) -> "AttemptLogger":
        """Logs contacts in the strip below the list; both are made when they are first wanted."""
        from desktop_app.ui.attempt_logger import AttemptLogger  # noqa: PLC0415
        from desktop_app.ui.wrap_up import WrapUp  # noqa: PLC0415

        if self._logger is None:
            self._logger = AttemptLogger(self, WrapUp())
            self._logger.logged.connect(self._on_logged)
            self.body.addWidget(self._logger.strip)
        return self._logger

    @property
    def strip(self) -> "WrapUp":
        """Where the result of a contact is entered."""
        return self.logger.strip

    def _make_header(self) -> None:
        role = self.actor.role
        self.everybody = CheckEditor(_("Everybody's work"))
        self.everybody.set_name(_("Everybody's work"))
        sees_more = allowed(role, Action.ASSIGN_CASE) or scope_of(role) is Scope.ALL
        self.everybody.setVisible(sees_more)
        self.everybody.set_value(not allowed(role, Action.WORK_CASE))
        self.bar.is_everybody = bool(self.everybody.value())
        self.everybody.changed.connect(self._on_everybody)
        buttons = [
            action_button(self.context, "case.assign"),
            action_button(self.context, "case.take"),
            action_button(self.context, "case.callback"),
            action_button(self.context, "case.attempt"),
            action_button(self.context, "case.open", primary=True),
        ]
        self.header = PageHeader(_("Today"), buttons=[self.everybody, *buttons], is_low=True)
        self.header.shorten(buttons[:-1])

    def _make_table(self) -> None:
        self._preview_timer = QTimer(self, singleShot=True, interval=_PREVIEW_MS)
        self._preview_timer.timeout.connect(self._show_preview)
        self.table = RecordTable(
            TODAY_COLUMNS,
            context=self.context,
            state_key="today",
            name=_("Work of today"),
            empty="",
            chips={
                "due": due_tone,
                "klass": lambda line: case_look.KLASS_TONES[line.klass],
                "stage": case_look.stage_tone,
                "recycle_on": lambda line: Tone.WARN if line.recycle_on else None,
            },
        )
        self._show_pool_column()
        self._say_empty()
        self.table.opened.connect(lambda _line: self._open())
        self.table.current_changed.connect(lambda _line: self._preview_timer.start())
        self.table.selection_changed.connect(self.actions_changed)
        self.table.set_menu(
            "case.open", "case.attempt", "case.take", "case.assign", "case.callback",
            "case.close", "case.give_back", "case.interview", "case.visit", None,
            "visit.done", "visit.cancel", None, "customer.open", "list.copy", "list.columns",
        )  # fmt: skip

    # ------------------------------------------------------------------ loading

    @override
    def load(self) -> None:
        self._read_at = clock.now()
        view = self.bar.view()
        task = self.tasks.read(self, work.lines, view, limit=self.LINES)
        self._loading.take(task).then(self._show)
        counting = self.tasks.read(self, work.counts, everybody=view.everybody)
        self._counting.take(counting).then(self._show_counts)
        self.promises.load()
        self.offers.load()

    def show_first(self, session: "Session") -> dt.datetime:
        """Show, at once, the rows with which the page begins; until when they hold."""
        self.bar.begin(is_everybody=not allowed(self.actor.role, Action.WORK_CASE))
        self._show_pool_column()
        now = clock.now()
        lines = work.lines(session, self.bar.view(), now, limit=self.LINES)
        self.table.set_rows(lines)
        return work.holds_until(session, lines, now)

    def _on_everybody(self) -> None:
        self.bar.is_everybody = bool(self.everybody.value())
        self.load()

    def _on_minute(self) -> None:
        """Read again when another day has begun, a moment has come, or much time has passed."""
        if is_stale(self.lines, self._read_at, clock.now()):
            self.load()

    def _on_choice(self) -> None:
        self._show_pool_column()
        self._say_empty()
        task = self.tasks.read(self, work.lines, self.bar.view(), limit=self.LINES)
        self._loading.take(task).then(self._show)
        self.table.focus()

    def _show_pool_column(self) -> None:
        """Why a case is in the pool is said where the pool is shown."""
        header = self.table.view.horizontalHeader()
        at = [column.id for column in TODAY_COLUMNS].index("pool")
        header.blockSignals(True)  # the column is not the user's choice
        header.setSectionHidden(at, self.bar.place is not QueueKind.POOL)
        header.blockSignals(False)

    def _say_empty(self) -> None:
        view = self.bar.view()
        if view.section is None and view.place is None and not view.is_warned:
            text = _("Nothing is due. Take a case nobody works on, or look at the signals.")
            self.table.set_empty(text, (_("Look at the signals"), lambda: self.navigate("signals")))
        else:
            self.table.set_empty(
                _("Nothing stands here now."), (_("Show all that is to do"), self.show_all)
            )

    def show_all(self) -> None:
        """Everything that is to do, whoever's it is."""
        self.bar.place, self.bar.is_warned = None, False
        self.bar.section = Section.LATER  # whatever was chosen, everything is chosen anew
        self.bar.choose(None)

    def _show(self, lines: list[WorkLine]) -> None:
        self.lines = lines
        self.table.set_rows(lines)
        if lines and not self.table.selected_rows():
            current = self.table.current_row() or lines[0]
            self.table.select_key(current.id)
        self._show_subtitle()
        self._show_preview()
        self.actions_changed()

    def _show_counts(self, counts: Counts) -> None:
        self.bar.show_counts(counts)
        self._show_subtitle()

    def _show_subtitle(self) -> None:
        parts = [labels.day_text(clock.today())]
        rest = (self.bar.total() or 0) - len(self.lines)
        if rest > 0 and len(self.lines) >= self.LINES:
            more = ngettext(
                "and {n} more, shown as these are done",
                "and {n} more, shown as these are done",
                rest,
            )
            parts.append(more.format(n=f"{rest:,}"))
        self.header.set_subtitle(" · ".join(parts))

    def _show_preview(self) -> None:
        self._preview_timer.stop()
        line = self.table.current_row()
        self.preview.show_line(line)

    def _on_preview(self, view: "CaseView") -> None:
        self.actions_changed()
        found = self._for_strip()
        if self._goes_on and found is not None and found[0] == view.id:
            self._goes_on = False
            if "case.attempt" in self.actions():
                self.logger.open(*found)

    # ------------------------------------------------------------------ what can be done

    def _line(self) -> WorkLine | None:
        line: WorkLine | None = self.table.current_row()
        return line

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        line = self._line()
        if line is None:
            return {}
        slots: dict[str, Callable[[], object]] = {
            "customer.open": lambda: self.navigate("customer-card", line.customer_id),
        }
        if line.section is Section.TO_CLOSE:  # nobody is called because of it
            return slots | self._closing_slots(line)
        slots |= {
            "customer.copy_phone": lambda: self.phone.copy(line.customer_id),
            "customer.dial": lambda: self.phone.dial(line.customer_id),
        }
        chosen = [row.case_id for row in self.table.selected_rows() if row.case_id is not None]
        if chosen:
            slots["case.assign"] = lambda: self.flows.assign(chosen, self._owner(chosen))
        visit_id, case_id = line.visit_id, line.case_id
        if visit_id is not None:
            slots["visit.done"] = lambda: self.flows.report_visit(visit_id)
            slots["visit.cancel"] = lambda: self.flows.cancel_visit(visit_id, line.customer)
        if case_id is not None:
            slots |= self._case_slots(line, case_id)
        return slots

    def _closing_slots(self, line: WorkLine) -> dict[str, Callable[[], object]]:
        slots: dict[str, Callable[[], object]] = {"case.open": self._open}
        view = self.preview.view
        if view is not None and view.id == line.case_id:
            slots["case.close"] = lambda: self.flows.close(view.file)
        return slots

    def _case_slots(self, line: WorkLine, case_id: UUID) -> dict[str, Callable[[], object]]:
        slots: dict[str, Callable[[], object]] = {"case.open": self._open}
        if line.place is not QueueKind.OWN and not self._is_mine(line):
            slots["case.take"] = lambda: self.flows.take(case_id)
        if line.place is QueueKind.OWN or self._is_mine(line):
            slots["case.give_back"] = lambda: self.flows.give_back(case_id, line.number)
        if line.stage not in _BEFORE_WORK and not self._is_anothers(line):
            slots |= {
                "case.attempt": self._log_attempt,
                "case.timer": self._toggle_timer,
                "case.callback": lambda: self.flows.set_callback(
                    case_id, line.customer or line.number, line.callback_at, line.callback_for
                ),
                "case.interview": lambda: self.flows.interview(case_id),
                "interview.hold": lambda: self.flows.interview(case_id, is_any=True),
                "case.visit": lambda: self.flows.plan_visit(
                    case_id, line.customer_id, line.customer
                ),
            }
        return slots

    def _owner(self, chosen: list[UUID]) -> UUID | None:
        """Who works on it, if one case is chosen."""
        owners = {row.owner_id for row in self.lines if row.case_id in chosen}
        return owners.pop() if len(chosen) == 1 and owners else None

    def _open(self) -> None:
        line = self._line()
        if line is None:
            return
        if line.interview_id is not None:
            self.navigate("interview", line.interview_id)
            return
        if line.case_id is None:
            self.navigate("customer-card", line.customer_id)
            return
        if self._is_anothers(line):
            text = _("{name} works on this case. Take it over first: Ctrl+T.")
            self.messages.info(text.format(name=line.owner))
            return
        ids = dict.fromkeys(other.case_id for other in self.lines if other.case_id)
        queue = tuple(key for key in ids if key is not None)
        self.navigate("case-file", CaseTarget(line.case_id, QueuePlace(queue)))

    def _is_anothers(self, line: WorkLine) -> bool:
        """Whether only the call is open to all, and not the case itself."""
        is_held = line.place is QueueKind.TEAM and line.free is None and not self._is_mine(line)
        return is_held and not allowed(self.actor.role, Action.ASSIGN_CASE)

    def _is_mine(self, line: WorkLine) -> bool:
        return line.owner_id is not None and line.owner_id == self.actor.user_id

    def _for_strip(self) -> tuple[UUID, str] | None:
        line = self._line()
        if line is None or line.case_id is None or line.section is Section.TO_CLOSE:
            return None
        return line.case_id, _("Contact with {name}").format(name=line.customer or line.number)

    def _log_attempt(self) -> None:
        found = self._for_strip()
        if found is not None:
            self.logger.open(*found)

    def _toggle_timer(self) -> None:
        found = self._for_strip()
        if found is not None:
            self.logger.toggle_timer(*found)

    def _on_logged(self, _case_id: UUID, and_next: bool) -> None:  # noqa: FBT001  (Qt's signal)
        self.table.focus()
        self._goes_on = and_next  # the line leaves the list, the next one moves up

    @override
    def can_leave(self) -> bool:
        if self._logger is not None:
            self._logger.leave(None)
        return True


def is_stale(lines: Iterable[WorkLine], read_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether lines may stand elsewhere now: another day, a moment that came, or much time."""
    if clock.local(read_at).date() != clock.local(now).date() or now - read_at >= _LONGEST:
        return True
    moments = (moment for line in lines for moment in (line.callback_at, line.allowed_from))
    return any(moment is not None and read_at < moment <= now for moment in moments)
