"""The queue: everything in exactly one place, in order, explained; the stopped nowhere."""

import datetime as dt
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.models import Case
from db.queries import queue as queue_queries
from db.session import SYSTEM, Actor, Session
from db.vocabulary import AttemptResult, CallbackFor, NextStep, Role, RuleKind
from desktop_app import clock
from desktop_app.domain.cases import CaseDraft
from desktop_app.domain.contacts import VisitDraft
from desktop_app.domain.queue_order import QueueKind, Section, Tier
from desktop_app.services import cases, contacts, customers, pool, queue, work
from desktop_app.services.queue import QueueLine
from tests import factories
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)
HOUR = dt.timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("fixed_time")


def day(offset: int) -> dt.date:
    return TODAY + dt.timedelta(days=offset)


def make(
    desk: Desk,
    owner: Actor | None,
    due: dt.date | None = TODAY,
    worth: int | None = None,
    kind: RuleKind = RuleKind.LAPSING,
    **columns: object,
) -> uuid.UUID:
    """A case with an owner (or in the pool), a value and a next call (or none)."""

    def service(session: Session) -> uuid.UUID:
        case_id = factories.open_case(session, kind=kind, **columns)
        if owner is not None:
            assert owner.user_id is not None
            cases.assign(session, [case_id], owner.user_id)
        session.flush()
        case = session.get_one(Case, case_id)
        step = NextStep.CALL if due else None
        draft = CaseDraft(value_at_stake=worth, next_step=step, next_due=due)
        cases.change(session, case_id, case.version, draft)
        return case_id

    return desk.do(SYSTEM, service)


def of(desk: Desk, actor: Actor, **options: object) -> list[QueueLine]:
    return desk.look(actor, queue.queue, agent=actor.user_id, **options)


def board(desk: Desk, actor: Actor = SYSTEM) -> list[QueueLine]:
    return desk.look(actor, queue.queue)


def keys(lines: list[QueueLine]) -> list[uuid.UUID]:
    return [line.id for line in lines]


def test_that_the_order_is_value_times_urgency_and_is_explained(desk: Desk, agent: Actor) -> None:
    small_overdue = make(desk, agent, day(-1), 600_00)  # x 2 = 1200
    big_today = make(desk, agent, TODAY, 1_000_00)  # x 1.5 = 1500
    later = make(desk, agent, day(9), 9_000_00)
    unplanned = make(desk, agent, None, 700_00)  # x 1.5 = 1050
    cancel = make(desk, agent, TODAY, 1, RuleKind.CANCEL_REQUEST)
    lines = of(desk, agent)
    assert keys(lines) == [cancel, big_today, small_overdue, unplanned, later]
    assert [line.tier for line in lines] == [
        Tier.CANCEL_REQUEST, Tier.DUE, Tier.DUE, Tier.DUE, Tier.LATER,
    ]  # fmt: skip
    assert [line.is_due for line in lines] == [True, True, True, True, False]
    assert lines[0].why.startswith("Asked to cancel: always first; First contact due by 2026-09-1")
    assert lines[1].why.endswith("Value at stake ¥1,000.00; Due today: urgency × 1.5")
    assert lines[2].score == 600_00 * 8
    assert keys(of(desk, agent, limit=2)) == [cancel, big_today]


def test_that_own_work_the_team_and_the_pool_stand_in_one_list(
    desk: Desk, admin: Actor, agent: Actor, actors: dict[Role, Actor]
) -> None:
    far = desk.do(admin, factories.add_store)
    gone = desk.do(admin, factories.add_user, Role.AGENT, agent.store_id)
    colleague = desk.do(admin, factories.add_user, Role.AGENT, agent.store_id)
    own = make(desk, agent, store_id=agent.store_id, phone="13812348000")
    team = make(desk, gone, store_id=agent.store_id)
    make(desk, colleague, store_id=agent.store_id)
    free = make(desk, None, store_id=agent.store_id)
    make(desk, None, store_id=far)
    homeless = make(desk, None)
    desk.do(admin, factories.leave, gone.user_id)
    lines = {line.id: line for line in of(desk, agent)}
    assert {key: line.place for key, line in lines.items()} == {
        own: QueueKind.OWN, team: QueueKind.TEAM, free: QueueKind.POOL, homeless: QueueKind.POOL,
    }  # fmt: skip
    assert (lines[own].owner, lines[own].store, lines[own].phone) == (
        "agent", "南京路店", "138****8000",
    )  # fmt: skip
    field = actors[Role.FIELD_STAFF]
    mine = make(desk, field, store_id=agent.store_id)
    assert keys(of(desk, field)) == [mine], "who may not take cases sees only the own ones"
    assert of(desk, actors[Role.AUDITOR]) == []
    assert len(board(desk, actors[Role.AUDITOR])) == 7
    seen = desk.look(agent, queue.queue, agent=colleague.user_id)
    assert {line.place for line in seen} == {QueueKind.TEAM, QueueKind.POOL}


def test_that_a_callback_comes_at_its_moment_and_to_all_when_nobody_makes_it(
    desk: Desk, admin: Actor, agent: Actor, fixed_time
) -> None:
    colleague = desk.do(admin, factories.add_user, Role.AGENT, agent.store_id)
    case_id = make(desk, agent, worth=1, store_id=agent.store_id)
    rich = make(desk, agent, worth=9_000_00)
    at = clock.now() + HOUR
    desk.do(agent, pool.set_callback, case_id, at, CallbackFor.ME)
    assert [line.tier for line in of(desk, agent)] == [Tier.DUE, Tier.LATER]
    fixed_time.shift(HOUR)
    first, second = of(desk, agent)
    assert (first.id, first.tier, first.callback_at) == (case_id, Tier.CALLBACK, at)
    assert second.id == rich
    assert first.why.startswith("Callback promised for 2026-09-15 11:00")
    assert of(desk, colleague) == []
    fixed_time.shift(4 * HOUR)  # two working hours and lunch
    (line,) = of(desk, colleague)
    assert (line.id, line.place, line.owner) == (case_id, QueueKind.TEAM, "agent")
    assert keys(of(desk, agent))[0] == case_id
    assert desk.do(colleague, pool.claim, case_id).assigned == 1
    assert keys(of(desk, colleague)) == [case_id]


def test_that_a_case_waits_for_the_moment_at_which_contact_is_allowed(
    desk: Desk, agent: Actor, fixed_time
) -> None:
    pressed, free = make(desk, agent, worth=9_000_00), make(desk, agent, worth=1)
    for _attempt in range(3):
        draft = {"next_step": NextStep.REMEDY, "next_due": TODAY}
        desk.do(agent, factories.attempt, pressed, AttemptResult.REACHED, **draft)
        fixed_time.shift(HOUR)
    first = dt.datetime(2026, 9, 15, 2, tzinfo=dt.UTC)

    def call(session: Session) -> None:
        factories.name(session)
        session.get_one(Case, pressed).next_step = NextStep.CALL

    assert keys(of(desk, agent)) == [pressed, free], "a remedy is no contact"
    desk.do(SYSTEM, call)
    lines = of(desk, agent)
    assert [(line.id, line.tier) for line in lines] == [(free, Tier.DUE), (pressed, Tier.WAITING)]
    assert lines[1].allowed_from == first + dt.timedelta(days=7)
    assert lines[1].why.endswith("No contact before 2026-09-22 10:00")
    night = dt.datetime(2026, 9, 15, 14, tzinfo=dt.UTC)
    waiting = of(desk, agent, now=night)
    assert {line.tier for line in waiting} == {Tier.WAITING}
    assert waiting[0].allowed_from == dt.datetime(2026, 9, 16, 1, tzinfo=dt.UTC)


def test_that_what_the_screening_holds_back_stands_last_and_says_why(
    desk: Desk, admin: Actor, agent: Actor
) -> None:
    held = make(desk, None, TODAY, 9_000_00, RuleKind.CANCEL_REQUEST, malicious_arrears=True)
    desk.do(admin, cases.assign, [held], agent.user_id)
    free = make(desk, agent)
    lines = of(desk, agent)
    assert [(line.id, bool(line.held_back)) for line in lines] == [(free, False), (held, True)]
    assert lines[1].why == "Held back by the screening: The customer owes money in bad faith."


@pytest.mark.parametrize("flag", ["is_deceased", "do_not_contact"])
def test_that_who_died_or_refused_stands_in_no_list_at_all(
    desk: Desk, admin: Actor, agent: Actor, flag: str
) -> None:
    case_id = make(desk, agent, store_id=agent.store_id)
    case = desk.look(agent, cases.case_file, case_id).row
    make(desk, None, kind=RuleKind.CANCEL_REQUEST, customer_id=case.customer_id)
    desk.do(agent, contacts.plan_visit, None, case.customer_id, VisitDraft(planned_on=TODAY))
    desk.do(agent, pool.set_callback, case_id, clock.now() + HOUR, CallbackFor.ANYONE)
    assert len(of(desk, agent)) == 2
    card, _metrics = desk.look(agent, customers.card, case.customer_id)
    draft = customers.as_draft(card.values)
    before = desk.rows()
    desk.do(
        agent, customers.change, case.customer_id, card.values["version"],
        draft.model_copy(update={flag: True}),
    )  # fmt: skip
    from db.queries.visits import VisitFilter
    from db.vocabulary import VisitState

    later = clock.now() + dt.timedelta(days=30)
    for user in (agent, admin, SYSTEM):
        assert desk.look(user, queue.queue) == []
        assert desk.look(user, queue.queue, later, agent=user.user_id) == []
        assert desk.look(user, queue.tallies, later) == {}
        for section in (None, *(set(Section) - {Section.TO_CLOSE})):
            everybody = work.View(everybody=True, section=section)
            assert desk.look(user, work.lines, everybody, later) == []
            assert desk.look(user, work.lines, work.View(section=section), later) == []
        closing = desk.look(user, work.lines, work.View(everybody=True, section=Section.TO_CLOSE))
        assert {(line.phone, line.step) for line in closing} == {("", NextStep.CLOSE)}
        tallies = desk.look(user, work.counts, later, everybody=True).tallies
        assert {section for _place, section in tallies} == {Section.TO_CLOSE}
        planned = VisitFilter(states=frozenset({VisitState.PLANNED}))
        assert desk.look(user, contacts.list_visits, planned) == []
    with desk.database.read() as session:
        stored = session.get_one(Case, case_id)
        assert (stored.next_step, stored.callback_at, stored.callback_for) == (None, None, None)
    desk.undo()
    assert desk.rows() == before


def test_that_a_flag_set_behind_the_programs_back_stops_too(desk: Desk, agent: Actor) -> None:
    case_id = make(desk, agent)
    customer = desk.look(agent, cases.case_file, case_id).row.customer_id
    desk.do(agent, contacts.plan_visit, case_id, customer, VisitDraft(planned_on=TODAY))
    desk.do(SYSTEM, factories.change_customer, customer, is_deceased=True)
    assert desk.look(agent, work.lines) == []
    assert of(desk, agent) == []


# ---------------------------------------------------------------- nothing is invisible

MOVES = (
    "call",
    "missed",
    "back",
    "later",
    "callback",
    "anyone",
    "leave",
    "refuse",
    "die",
    "cancel",
)


@pytest.mark.untraced
@settings(suppress_health_check=list(HealthCheck))
@given(
    owners=st.lists(st.integers(0, 4), min_size=1, max_size=8),
    places=st.lists(st.integers(0, 2), min_size=8, max_size=8),
    steps=st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, 7)), max_size=12),
    hours=st.integers(0, 60),
)
def test_that_every_case_stands_in_exactly_one_queue_that_somebody_sees(
    world: "World",
    owners: list[int],
    places: list[int],
    steps: list[tuple[str, int]],
    hours: int,
) -> None:
    with pytest.raises(TakeBackError), world.desk.database.write(SYSTEM) as session:
        world.fill(session, owners, places)
        for word, index in steps:
            world.step(session, word, world.made[index % len(world.made)])
        now = clock.now() + dt.timedelta(hours=hours)
        expected = world.expected(session)
        lines = queue.queue(session, now)
        for limit in (1, 3):
            assert keys(queue.queue(session, now, limit=limit)) == keys(lines)[:limit]
        assert sorted(keys(lines)) == sorted(expected)
        world.check_parts(session, lines, now)
        by_agent = {who: world.seen(session, who, now) for who in world.workers(session)}
        for line in lines:
            seen_by = [who for who, found in by_agent.items() if line.id in found]
            assert seen_by, f"{line.place} is seen by nobody"
            assert all(by_agent[who][line.id] is line.place for who in seen_by)
            if line.place is QueueKind.OWN:
                assert [who.user_id for who in seen_by] == [line.owner_id]
        raise TakeBackError


class TakeBackError(Exception):
    """Ends a transaction without a trace."""


class World:
    """A few people and cases, made and changed by the services."""

    def __init__(self, desk: Desk, actors: dict[Role, Actor]) -> None:
        self.desk, self.actors = desk, actors
        self.stores = [None, actors[Role.AGENT].store_id, desk.do(SYSTEM, factories.add_store)]
        self.people = [
            None,
            actors[Role.AGENT],
            actors[Role.FIELD_STAFF],
            desk.do(SYSTEM, factories.add_user, Role.AGENT, self.stores[2]),
            desk.do(SYSTEM, factories.add_user, Role.AGENT),
        ]
        self.made: list[uuid.UUID] = []

    def fill(self, session: Session, owners: list[int], places: list[int]) -> None:
        self.made = []
        for index, owner in enumerate(owners):
            person = self.people[owner]
            case_id = factories.open_case(
                session, store_id=self.stores[places[index]], malicious_arrears=index == 7
            )
            session.get_one(Case, case_id).value_at_stake = places[-1 - index] * 700_00
            if person is not None and person.user_id is not None:
                cases.assign(session, [case_id], person.user_id)
            self.made.append(case_id)

    def step(self, session: Session, word: str, case_id: uuid.UUID) -> None:
        session.flush()
        case = session.get_one(Case, case_id)
        match word:
            case "leave" if case.owner_id is not None:
                from db.models import User

                session.get_one(User, case.owner_id).is_active = False
            case "refuse" | "die":
                flag = "do_not_contact" if word == "refuse" else "is_deceased"
                factories.change_customer(session, case.customer_id, **{flag: True})
            case "cancel":
                case.kind = RuleKind.CANCEL_REQUEST
            case "later":
                draft = CaseDraft(next_step=NextStep.REMEDY, next_due=day(5))
                cases.change(session, case_id, case.version, draft)
            case "call" | "missed" | "back" | "callback" | "anyone" if case.owner_id is not None:
                self._work(session, word, case)
            case _:
                pass
        session.flush()

    def _work(self, session: Session, word: str, case: Case) -> None:
        from db.models import Customer

        customer = session.get_one(Customer, case.customer_id)
        if word == "back":
            pool.give_back(session, case.id, "休假")
        elif word == "call":
            factories.attempt(session, case.id, AttemptResult.REACHED)
        elif word == "missed":
            factories.attempt(session, case.id, AttemptResult.NO_ANSWER)
        elif not (customer.do_not_contact or customer.is_deceased):
            whom = CallbackFor.ME if word == "callback" else CallbackFor.ANYONE
            pool.set_callback(session, case.id, clock.now() + HOUR, whom)

    def expected(self, session: Session) -> list[uuid.UUID]:
        from db.models import Customer

        found = []
        for case_id in self.made:
            case = session.get_one(Case, case_id)
            customer = session.get_one(Customer, case.customer_id)
            if not (customer.do_not_contact or customer.is_deceased):
                found.append(case_id)
        return found

    def check_parts(self, session: Session, lines: list[QueueLine], now: dt.datetime) -> None:
        """What is counted and what is asked for in part is what stands in the whole queue."""
        counted = queue.tallies(session, now)
        listed: dict[tuple[QueueKind, Section], queue.Tally] = {}
        for line in lines:
            key = (line.place, line.section)
            listed[key] = listed.get(key, queue.Tally()) + queue.Tally(1, line.value_at_stake or 0)
        assert counted == listed
        for place, section in listed:
            part = [line for line in lines if (line.place, line.section) == (place, section)]
            asked = {"place": place, "sections": (section,)}
            assert queue.queue(session, now, **asked) == part  # type: ignore[arg-type]
            assert queue.queue(session, now, **asked, limit=1) == part[:1]  # type: ignore[arg-type]
        assert queue.standing(session, self.made, now) == {line.id: line.section for line in lines}

    def workers(self, session: Session) -> list[Actor]:
        from db.models import User

        everybody = [*self.actors.values(), *(one for one in self.people if one is not None)]
        known = {one.user_id: one for one in everybody}
        return [one for key, one in known.items() if session.get_one(User, key).is_active]

    def seen(self, session: Session, who: Actor, now: dt.datetime) -> dict[uuid.UUID, QueueKind]:
        session.info["actor"] = who
        try:
            lines = queue.queue(session, now, agent=who.user_id)
        finally:
            session.info["actor"] = SYSTEM
        assert len({line.id for line in lines}) == len(lines)
        return {line.id: line.place for line in lines}


@pytest.fixture
def world(desk: Desk, actors: dict[Role, Actor], monkeypatch: pytest.MonkeyPatch) -> World:
    """Two stores and people in and outside of them; the cases are read two at a time."""
    monkeypatch.setattr(queue, "_PAGE", 2)
    return World(desk, actors)


def test_that_a_long_queue_is_read_only_as_far_as_it_is_shown(
    desk: Desk, agent: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [make(desk, agent, TODAY, worth * 100_00) for worth in range(1, 13)]
    monkeypatch.setattr(queue, "_PAGE", 2)
    read: list[object] = []
    real = queue_queries._candidate
    monkeypatch.setattr(
        queue_queries, "_candidate", lambda values: read.append(values) or real(values)
    )
    assert keys(of(desk, agent, limit=2)) == [made[-1], made[-2]]
    assert len(read) <= 8, "no case below the first ones can come before them"
    read.clear()
    (tally,) = desk.look(agent, queue.tallies, agent=agent.user_id).values()
    assert (tally.count, tally.worth) == (12, 78 * 100_00)
    assert len(read) == 1, "cases that stand alike are counted together"
