"""The tab with one's duties: numbers above, the list left, what one is there for at the right."""

import uuid
from collections import Counter
from collections.abc import Callable
from typing import Final

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from db.queries.handovers import LineRow
from db.queries.promises import ComplaintRow, PromiseRow
from db.queries.renewals import RenewalRow
from db.queries.tasks import TaskRow
from db.queries.visits import VisitRow
from desktop_app import labels
from desktop_app.columns.duties import DUTY_COLUMNS, DutyItem
from desktop_app.domain.duties import KIND_WORDS, URGENCY_WORDS, DutyKind, Urgency
from desktop_app.domain.permissions import Action
from desktop_app.i18n import _, ngettext
from desktop_app.services import duties, handovers
from desktop_app.services.duties import Sheet
from desktop_app.ui import theme
from desktop_app.ui.case_flows import CaseFlows
from desktop_app.ui.case_look import list_text
from desktop_app.ui.case_panels import pane_of
from desktop_app.ui.duty_part import DutyPart, read_people
from desktop_app.ui.editors import ChoiceEditor
from desktop_app.ui.page import Page, Slots
from desktop_app.ui.panels import Card, FilterBar, StatTile, splitter, text_label
from desktop_app.ui.promise_flows import PromiseFlows
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.theme import Tone

URGENCY_TONES: Final = {
    Urgency.LATE: Tone.BAD,
    Urgency.TODAY: Tone.WARN,
    Urgency.UNDATED: Tone.INFO,
    Urgency.SOON: Tone.NEUTRAL,
}
_FITS_BOTH: Final = 880
_MOST_KINDS: Final = 2
_PLACES: Final = {DutyKind.APPROVAL: "approvals", DutyKind.ORPHANS: "charges"}


class SheetPart(DutyPart):
    """What one is to do beside the queue of cases, what is late first."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._chosen: Urgency | None = None
        self._has_people = False
        self._whose: uuid.UUID | None = None
        self.sheet: Sheet | None = None
        self.promises = PromiseFlows(self, page.context)
        self.cases = CaseFlows(page)
        self.body.addWidget(self._make_tiles())
        self._make_filters()
        self._make_table()
        self.charges = ChargesCard()
        self.beside = pane_of(self.charges, 280, _("What I am there for"))
        panes = splitter(page.context, "duties", self.table, self.beside)
        panes.setStretchFactor(0, 7)
        panes.setStretchFactor(1, 3)
        self.body.addWidget(panes, 1)
        self.setFocusProxy(self.table)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window what one is there for gives way to what is to be done."""
        super().resizeEvent(event)
        self.beside.setVisible(event.size().width() >= theme.pixels(_FITS_BOTH))

    def _make_tiles(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_S)
        self.tiles: dict[Urgency, StatTile] = {}
        for urgency in Urgency:
            tile = StatTile(_(URGENCY_WORDS[urgency]), "—", " ")
            tile.clicked.connect(self._chooser(urgency))
            self.tiles[urgency] = tile
            row.addWidget(tile)
        return holder

    def _make_filters(self) -> None:
        self.filters = FilterBar(_("Customer or words"))
        kinds = [(kind, _(KIND_WORDS[kind])) for kind in DutyKind]
        self.kind = self.filters.add(_("What"), ChoiceEditor(kinds, optional=True, empty=_("all")))
        self.who: ChoiceEditor | None = None
        if self.may(Action.EDIT_STAFF):
            self.who = self.filters.add(
                _("Whose"), ChoiceEditor([], optional=True, empty=_("mine"))
            )
        self.filters.changed.connect(self._on_filter)
        self.body.addWidget(self.filters)

    def _make_table(self) -> None:
        self.table = RecordTable(
            DUTY_COLUMNS,
            context=self.page.context,
            state_key="duties",
            name=_("Duties"),
            empty=_("Nothing is due within {days} days.").format(days=duties.AHEAD_DAYS),
            first_step=(_("Go to Today"), lambda: self.page.navigate("today")),
            chips={"urgency": lambda item: URGENCY_TONES[item.urgency]},
        )
        self.table.hide_columns("owner")
        self.table.opened.connect(lambda _row: self._open())
        self.table.current_changed.connect(lambda _row: self.page.actions_changed())
        self.follow(
            self.table, "duty.step", "duty.not", "duty.give", "duty.edit", "task.pass_on",
            "renewal.renewed", None, "case.open", "customer.open", None, "list.copy",
        )  # fmt: skip

    # ------------------------------------------------------------------ loading

    def load(self) -> None:
        """Read the duties of whoever is chosen."""
        self._whose = self.who.value() if self.who is not None else None
        self.latest.take(self.tasks.read(self, duties.sheet, self._whose)).then(self._show)
        if self.who is not None and not self._has_people:
            self._has_people = True
            self.tasks.read(self, read_people).then(self._offer_people)

    def _offer_people(self, people: list[tuple[uuid.UUID, str]]) -> None:
        if self.who is not None:
            me = self.page.actor.user_id
            self.who.set_choices([each for each in people if each[0] != me])

    def _show(self, sheet: Sheet) -> None:
        self.sheet = sheet
        for urgency, tile in self.tiles.items():
            count = sheet.count(urgency)
            tone = URGENCY_TONES[urgency] if count and urgency is not Urgency.SOON else None
            tile.show_value(labels.number(count), _kinds(sheet, urgency), tone)
        self.charges.show_sheet(sheet)
        names = _(", ").join(labels.label(each.function) for each in sheet.charges)
        posts = [_("Functions: {names}").format(names=names)] if names else []
        count = len(sheet.items)
        total = ngettext("{n} duty", "{n} duties", count).format(n=labels.number(count))
        self.say(list_text((*posts, total)))
        self._show_rows()

    def _on_filter(self) -> None:
        if self.who is not None and self.who.value() != self._whose:
            self.load()
        else:
            self._show_rows()

    def _show_rows(self) -> None:
        if self.sheet is None:
            return
        typed = (self.filters.search.value() or "").strip().casefold()
        kind = self.kind.value()
        rows = [
            item
            for item in self.sheet.items
            if self._chosen in (None, item.urgency)
            and kind in (None, item.kind)
            and typed in f"{item.customer} {item.customer_number} {item.words}".casefold()
        ]
        narrowed = len(rows) < len(self.sheet.items)
        if narrowed:
            self.table.set_empty(
                _("Nothing fits. Change the search or the filter."),
                (_("Show everything"), self._show_all),
            )
        self.table.set_rows(rows)
        self.table.choose_first()
        self.page.actions_changed()

    def _show_all(self) -> None:
        self._chosen = None
        self.kind.set_value(None)
        self.filters.search.set_value(None)
        self.filters.settle()
        self._show_rows()

    def _chooser(self, urgency: Urgency) -> Callable[[], None]:
        return lambda: self.choose(urgency)

    def choose(self, urgency: Urgency) -> None:
        """Show only what is so urgent; again: everything."""
        self._chosen = None if self._chosen is urgency else urgency
        self._show_rows()
        self.table.focus()

    # ------------------------------------------------------------------ what can be done

    def _item(self) -> DutyItem | None:
        item: DutyItem | None = self.table.current_row()
        return item

    def customer(self) -> uuid.UUID | None:
        """The customer the cursor is on."""
        item = self._item()
        return None if item is None else item.customer_id

    def slots(self) -> Slots:
        """What can be done with the duty the cursor is on, and something new."""
        item = self._item()
        if item is None:
            return self.new_slots()
        return {
            **self.new_slots(),
            **self.places(item.customer_id, item.case_id),
            **self._for(item),
        }

    def _for(self, item: DutyItem) -> Slots:
        row = item.row
        slots: dict[str, Callable[[], object]] = {}
        match row:
            case TaskRow():
                return self.task_slots(row)
            case RenewalRow():
                return self.renewal_slots(row)
            case PromiseRow() | ComplaintRow():
                slots["duty.step"] = lambda: self.promises.go_on(row)
                slots["duty.not"] = lambda: self.promises.cannot(row)
                slots["duty.give"] = lambda: self.promises.hand_over(row)
            case VisitRow():
                slots["duty.step"] = lambda: self.cases.report_visit(row.id)
                slots["duty.not"] = lambda: self.cases.cancel_visit(row.id, row.customer)
            case LineRow():
                slots["duty.step"] = lambda: self.tasks.write(self, handovers.accept, [row.id])
                slots["duty.not"] = lambda: self.flows.decline(row.id, row.customer)
            case _ if item.kind in _PLACES:
                slots["duty.step"] = self._open
        return slots

    def _open(self) -> None:
        item = self._item()
        if item is None:
            return
        if item.kind in _PLACES:
            self.page.navigate(_PLACES[item.kind], None)
        elif item.case_id is not None:
            self.page.navigate("case-file", item.case_id)
        elif item.customer_id is not None:
            self.page.navigate("customer-card", item.customer_id)
        else:  # a task without a customer, one's own or overdue with others
            self.page.navigate("duties", item.id)


def _kinds(sheet: Sheet, urgency: Urgency) -> str:
    """The kinds that most of the duties are of, with their numbers."""
    kinds = Counter(item.kind for item in sheet.items if item.urgency is urgency)
    words = (f"{_(KIND_WORDS[kind])} {count}" for kind, count in kinds.most_common(_MOST_KINDS))
    return list_text(words)


class ChargesCard(Card):
    """What the functions of a person are there for, in words."""

    def __init__(self) -> None:
        super().__init__(_("What I am there for"))
        self._holder = QWidget()
        self._column = QVBoxLayout(self._holder)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.GAP_S)
        self.body.addWidget(self._holder)
        self.body.addStretch(1)

    def show_sheet(self, sheet: Sheet) -> None:
        """Show the functions and their duties."""
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        if not sheet.charges:
            self._column.addWidget(
                text_label(_("No function is set. Settings, Staff says who is what."), "hint")
            )
        for charge in sheet.charges:
            self._column.addWidget(text_label(charge.title, "strong"))
            self._column.addWidget(text_label(charge.duties))
