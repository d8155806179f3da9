"""The filters of the list of cases: what they say as criteria, and criteria shown in them."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from db.queries.cases import CaseFilter
from db.vocabulary import CaseStage, CustomerClass, Outcome, RuleKind, SaveState
from desktop_app import labels
from desktop_app.i18n import N_, _, language
from desktop_app.services import staff
from desktop_app.ui import theme
from desktop_app.ui.editors import CheckEditor, ChoiceEditor, EnumEditor
from desktop_app.ui.forms.case_forms import as_day
from desktop_app.ui.panels import FilterBar, button
from desktop_app.ui.parsed_editors import DateEditor
from desktop_app.ui.pickers import Choice
from desktop_app.ui.reason_box import ReasonBox, reason_choices
from desktop_app.ui.tasks import Tasks

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session

NOBODY = "nobody"
_Lists = tuple[list[tuple[uuid.UUID, str]], list[tuple[uuid.UUID, str]], list[Choice]]


def read_lists(session: "Session", language_code: str) -> _Lists:
    """Users, stores and reasons to choose from."""
    users = [(user.id, user.name) for user in staff.list_users(session)]
    stores = [(store.id, store.name) for store in staff.list_stores(session)]
    return users, stores, reason_choices(session, language_code)


_FURTHER: Final = {
    "stated_reason": N_("Stated reason"),
    "belief_reason": N_("What staff believed"),
    "theme": N_("Theme"),
    "closed_group": N_("Counted among closed cases"),
    "approach": N_("Approach"),
    "attempts": N_("Attempts"),
    "among": N_("The cases counted"),
}
"""Criteria that only reports set."""


class StagePills(QWidget):
    """One button a stage with the number of cases in it; any of them filter."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(_("Stages"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_XS)
        self.pills: dict[CaseStage, QPushButton] = {}
        for stage in CaseStage:
            pill = button(labels.label(stage), self.changed.emit, role="pill")
            pill.setCheckable(True)
            self.pills[stage] = pill
            row.addWidget(pill)
        row.addStretch(1)

    def value(self) -> frozenset[CaseStage]:
        """The stages chosen."""
        return frozenset(stage for stage, pill in self.pills.items() if pill.isChecked())

    def set_value(self, stages: frozenset[CaseStage]) -> None:
        """Choose stages."""
        for stage, pill in self.pills.items():
            pill.setChecked(stage in stages)

    def show_counts(self, counts: Mapping[CaseStage, int]) -> None:
        """Show how many cases stand in each stage."""
        for stage, pill in self.pills.items():
            count = counts.get(stage, 0)
            pill.setText(f"{labels.label(stage)} {labels.number(count)}")


class CaseFilters(QWidget):
    """Search, departure, class, owner, store in one line; the rest in a second one."""

    changed = Signal()

    def __init__(self, tasks: Tasks) -> None:
        super().__init__()
        self._is_filling = False
        self._base = CaseFilter()
        self._has_lists = False
        self.bar = FilterBar(_("Name, pinyin, phone, case"))
        self.more_bar = FilterBar(has_search=False)
        self.pills = StagePills()
        self._fill_bars()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_S)
        for widget in (self.bar, self.more_bar, self.pills):
            column.addWidget(widget)
        self.further = button("", self._drop_further, "close", "pill")
        self.further.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        column.insertWidget(0, self.further)
        self.further.hide()
        self.more_bar.hide()
        for source in (self.bar.changed, self.more_bar.changed, self.pills.changed):
            source.connect(self._on_changed)
        tasks.read(self, read_lists, language()).then(self._show_lists)

    def _fill_bars(self) -> None:
        bar, more = self.bar, self.more_bar
        self.kind = bar.add(_("Departure"), EnumEditor(RuleKind, optional=True))
        self.kind.box.setMaximumWidth(theme.pixels(168))
        self.klass = bar.add(_("Class"), EnumEditor(CustomerClass, optional=True))
        self.owner = bar.add(
            _("Owner"), ChoiceEditor([(NOBODY, _("nobody"))], optional=True, empty=_("all"))
        )
        self.store = bar.add(_("Store"), ChoiceEditor([], optional=True, empty=_("all")))
        self.overdue = CheckEditor(_("Overdue"))
        self.overdue.set_name(_("Overdue"))
        self.overdue.changed.connect(self.bar.changed)
        bar.add_widget(self.overdue)
        self.more = button(_("More"), self._toggle_more, "filter")
        self.more.setCheckable(True)
        bar.add_widget(self.more)
        self.outcome = more.add(_("Outcome"), EnumEditor(Outcome, optional=True))
        self.save_state = more.add(_("The save"), EnumEditor(SaveState, optional=True))
        self.reason = more.add(_("Root reason"), ReasonBox())
        self.opened_from = more.add(_("Opened from"), DateEditor())
        self.opened_until = more.add(_("until"), DateEditor())
        self.closed_from = more.add(_("Closed from"), DateEditor())
        self.closed_until = more.add(_("until"), DateEditor())
        self.opened_until.set_name(_("Opened until"))
        self.closed_until.set_name(_("Closed until"))
        for editor in (self.opened_from, self.opened_until, self.closed_from, self.closed_until):
            editor.line.setMaximumWidth(128)
            editor.line.setPlaceholderText("")

    def _toggle_more(self) -> None:
        self.more_bar.setVisible(self.more.isChecked())

    def _show_lists(self, found: _Lists) -> None:
        users, stores, reasons = found
        base = self.value()
        self._has_lists = True
        self.owner.set_choices([(NOBODY, _("nobody")), *users])
        self.store.set_choices(stores)
        self.reason.set_choices(reasons)
        self.set_value(base)

    def _on_changed(self) -> None:
        if not self._is_filling:
            self.changed.emit()

    def _drop_further(self) -> None:
        self._base = replace(
            self._base, stated_reason=None, belief_reason=None, theme=None, closed_group=None,
            approach=None, save_state=None, attempts=None, among=None,
        )  # fmt: skip
        self._show_further()
        self.changed.emit()

    def _show_further(self) -> None:
        """Say what else limits the list: criteria of a report that have no editor here."""
        given = {name for name in _FURTHER if getattr(self._base, name) is not None}
        found = [_(title) for name, title in _FURTHER.items() if name in given]
        self.further.setVisible(bool(found))
        text = _("Only as in the report: {criteria}").format(criteria=_(", ").join(found))
        self.further.setText(text)
        self.further.setToolTip(_("Remove this condition"))

    def value(self) -> CaseFilter:
        """The criteria as they stand in the editors.

        What is chosen from lists stays as it was asked for until the lists have been read.
        """
        owner, store, reason = self.owner.value(), self.store.value(), self.reason.value()
        is_nobody = owner == NOBODY
        if not self._has_lists:
            is_nobody, owner = self._base.unassigned, self._base.owner_id
            store, reason = self._base.store_id, self._base.root_reason
        self._base = replace(
            self._base,
            text=self.bar.search.value() or "",
            stages=self.pills.value(),
            outcome=self.outcome.value(),
            save_state=self.save_state.value(),
            kind=self.kind.value(),
            owner_id=None if is_nobody else owner,
            unassigned=is_nobody,
            store_id=store,
            klass=self.klass.value(),
            overdue=self.overdue.value(),
            opened_from=as_day(self.opened_from.value()),
            opened_until=as_day(self.opened_until.value()),
            closed_from=as_day(self.closed_from.value()),
            closed_until=as_day(self.closed_until.value()),
            root_reason=reason,
        )
        return self._base

    def set_value(self, criteria: CaseFilter) -> None:
        """Show criteria; says nothing."""
        self._is_filling = True
        self._base = criteria
        self.bar.search.set_value(criteria.text)
        self.pills.set_value(criteria.stages)
        owner = NOBODY if criteria.unassigned else criteria.owner_id
        pairs = (
            (self.outcome, criteria.outcome),
            (self.save_state, criteria.save_state),
            (self.kind, criteria.kind),
            (self.owner, owner),
            (self.store, criteria.store_id),
            (self.klass, criteria.klass),
            (self.overdue, criteria.overdue),
            (self.opened_from, criteria.opened_from),
            (self.opened_until, criteria.opened_until),
            (self.closed_from, criteria.closed_from),
            (self.closed_until, criteria.closed_until),
            (self.reason, criteria.root_reason),
        )
        for editor, value in pairs:
            editor.set_value(value)
        has_more = any(editor.value() for editor, _value in pairs if editor in self._more_editors())
        self.more.setChecked(has_more or self.more.isChecked())
        self._toggle_more()
        self._show_further()
        self._is_filling = False

    def _more_editors(self) -> Sequence[QWidget]:
        days = (self.opened_from, self.opened_until, self.closed_from, self.closed_until)
        return (self.outcome, self.save_state, self.reason, *days)
