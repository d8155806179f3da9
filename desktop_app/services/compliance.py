"""Compliance 达成率: what the cadence asked for in a period and what became of it (F-19).

Of the customers the actor sees who may be contacted. Class, people and the table are those of
today: who is in charge now answers for what is owed now.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from sqlalchemy.orm import Session

from db.queries import visit_plan as queries
from db.vocabulary import CadenceRole, CustomerClass
from desktop_app import clock
from desktop_app.domain import compliance as rules
from desktop_app.domain.cadence import CadenceChannel, CadenceRule
from desktop_app.domain.compliance import Compliance, Duty, DutyState, Made
from desktop_app.domain.months import add_months, period_of
from desktop_app.domain.permissions import Action
from desktop_app.errors import InvalidInputError, Problem
from desktop_app.i18n import _
from desktop_app.services import access, cadence_clients
from desktop_app.services.cadence_clients import Side

__all__ = [
    "ComplianceResult",
    "DutyLine",
    "ExcessLine",
    "PersonCompliance",
    "compliance",
    "duties_of",
]

_GAP: Final = dt.timedelta(days=31)  # the period before one of a month


@dataclass(frozen=True, slots=True)
class PersonCompliance:
    """What one person owed; without a key: what nobody is there to do."""

    user_id: uuid.UUID | None
    name: str
    figures: Compliance


@dataclass(frozen=True, slots=True)
class ExcessLine:
    """A customer who was contacted more in a period than the rule allows."""

    customer_id: uuid.UUID
    number: str
    customer: str
    rule: CadenceRule
    first: dt.date
    last: dt.date
    contacts: int


@dataclass(frozen=True, slots=True)
class ComplianceResult:
    """Figures of a period; every duty counts by the last day on which it was to be done.

    Attributes:
        first: First day.
        last: Last day.
        as_of: Contacts after this day are not known; what ends on it or later is still open.
        total: All duties together.
        by_class: By class of the customer.
        by_role: By the role that owes.
        by_cell: By class, role and channel, in the order of the table.
        by_person: By who answers for it, by name; what nobody does stands last.
        excess: Where customers were pressed more than the most.
    """

    first: dt.date
    last: dt.date
    as_of: dt.date
    total: Compliance
    by_class: Mapping[CustomerClass, Compliance]
    by_role: Mapping[CadenceRole, Compliance]
    by_cell: Mapping[tuple[CustomerClass, CadenceRole, CadenceChannel], Compliance]
    by_person: tuple[PersonCompliance, ...]
    excess: tuple[ExcessLine, ...]


@dataclass(frozen=True, slots=True)
class DutyLine:
    """One contact that somebody owes or owed; `done` and `by_id` tell of the contact."""

    customer_id: uuid.UUID
    number: str
    customer: str
    klass: CustomerClass
    rule: CadenceRule
    first: dt.date
    last: dt.date
    state: DutyState
    done: dt.date | None
    by_id: uuid.UUID | None


def compliance(
    session: Session, first: dt.date, last: dt.date, as_of: dt.date | None = None
) -> ComplianceResult:
    """The figures of the duties that end from the first to the last day.

    Figures of others by name are for who leads people or audits; all others see their own.

    Raises:
        InvalidInputError: the last day is before the first.
    """
    access.require(session, Action.REPORT)
    as_of = as_of or clock.today()
    side = cadence_clients.read(session)
    made = _made(session, side, first, last, as_of)
    found = list(_duties(side, made, first, last, as_of))
    total = rules.by(found, lambda _duty: None).get(None, Compliance())
    cells = rules.by(found, lambda duty: (duty.rule.klass, duty.rule.role, duty.rule.channel))
    order = [(rule.klass, rule.role, rule.channel) for rule in side.policy.rules]
    by_class = rules.by(found, lambda duty: duty.rule.klass)
    by_role = rules.by(found, lambda duty: duty.rule.role)
    known = [each for each in made if each.day <= as_of]
    people = _people(side, found)
    if not (access.may(session, Action.EDIT_STAFF) or access.may(session, Action.VIEW_JOURNAL)):
        me = access.actor(session).user_id
        people = tuple(one for one in people if one.user_id == me)
    return ComplianceResult(
        first=first,
        last=last,
        as_of=as_of,
        total=total,
        by_class={klass: by_class[klass] for klass in CustomerClass if klass in by_class},
        by_role={role: by_role[role] for role in CadenceRole if role in by_role},
        by_cell={cell: cells[cell] for cell in order if cell in cells},
        by_person=people,
        excess=_excess(side, known, first, last),
    )


def duties_of(
    session: Session,
    user_id: uuid.UUID | None,
    first: dt.date,
    last: dt.date,
    as_of: dt.date | None = None,
) -> tuple[DutyLine, ...]:
    """What somebody owes to customers the actor sees, the earliest last day first.

    With None what is owed and nobody is there to do.

    Raises:
        InvalidInputError: the last day is before the first.
    """
    access.require(session, Action.VIEW)
    as_of = as_of or clock.today()
    side = cadence_clients.read(session)
    made = _made(session, side, first, last, as_of)
    mine = [duty for duty in _duties(side, made, first, last, as_of) if duty.owner == user_id]
    found = []
    for duty in mine:
        row = side.rows[cast("uuid.UUID", duty.customer)]
        by_id = cast("uuid.UUID | None", duty.by)
        found.append(
            DutyLine(
                row.id, row.number, row.name, row.klass, duty.rule, duty.days.first,
                duty.days.last, duty.state, duty.done, by_id,
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda line: (line.last, line.number, line.rule.code)))


def _made(
    session: Session, side: Side, first: dt.date, last: dt.date, as_of: dt.date
) -> Sequence[Made]:
    """The contacts that say what became of the duties: before them, and what came late."""
    if last < first:
        text = _("The last day cannot be before the first.")
        raise InvalidInputError([Problem("last", text)])
    spans = [rule.latest_months or rule.per_months for rule in side.policy.rules]
    longest = max(spans, default=1)
    rows = queries.contacts_made(
        session,
        access.visible(session),
        add_months(period_of(first, longest).first, -longest),
        min(as_of, add_months(last, 2 * longest)),
        recent=first.replace(day=1) - _GAP,
        long_rules=[
            rule.code
            for rule in side.policy.rules
            if rule.per_months > 1 or rule.latest_months or rule.condition
        ],
    )
    return side.made(rows)


def _duties(
    side: Side, made: Iterable[Made], first: dt.date, last: dt.date, as_of: dt.date
) -> Iterable[Duty]:
    owed = (client.owed for client in side.clients)
    return rules.duties(owed, made, side.policy, first, last, as_of)


def _people(side: Side, found: Iterable[Duty]) -> tuple[PersonCompliance, ...]:
    figures = rules.by(found, lambda duty: cast("uuid.UUID | None", duty.owner))
    lines = [
        PersonCompliance(key, side.people[key].name if key is not None else "", each)
        for key, each in figures.items()
    ]
    return tuple(sorted(lines, key=lambda line: (line.user_id is None, line.name, line.user_id)))


def _excess(
    side: Side, made: Sequence[Made], first: dt.date, last: dt.date
) -> tuple[ExcessLine, ...]:
    owed = [client.owed for client in side.clients]
    found = []
    for each in rules.above_maximum(owed, made, side.policy, first, last):
        row = side.rows[cast("uuid.UUID", each.customer)]
        period = each.period
        found.append(
            ExcessLine(
                row.id, row.number, row.name, each.rule, period.first, period.last, each.contacts
            )
        )
    return tuple(found)
