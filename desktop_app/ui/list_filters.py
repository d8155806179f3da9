"""The filters of the lists of customers and signals: editors in one line, and what they say."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from typing_extensions import override

from db.queries.customers import CustomerFilter
from db.queries.signals import SignalFilter
from db.vocabulary import CustomerClass, RuleKind, SignalState
from desktop_app.i18n import _
from desktop_app.services import staff
from desktop_app.ui.editors import CheckEditor, ChoiceEditor, EnumEditor
from desktop_app.ui.panels import FilterBar

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session

SIGNAL_KINDS = tuple(kind for kind in RuleKind if kind is not RuleKind.CANCEL_REQUEST)
"""Kinds of departure that rules find; the other one is told by the customer."""

Stores = Sequence[tuple[uuid.UUID, str]]


def read_stores(session: "Session") -> Stores:
    """Stores as choices of a filter."""
    return [(store.id, store.name) for store in staff.list_stores(session)]


class StoreEditor(ChoiceEditor):
    """A store or all of them; what is asked for before the stores are known is kept."""

    def __init__(self) -> None:
        self._wanted: uuid.UUID | None = None
        self._is_known = False
        super().__init__([], optional=True, empty=_("all stores"))

    @override
    def value(self) -> uuid.UUID | None:
        found: uuid.UUID | None = super().value() if self._is_known else self._wanted
        return found

    @override
    def set_value(self, value: uuid.UUID | None) -> None:
        self._wanted = value
        super().set_value(value)

    def show_stores(self, stores: Stores) -> None:
        """Offer these stores."""
        wanted, self._is_known = self.value(), True
        self.set_choices(stores)
        self.set_value(wanted)


class CustomerFilters(FilterBar):
    """Search, class, store, only those nobody could identify."""

    def __init__(self) -> None:
        super().__init__(_("Name, pinyin, phone, card, number"))
        self._base = CustomerFilter()
        self.klass = self.add(
            _("Class"), EnumEditor(CustomerClass, optional=True, empty=_("all classes"))
        )
        self.store = self.add(_("Store"), StoreEditor())
        self.unknown = self.add("", CheckEditor(_("Only unidentified")))

    def value(self) -> CustomerFilter:
        """The criteria as they stand in the editors."""
        self._base = replace(
            self._base,
            text=self.search.value() or "",
            klass=self.klass.value(),
            store_id=self.store.value(),
            unidentified=self.unknown.value(),
        )
        return self._base

    def set_value(self, criteria: CustomerFilter) -> None:
        """Show criteria; says nothing."""
        self._base = criteria
        self.search.set_value(criteria.text)
        self.klass.set_value(criteria.klass)
        self.store.set_value(criteria.store_id)
        self.unknown.set_value(criteria.unidentified)
        self.settle()


class SignalFilters(FilterBar):
    """Search, kind of departure, class, store, state."""

    def __init__(self) -> None:
        super().__init__()
        self._base = SignalFilter()
        self.kind = self.add(
            _("Departure"),
            EnumEditor(RuleKind, optional=True, members=SIGNAL_KINDS, empty=_("all kinds")),
        )
        self.klass = self.add(
            _("Class"), EnumEditor(CustomerClass, optional=True, empty=_("all classes"))
        )
        self.store = self.add(_("Store"), StoreEditor())
        self.state = self.add(
            _("State"), EnumEditor(SignalState, optional=True, empty=_("all states"))
        )
        self.set_value(self._base)

    def value(self) -> SignalFilter:
        """The criteria as they stand in the editors."""
        state = self.state.value()
        self._base = replace(
            self._base,
            states=frozenset({state} if state else SignalState),
            kind=self.kind.value(),
            store_id=self.store.value(),
            klass=self.klass.value(),
            text=self.search.value() or "",
        )
        return self._base

    def set_value(self, criteria: SignalFilter) -> None:
        """Show criteria; says nothing."""
        self._base = criteria
        self.search.set_value(criteria.text)
        self.kind.set_value(criteria.kind)
        self.klass.set_value(criteria.klass)
        self.store.set_value(criteria.store_id)
        self.state.set_value(next(iter(criteria.states)) if len(criteria.states) == 1 else None)
        self.settle()
