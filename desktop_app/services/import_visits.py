"""Visits and calls that were made, from a foreign file, with who made them and when.

A row is known by customer, person, way and day. One that says nothing new is known already; the
only other one of its day corrects what is known; a blank cell takes nothing away, and two equal
rows count once.

The other rows are what was planned for the same customer, person and way, for the cadence, by hand
or for a case: the nearest plan not more than `NEAR` days before or after that no other row is
nearer to, of two equally near ones the earlier. A visit of a case that was made this way has the
consequences of its report. What was planned by nobody is new, without a case. An informal contact
is never what was planned.

Whoever imports plans visits over others, so may report every visit they see. What they do not see
is not touched: a customer out of reach is as unknown as one that does not exist.
"""

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from db import journal
from db.models import Case, CostEntry, Customer, Visit
from db.queries.scope import customer_in_sight
from db.queries.visits import visible_visits
from db.vocabulary import Channel, CostKind, MatchKey, VisitState
from desktop_app import clock
from desktop_app.domain import visits as rules
from desktop_app.domain.permissions import Action
from desktop_app.i18n import _
from desktop_app.progress import Progress
from desktop_app.services import access
from desktop_app.services.import_visit_cases import OfCase, follow, with_day
from desktop_app.services.imports import (
    Outcome,
    People,
    RowStatus,
    Source,
    in_chunks,
    known_customers,
    start_job,
)
from desktop_app.services.visit_view import NotAsked, none_asked

NEAR: Final = 7
"""A row is a visit planned at most so many days before or after the day of the row."""
_IN_LIST: Final = 500
Whom = tuple[uuid.UUID, uuid.UUID, Channel]
"""Customer, person, way."""
Entry = tuple[uuid.UUID, str, int | None]
"""A cost of a case: what was given, and the amount."""


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One understood row.

    Attributes:
        row: Number of the row in the file.
        customer: What its customer is known by (the key of the import), or empty.
        day: When it was made.
        employee: Login or name of who made it.
        channel: Visit or call.
        note: What came of it.
        satisfaction: 1 to 5, or not asked.
        is_informal: Whether it was no contact of the cadence.
        met: Whom one met.
        gift: What was given.
        gift_amount: What that cost, in minor units; only with a case that bears it.
        next_step: What is to be done next.
        next_due: When.
    """

    row: int
    customer: str
    day: dt.date
    employee: str
    channel: Channel = Channel.VISIT
    note: str = ""
    satisfaction: int | None = None
    is_informal: bool = False
    met: str = ""
    gift: str = ""
    gift_amount: int | None = None
    next_step: str = ""
    next_due: dt.date | None = None

    @property
    def values(self) -> dict[str, Any]:
        """What it says, as columns; the day of the next step stands in its words too."""
        return {
            "note": self.note,
            "satisfaction": self.satisfaction,
            "is_informal": self.is_informal,
            "met": self.met,
            "gift": self.gift,
            "next_step": with_day(self.next_step, self.next_due),
        }

    @property
    def said(self) -> dict[str, Any]:
        """Of these what the row says: a blank cell takes nothing away."""
        return {name: value for name, value in self.values.items() if value}


@dataclass(slots=True)
class _Plan:
    inserts: list[dict[str, Any]] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    of_cases: list[OfCase] = field(default_factory=list)


class VisitImport:
    """Takes all rows of a file of visits at once.

    Args:
        session: A writing session, or any session for a dry run.
        source: The file.
        key: How rows find their customer.
        outcome: Counts and rejects are added here.
    """

    def __init__(self, session: Session, source: Source, key: MatchKey, outcome: Outcome) -> None:
        access.require(session, Action.IMPORT)
        self._session = session
        self._source = source
        self._key = key
        self._outcome = outcome
        self._people = People(session)
        self._may_book = access.may(session, Action.WORK_CASE)
        self._not_asked: Mapping[uuid.UUID, NotAsked] = {}
        self._booked: Counter[Entry] = Counter()

    def take(self, rows: Iterable[VisitLine], progress: Progress) -> None:
        """Sort the rows into new, changed, same and rejected, and store them unless it is dry.

        Rejected are rows of an unknown or ambiguous customer or person, of the future, of more
        than `domain.visits.MOST_AGO` days ago, or of a visit that the actor does not see; and what
        the form of a report refuses: the satisfaction of who was leaving or had left by then, the
        cost of a gift without a case.

        Raises:
            CancelledError: the person asked to stop; the transaction must be given up.
        """
        groups = self._groups(list(rows))
        stored = self._stored({whom[0] for whom in groups})
        asked = {
            whom[0] for whom, group in groups.items() if any(row.satisfaction for row in group)
        }
        self._not_asked = none_asked(self._session, asked)
        paid = [whom for whom, group in groups.items() if any(row.gift_amount for row in group)]
        bearing = {one.case_id for whom in paid for one in stored.get(whom, [])} - {None}
        self._booked = self._gifts(bearing)
        plan, done = _Plan(), 0
        for whom, group in groups.items():
            self._place(plan, whom, group, stored.get(whom, []))
            done += len(group)
            progress.step(done, None)
        if not self._outcome.is_dry and (plan.inserts or plan.updates):
            start_job(self._session, self._source, self._outcome)
            made = [row | {"import_id": self._outcome.job_id} for row in plan.inserts]
            journal.bulk_insert(self._session, Visit, made)
            journal.bulk_update(self._session, Visit, plan.updates)
            follow(self._session, plan.of_cases)

    def _groups(self, rows: Sequence[VisitLine]) -> dict[Whom, list[VisitLine]]:
        asked = [(row.row, row.customer) for row in rows]
        seen = customer_in_sight(access.visible(self._session))
        customers = known_customers(self._session, self._key, asked, self._outcome, seen)
        groups: dict[Whom, list[VisitLine]] = defaultdict(list)
        for row in rows:
            customer_id = customers.get(row.customer)
            if customer_id is None:
                continue
            person = self._people.find(row.employee)
            if isinstance(person, str):
                self._reject(row, person)
            elif row.day > clock.today():
                self._reject(row, _("The day of the visit lies in the future."))
            else:
                groups[customer_id, person, row.channel].append(row)
        return groups

    def _stored(self, customer_ids: Iterable[uuid.UUID]) -> dict[Whom, list[Row[Any]]]:
        """Visits that were made or are planned, called off ones not; and whether each is seen."""
        table = Visit.__table__
        seen = visible_visits(access.visible(self._session)).label("is_seen")
        found: dict[Whom, list[Row[Any]]] = defaultdict(list)
        for part in in_chunks(sorted(customer_ids), _IN_LIST):
            statement = (
                select(table, seen)
                .join(Customer, Customer.id == table.c.customer_id)
                .outerjoin(Case, Case.id == table.c.case_id)
                .where(
                    table.c.customer_id.in_(part),
                    table.c.state != VisitState.CANCELLED,
                    table.c.by_id.is_not(None),
                )
                .order_by(table.c.id)
            )
            for row in self._session.execute(statement):
                found[row.customer_id, row.by_id, Channel(row.channel)].append(row)
        return found

    def _place(
        self, plan: _Plan, whom: Whom, group: Sequence[VisitLine], stored: Sequence[Row[Any]]
    ) -> None:
        made: dict[dt.date, list[Row[Any]]] = defaultdict(list)
        for one in stored:
            if one.state == VisitState.DONE:
                made[one.done_on].append(one)
        by_day: dict[dt.date, list[VisitLine]] = defaultdict(list)
        for row in group:
            by_day[row.day].append(row)
        left: list[VisitLine] = []
        for day, rows in by_day.items():
            unknown = self._unknown(rows, made[day])
            wanted = [row for row in unknown if not self._is_refused(row, whom[0])]
            if len(wanted) == len(made[day]) == 1:
                self._finish(plan, wanted[0], made[day][0])
            else:
                left += wanted
        plans = [one for one in stored if one.state == VisitState.PLANNED]
        chosen = _nearest(left, plans)
        for row in left:
            if row.row in chosen:
                self._finish(plan, row, chosen[row.row])
            else:
                self._add(plan, whom, row)

    def _unknown(self, rows: Sequence[VisitLine], made: list[Row[Any]]) -> list[VisitLine]:
        """Rows of a day that say something else than is known; what is known leaves `made`."""
        once = {_all_of(row): row for row in reversed(rows)}
        self._outcome.statuses[RowStatus.SAME] += len(rows) - len(once)
        left = [row for row in rows if once[_all_of(row)] is row]
        for says in (_is, _says):
            for row in list(left):
                same = next((one for one in made if one.is_seen and says(one, row)), None)
                if same is not None:
                    made.remove(same)
                    left.remove(row)
                    if not self._is_unpaid(row, same):
                        self._outcome.statuses[RowStatus.SAME] += 1
        return left

    def _is_refused(self, row: VisitLine, customer_id: uuid.UUID) -> bool:
        refusal, reason = self._not_asked.get(customer_id), ""
        if row.satisfaction and refusal is not None and row.day >= refusal.since:
            reason = refusal.why
        if (clock.today() - row.day).days > rules.MOST_AGO:
            reason = _("The visit was made more than {days} days ago.").format(days=rules.MOST_AGO)
        if reason:
            self._reject(row, reason)
        return bool(reason)

    def _reject(self, row: VisitLine, reason: str) -> None:
        self._outcome.rejected.append((row.row, reason))

    def _finish(self, plan: _Plan, row: VisitLine, known: Row[Any]) -> None:
        """A plan was carried out, or what is known is corrected."""
        if not known.is_seen:
            self._reject(row, _("This visit belongs to somebody else."))
            return
        if self._is_unpaid(row, known):
            return
        plan.updates.append(
            {"id": known.id, "state": VisitState.DONE, "done_on": row.day} | row.said
        )
        was_planned = known.state == VisitState.PLANNED
        if known.case_id is not None:
            plan.of_cases.append(
                OfCase(
                    visit_id=known.id,
                    case_id=known.case_id,
                    was_planned=was_planned,
                    gift=row.gift,
                    gift_amount=0 if _is_known_gift(known) else row.gift_amount or 0,
                    next_step=row.next_step,
                    next_due=row.next_due,
                )
            )
        self._outcome.statuses[RowStatus.CHANGED] += 1

    def _add(self, plan: _Plan, whom: Whom, row: VisitLine) -> None:
        if self._is_unpaid(row, None):
            return
        plan.inserts.append(
            {
                "customer_id": whom[0],
                "planned_on": row.day,
                "done_on": row.day,
                "by_id": whom[1],
                "channel": whom[2],
                "state": VisitState.DONE,
            }
            | row.values
        )
        self._outcome.statuses[RowStatus.NEW] += 1

    def _is_unpaid(self, row: VisitLine, known: Row[Any] | None) -> bool:
        """Whether a row is rejected because the cost of its gift is not taken.

        Nothing can bear it; or the gift was known before, and the cost is not the one booked then:
        entries are never changed, and a second one would count twice.
        """
        if not row.gift_amount:
            return False
        reason = ""
        if known is None or known.case_id is None:
            reason = _("Only a case bears costs: this visit has none. Leave the amount out.")
        elif not row.gift:
            reason = _("Say what was given.")
        elif _is_known_gift(known):
            if row.gift == known.gift and self._is_booked(known.case_id, row):
                return False
            reason = _(
                "A gift of this visit is known already, and not with this name and cost. Leave the "
                "amount out, and enter a missing cost at the case."
            )
        elif not self._may_book:
            reason = _("Your role books no costs on cases. Leave the amount out.")
        if reason:
            self._reject(row, reason)
        return bool(reason)

    def _is_booked(self, case_id: uuid.UUID, row: VisitLine) -> bool:
        """Whether the case bears this cost; each entry answers for one row."""
        entry = (case_id, row.gift, row.gift_amount)
        is_booked = self._booked[entry] > 0
        self._booked[entry] -= is_booked
        return is_booked

    def _gifts(self, case_ids: Iterable[uuid.UUID]) -> Counter[Entry]:
        """The gifts that cases bear the cost of."""
        found: Counter[Entry] = Counter()
        for part in in_chunks(sorted(case_ids), _IN_LIST):
            statement = select(CostEntry.case_id, CostEntry.note, CostEntry.amount).where(
                CostEntry.case_id.in_(part), CostEntry.kind == CostKind.GIFT
            )
            found.update((*row,) for row in self._session.execute(statement))
        return found


def _is_known_gift(known: Row[Any]) -> bool:
    return bool(known.state == VisitState.DONE and known.gift)


def _all_of(row: VisitLine) -> str:
    return str((row.values, row.gift_amount))


def _nearest(rows: Sequence[VisitLine], plans: Sequence[Row[Any]]) -> dict[int, Row[Any]]:
    """By number of the row the plan that was carried out, each plan once.

    Those of a day first, then the nearer ones before the farther, up to `NEAR` days; of equally
    near plans the earlier, of one day that of a case before others.
    """
    pairs = sorted(
        (
            (distance, one.planned_on, one.case_id is None, one.id, row.day, row.row, one)
            for row in rows
            if not row.is_informal
            for one in plans
            if (distance := abs((one.planned_on - row.day).days)) <= NEAR
        ),
        key=lambda pair: pair[:-1],
    )
    chosen: dict[int, Row[Any]] = {}
    used: set[uuid.UUID] = set()
    for *_rest, number, one in pairs:
        if number not in chosen and one.id not in used:
            chosen[number] = one
            used.add(one.id)
    return chosen


def _is(stored: Row[Any], row: VisitLine) -> bool:
    return all(getattr(stored, name) == value for name, value in row.values.items())


def _says(stored: Row[Any], row: VisitLine) -> bool:
    return all(getattr(stored, name) == value for name, value in row.said.items())
