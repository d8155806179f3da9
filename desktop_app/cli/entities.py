"""What `list` and `show` can show: one entry a kind of record."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db.queries.cases import CaseFilter
from db.queries.customers import CustomerFilter, CustomerRow
from db.queries.follow_up import FollowFilter
from db.queries.interviews import InterviewFilter
from db.queries.journal import ChangeSetFilter, ChangeSetRow
from db.queries.signals import SignalFilter
from db.queries.visits import VisitFilter
from db.session import Session
from desktop_app.cli import charge_lists, duty_lists, offer_lists
from desktop_app.cli.options import UsageProblemError
from desktop_app.cli.output import plain, yuan
from desktop_app.columns import Align, Column, Sort
from desktop_app.columns.cases import CASE_COLUMNS
from desktop_app.columns.charges import HOLDING_COLUMNS, ORPHAN_COLUMNS
from desktop_app.columns.customers import CUSTOMER_COLUMNS
from desktop_app.columns.interviews import INTERVIEW_COLUMNS
from desktop_app.columns.journal import change_set_columns
from desktop_app.columns.offers import APPROVAL_COLUMNS, OFFER_COLUMNS
from desktop_app.columns.promises import COMPLAINT_COLUMNS, PROMISE_COLUMNS, RECOVERY_COLUMNS
from desktop_app.columns.signals import SIGNAL_COLUMNS
from desktop_app.columns.staff import STORE_COLUMNS, USER_COLUMNS
from desktop_app.columns.visits import VISIT_COLUMNS
from desktop_app.domain.permissions import Action
from desktop_app.errors import NotFoundError
from desktop_app.i18n import N_, _, language
from desktop_app.services import (
    access,
    cases,
    complaints,
    contacts,
    customers,
    detection,
    history,
    interviews,
    promises,
    reasons,
    recovery,
    staff,
    triage,
)
from desktop_app.services.journal import entity_text, last_own, title_text

Document = dict[str, Any]
Window = Callable[[Session, str, int, int], Sequence[Any]]
_ALL = 10**9
_LONG_AGO = dt.date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Entity:
    """One kind of record.

    Attributes:
        window: Rows that fit a text, from an offset, at most so many.
        columns: As people read them; for `changes` they depend on the language.
        find: One record by number or key; raises NotFoundError.
        document: A row as JSON.
        taken_out: The rows of `window` with whole phones, for who may see and export them.
    """

    window: Window
    columns: Callable[[], Sequence[Column[Any]]]
    find: Callable[[Session, str], object]
    document: Callable[[Any], Document] = plain
    taken_out: Window | None = None


def names() -> str:
    """All kinds of records, for a sentence."""
    return ", ".join(ENTITIES)


def entity(name: str) -> Entity:
    """A kind of record by its name, plural or singular. Raises UsageProblemError."""
    for known in (name, f"{name}s", f"{name.removesuffix('y')}ies"):
        if known in ENTITIES:
            return ENTITIES[known]
    text = _("There is no list “{name}”. Lists are: {names}.")
    raise UsageProblemError(text.format(name=name, names=names()))


def as_key(text: str) -> uuid.UUID | None:
    """A key as typed, None when it is something else."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _missing(what: str, name: str) -> NotFoundError:
    return NotFoundError(_("There is no {what} {name}.").format(what=what, name=name))


# Customers ---------------------------------------------------------------------------------------


def _customers(session: Session, text: str, offset: int, limit: int) -> Sequence[CustomerRow]:
    criteria = CustomerFilter(text=text)
    return customers.list_customers(session, criteria, Sort("number"), offset, limit)


def _whole_customers(session: Session, text: str, offset: int, limit: int) -> Sequence[CustomerRow]:
    criteria = CustomerFilter(text=text)
    return customers.export_customers(session, criteria, Sort("number"), offset, limit)


def _customer_document(row: CustomerRow) -> Document:
    return {
        "number": row.number,
        "name": row.name,
        "phone": row.phone,
        "class": row.klass.value.upper(),
        "orders": row.orders,
        "spend": yuan(row.spend_total),
        "spend_12_months": yuan(row.spend_window),
        "currency": row.currency,
        "first_order": row.first_on,
        "last_order": row.last_on,
        "kind": row.kind,
        "store": row.store,
        "owner": row.owner,
        "open_cases": row.open_cases,
        "is_identified": row.is_identified,
        "do_not_contact": row.do_not_contact,
        "id": str(row.id),
    }


def find_customer(session: Session, text: str) -> uuid.UUID:
    """Key of a customer by number or key. Raises NotFoundError, NotAllowedError."""
    return as_key(text) or customers.find(session, text)


def _customer(session: Session, text: str) -> Document:
    card, metrics = customers.card(session, find_customer(session, text))
    hidden = {"id", "number", "name", "phone", "kind", "version"}
    return {
        **_customer_document(card.row),
        "figures": plain(metrics),
        **{name: plain(value) for name, value in card.values.items() if name not in hidden},
        "as_of": card.as_of,
        "contacts": plain(card.contacts),
        "cases": plain(card.cases),
        "signals": plain(card.signals),
    }


# Signals, cases, visits, interviews --------------------------------------------------------------


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


def _interviews(session: Session, text: str, offset: int, limit: int) -> Sequence[Any]:
    return interviews.list_interviews(session, InterviewFilter(text=text), None, offset, limit)


def _followed(find: Callable[[Session, FollowFilter], Sequence[Any]]) -> Window:
    """A window of promises, complaints or recoveries: open ones first, then all that ended."""

    def window(session: Session, text: str, offset: int, limit: int) -> Sequence[Any]:
        rows = find(session, FollowFilter(text, ended_since=_LONG_AGO))
        return rows[offset : offset + limit]

    return window


# Short lists -------------------------------------------------------------------------------------


def _short(rows: Callable[[Session], Sequence[Any]]) -> Window:
    """A window of a list that is short enough to be read whole."""

    def window(session: Session, text: str, offset: int, limit: int) -> Sequence[Any]:
        access.require(session, Action.VIEW)
        wanted = text.casefold()
        fitting = [row for row in rows(session) if wanted in str(plain(row)).casefold()]
        return fitting[offset : offset + limit]

    return window


def _by(name: str, window: Window, what: str) -> Callable[[Session, str], object]:
    """Finds one row of a list by a field or by its key."""

    def find(session: Session, text: str) -> object:
        for row in window(session, "", 0, _ALL):
            if text in (str(getattr(row, name)), str(getattr(row, "id", ""))):
                return plain(row)
        raise _missing(entity_text(what), text)

    return find


def _reasons(session: Session) -> Sequence[Any]:
    groups = reasons.list_reasons(session, language(), include_retired=True)
    return [row for group in groups for row in group.reasons]


def _rules(session: Session) -> Sequence[Any]:
    return list(detection.current_rules(session).values())


def _rule_document(row: Any) -> Document:
    return {
        "kind": row.kind,
        "version": row.rule_version,
        "is_enabled": row.is_enabled,
        "params": dict(row.params),
    }


# Journal -----------------------------------------------------------------------------------------


def _changes(session: Session, text: str, offset: int, limit: int) -> Sequence[ChangeSetRow]:
    criteria = ChangeSetFilter(text=text)
    return history.list_change_sets(session, criteria, None, offset, limit)


def change_document(row: ChangeSetRow) -> Document:
    """A change set as JSON, its title in words."""
    return {
        "change_set": str(row.id),
        "seq": row.seq,
        "at": row.at,
        "kind": row.kind,
        "title": title_text(row.title, row.args),
        "actor": row.actor,
        "changes": row.changes,
        "undone_by": row.undone_by and str(row.undone_by),
        "undoes": row.undoes and str(row.undoes),
    }


def find_change(session: Session, text: str) -> uuid.UUID:
    """Key of a change set by key, number, or “last”: one's own newest that can be undone.

    Raises NotFoundError.
    """
    if text != "last":
        return history.find(session, as_key(text), text)
    found = last_own(session)
    if found is None:
        raise NotFoundError(_("You have changed nothing that can be undone."))
    return found


def _change(session: Session, text: str) -> Document:
    wanted = find_change(session, text)
    rows = history.list_change_sets(session, ChangeSetFilter(), None, 0, _ALL)
    row = next(row for row in rows if row.id == wanted)
    return {**change_document(row), "rows": plain(history.changes_of(session, wanted))}


_IMPORT_COLUMNS: tuple[Column[Any], ...] = (
    Column("at", N_("Time"), lambda row: row.at),
    Column("kind", N_("Kind"), lambda row: row.kind),
    Column("file_name", N_("File"), lambda row: row.file_name),
    Column("rows", N_("Rows"), lambda row: row.rows, align=Align.RIGHT),
    Column("new", N_("New"), lambda row: row.new, align=Align.RIGHT),
    Column("changed", N_("Changed"), lambda row: row.changed, align=Align.RIGHT),
    Column("rejected", N_("Rejected"), lambda row: row.rejected, align=Align.RIGHT),
    Column("by", N_("By"), lambda row: row.by),
)
_RULE_COLUMNS: tuple[Column[Any], ...] = (
    Column("kind", N_("Departure"), lambda row: row.kind),
    Column("version", N_("Version"), lambda row: row.rule_version, align=Align.RIGHT),
    Column("is_enabled", N_("Switched on"), lambda row: row.is_enabled),
    Column(
        "params",
        N_("Parameters"),
        lambda row: ", ".join(f"{name} = {value}" for name, value in row.params.items()),
    ),
)
_REASON_COLUMNS: tuple[Column[Any], ...] = (
    Column("code", N_("Code"), lambda row: row.code),
    Column("text", N_("Reason"), lambda row: row.text),
    Column("churn_type", N_("Churn type"), lambda row: row.churn_type),
    Column("version", N_("Version"), lambda row: row.version, align=Align.RIGHT),
    Column("retired_on", N_("Retired on"), lambda row: row.retired_on),
)


def _imports(session: Session, text: str, offset: int, limit: int) -> Sequence[Any]:
    return history.list_imports(session, text, offset, limit)


ENTITIES: Mapping[str, Entity] = {
    "customers": Entity(
        _customers, lambda: CUSTOMER_COLUMNS, _customer, _customer_document, _whole_customers
    ),
    "signals": Entity(_signals, lambda: SIGNAL_COLUMNS, _by("id", _signals, "defection_signal")),
    "cases": Entity(
        _cases,
        lambda: CASE_COLUMNS,
        lambda session, text: plain(cases.case_file(session, find_case(session, text))),
    ),
    "visits": Entity(_visits, lambda: VISIT_COLUMNS, _by("id", _visits, "visit")),
    "interviews": Entity(
        _interviews, lambda: INTERVIEW_COLUMNS, _by("id", _interviews, "interview")
    ),
    "promises": Entity(
        _followed(promises.find),
        lambda: PROMISE_COLUMNS,
        _by("id", _followed(promises.find), "promise"),
    ),
    "complaints": Entity(
        _followed(complaints.find),
        lambda: COMPLAINT_COLUMNS,
        _by("id", _followed(complaints.find), "complaint"),
    ),
    "recoveries": Entity(
        _followed(recovery.find),
        lambda: RECOVERY_COLUMNS,
        _by("id", _followed(recovery.find), "recovery"),
    ),
    "offers": Entity(
        _short(offer_lists.offers),
        lambda: OFFER_COLUMNS,
        offer_lists.find_offer,
        offer_lists.offer_document,
    ),
    "approvals": Entity(
        _short(offer_lists.approvals),
        lambda: APPROVAL_COLUMNS,
        offer_lists.find_approval,
        offer_lists.approval_document,
    ),
    "orphans": Entity(
        charge_lists.orphans,
        lambda: ORPHAN_COLUMNS,
        charge_lists.find_orphan,
        charge_lists.orphan_document,
    ),
    "holdings": Entity(
        charge_lists.holdings,
        lambda: HOLDING_COLUMNS,
        _by("customer_number", charge_lists.holdings, "holding"),
    ),
    "tasks": Entity(*duty_lists.TASKS),
    "renewals": Entity(*duty_lists.RENEWALS),
    "absences": Entity(*duty_lists.ABSENCES),
    "staff": Entity(*duty_lists.STAFF),
    "users": Entity(
        _short(staff.list_users),
        lambda: USER_COLUMNS,
        _by("login", _short(staff.list_users), "app_user"),
    ),
    "stores": Entity(
        _short(staff.list_stores),
        lambda: STORE_COLUMNS,
        _by("code", _short(staff.list_stores), "store"),
    ),
    "reasons": Entity(
        _short(_reasons), lambda: _REASON_COLUMNS, _by("code", _short(_reasons), "reason")
    ),
    "rules": Entity(
        _short(_rules),
        lambda: _RULE_COLUMNS,
        _by("kind", _short(_rules), "defection_rule"),
        _rule_document,
    ),
    "imports": Entity(_imports, lambda: _IMPORT_COLUMNS, _by("id", _imports, "import_job")),
    "changes": Entity(_changes, lambda: change_set_columns(title_text), _change, change_document),
}
