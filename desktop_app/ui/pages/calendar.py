"""The calendar: day, week, month and the people of the team, with what clashes beside it."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import ClassVar, Final
from uuid import UUID

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QTabBar, QWidget
from typing_extensions import override

from desktop_app import clock, labels
from desktop_app.domain import agenda as rules
from desktop_app.domain.agenda import Clash, ItemKind, View
from desktop_app.domain.permissions import Action, Scope, allowed, scope_of
from desktop_app.i18n import N_, _, ngettext
from desktop_app.services import agenda
from desktop_app.services.agenda_board import AgendaFilter, AgendaItem, Board
from desktop_app.ui import calendar_sheet, theme
from desktop_app.ui.calendar_clashes import ClashList
from desktop_app.ui.calendar_flows import CalendarFlows
from desktop_app.ui.calendar_grid import CalendarGrid, Target
from desktop_app.ui.calendar_sheet import make_sheet
from desktop_app.ui.day_pack_flow import DayPackFlow
from desktop_app.ui.editors import ChoiceEditor
from desktop_app.ui.folding import ShortButtons, say_shortly
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.panels import PageHeader, action_button, button, splitter
from desktop_app.ui.tasks import Latest
from desktop_app.ui.visit_flows import VisitFlows

EMPTY: Final = Board((), (), {}, (), {}, (), {})
_WORDS: Final = {
    View.DAY: N_("Daily"),
    View.WEEK: N_("Weekly"),
    View.MONTH: N_("Monthly"),
    View.TEAM: N_("People"),
}
_STATE: Final = "calendar.view"


class CalendarPage(Page):
    """Days above, the grid, and a list of what does not go together."""

    SPEC: ClassVar[PageSpec] = page_spec("calendar")
    TABLES: ClassVar[frozenset[str]] = frozenset(
        {
            "visit", "departure_case", "customer", "promise", "renewal", "task", "absence",
            "staff_profile", "calendar_day", "app_user", "setting",
        }
    )  # fmt: skip

    def build(self) -> None:
        """Make header, tools, grid and list."""
        self.flows, self.visit_flows = CalendarFlows(self), VisitFlows(self)
        self.day_pack = DayPackFlow(self)
        role = self.actor.role
        self.is_own = not allowed(role, Action.ASSIGN_CASE) and scope_of(role) is not Scope.ALL
        self.day = clock.today()
        self.view = self._first_view()
        self.board = EMPTY
        self._wanted: tuple[UUID, dt.date] | None = None
        self._stand_on: dt.date | None = None
        self._is_placed = False
        self._reading = Latest()
        buttons = [
            action_button(self.context, "calendar.move"),
            action_button(self.context, "visit.day_pack"),
            action_button(self.context, "calendar.export"),
            action_button(self.context, "case.visit", primary=True),
        ]
        self.header = PageHeader(_("Calendar"), buttons=buttons, is_low=True)
        self.header.shorten(buttons[:-1])
        self.grid = CalendarGrid(make_sheet(EMPTY, self.view, self.day, clock.today()))
        self.grid.may_move = self.may_move
        self.clashes = ClashList()
        self.panes = splitter(self.context, "calendar", self.grid, self.clashes)
        self.panes.setStretchFactor(0, 1)
        self.clashes.hide()
        self.body.addWidget(self.header)
        self.body.addWidget(self._tools())
        self.body.addWidget(self.panes, 1)
        self.setFocusProxy(self.grid)
        self._connect()
        self._say_span()

    def _first_view(self) -> View:
        """The view one left last; at first the own week, or the people one is responsible for."""
        usual = View.WEEK if self.is_own else View.TEAM
        stored = self.context.state.get(_STATE)
        view = View(stored) if stored in set(View) else usual
        return view if view in self._views() else usual

    def _views(self) -> list[View]:
        return [view for view in View if view is not View.TEAM or not self.is_own]

    def _tools(self) -> QWidget:
        """Earlier, today, later; whose and which; day, week, month, people; what clashes."""
        tools = QWidget()
        row = QHBoxLayout(tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_XS)
        for words, slot, icon, name in (
            ("", lambda: self.turn(-1), "chevron-left", _("Earlier")),
            (_("Today"), self.go_today, "", _("Today in the calendar")),
            ("", lambda: self.turn(1), "chevron-right", _("Later")),
        ):
            made = button(words, slot, icon, "" if words else "quiet")
            made.setAccessibleName(name)
            made.setToolTip(name)
            row.addWidget(made)
        self.person = ChoiceEditor([], optional=True, empty=_("Everybody"))
        self.person.set_name(_("Whose calendar"))
        self.person.setVisible(not self.is_own)
        kinds = [(kind, rules.kind_word(kind)) for kind in ItemKind]
        self.kind = ChoiceEditor(kinds, optional=True, empty=_("Everything"))
        self.kind.set_name(_("What is shown"))
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(_("View"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(False)
        self.tabs.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        for view in self._views():
            self.tabs.addTab(_(_WORDS[view]))
        self.tabs.setCurrentIndex(self._views().index(self.view))
        self.clash_button = QPushButton()
        self.clash_button.setCheckable(True)
        self.clash_button.setAutoDefault(False)
        row.addStretch(1)
        for widget in (self.person, self.kind, self.tabs, self.clash_button):
            row.addWidget(widget)
        ShortButtons(tools, [self.clash_button], lambda: tools.sizeHint().width())
        return tools

    def _connect(self) -> None:
        self.person.changed.connect(self.load)
        self.kind.changed.connect(self._show)
        self.tabs.currentChanged.connect(lambda place: self.set_view(self._views()[place]))
        self.clash_button.toggled.connect(self._show_clashes)
        self.clashes.wanted.connect(self.go_to_clash)
        grid = self.grid
        grid.item_opened.connect(self.open_item)
        grid.day_opened.connect(self.open_day)
        grid.item_moved.connect(self.move_item)
        grid.span_turned.connect(self.turn)
        grid.view_wanted.connect(self.set_view)
        grid.today_wanted.connect(self.go_today)
        grid.visit_wanted.connect(self._plan)
        grid.row_changed.connect(self.actions_changed)
        grid.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        grid.customContextMenuRequested.connect(self._show_menu)

    # ------------------------------------------------------------------ reading

    def criteria(self) -> AgendaFilter:
        """The days and people that are shown."""
        days = rules.shown_days(self.view, self.day)
        person = self.person.value()
        return AgendaFilter(days[0], days[-1], None if person is None else frozenset({person}))

    @override
    def load(self) -> None:
        if not self._is_placed:
            task = self.tasks.read(self, agenda.opening_day, self.view)
            self._reading.take(task).then(self._go)
            return
        self._reading.take(self.tasks.read(self, agenda.board, self.criteria())).then(self._on_read)

    def _on_read(self, board: Board) -> None:
        self.board = board
        if not self.is_own and self.person.value() is None:
            names = [(one.id, one.name) for one in board.people if one.is_active]
            self.person.set_choices(names)
        self._show()

    def _show(self) -> None:
        kind = self.kind.value()
        user = self.actor.user_id if self.is_own else self.person.value()
        kinds = () if kind is None else (kind,)
        sheet = make_sheet(self.board, self.view, self.day, clock.today(), user, kinds)
        self.grid.show_sheet(sheet, self._stand_on)
        self._stand_on = None
        if self._wanted is not None:
            self.grid.select_item(*self._wanted)
            self._wanted = None
        names = {one.id: one.name for one in self.board.people}
        self.clashes.show_clashes(sheet.clashes, {} if self.is_own else names)
        self._say_clashes(len(sheet.clashes))
        self._say_span()
        self.show_count(sum(row.item is not None for row in sheet.rows))
        self.actions_changed()

    def _say_clashes(self, count: int) -> None:
        words = ngettext("{n} conflict", "{n} conflicts", count).format(n=count)
        say_shortly(self.clash_button, words, f"▲ {count}")
        self.clash_button.setToolTip(words)
        self.clash_button.setVisible(bool(count))
        self._show_clashes(self.clash_button.isChecked())

    def _show_clashes(self, is_wanted: bool) -> None:  # noqa: FBT001  (a slot)
        self.clashes.setVisible(is_wanted and self.clashes.list.count() > 0)

    def _say_span(self) -> None:
        """Which days are shown, and what is to be known about them."""
        self.header.set_title(calendar_sheet.span_title(self.view, self.day))
        board = self.board
        notes = []
        for year in board.unknown_years:
            text = _(
                "The holidays of {year} are not published yet: what is planned is provisional."
            )
            notes.append(text.format(year=year))
        if board.left_out:
            text = _("{n} more contacts are not shown here: choose a person.")
            notes.append(text.format(n=labels.number(board.left_out)))
        if board is not EMPTY and not board.items:
            notes.append(
                _("Nothing stands here yet. N plans a visit, the arrows go to other days.")
            )
        notes += calendar_sheet.named_days(self.board.marks)
        self.header.set_subtitle("  ".join(notes))

    # ------------------------------------------------------------------ going around

    def set_view(self, wanted: View) -> None:
        """Show day, week, month or people, around the day on which the keyboard stands."""
        view = View(wanted)  # a signal made it a plain text
        if view not in self._views() or view is self.view:
            return
        row = self.grid.current()
        self.day = self.day if row is None else row.day
        self.view = view
        self.context.state.put(_STATE, view.value)
        self.tabs.blockSignals(True)
        self.tabs.setCurrentIndex(self._views().index(view))
        self.tabs.blockSignals(False)
        self._go(self.day)

    def turn(self, by: int, stand_on: dt.date | None = None) -> None:
        """The next or previous span; the keyboard stands on the day asked for, or its first."""
        self._go(stand_on or rules.step(self.view, self.day, by))

    def go_today(self) -> None:
        """Today, in the view that is shown."""
        self._go(clock.today())

    def open_day(self, day: dt.date) -> None:
        """One day alone; in the day itself there is nothing more to open."""
        if self.view is not View.DAY:
            self.day = day
            self.grid.setFocus()
            self._turn_to(View.DAY, day)

    def _turn_to(self, view: View, day: dt.date) -> None:
        self.set_view(view)
        self._go(day)

    def _go(self, day: dt.date) -> None:
        self._is_placed = True
        self.day = self._stand_on = day
        self._say_span()
        self.load()

    def go_to_clash(self, clash: Clash) -> None:
        """Stand on the first item of a clash, or on its day."""
        sheet = self.grid.sheet
        if not any(self.grid.select_item(key, clash.place.day) for key in clash.items):
            lanes = {lane.user_id: number for number, lane in enumerate(sheet.lanes)}
            lane = lanes.get(clash.place.user_id, 0)
            self.grid.go(sheet.cells[lane, clash.place.day])
        self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    def open_item(self, item: AgendaItem) -> None:
        """The case of an item, or its customer."""
        if item.case_id is not None:
            self.navigate("case-file", item.case_id)
        elif item.customer_id is not None:
            self.navigate("customer-card", item.customer_id)

    @override
    def show_record(self, target: object) -> None:
        """Show a day."""
        if isinstance(target, dt.date):
            self._go(target)
        else:
            self.load()

    @override
    def here(self, target: object) -> object:
        return self.day

    @override
    def customer(self) -> UUID | None:
        item = self.grid.current_item()
        return None if item is None else item.customer_id

    # ------------------------------------------------------------------ doing

    def may_move(self, item: AgendaItem) -> bool:
        """Whether the actor may put an item elsewhere."""
        role = self.actor.role
        is_mine = item.user_id == self.actor.user_id and allowed(role, Action.MAKE_VISITS)
        return item.is_movable and (is_mine or allowed(role, Action.PLAN_VISITS))

    def move_item(self, item: AgendaItem, target: Target) -> None:
        """Put it there; it can be undone."""
        self._wanted = item.id, target.day
        to_user = None if target.user_id == item.user_id else target.user_id
        task = self.tasks.write(self, agenda.move, item.id, target.day, target.starts_at, to_user)
        task.or_else(lambda error: self.messages.error(error.message))

    def _ask_move(self, item: AgendaItem) -> None:
        may_give = allowed(self.actor.role, Action.PLAN_VISITS)
        dialog = self.flows.move(item, self.board.people if may_give else ())
        self._wanted = item.id, item.day

        def follow() -> None:
            day = dialog.form.values()["day"]
            self._wanted = item.id, day if isinstance(day, dt.date) else item.day

        dialog.saved.connect(lambda _result: follow())

    def _plan(self, day: dt.date | None = None) -> None:
        if allowed(self.actor.role, Action.WORK_CASE):
            row = self.grid.current()
            wanted = day or (None if row is None else row.day)
            is_past = wanted is None or wanted < clock.today()
            self.visit_flows.plan_any_visit(None if is_past else wanted)

    def _ask_day_pack(self) -> None:
        """The day on which the keyboard stands, of the person whose it is."""
        row = self.grid.current()
        if row is None:
            self.day_pack.ask(self.day, self.person.value())
        else:
            self.day_pack.ask(row.day, self.grid.sheet.lanes[row.lane].user_id)

    def _keep_file(self) -> None:
        feed = self.context.feed
        if feed is not None:
            is_chosen, path = self.flows.ask_kept_file(feed.path())
            if is_chosen:
                feed.keep(path)

    def _export(self) -> None:
        criteria = self.criteria()
        mine = self.actor.user_id
        if self.is_own and mine is not None:
            criteria = AgendaFilter(criteria.first, criteria.last, frozenset({mine}))
        names = {one.id: one.name for one in self.board.people}
        whose = mine if self.is_own else self.person.value()
        self.flows.export(criteria, names.get(whose, "") if whose is not None else "")

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        role, item = self.actor.role, self.grid.current_item()
        slots: dict[str, Callable[[], object]] = {
            f"calendar.{view}": partial(self.set_view, view) for view in self._views()
        }
        slots |= {
            "calendar.today": self.go_today,
            "calendar.earlier": lambda: self.turn(-1),
            "calendar.later": lambda: self.turn(1),
        }
        is_worker = allowed(role, Action.WORK_CASE)
        if allowed(role, Action.EXPORT) or (self.is_own and is_worker):
            slots["calendar.export"] = self._export
        if self.day_pack.may:
            slots["visit.day_pack"] = self._ask_day_pack
        if is_worker and self.context.feed is not None:
            slots["calendar.keep"] = self._keep_file
        if is_worker:
            slots["case.visit"] = self._plan
        if item is None:
            return slots
        if self.may_move(item):
            slots["calendar.move"] = lambda: self._ask_move(item)
        if self.may_move(item):
            slots |= {
                "visit.done": lambda: self.visit_flows.report_visit(item.id),
                "visit.cancel": lambda: self.visit_flows.cancel_visit(item.id, item.customer),
            }
        if item.case_id is not None:
            slots["case.open"] = lambda: self.navigate("case-file", item.case_id)
        if item.customer_id is not None:
            slots["customer.open"] = lambda: self.navigate("customer-card", item.customer_id)
        return slots

    def _show_menu(self, place: QPoint) -> None:
        ids = (
            "case.open", "customer.open", None, "calendar.move", "visit.done", "visit.cancel", None,
            "case.visit",
        )  # fmt: skip
        menu = self.context.actions.context_menu(self, ids)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.grid.viewport().mapToGlobal(place))
