"""Today: what is due, in the order of work, with the order explained."""

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar, Final
from uuid import UUID

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from db.vocabulary import AttemptResult, CaseStage
from desktop_app import clock, labels
from desktop_app.columns import Align, Column
from desktop_app.columns.work import WORK_COLUMNS, WorkLine
from desktop_app.domain.permissions import Action, Scope, allowed, scope_of
from desktop_app.i18n import N_, _, ngettext
from desktop_app.services import work
from desktop_app.services.work import Section
from desktop_app.ui import case_look, theme
from desktop_app.ui.attempt_logger import AttemptLogger
from desktop_app.ui.case_flows import CaseFlows
from desktop_app.ui.case_places import CaseTarget, QueuePlace
from desktop_app.ui.case_preview import CasePreview
from desktop_app.ui.case_view import CaseView
from desktop_app.ui.editors import CheckEditor
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.panels import PageHeader, StatTile, action_button, splitter
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.tasks import Latest
from desktop_app.ui.theme import Tone
from desktop_app.ui.wrap_up import WrapUp

ALL = "all"
OVERDUE, TODAY, UNPLANNED, POOL = Section.OVERDUE, Section.TODAY, Section.UNPLANNED, Section.POOL
_PREVIEW_MS = 120
_MINUTE_MS = 60_000

_SECTIONS: Final = (
    (ALL, N_("To do")),
    (OVERDUE, N_("Overdue")),
    (TODAY, N_("Due today")),
    (UNPLANNED, N_("Without a next step")),
    (POOL, N_("Nobody's")),
)


def section_of(line: WorkLine) -> str:
    """Which section a line belongs to."""
    if line.item.owner_id is None:
        return POOL
    if line.item.due is None:
        return UNPLANNED
    return OVERDUE if line.item.due < clock.today() else TODAY


def _due_text(line: WorkLine) -> str:
    if line.is_held_back:
        return _("held back")
    return case_look.due_text(line.item.due)


def _due_tone(line: WorkLine) -> Tone | None:
    return Tone.NEUTRAL if line.is_held_back else case_look.day_tone(line.item.due)


_BY_ID = {column.id: column for column in WORK_COLUMNS}
TODAY_COLUMNS: tuple[Column[WorkLine], ...] = (
    Column("due", N_("Due"), lambda line: line.item.due, _due_text, width=108, sortable=False),
    *(
        replace(_BY_ID[name], width=width, align=align)
        for name, width, align in (
            ("customer", 176, Align.LEFT),
            ("klass", 56, Align.LEFT),
            ("step", 132, Align.LEFT),
            ("value_at_stake", 108, Align.RIGHT),
            ("why", 280, Align.LEFT),
            ("kind", 160, Align.LEFT),
            ("stage", 110, Align.LEFT),
            ("owner", 90, Align.LEFT),
            ("number", 104, Align.LEFT),
            ("phone", 120, Align.LEFT),
        )
    ),
)
"""The columns of the day; the rows stay in the order of work, so none sorts."""


class TodayPage(Page):
    """Counts above, the queue left, the case in short right, the strip below."""

    SPEC: ClassVar[PageSpec] = page_spec("today")
    LINES: ClassVar[int] = 200  # read at once: more than anybody does in a day
    TABLES: ClassVar[frozenset[str]] = frozenset(
        {"departure_case", "visit", "contact_attempt", "customer", "case_event", "interview"}
    )

    def build(self) -> None:
        """Make tiles, queue, preview and strip."""
        self.lines: list[WorkLine] = []
        self.day: work.Day | None = None
        self.section: str = ALL
        self._later: int | None = None
        self._goes_on = False
        self._loading, self._counting = Latest(), Latest()
        self._day = clock.today()
        self.flows = CaseFlows(self)
        self.flows.started_interview.connect(lambda key: self.navigate("interview", key))
        self.everybody = CheckEditor(_("Everybody's work"))
        self.everybody.set_name(_("Everybody's work"))
        self.everybody.setVisible(
            allowed(self.actor.role, Action.ASSIGN_CASE) or scope_of(self.actor.role) is Scope.ALL
        )
        self.everybody.set_value(not allowed(self.actor.role, Action.WORK_CASE))
        self.everybody.changed.connect(self.load)
        self.header = PageHeader(
            _("Today"),
            buttons=[
                self.everybody,
                action_button(self.context, "case.take"),
                action_button(self.context, "case.attempt"),
                action_button(self.context, "case.open", primary=True),
            ],
        )
        self._make_table()
        self.preview = CasePreview(self.context, _("Choose a line to see the case here."))
        self.preview.loaded.connect(self._on_preview)
        self.strip = WrapUp()
        self.logger = AttemptLogger(self, self.strip)
        self.logger.logged.connect(self._on_logged)
        panes = splitter(self.context, "today", self.table, self.preview)
        panes.setStretchFactor(0, 7)
        panes.setStretchFactor(1, 3)
        self.body.addWidget(self.header)
        self.body.addWidget(self._tiles())
        self.body.addWidget(panes, 1)
        self.body.addWidget(self.strip)
        self.follow(self.table)
        self.setFocusProxy(self.table)
        self._midnight = QTimer(self, interval=_MINUTE_MS)
        self._midnight.timeout.connect(self._on_minute)
        self._midnight.start()

    def _make_table(self) -> None:
        self._preview_timer = QTimer(self, singleShot=True, interval=_PREVIEW_MS)
        self._preview_timer.timeout.connect(self._show_preview)
        self.table = RecordTable(
            TODAY_COLUMNS,
            context=self.context,
            state_key="today",
            name=_("Work of today"),
            empty=_("Nothing is due. Take a case nobody works on, or look at the signals."),
            first_step=(_("Look at the signals"), lambda: self.navigate("signals")),
            chips={
                "due": _due_tone,
                "klass": lambda line: case_look.KLASS_TONES[line.item.klass],
                "stage": lambda line: case_look.stage_tone(line.item),
            },
        )
        self.table.opened.connect(lambda _line: self._open())
        self.table.current_changed.connect(lambda _line: self._preview_timer.start())
        self.table.selection_changed.connect(self.actions_changed)
        self.table.set_menu(
            "case.open", "case.attempt", "case.take", "case.interview", "case.visit", None,
            "visit.done", "visit.cancel", None, "customer.open", "list.copy",
        )  # fmt: skip

    def _tiles(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_S)
        self.tiles: dict[str, StatTile] = {}
        for section, title in _SECTIONS:
            tile = StatTile(_(title), "—", " ")
            tile.setCheckable(True)
            tile.clicked.connect(self._chooser(section))
            self.tiles[section] = tile
            row.addWidget(tile)
        return holder

    def _chooser(self, section: str) -> Callable[[], None]:
        return lambda: self.choose(ALL if section == self.section else section)

    # ------------------------------------------------------------------ loading

    @override
    def load(self) -> None:
        self._day = clock.today()
        everybody = bool(self.everybody.value())
        task = self.tasks.read(
            self, work.look, self._day,
            everybody=everybody, section=self._section(), limit=self.LINES,
        )  # fmt: skip
        self._loading.take(task).then(self._show)
        later = self.tasks.read(self, work.count_later, self._day, everybody=everybody)
        self._counting.take(later).then(self._show_later)

    def _on_minute(self) -> None:
        if clock.today() != self._day:
            self.load()

    def _section(self) -> Section | None:
        return None if self.section == ALL else Section(self.section)

    def _show(self, day: work.Day) -> None:
        self.day, self.lines = day, day.lines
        for section, tile in self.tiles.items():
            found = day.of(None if section == ALL else Section(section))
            tone = Tone.BAD if section == OVERDUE and found.count else None
            worth = labels.money(found.worth, day.currency) if found.worth else " "
            tile.show_value(labels.number(found.count), worth, tone)
        self._filter()
        self.preview.reload()

    def _show_later(self, count: int) -> None:
        self._later = count
        self._show_subtitle()

    def _show_subtitle(self) -> None:
        parts = [labels.day_text(self._day)]
        rest = 0 if self.day is None else self.day.of(self._section()).count - self.table.count()
        if rest > 0:
            parts.append(
                ngettext(
                    "and {n} more, shown as these are done",
                    "and {n} more, shown as these are done",
                    rest,
                ).format(n=f"{rest:,}")
            )
        if self._later is not None:
            text = ngettext("{n} case is due later", "{n} cases are due later", self._later)
            parts.append(text.format(n=self._later))
        self.header.set_subtitle(" · ".join(parts))

    def choose(self, section: str) -> None:
        """Show one section, or everything."""
        self.section = section
        if self.day is not None and self.day.of(None).count > len(self.lines):
            self.load()  # only the first lines are here
        else:
            self._filter()
        self.table.focus()

    def _filter(self) -> None:
        shown = [line for line in self.lines if self.section in (ALL, section_of(line))]
        self.table.set_rows(shown)
        self._show_subtitle()
        for section, tile in self.tiles.items():
            tile.setChecked(section == self.section)
        if shown and self.table.current_row() is None:
            self.table.select_key(shown[0].id)
        if not shown:
            self.preview.show_case(None)
        self.actions_changed()

    def _show_preview(self) -> None:
        line = self.table.current_row()
        self.preview.show_case(line.item.case_id if line is not None else None)
        self.preview.show_why(line.why if line is not None else "")

    def _on_preview(self, view: CaseView) -> None:
        self.actions_changed()
        found = self._for_strip()
        if self._goes_on and found is not None and found[0] == view.id:
            self._goes_on = False
            if "case.attempt" in self.actions():
                self.logger.open(*found, view.results, is_interviewed=view.is_interviewed)

    # ------------------------------------------------------------------ what can be done

    def _line(self) -> WorkLine | None:
        line: WorkLine | None = self.table.current_row()
        return line

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        line = self._line()
        if line is None:
            return {}
        item = line.item
        slots: dict[str, Callable[[], object]] = {
            "customer.open": lambda: self.navigate("customer-card", item.customer_id)
        }
        visit_id, case_id = item.visit_id, item.case_id
        if visit_id is not None:
            slots["visit.done"] = lambda: self.flows.finish_visit(visit_id, item.customer)
            slots["visit.cancel"] = lambda: self.flows.cancel_visit(visit_id, item.customer)
        if case_id is None:
            return slots
        slots["case.open"] = self._open
        if item.owner_id is None:
            slots["case.take"] = lambda: self.flows.take(case_id)
        if item.stage not in (CaseStage.IDENTIFIED, CaseStage.SCREENED):
            slots |= {
                "case.attempt": self._log_attempt,
                "case.timer": self._toggle_timer,
                "case.interview": lambda: self.flows.interview(case_id),
                "interview.hold": lambda: self.flows.interview(case_id, is_any=True),
                "case.visit": lambda: self.flows.plan_visit(
                    case_id, item.customer_id, item.customer
                ),
            }
        return slots

    def _open(self) -> None:
        line = self._line()
        if line is None:
            return
        if line.item.interview_id is not None:
            self.navigate("interview", line.item.interview_id)
            return
        if line.item.case_id is None:
            self.navigate("customer-card", line.item.customer_id)
            return
        shown = [other for other in self.lines if self.section in (ALL, section_of(other))]
        ids = dict.fromkeys(other.item.case_id for other in shown if other.item.case_id)
        queue = tuple(key for key in ids if key is not None)
        self.navigate("case-file", CaseTarget(line.item.case_id, QueuePlace(queue)))

    def _for_strip(self) -> tuple[UUID, str] | None:
        line = self._line()
        if line is None or line.item.case_id is None:
            return None
        name = line.item.customer or line.item.number
        return line.item.case_id, _("Contact with {name}").format(name=name)

    def _before(self, case_id: UUID) -> tuple[tuple[AttemptResult, ...], bool]:
        """Results of the attempts so far, and whether the exit interview was held."""
        view = self.preview.view
        if view is None or view.id != case_id:
            return (), False
        return view.results, view.is_interviewed

    def _log_attempt(self) -> None:
        found = self._for_strip()
        if found is not None:
            results, is_interviewed = self._before(found[0])
            self.logger.open(*found, results, is_interviewed=is_interviewed)

    def _toggle_timer(self) -> None:
        found = self._for_strip()
        if found is not None:
            results, is_interviewed = self._before(found[0])
            self.logger.toggle_timer(*found, results, is_interviewed=is_interviewed)

    def _on_logged(self, _case_id: UUID, and_next: bool) -> None:  # noqa: FBT001  (Qt's signal)
        self.table.focus()
        self._goes_on = and_next  # the line leaves the list, the next one moves up

    @override
    def can_leave(self) -> bool:
        self.logger.leave(None)
        return True
