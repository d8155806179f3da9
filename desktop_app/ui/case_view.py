"""Everything the page and the preview of a case show, read at once, and its timeline in words."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from db.queries.case_file import CaseFile
from db.queries.customer_card import CustomerCard, OrderFilter, OrderRow
from db.queries.customer_card import TimelineEntry as Happened
from db.vocabulary import CaseEventKind, Channel
from desktop_app.columns import timeline as timeline_words
from desktop_app.columns.journal import HistoryRow, history_rows
from desktop_app.columns.orders import products_text
from desktop_app.domain.purchases import Metrics
from desktop_app.services import cases, customers, history, journal, staff, workspace_settings
from desktop_app.ui.case_look import CHANNEL_ICONS, RESULT_TONES
from desktop_app.ui.theme import Tone
from desktop_app.ui.timeline import TimelineEntry

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session

_ORDERS = 40
CASE_TABLE = "departure_case"
_OPENED = frozenset({"interview", "visit", "file"})
"""Kinds of entries that open something."""

_EVENT_LOOKS: Mapping[CaseEventKind, tuple[str, Tone]] = MappingProxyType(
    {
        CaseEventKind.OPENED: ("flag", Tone.WARN),
        CaseEventKind.MOVED: ("forward", Tone.NEUTRAL),
        CaseEventKind.ASSIGNED: ("assign", Tone.INFO),
        CaseEventKind.SCREENED: ("filter", Tone.NEUTRAL),
        CaseEventKind.OVERRIDDEN: ("warning", Tone.WARN),
        CaseEventKind.CLOSED: ("check-circle", Tone.GOOD),
        CaseEventKind.REOPENED: ("reopen", Tone.WARN),
        CaseEventKind.NOTE: ("note", Tone.INFO),
    }
)

_LOOKS: Mapping[str, tuple[str, Tone]] = MappingProxyType(
    {
        "interview": ("interviews", Tone.ACCENT),
        "exit": ("door", Tone.WARN),
        "file": ("attachment", Tone.NEUTRAL),
    }
)


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case with its customer and what was bought."""

    file: CaseFile
    card: CustomerCard
    metrics: Metrics
    orders: tuple[OrderRow, ...]
    happened: tuple[Happened, ...]

    @property
    def id(self) -> uuid.UUID:
        """Key of the case."""
        return self.file.row.id

    @property
    def is_stopped(self) -> bool:
        """Whether the customer has died or asked not to be contacted."""
        return self.file.screening.is_deceased or self.file.screening.do_not_contact


def read_case(session: "Session", case_id: uuid.UUID) -> CaseView:
    """Read a case with everything its page shows.

    Raises:
        NotFoundError, NotAllowedError: it is gone or out of reach.
    """
    file = cases.case_file(session, case_id)
    customer_id = file.row.customer_id
    card, metrics = customers.card(session, customer_id)
    orders = customers.list_orders(session, OrderFilter(customer_id), None, 0, _ORDERS)
    happened = cases.timeline(session, case_id)
    return CaseView(file, card, metrics, tuple(orders), tuple(happened))


def read_history(session: "Session", case_id: uuid.UUID) -> list[HistoryRow]:
    """Who changed which field of a case, in words."""
    names = {str(user.id): user.name for user in staff.list_users(session)}
    names |= {str(store.id): store.name for store in staff.list_stores(session)}
    changes = history.record_history(session, CASE_TABLE, case_id)
    currency = workspace_settings.currency(session)
    return history_rows(CASE_TABLE, changes, names, journal.title_text, currency)


def entries(view: CaseView, *, with_orders: bool = True) -> list[TimelineEntry]:
    """The timeline of a case, newest first: what was done, and what was bought meanwhile.

    What happened at one moment stays as the case tells it: the last of it first.
    """
    found = [_entry(happened) for happened in view.happened]
    if with_orders:
        found += order_entries(view.orders)
    return sorted(found, key=_moment, reverse=True)


def _moment(entry: TimelineEntry) -> tuple[str, int]:
    return entry.sort_key(), entry.when.microsecond if isinstance(entry.when, datetime) else 0


def order_entries(orders: Iterable[OrderRow]) -> list[TimelineEntry]:
    """Orders as entries of a timeline."""
    made = []
    for order in orders:
        values = {"number": order.number, "amount": order.amount, "currency": order.currency}
        words = timeline_words.words(Happened(order.on, None, "order", values))
        text = products_text(order)
        made.append(TimelineEntry(order.on, words.title, text, "order", Tone.NEUTRAL))
    return made


def _entry(happened: Happened) -> TimelineEntry:
    values = {name: value for name, value in happened.values.items() if name != "case"}
    words = timeline_words.words(replace(happened, values=values))
    icon, tone = _look(happened)
    key = (happened.kind, happened.ref) if happened.kind in _OPENED else None
    when = happened.at or happened.day
    return TimelineEntry(when, words.title, words.detail, icon, tone, words.who, key)


def _look(happened: Happened) -> tuple[str, Tone]:
    values = happened.values
    match happened.kind:
        case "attempt":
            icon = CHANNEL_ICONS[values["channel"]]
            return icon, RESULT_TONES[values["result"]]
        case "event":
            return _EVENT_LOOKS[CaseEventKind(values["kind"])]
        case "visit":
            icon = CHANNEL_ICONS[Channel(values["channel"])]
            return icon, Tone.GOOD if values["state"] == "done" else Tone.NEUTRAL
        case kind:
            return _LOOKS.get(kind, ("dot", Tone.NEUTRAL))


def last_words(entries_: Sequence[TimelineEntry], count: int) -> list[TimelineEntry]:
    """The newest of entries that are newest first."""
    return list(entries_[:count])
