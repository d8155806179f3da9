"""The team at work: numbers above, charts and tables below; each opens the cases behind it."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final
from uuid import UUID

from PySide6.QtWidgets import QScrollArea, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from db.queries.closed import ClosedGroup
from db.vocabulary import SaveState
from desktop_app import clock, labels
from desktop_app.domain.permissions import Scope, scope_of
from desktop_app.domain.significance import ENOUGH
from desktop_app.i18n import _
from desktop_app.reports.team_criteria import among, closed_cases
from desktop_app.reports.team_words import against_half
from desktop_app.services.team_figures import Share, TeamFilter
from desktop_app.services.team_work import Work
from desktop_app.ui import theme
from desktop_app.ui.document_view import DocumentView, as_filter
from desktop_app.ui.editors import ChoiceEditor
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.panels import (
    EmptyState,
    FilterBar,
    PageHeader,
    StatTile,
    action_button,
    scrolled,
    text_label,
)
from desktop_app.ui.periods import PERIODS, Period, start_of
from desktop_app.ui.tasks import Latest
from desktop_app.ui.team_sheet import (
    Closings,
    People,
    document,
    read_closings,
    read_lists,
    read_work,
    share_hint,
)
from desktop_app.ui.theme import Tone
from desktop_app.ui.tile_grid import TileGrid

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from desktop_app.domain.rates import Rate

_CONTACTED: Final = {"closed_group": ClosedGroup.CONTACTED.value}
_SAVED: Final = {"closed_group": ClosedGroup.SAVED.value}
_BEHIND: Final[Mapping[str, Mapping[str, str]]] = {
    "saved": _SAVED,
    "of_all": _SAVED,
    "confirmed": _SAVED | {"save_state": SaveState.CONFIRMED.value},
    "failed": _SAVED | {"save_state": SaveState.LOST_DEFLECT.value},
    "attempts": {},
    "asked": {"closed_group": ClosedGroup.ASKED.value},
    "known": {"closed_group": ClosedGroup.KNOWN.value},
}
"""The cases behind each number, beside those of period, store and person; one is counted by key."""


class TeamPage(Page):
    """Period, store and person; eight numbers; charts and tables."""

    SPEC: ClassVar[PageSpec] = page_spec("team")
    TABLES: ClassVar[frozenset[str]] = frozenset(
        {"departure_case", "case_reason", "contact_attempt", "interview", "script_run", "coupon",
         "store", "calendar_day"}
    )  # fmt: skip

    def build(self) -> None:
        """Make filters, numbers and the place of the charts."""
        self._latest_closings, self._latest_work = Latest(), Latest()
        self._awaited: set[str] = set()
        self.closings: Closings | None = None
        self.work: Work | None = None
        self.header = PageHeader(
            _("Team"),
            buttons=[
                action_button(self.context, "team.treatment"),
                action_button(self.context, "experiment.list"),
                action_button(self.context, "team.report", primary=True),
            ],
            is_low=True,
        )
        self.filters = FilterBar(has_search=False)
        periods = [(member, _(title)) for member, title in PERIODS]
        self.period = self.filters.add(_("Period"), ChoiceEditor(periods))
        self.period.set_value(Period.YEAR)
        self.store = ChoiceEditor([], optional=True, empty=_("all"))
        self.person = ChoiceEditor([], optional=True, empty=_("all"))
        scope = scope_of(self.actor.role)
        if scope is Scope.ALL:
            self.filters.add(_("Store"), self.store)
        if scope is not Scope.OWN:
            self.filters.add(_("Person"), self.person)
        self.filters.settle()  # the period that was set above is no change
        self.filters.changed.connect(self._ask)
        self.view = DocumentView(self.context)
        self.view.bar_opened.connect(self._open_bar)
        self.view.cases_opened.connect(self._open)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, theme.GAP_S, 0)
        column.setSpacing(theme.GAP_M)
        column.addWidget(self._tile_grid())
        self.reference = text_label("", "hint")
        column.addWidget(self.reference)
        column.addWidget(self.view)
        column.addStretch(1)
        self.area: QScrollArea = scrolled(inside, _("Team"))
        self.places = QStackedWidget()
        self.places.addWidget(self.area)
        self.places.addWidget(
            EmptyState(
                _(
                    "Here stand the saves of the team, what followed them, and the load ahead, as "
                    "soon as there are cases."
                ),
                "team",
                (_("Look for departing customers"), lambda: self.navigate("signals", "scan")),
            )
        )
        for widget in (self.header, self.filters):
            self.body.addWidget(widget)
        self.body.addWidget(self.places, 1)
        self.setFocusProxy(self.tiles["saved"])

    def _tile_grid(self) -> QWidget:
        self.tiles = {
            "saved": StatTile(_("Saved, of those contacted")),
            "of_all": StatTile(_("Saved, of all who leave")),
            "confirmed": StatTile(_("Confirmed, of those contacted")),
            "failed": StatTile(_("Saves that did not hold")),
            "in_time": StatTile(_("First contact in time")),
            "attempts": StatTile(_("Attempts to a case")),
            "asked": StatTile(_("Lost customers asked why")),
            "known": StatTile(_("Reason known")),
        }
        for name, tile in self.tiles.items():
            tile.clicked.connect(partial(self._open_tile, name))
        self._grid = TileGrid(list(self.tiles.values()))
        return self._grid

    # ------------------------------------------------------------------ loading

    @override
    def load(self) -> None:
        self.tasks.read(self, read_lists).then(self._take_lists)
        self._ask()

    def _take_lists(self, lists: tuple[People, People]) -> None:
        stores, people = lists
        self.store.set_choices(stores)
        self.person.set_choices(people)

    def criteria(self) -> TeamFilter:
        """What the filters say; the service limits it to what the role may see."""
        start = start_of(self.period.value() or Period.YEAR, clock.today())
        return TeamFilter(start, None, self.store.value(), self.person.value())

    def _ask(self) -> None:
        criteria = self.criteria()
        self._awaited = {"closings", "work"}
        closings = self.tasks.read(self, read_closings, criteria)
        self._latest_closings.take(closings).then(self._take_closings)
        work = self.tasks.read(self, read_work, criteria)
        self._latest_work.take(work).then(self._take_work)

    def _take_closings(self, found: Closings) -> None:
        self.closings = found
        self._awaited.discard("closings")
        figures, minimum = found.figures, found.figures.minimum
        saves = figures.saves
        for name, share in (
            ("saved", saves.of_contacted),
            ("of_all", saves.of_everybody),
            ("confirmed", saves.confirmed_of_contacted),
            ("failed", saves.lost_deflects),
            ("asked", _as_share(found.asked.completion, minimum)),
            ("known", _as_share(found.asked.reason_known, minimum)),
        ):
            self._show_share(name, share, minimum)
        text = _(
            "About one half of those who want to leave can be kept. Beside it: {verdict}. "
            "{watching} saves are being watched. Orders are known up to {day}."
        )
        self.reference.setText(
            text.format(
                verdict=against_half(saves),
                watching=labels.number(saves.watching),
                day=figures.as_of,
            )
        )
        self._show_document()

    def _take_work(self, found: Work) -> None:
        self.work = found
        self._awaited.discard("work")
        self._show_share("in_time", found.speed[0].in_time, ENOUGH)
        mean, n = found.attempts_per_case, labels.number(found.attempts_n)
        self.tiles["attempts"].show_value(
            labels.number(mean, 1) if mean is not None else labels.UNKNOWN,
            _("{n} closed cases").format(n=n),
            None if found.is_enough else Tone.NEUTRAL,
        )
        self._show_document()

    def _show_share(self, name: str, share: Share, minimum: int) -> None:
        tone = None if share.is_enough else Tone.NEUTRAL
        value = labels.percent(share.share, 0)
        self.tiles[name].show_value(value, share_hint(share, minimum), tone)

    def _show_document(self) -> None:
        """Draw charts and tables when both halves have been read."""
        self._grid.fit()
        if self._awaited or self.closings is None or self.work is None:
            return
        speed, saves = self.work.speed[0], self.closings.figures.saves
        has_cases = saves.closed or speed.contacted or speed.waiting or self.work.loads
        is_narrowed = self.store.value() is not None or self.person.value() is not None
        self.places.setCurrentIndex(0 if has_cases or is_narrowed else 1)
        made = document(self.closings, self.work)
        self.view.show_document(made)
        self.header.set_subtitle(made.period)
        self.actions_changed()

    # ------------------------------------------------------------------ what can be done

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        return {"team.report": self._to_report, "team.treatment": self._to_treatment}

    def _to_report(self) -> None:
        criteria = self.criteria()
        values = {"start": criteria.start, "store": criteria.store_id}
        self.navigate("reports", ("team", values))

    def _to_treatment(self) -> None:
        self.navigate("reports", ("equal-treatment", {}))

    def _open_tile(self, name: str, _checked: object = None) -> None:
        if name != "in_time":
            self._open(_BEHIND[name])
        elif self.work is not None and self.work.speed[0].timely:
            self._open(among(self.work.speed[0].timely))

    def _open_bar(self, criterion: str, key: str) -> None:
        if criterion and key:
            of_person = _CONTACTED if criterion == "owner_id" else {}
            self._open({**of_person, criterion: key})

    def _open(self, criteria: Mapping[str, str]) -> None:
        if self.closings is not None:
            base = closed_cases(self.closings.criteria)
            self.navigate("cases", as_filter({**base, **criteria}))

    @override
    def show_record(self, target: object) -> None:
        """Show the figures of one person: the key of a user."""
        if isinstance(target, UUID):
            self.person.set_value(target)
        self.load()


def _as_share(rate: "Rate", minimum: int) -> Share:
    return Share(rate, rate.n >= minimum)
