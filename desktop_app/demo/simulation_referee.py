"""The referee of a simulation: counts broken rules from the rows and the journal alone.

It shares no code with the services or the domain: its sums are its own, and so are the numbers it
is told. What happened when is replayed from the journal (`simulation_journal`), the rest is read
from the rows in the evening of each day, and lists of work are looked at the moment they are shown.
"""

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db.models import (
    Case,
    CaseOffer,
    Customer,
    Experiment,
    ExperimentArm,
    Offer,
    OfferBudget,
    Order,
    Promise,
    Recovery,
    Script,
    ScriptRun,
    ScriptVersion,
    User,
    Visit,
)
from desktop_app.demo.simulation_journal import Days, Found, Numbers, Replay, read_days

_CONTACT_STEPS: Final = ("call", "visit", "interview", "offer", "follow_up")
_STANDING: Final = frozenset({"waiting", "approved", "accepted"})
_COMMITTED: Final = frozenset({"approved", "accepted"})
_DECIDERS: Final = frozenset({"store_manager", "dept_manager", "head_office", "administrator"})
_OVER_BUDGET: Final = frozenset({"head_office", "administrator"})
_YEAR: Final = 365
_ROUNDED: Final = 1  # minor units


@dataclass(frozen=True, slots=True)
class Break:
    """A rule that was broken, on which day, in which case, and how."""

    rule: str
    day: dt.date
    case: str
    how: str


@dataclass(slots=True)
class Referee:
    """Counts; `breaks` is all it has found, each once."""

    numbers: Numbers
    breaks: list[Break] = field(default_factory=list)
    replay: Replay = field(default_factory=Replay)
    _known: set[tuple[str, str, str]] = field(default_factory=set)

    def check(self, session: Session, day: dt.date) -> None:
        """Look at all that was done until the evening of a day."""
        days = read_days(session)
        offers = _offer_rows(session)
        self._note(session, self.replay.go_on(session, self.numbers, days))
        self._note(session, _cases(session, day, self.replay, days))
        self._note(session, _offers(day, offers, self.numbers))
        self._note(session, _budgets(session, day, offers))
        self._note(session, _saves(session, day))
        self._note(session, _arms(session, day))
        if days.is_working(day):
            self._note(session, _recoveries(session, day))

    def look(
        self, session: Session, day: dt.date, listed: Sequence[uuid.UUID], *, whole: bool
    ) -> None:
        """Look at a list of work as it is shown; the whole queue must hold every case once."""
        self._note(session, _listed(session, day, listed, whole=whole))

    def look_at_own(
        self,
        session: Session,
        day: dt.date,
        listed: Sequence[uuid.UUID],
        own: Collection[uuid.UUID],
    ) -> None:
        """Look at one's own queue: all one's cases stand there once, and no others as one's own."""
        self._note(session, _listed(session, day, listed, whole=False))
        me = session.info["actor"].user_id
        theirs = set(session.scalars(_open_cases().where(Case.owner_id == me)))
        counts = Counter(listed)
        self._note(
            session,
            [
                *(("queue_missing", day, str(key), "own") for key in theirs if not counts[key]),
                *(("queue_of_others", day, str(key), "") for key in set(own) - theirs),
            ],
        )

    def _note(self, session: Session, found: Iterable[Found]) -> None:
        for rule, day, case_id, how in list(found):
            if (rule, case_id, how) in self._known:
                continue
            self._known.add((rule, case_id, how))
            number = session.scalar(select(Case.number).where(Case.id == _key(case_id)))
            self.breaks.append(Break(rule, day, number or case_id, how))


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _open_cases() -> Any:
    """Open cases of customers who live and want to hear from us."""
    return (
        select(Case.id)
        .join(Customer, Customer.id == Case.customer_id)
        .where(
            Case.stage != "closed",
            Customer.is_deceased.is_(False),
            Customer.do_not_contact.is_(False),
        )
    )


# Lists of work -----------------------------------------------------------------------------------


def _listed(
    session: Session, day: dt.date, listed: Sequence[uuid.UUID], *, whole: bool
) -> Iterator[Found]:
    counts = Counter(listed)
    yield from (("queue_twice", day, str(key), f"{n}") for key, n in counts.items() if n > 1)
    open_cases = set(session.scalars(_open_cases()))
    yield from (("queue_stopped", day, str(key), "") for key in counts.keys() - open_cases)
    if whole:
        yield from (("queue_missing", day, str(key), "") for key in open_cases - counts.keys())


# Cases -------------------------------------------------------------------------------------------


def _cases(session: Session, day: dt.date, replay: Replay, days: Days) -> Iterator[Found]:
    """The rows are what the journal says; one open case; nothing planned for who is stopped."""
    rows = session.execute(
        select(
            Case.id,
            Case.customer_id,
            Case.kind,
            Case.stage,
            Case.owner_id,
            Case.next_step,
            Case.next_due,
            Case.callback_at,
            or_(Customer.is_deceased, Customer.do_not_contact).label("is_stopped"),
        ).join(Customer, Customer.id == Case.customer_id)
    ).all()
    counts = Counter((row.customer_id, row.kind) for row in rows if row.stage != "closed")
    for row in rows:
        known = replay.cases.get(str(row.id))
        owner = None if row.owner_id is None else str(row.owner_id)
        if known is None or (known.stage, known.owner) != (row.stage, owner):
            yield "not_in_the_journal", day, str(row.id), row.stage
        if row.stage == "closed":
            continue
        if counts[row.customer_id, row.kind] > 1:
            yield "one_open_case", day, str(row.id), row.kind
        is_contact = row.next_step in _CONTACT_STEPS
        if row.is_stopped and (is_contact or row.callback_at is not None):
            yield "stopped_planned", day, str(row.id), str(row.next_step)
        is_ahead = row.next_due is not None and row.next_due > day and row.callback_at is None
        if is_contact and is_ahead and not days.is_working(row.next_due):
            yield "planned_on_holiday", day, str(row.id), f"{row.next_due}"
    visits = (
        select(Visit.case_id)
        .join(Customer, Customer.id == Visit.customer_id)
        .where(Visit.state == "planned", or_(Customer.is_deceased, Customer.do_not_contact))
    )
    yield from (("stopped_planned", day, str(key), "visit") for key in session.scalars(visits))


def _recoveries(session: Session, day: dt.date) -> Iterator[Found]:
    """A promise that was broken before today has led to a service recovery of its open case."""
    begun = select(Recovery.case_id)
    broken = (
        select(Promise.case_id)
        .join(Case, Case.id == Promise.case_id)
        .where(
            Promise.answered_on.is_(None),
            Promise.due_on < day,
            Case.stage != "closed",
            Case.id.not_in(begun),
        )
    )
    yield from (("recovery", day, str(key), "") for key in session.scalars(broken))


# Offers ------------------------------------------------------------------------------------------


def _offer_rows(session: Session) -> list[Any]:
    decider = select(User.role).where(User.id == CaseOffer.decided_by_id).scalar_subquery()
    return list(
        session.execute(
            select(
                CaseOffer.id,
                CaseOffer.case_id,
                CaseOffer.customer_id,
                CaseOffer.store_id,
                CaseOffer.offer_id,
                CaseOffer.state,
                CaseOffer.cost,
                CaseOffer.ceiling,
                CaseOffer.proposed_at,
                CaseOffer.by_id,
                CaseOffer.decided_at,
                CaseOffer.decided_by_id,
                CaseOffer.expires_on,
                decider.label("decider"),
                Offer.cap_per_customer.label("cap"),
                Case.value_at_stake.label("value"),
            )
            .join(Offer, Offer.id == CaseOffer.offer_id)
            .join(Case, Case.id == CaseOffer.case_id)
            .order_by(CaseOffer.proposed_at, CaseOffer.id)
        )
    )


def _has_lapsed(row: Any, day: dt.date) -> bool:
    return row.state == "approved" and row.expires_on is not None and row.expires_on < day


def _offers(day: dt.date, rows: Sequence[Any], numbers: Numbers) -> Iterator[Found]:
    """Caps of a customer; nothing above the ceiling, or other than what stays, without a yes."""
    earlier: dict[uuid.UUID, list[Any]] = defaultdict(list)
    since = day - dt.timedelta(days=_YEAR)
    had: Counter[tuple[uuid.UUID, uuid.UUID]] = Counter()
    for row in rows:
        case_id, before = str(row.case_id), earlier[row.customer_id]
        made_on = row.proposed_at.astimezone().date()
        if row.state in _STANDING and made_on > since and not _has_lapsed(row, day):
            had[row.customer_id, row.offer_id] += 1
            if had[row.customer_id, row.offer_id] > row.cap:
                yield "offer_cap", day, case_id, f"{row.cap}"
        ceiling = None if row.value is None else row.value * numbers.ceiling
        if (ceiling is None) != (row.ceiling is None) or (
            ceiling is not None and abs(row.ceiling - ceiling) > _ROUNDED
        ):
            yield "ceiling", day, case_id, f"{row.ceiling}"
        if row.decided_by_id is not None and (
            row.decider not in _DECIDERS or row.decided_by_id == row.by_id
        ):
            yield "approval", day, case_id, f"decided by {row.decider}"
        if row.state in _COMMITTED and row.decided_by_id is None:
            if _is_too_dear(row, before, ceiling):
                yield "approval", day, case_id, "above the ceiling"
            if _departs(row, before, made_on, numbers.frozen_days):
                yield "approval", day, case_id, "another offer"
        before.append(row)


def _is_too_dear(row: Any, before: Sequence[Any], ceiling: Any) -> bool:
    made_on = row.proposed_at.astimezone().date()
    together = row.cost + sum(
        one.cost
        for one in before
        if one.case_id == row.case_id and one.state in _STANDING and not _has_lapsed(one, made_on)
    )
    return bool(together > (0 if ceiling is None else ceiling + _ROUNDED))


def _departs(row: Any, before: Sequence[Any], made_on: dt.date, frozen: int) -> bool:
    """Whether only other offers reached the customer within the days in which the first stays."""
    lasting = [
        one.offer_id
        for one in before
        if one.state in _STANDING | {"declined"}
        and made_on - dt.timedelta(days=frozen) < one.proposed_at.astimezone().date()
    ]
    return bool(lasting) and row.offer_id not in lasting


def _budgets(session: Session, day: dt.date, rows: Sequence[Any]) -> Iterator[Found]:
    """What a store has agreed to in a month, but for what head office agreed to beyond it."""
    amounts = {
        (row.store_id, row.month): row.amount
        for row in session.execute(
            select(OfferBudget.store_id, OfferBudget.month, OfferBudget.amount)
        )
    }
    used: Counter[tuple[uuid.UUID | None, str]] = Counter()
    for row in rows:
        agreed = (row.decided_at or row.proposed_at).astimezone()
        key = (row.store_id, f"{agreed:%Y-%m}")
        if row.state not in _COMMITTED or _has_lapsed(row, day) or row.decider in _OVER_BUDGET:
            continue
        used[key] += row.cost
        if row.cost and key in amounts and used[key] > amounts[key]:
            yield "budget", day, str(row.case_id), f"{used[key]} of {amounts[key]} in {key[1]}"


# Saves and experiments ---------------------------------------------------------------------------


def _saves(session: Session, day: dt.date) -> Iterator[Found]:
    """Confirmed only by an order in the window, lost only without one or by leaving again."""
    saves = session.execute(
        select(Case.id, Case.customer_id, Case.save_state, Case.closed_on, Case.watch_until).where(
            Case.save_state.is_not(None), Case.closed_on.is_not(None)
        )
    ).all()
    bought: dict[uuid.UUID, list[int]] = defaultdict(list)
    newest = 0
    first = min((save.closed_on for save in saves), default=day).toordinal()
    for customer_id, on in session.execute(
        select(Order.customer_id, Order.day).where(Order.amount > 0, Order.day >= first)
    ):
        bought[customer_id].append(on)
        newest = max(newest, on)
    left: dict[uuid.UUID, dt.date] = {}
    for follows_id, opened_on in session.execute(
        select(Case.follows_id, Case.opened_on).where(Case.follows_id.is_not(None))
    ):
        if follows_id is not None:
            left[follows_id] = min(opened_on, left.get(follows_id, opened_on))
    for save in saves:
        until = save.watch_until.toordinal()
        start = save.closed_on.toordinal()
        has_bought = any(start <= on <= until for on in bought[save.customer_id])
        again = left.get(save.id)
        has_left = again is not None and again <= save.watch_until and again <= day
        wrong = {
            "confirmed": not has_bought,
            "lost_deflect": not has_left and (has_bought or newest <= until),
            "watching": has_bought,
        }[save.save_state]
        if wrong:
            yield "watch", day, str(save.id), save.save_state


def _arms(session: Session, day: dt.date) -> Iterator[Found]:
    """Each customer in one arm, and only the script of the arm was begun since then."""
    drawn: dict[uuid.UUID, tuple[str, frozenset[str]]] = {}
    for arms, customer_id, case_id, arm in session.execute(
        select(
            Experiment.arms, ExperimentArm.customer_id, ExperimentArm.case_id, ExperimentArm.arm
        ).join(Experiment, Experiment.id == ExperimentArm.experiment_id)
    ):
        targets = {one["code"]: one.get("target", "") for one in arms}
        if customer_id in drawn:
            yield "arm", day, str(case_id), "drawn twice"
        drawn[customer_id] = (targets[arm], frozenset(targets.values()))
    for customer_id, case_id, code in session.execute(
        select(Case.customer_id, Case.id, Script.code)
        .join(ScriptRun, ScriptRun.case_id == Case.id)
        .join(ScriptVersion, ScriptVersion.id == ScriptRun.script_version_id)
        .join(Script, Script.id == ScriptVersion.script_id)
    ):
        target, compared = drawn.get(customer_id, ("", frozenset()))
        if code in compared and code != target:
            yield "arm", day, str(case_id), f"{code} instead of {target}"
