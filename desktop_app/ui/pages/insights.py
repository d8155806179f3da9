"""Why they are leaving: how many were asked, how often the reason is known, which reasons."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from desktop_app import clock, labels
from desktop_app.domain.permissions import Scope, scope_of
from desktop_app.domain.rates import Closed, Rate
from desktop_app.i18n import _
from desktop_app.reports import report
from desktop_app.reports.base import SMALL_N, Document, Figure
from desktop_app.reports.shares import interval_text
from desktop_app.services import insights, staff
from desktop_app.services.insights import ClosedFilter, ClosedGroup, Rates
from desktop_app.ui import theme
from desktop_app.ui.charts import ChartView
from desktop_app.ui.document_view import DocumentView, as_filter
from desktop_app.ui.editors import ChoiceEditor
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.panels import Card, FilterBar, PageHeader, StatTile, scrolled, text_label
from desktop_app.ui.periods import PERIODS, Period, start_of
from desktop_app.ui.tasks import Latest

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything the page shows, read at once."""

    rates: Rates
    reasons: Document
    asked: Document


def read_sheet(session: "Session", start: dt.date | None, store: UUID | None) -> Sheet:
    """Count the closed cases, and the reasons of those opened, since a day."""
    params = {"start": start, "store": store}
    reasons, asked = report("exit-reasons"), report("asked-and-known")
    return Sheet(
        insights.rates(session, ClosedFilter(closed_from=start, store_id=store)),
        reasons.build(session, reasons.Params(**params, quotes=0)),
        asked.build(session, asked.Params(**params)),
    )


class InsightsPage(Page):
    """Tiles above, the root reasons as bars, months, people and stores below."""

    SPEC: ClassVar[PageSpec] = page_spec("insights")
    TABLES: ClassVar[frozenset[str]] = frozenset(
        {"departure_case", "case_reason", "interview", "contact_attempt", "store"}
    )

    def build(self) -> None:
        """Make filter, tiles, chart and tables."""
        self._latest = Latest()
        self._sheet: Sheet | None = None
        self.header = PageHeader(_("Insights"))
        self.filters = FilterBar(has_search=False)
        periods = [(member, _(title)) for member, title in PERIODS]
        self.period = self.filters.add(_("Period"), ChoiceEditor(periods))
        self.period.set_value(Period.YEAR)
        self.store = ChoiceEditor([], optional=True, empty=_("all"))
        if scope_of(self.actor.role) is Scope.ALL:
            self.filters.add(_("Store"), self.store)
        self.filters.changed.connect(self._ask)
        self.chart = ChartView()
        self.chart.opened.connect(self._open_bar)
        self.none = text_label("", "hint")
        self.view = DocumentView(self.context)
        self.view.record_opened.connect(lambda key: self.navigate("case-file", UUID(key)))
        self.view.bar_opened.connect(lambda name, key: self._open_closed({name: key}))
        self.view.cases_opened.connect(self._open_closed)
        reasons = Card()
        reasons.setAccessibleName(_("Root reasons"))
        reasons.body.addWidget(self.chart)
        reasons.body.addWidget(self.none)
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, theme.GAP_S, 0)
        column.setSpacing(theme.GAP_M)
        column.addWidget(reasons)
        column.addWidget(self.view)
        column.addStretch(1)
        for widget in (self.header, self.filters, self._tiles()):
            self.body.addWidget(widget)
        self.body.addWidget(scrolled(below, _("Insights")), 1)
        self.setFocusProxy(self.chart.canvas)

    def _tiles(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_S)
        self.asked = StatTile(_("Lost customers asked why"), labels.UNKNOWN, " ")
        self.known = StatTile(_("Reason known"), labels.UNKNOWN, " ")
        self.saved = StatTile(_("Saved, of those contacted"), labels.UNKNOWN, " ")
        for tile, group in (
            (self.asked, ClosedGroup.ASKED),
            (self.known, ClosedGroup.KNOWN),
            (self.saved, ClosedGroup.SAVED),
        ):
            tile.clicked.connect(partial(self._open_group, group))
            row.addWidget(tile)
        return holder

    # ------------------------------------------------------------------ loading

    @override
    def load(self) -> None:
        self.tasks.read(self, staff.list_stores).then(self._take_stores)
        self._ask()

    def _take_stores(self, stores: list[staff.StoreRow]) -> None:
        self.store.set_choices([(store.id, store.name) for store in stores])

    def _start(self) -> dt.date | None:
        return start_of(self.period.value() or Period.YEAR, clock.today())

    def _ask(self) -> None:
        task = self.tasks.read(self, read_sheet, self._start(), self.store.value())
        self._latest.take(task).then(self._show)

    def _show(self, sheet: Sheet) -> None:
        self._sheet = sheet
        had_focus = self.hasFocus()  # that of its focus proxy
        self._show_tiles(sheet.rates.all)
        figures = sheet.reasons.figures()
        self.chart.setVisible(bool(figures))
        self.none.setVisible(not figures)
        self.none.setText(_("No case opened in this period has a known root reason."))
        if figures:
            self.chart.set_figure(figures[0])
        first = self.chart.canvas if figures else self.asked
        self.setFocusProxy(first)
        if had_focus:
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        self.view.show_document(sheet.asked)
        self.header.set_subtitle(sheet.asked.period)
        self.actions_changed()

    def _show_tiles(self, counts: Closed) -> None:
        for tile, rate in (
            (self.asked, counts.completion),
            (self.known, counts.reason_known),
            (self.saved, counts.of_contacted),
        ):
            tile.show_value(labels.percent(rate.share, 0), rate_hint(rate))

    # ------------------------------------------------------------------ what can be done

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        return {}

    @property
    def figure(self) -> Figure | None:
        """The bars that are shown."""
        return self.chart.canvas.figure

    def _open_bar(self, key: str) -> None:
        if self._sheet is not None and key:
            self.navigate("cases", as_filter({**self._sheet.reasons.criteria, "root_reason": key}))

    def _open_group(self, group: ClosedGroup, _checked: object = None) -> None:
        self._open_closed({"closed_group": group.value})

    def _open_closed(self, criteria: Mapping[str, str]) -> None:
        if self._sheet is not None:
            self.navigate("cases", as_filter({**self._sheet.asked.criteria, **criteria}))


def rate_hint(rate: Rate) -> str:
    """What a rate is made of, and how far it can be trusted."""
    if not rate.n:
        return _("no case yet")
    of = _("{hits} of {n}").format(hits=labels.number(rate.hits), n=labels.number(rate.n))
    if rate.n < SMALL_N:
        return _("{of}, too few to judge").format(of=of)
    return _("{of}, between {interval}").format(of=of, interval=interval_text(rate.interval))
