"""Signals: what the rules found, decided one by one or many at once."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import NAMESPACE_OID, UUID, uuid5

from PySide6.QtWidgets import QHBoxLayout
from typing_extensions import override

from db.queries.signals import SignalFilter, SignalRow
from db.vocabulary import RuleKind, SignalState
from desktop_app import clock, labels
from desktop_app.columns.signals import SIGNAL_COLUMNS
from desktop_app.i18n import _, ngettext
from desktop_app.services import detection, triage
from desktop_app.services.detection import ScanResult
from desktop_app.ui import case_look, dialogs, theme
from desktop_app.ui.case_look import SIGNAL_TONES
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.forms import signal_forms
from desktop_app.ui.list_filters import SIGNAL_KINDS, SignalFilters, read_stores
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.panels import PageHeader, StatTile, action_button, splitter
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.signal_preview import SignalPreview
from desktop_app.ui.tasks import Latest, Task
from desktop_app.ui.theme import Tone
from desktop_app.ui.typed_drafts import DraftKey
from desktop_app.ui.view_tabs import ViewTabs

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session

_SNOOZE_DAYS = 14


def built_in_views() -> list[tuple[str, SignalFilter]]:
    """The views everybody has."""
    states = (SignalState.OPEN, SignalState.SNOOZED)
    return [
        *((labels.label(state), SignalFilter(frozenset({state}))) for state in states),
        (_("All"), SignalFilter(frozenset(SignalState))),
    ]


def _dismissal(keys: Sequence[UUID] | None, criteria: SignalFilter) -> str:
    """Draft key of dismissing just these signals, or all of a filter."""
    if keys is None:
        chosen = [*sorted(criteria.states), repr(replace(criteria, states=frozenset()))]
    else:
        chosen = sorted(str(key) for key in keys)
    return f"dismiss-signals:{uuid5(NAMESPACE_OID, ' '.join(chosen))}"


def waiting(session: "Session", criteria: SignalFilter) -> list[UUID]:
    """Keys of what fits and has not been decided about."""
    states = criteria.states & {SignalState.OPEN, SignalState.SNOOZED}
    return triage.waiting_ids(session, replace(criteria, states=states)) if states else []


def accept_all(session: "Session", criteria: SignalFilter) -> triage.Accepted:
    """Accept everything that fits."""
    return triage.accept(session, waiting(session, criteria))


def dismiss_all(session: "Session", criteria: SignalFilter, reason: str) -> int:
    """Dismiss everything that fits."""
    return triage.dismiss(session, waiting(session, criteria), reason)


def snooze_all(session: "Session", criteria: SignalFilter, until: dt.date) -> int:
    """Put off everything that fits."""
    return triage.snooze(session, waiting(session, criteria), until)


def state_tone(row: SignalRow) -> Tone:
    """Tone of what became of a signal."""
    return SIGNAL_TONES[row.state]


class SignalsPage(Page):
    """The findings with counts by kind above; accept, dismiss, snooze."""

    SPEC: ClassVar[PageSpec] = page_spec("signals")
    TABLES: ClassVar[frozenset[str]] = frozenset(
        {"defection_signal", "departure_case", "customer", "customer_stat", "store", "saved_view"}
    )

    def build(self) -> None:
        """Make header, counts, views, filters, list and preview."""
        self._counting = Latest()
        self._criteria = SignalFilter()
        self.header = PageHeader(
            _("Signals"),
            _("What the rules found and nobody has decided yet"),
            buttons=[
                action_button(self.context, "view.save"),
                action_button(self.context, "signal.scan"),
                action_button(self.context, "signal.snooze"),
                action_button(self.context, "signal.dismiss"),
                action_button(self.context, "signal.accept", primary=True),
            ],
        )
        self.tiles = {kind: StatTile(labels.label(kind), "—") for kind in SIGNAL_KINDS}
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        for kind, tile in self.tiles.items():
            tile.clicked.connect(self._chooser(kind))
            row.addWidget(tile)
        self.tabs = ViewTabs(self, SignalFilter, built_in_views)
        self.tabs.chosen.connect(self._on_view)
        self.filters = SignalFilters()
        self.filters.changed.connect(self._query)
        self._make_table()
        self.preview = SignalPreview(self.context)
        panes = splitter(self.context, "signals", self.table, self.preview)
        panes.setStretchFactor(0, 7)
        panes.setStretchFactor(1, 3)
        self.body.addWidget(self.header)
        self.body.addLayout(row)
        self.body.addWidget(self.tabs)
        self.body.addWidget(self.filters)
        self.body.addWidget(panes, 1)
        self.follow(self.table)
        self.setFocusProxy(self.table)

    def _make_table(self) -> None:
        self.table = RecordTable(
            SIGNAL_COLUMNS, context=self.context, state_key="signals", name=_("Signals"),
            empty="", chips={"klass": case_look.klass_tone, "state": state_tone},
        )  # fmt: skip
        self.table.hide_columns("measured")  # the sentence and the preview say it
        self.table.set_menu(
            "signal.accept", "signal.dismiss", "signal.snooze", None, "customer.open",
            "case.open", None, "list.select_all", "list.copy", "list.columns",
        )  # fmt: skip
        self.table.model.loaded.connect(self._on_rows)
        self.table.current_changed.connect(lambda _row: self._show_preview())
        self.table.opened.connect(lambda row: self.navigate("customer-card", row.customer_id))

    # ------------------------------------------------------------------ reading

    @override
    def load(self) -> None:
        self.tasks.read(self, read_stores).then(self.filters.store.show_stores)
        self.tabs.load()
        self._query()

    def _on_view(self, criteria: SignalFilter) -> None:
        self.filters.set_value(criteria)
        self._query()

    def _save_view(self) -> None:
        self.tabs.save(self.filters.value())

    def _query(self) -> None:
        self._criteria = self.filters.value()
        self._say_empty()
        self.table.set_query(triage.count_signals, triage.list_signals, self._criteria)
        counted = self.tasks.read(self, triage.count_by_kind, self._without_kind())
        self._counting.take(counted).then(self._show_counts)

    def _without_kind(self) -> SignalFilter:
        return replace(self._criteria, kind=None)

    def _say_empty(self) -> None:
        if self._criteria == SignalFilter():
            self.table.set_empty(
                _(
                    "No signal waits for a decision. Look for departing customers after each "
                    "import of orders."
                ),
                (_("Look for departing customers…"), self._ask_scan),
            )
        else:
            self.table.set_empty(_("No signal fits."), (_("Show what waits"), self._show_open))

    def _on_rows(self) -> None:
        has_first = self.table.count() and self.table.model.row(0) is not None
        if has_first and not self.table.selected_rows():
            self.table.view.selectRow(0)
        self._show_preview()
        self.actions_changed()

    def _show_preview(self) -> None:
        self.preview.show_signal(self.table.current_row() if self.table.count() else None)

    def _show_open(self) -> None:
        self.tabs.choose(0)

    def _show_counts(self, counts: Mapping[RuleKind, int]) -> None:
        chosen, total = self.filters.kind.value(), sum(counts.values())
        for kind, tile in self.tiles.items():
            count = counts.get(kind, 0)
            share = labels.percent(count / total if total else 0.0, 0)
            tone = Tone.INFO if kind is chosen else None
            hint = _("{share} of what is shown").format(share=share)
            tile.show_value(labels.number(count), hint, tone)

    def _chooser(self, kind: RuleKind) -> Any:
        def choose() -> None:
            chosen = self.filters.kind
            chosen.set_value(None if chosen.value() is kind else kind)

        return choose

    @override
    def show_record(self, target: object) -> None:
        self.load()
        if target == "scan":
            self._ask_scan()
        elif isinstance(target, RuleKind):
            self.filters.kind.set_value(target)
        elif isinstance(target, UUID):
            self.table.select_key(target)

    # ------------------------------------------------------------------ scanning

    def _ask_scan(self) -> None:
        self.tasks.read(self, detection.reference_date).then(self._open_scan)

    def _open_scan(self, newest: dt.date) -> None:
        dialog = FormDialog(
            self,
            title=_("Look for departing customers"),
            verb=_("Start"),
            form=signal_forms.scan_form(),
            draft=signal_forms.ScanDraft,
            intro=_("All rules that are switched on look at every customer. Newest order: {day}.")
            .format(day=labels.day_text(newest)),
            save=self._scan,
        )  # fmt: skip
        dialog.open()

    def _scan(self, draft: signal_forms.ScanDraft) -> None:
        task = self.tasks.write_long(self, detection.scan, draft.as_of)
        task.then(self._on_scanned)
        dialogs.show_progress(self, task, _("Looking for departing customers"))

    def _on_scanned(self, result: ScanResult) -> None:
        looked = ngettext("{n} customer looked at", "{n} customers looked at", result.customers)
        parts = [
            _("Scan as of {day}").format(day=labels.day_text(result.as_of)),
            looked.format(n=labels.number(result.customers)),
            _("{n} new").format(n=labels.number(sum(result.new.values()))),
            _("{n} no longer found").format(n=labels.number(result.cleared)),
        ]
        self.header.set_subtitle(" · ".join(parts))
        if result.newer is not None:
            self.messages.info(result.warning())

    # ------------------------------------------------------------------ deciding

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        slots: dict[str, Any] = {"signal.scan": self._ask_scan, "view.save": self._save_view}
        rows = self.table.selected_rows()
        if rows and all(row.state in (SignalState.OPEN, SignalState.SNOOZED) for row in rows):
            slots |= {
                "signal.accept": self._accept,
                "signal.dismiss": self._dismiss,
                "signal.snooze": self._snooze,
            }
        current = self.table.current_row()
        if current is not None:
            slots["customer.open"] = lambda: self.navigate("customer-card", current.customer_id)
            if current.case_id is not None:
                slots["case.open"] = lambda: self.navigate("case-file", current.case_id)
        return slots

    def _chosen(self) -> tuple[int, Sequence[UUID] | None]:
        """How many are chosen, and their keys; no keys when it is the whole filter."""
        if self.table.has_all_selected():
            return self.table.count(), None
        keys = self.table.selected_keys()
        return len(keys), keys

    def _accept(self) -> None:
        count, keys = self._chosen()
        text = ngettext("Open {n} case?", "Open {n} cases?", count).format(n=labels.number(count))
        if count > 1 and not dialogs.confirm(
            self,
            title=text,
            text=_("Signals of customers with an open case of the same kind join that case. You "
                   "can undo it in one step."),
            verb=_("Open the cases"),
        ):  # fmt: skip
            return
        task: Task[triage.Accepted] = (
            self.tasks.write(self, accept_all, self._criteria)
            if keys is None
            else self.tasks.write(self, triage.accept, keys)
        )
        task.then(self._on_accepted)

    def _on_accepted(self, accepted: triage.Accepted) -> None:
        if accepted.joined:
            joined = ngettext(
                "{n} signal joined an open case", "{n} signals joined open cases", accepted.joined
            ).format(n=labels.number(accepted.joined))
            self.header.set_subtitle(
                " · ".join(
                    (_("{n} cases opened").format(n=labels.number(len(accepted.case_ids))), joined)
                )
            )
        self.table.focus()

    def _dismiss(self) -> None:
        count, keys = self._chosen()
        text = ngettext("Dismiss {n} signal", "Dismiss {n} signals", count)

        def save(draft: signal_forms.DismissDraft) -> Task[int]:
            if keys is None:
                return self.tasks.write(dialog, dismiss_all, self._criteria, draft.reason)
            return self.tasks.write(dialog, triage.dismiss, keys, draft.reason)

        dialog = FormDialog(
            self, title=text.format(n=labels.number(count)), verb=_("Dismiss"),
            form=signal_forms.dismiss_form(), draft=signal_forms.DismissDraft, save=save,
            intro=_("The customer is reported again only after buying again and stopping anew."),
            draft_key=DraftKey(self.tasks, _dismissal(keys, self._criteria)),
        )  # fmt: skip
        dialog.open()

    def _snooze(self) -> None:
        count, keys = self._chosen()
        text = ngettext("Snooze {n} signal", "Snooze {n} signals", count)

        def save(draft: signal_forms.SnoozeDraft) -> Task[int]:
            if keys is None:
                return self.tasks.write(dialog, snooze_all, self._criteria, draft.until)
            return self.tasks.write(dialog, triage.snooze, keys, draft.until)

        until = clock.today() + dt.timedelta(days=_SNOOZE_DAYS)
        dialog = FormDialog(
            self, title=text.format(n=labels.number(count)), verb=_("Snooze"),
            form=signal_forms.snooze_form(until), draft=signal_forms.SnoozeDraft, save=save,
            intro=_("It comes back on that day, unless a scan finds that it is no longer true."),
        )  # fmt: skip
        dialog.open()
