"""The lists of signals, cases and visits on the command line."""

import uuid
from collections.abc import Sequence
from typing import Any

from db.queries.cases import CaseFilter
from db.queries.signals import SignalFilter
from db.queries.visits import VisitFilter
from db.session import Session
from desktop_app.cli.entities import Entity, as_key, by
from desktop_app.cli.output import plain
from desktop_app.columns import Sort
from desktop_app.columns.cases import CASE_COLUMNS
from desktop_app.columns.signals import SIGNAL_COLUMNS
from desktop_app.columns.visits import VISIT_COLUMNS
from desktop_app.services import cases, contacts, triage


def _signals(session: Session, text: str, offset: int, limit: int) -> Sequence[Any]:
    criteria = SignalFilter(states=frozenset(), text=text)
    return triage.list_signals(session, criteria, None, offset, limit)


def _cases(session: Session, text: str, offset: int, limit: int) -> Sequence[Any]:
    return cases.list_cases(session, CaseFilter(text=text), Sort("number"), offset, limit)


def find_case(session: Session, text: str) -> uuid.UUID:
    """Key of a case by number or key. Raises NotFoundError."""
    return as_key(text) or cases.find(session, text)


def _visits(session: Session, text: str, offset: int, limit: int) -> Sequence[Any]:
    return contacts.list_visits(session, VisitFilter(text=text), None, offset, limit)


ENTITIES = {
    "signals": Entity(_signals, lambda: SIGNAL_COLUMNS, by("id", _signals, "defection_signal")),
    "cases": Entity(
        _cases,
        lambda: CASE_COLUMNS,
        lambda session, text: plain(cases.case_file(session, find_case(session, text))),
    ),
    "visits": Entity(_visits, lambda: VISIT_COLUMNS, by("id", _visits, "visit")),
}
