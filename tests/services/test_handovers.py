"""Handovers: proposed by load and rule, committed as one change set, undone, accepted."""

import datetime as dt
import uuid
from collections import Counter
from typing import Any

import pytest
import time_machine

from db.models import Case, User
from db.session import SYSTEM, Actor, Session
from db.vocabulary import (
    CustomerKind,
    ExitDestination,
    ExitReason,
    Fate,
    HandoverCause,
    Outcome,
    Role,
    Seat,
    StaffFunction,
    TaskKind,
    TaskState,
)
from desktop_app.domain.contacts import VisitDraft
from desktop_app.domain.handover import HandoverPolicy, NoReceiver
from desktop_app.domain.handover_drafts import ExitDraft, HandoverDraft
from desktop_app.domain.handover_tidy import Tidy
from desktop_app.domain.rates import Rate
from desktop_app.domain.staff_figures import TenureBand
from desktop_app.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from desktop_app.services import (
    charges,
    contacts,
    customers,
    handovers,
    staff_profiles,
    tasks,
)
from desktop_app.services import journal as journal_service
from desktop_app.services.orphans import OrphanFilter
from desktop_app.services.staff_profiles import AbsenceDraft, ProfileDraft
from desktop_app.services.tasks import TaskFilter
from tests import factories
from tests.factories import Desk
from tests.services.charge_world import MONTH, TODAY, plant

pytestmark = pytest.mark.usefixtures("fixed_time")

P, B = Seat.PRIMARY, Seat.BACKUP
LEAVES = ExitDraft(
    left_on=TODAY - dt.timedelta(days=1),
    reason=ExitReason.POACHED,
    destination=ExitDestination.COMPETITOR,
)


@pytest.fixture
def team(desk: Desk, admin: Actor) -> list[Actor]:
    """Four field staff of the store, who see only their own customers."""
    return [
        desk.do(admin, factories.add_user, Role.FIELD_STAFF, admin.store_id) for _number in range(4)
    ]


def key(user: Actor) -> uuid.UUID:
    assert user.user_id is not None
    return user.user_id


def draft(giver: Actor | None, *to: Actor, **fields: Any) -> HandoverDraft:
    names = {"from_id": None if giver is None else key(giver), "on": TODAY}
    return HandoverDraft(**names | {"to_ids": tuple(map(key, to))} | fields)


def profile(desk: Desk, admin: Actor, user: Actor, **fields: Any) -> None:
    desk.do(admin, staff_profiles.change, key(user), ProfileDraft(**fields))


def hand_over(desk: Desk, admin: Actor, wanted: HandoverDraft) -> handovers.CommitResult:
    choices = desk.look(admin, handovers.propose, wanted).choices
    return desk.do(admin, handovers.hand_over, wanted, choices)


def make_a(session: Session, customer_ids: list[uuid.UUID]) -> None:
    """Orders make customers class A."""
    for customer_id in customer_ids:
        factories.add_orders(session, customer_id, [(TODAY, 10**6)])


def test_that_500_customers_are_one_change_set_that_can_be_undone(
    desk: Desk, admin: Actor, team: list[Actor]
) -> None:
    giver, backup, *others = team
    plant_all = {"backup_id": key(backup), "store_id": admin.store_id}
    mine = desk.do(admin, plant, 500, key(giver), **plant_all)
    wanted = draft(giver, *others, note="小心")
    before, made = desk.rows(), len(desk.made)
    proposal = desk.look(admin, handovers.propose, wanted)
    assert {line.to_id for line in proposal.lines} == set(map(key, others))
    assert {each.gets for each in proposal.receivers} == {500 // 2}
    result = desk.do(admin, handovers.hand_over, wanted, proposal.choices)
    assert (result.customers, result.cases, result.visits, result.told) == (500, 500, 500, 500)
    assert (result.promises, result.tasks, result.renewals, result.left) == (506, 500, 500, 0)
    assert desk.made[made:] == [result.change_set]
    after = desk.rows()
    assert all(after["customer"][str(one)]["owner_id"] != key(giver) for one in mine)
    open_ones = [row for row in after["holding"].values() if row["last_on"] is None]
    assert {(row["customer_id"], row["user_id"]) for row in open_ones if row["seat"] == P} == {
        (row["id"], row["owner_id"]) for row in after["customer"].values()
    }
    for table, column in (("departure_case", "owner_id"), ("promise", "owner_id")):
        assert {row[column] for row in after[table].values()} == set(map(key, others))
    told = [row for row in after["task"].values() if row["kind"] == TaskKind.TELL_CUSTOMER]
    assert set(Counter(row["customer_id"] for row in told).values()) == {1}
    assert {row["due_on"] for row in told} == {dt.date(2026, 9, 18)}
    desk.do(admin, journal_service.undo, result.change_set)
    assert desk.rows() == before


def test_that_the_backup_moves_up_and_its_seat_is_filled(
    desk: Desk, admin: Actor, team: list[Actor]
) -> None:
    giver, backup, other, _last = team
    (one,) = desk.do(admin, plant, 1, key(giver), backup_id=key(backup))
    proposal = desk.look(admin, handovers.propose, draft(giver, backup, other))
    first, second = proposal.lines
    assert (first.to_id, first.was_backup, first.cases, first.promises) == (key(backup), True, 1, 3)
    assert (second.seat, second.holder_id, second.to_id) == (B, key(backup), key(other))
    assert (second.cases, second.tasks) == (0, 0)
    desk.do(admin, handovers.hand_over, draft(giver, backup, other), proposal.choices)
    team_now = desk.look(admin, charges.holders, one)
    assert (team_now.primary_id, team_now.backup_id) == (key(backup), key(other))
    assert (team_now.since, team_now.primary) == (TODAY, backup.name)
    after = desk.rows()
    desk.do(admin, journal_service.undo, desk.made[-1])
    assert desk.look(admin, charges.holders, one).primary_id == key(giver)
    desk.do(admin, journal_service.undo, desk.made[-1])  # an undo can be undone too
    assert desk.rows() == after


def test_that_the_seat_of_a_backup_who_stays_is_not_touched(
    desk: Desk, admin: Actor, team: list[Actor]
) -> None:
    giver, backup, other, last = team
    (one,) = desk.do(admin, plant, 1, key(giver), backup_id=key(backup))
    choices = {(one, P): key(other), (one, B): key(last)}
    desk.do(admin, handovers.hand_over, draft(giver), choices)
    assert desk.look(admin, charges.holders, one).backup_id == key(backup)
    (bare,) = desk.do(admin, plant, 1, key(other))
    both: dict[Any, Any] = {(bare, P): key(last), (bare, B): key(last)}
    with pytest.raises(InvalidInputError, match="backup as well"):
        desk.do(admin, handovers.hand_over, draft(other), both)
    desk.do(admin, handovers.hand_over, draft(other), both | {(bare, B): key(giver)})
    assert desk.look(admin, charges.holders, bare).backup_id == key(giver)


def test_that_a_backup_hands_over_the_seat_and_the_work_it_has(
    desk: Desk, admin: Actor, team: list[Actor]
) -> None:
    giver, owner, other, _last = team
    (one,) = desk.do(admin, plant, 1, key(owner), backup_id=key(giver))
    task = tasks.TaskDraft(words="x", owner_id=key(giver), due_on=TODAY, customer_id=one)
    desk.do(admin, tasks.add, task)
    (line,) = desk.look(admin, handovers.propose, draft(giver, other)).lines
    assert (line.seat, line.to_id, line.tasks, line.cases) == (B, key(other), 1, 0)
    result = hand_over(desk, admin, draft(giver, other))
    assert (result.tasks, result.told) == (1, 0)
    assert desk.look(admin, charges.holders, one).backup_id == key(other)


def test_that_class_a_goes_to_nobody_who_is_new_and_what_nobody_takes_stays(
    desk: Desk, admin: Actor, team: list[Actor]
) -> None:
    giver, new, *_rest = team
    mine = desk.do(admin, plant, 20, key(giver))
    desk.do(admin, make_a, mine[:1])
    profile(desk, admin, new, hired_on=TODAY - dt.timedelta(days=59))
    wanted = draft(giver, new)
    proposal = desk.look(admin, handovers.propose, wanted)
    first, second, *_others = proposal.lines
    assert (first.refusal, first.to_id, first.why[:14]) == (
        NoReceiver.TOO_NEW, None, "Only new staff",
    )  # fmt: skip
    assert (second.to_id, proposal.receivers[0].is_new) == (key(new), True)
    with pytest.raises(InvalidInputError, match="is new"):
        desk.do(admin, handovers.hand_over, wanted, {(mine[0], P): key(new)})
    result = desk.do(admin, handovers.hand_over, wanted, proposal.choices)
    assert (result.customers, result.left) == (19, 1)
    assert desk.look(admin, charges.holders, mine[0]).primary_id == key(giver)
    desk.do(admin, handovers.record_exit, key(giver), LEAVES)
    (orphan,) = desk.look(admin, charges.list_orphans, OrphanFilter())
    assert (orphan.customer_id, orphan.former, orphan.days) == (mine[0], giver.name, 1)
    profile(desk, admin, new, hired_on=TODAY - dt.timedelta(days=60))
    again = draft(None, new, customer_ids=(mine[0],))
    assert hand_over(desk, admin, again).customers == 1
    assert desk.look(admin, charges.count_orphans, OrphanFilter()) == 0
    rows = {row.cause: row for row in desk.look(admin, handovers.list_handovers)}
    assert rows[HandoverCause.ORPHANS].waiting == 1
    assert (rows[HandoverCause.LEFT].left, rows[HandoverCause.LEFT].customers) == (1, 20)


def test_that_others_of_the_department_come_first_and_other_departments_when_it_is_full(
    desk: Desk, admin: Actor, team: list[Actor]
) -> None:
    giver, near, far, away = team
    desk.do(admin, plant, 3, key(giver))
    for user, department in ((giver, "一部"), (near, "一部"), (far, "二部"), (away, "一部")):
        profile(desk, admin, user, department=department, most_customers=2)
    away_week = AbsenceDraft(user_id=key(away), first_on=TODAY, last_on=TODAY + MONTH)
    desk.do(admin, staff_profiles.add_absence, away_week)
    proposal = desk.look(admin, handovers.propose, draft(giver, near, far, away))
    found = [(line.to_id, line.is_cross) for line in proposal.lines]
    assert found == [(key(near), False), (key(near), False), (key(far), True)]
    assert {one.name: one.is_present for one in proposal.receivers}[away.name] is False
    assert "another department" in proposal.lines[2].why
    hand_over(desk, admin, draft(giver, near, far))
    (row,) = desk.look(admin, handovers.list_handovers)
    lines = desk.look(admin, handovers.lines, row.id)
    assert sorted(line.is_cross for line in lines) == [False, False, True]
    full = desk.look(admin, handovers.propose, draft(near, far, away, on=TODAY + 2 * MONTH))
    assert Counter(line.to_id for line in full.lines) == {key(away): 2}


def test_that_the_backup_moves_up_and_the_department_follows_from_whatever_store(
    desk: Desk, admin: Actor, actors: dict[Role, Actor], team: list[Actor]
) -> None:
    """S3-49: whom the customer knows, then the department; a store of its own is no obstacle."""
    giver, backup, near, _away = team
    elsewhere = desk.do(SYSTEM, factories.add_store)

    def move(session: Session) -> None:
        factories.name(session)
        for user in (backup, near):
            session.get_one(User, key(user)).store_id = elsewhere

    desk.do(SYSTEM, move)
    for user in (giver, near):
        profile(desk, admin, user, department="一部")
    store = actors[Role.STORE_MANAGER].store_id
    desk.do(admin, plant, 2, key(giver), backup_id=key(backup), store_id=store)
    proposal = desk.look(admin, handovers.propose, draft(giver))
    seats = {(line.seat, line.to_id) for line in proposal.lines}
    assert (Seat.PRIMARY, key(backup)) in seats
    assert {to for seat, to in seats if seat is Seat.BACKUP} == {key(near)}


@pytest.mark.parametrize("days", [-32, 93])
def test_that_a_handover_begins_about_now(
    desk: Desk, admin: Actor, team: list[Actor], days: int
) -> None:
    giver, other, *_rest = team
    desk.do(admin, plant, 1, key(giver))
    with pytest.raises(InvalidInputError, match="31 days ago or 92 days ahead"):
        desk.look(admin, handovers.propose, draft(giver, other, on=TODAY + dt.timedelta(days=days)))


def test_that_only_who_looks_after_customers_nearby_is_proposed_unasked(
    desk: Desk, admin: Actor, actors: dict[Role, Actor], team: list[Actor]
) -> None:
    there = desk.do(admin, factories.add_store)
    far = desk.do(admin, factories.add_user, Role.FIELD_STAFF, there)
    desk.do(admin, plant, 1, key(team[0]), store_id=admin.store_id)
    profile(desk, admin, team[3], functions=(StaffFunction.TECHNICIAN,))
    found = desk.look(admin, handovers.propose, draft(team[0]))
    names = {one.user_id for one in found.receivers}
    assert names >= {key(team[1]), key(actors[Role.AGENT]), key(far)}
    assert not names & {key(team[0]), key(team[3]), key(actors[Role.DEPT_MANAGER]), key(admin)}
    elsewhere = [key(user) for user in (*team, *actors.values()) if user is not far]
    for user in elsewhere:
        if user != key(team[0]):
            desk.do(admin, staff_profiles.change, user, ProfileDraft(most_customers=0))
    (line,) = desk.look(admin, handovers.propose, draft(team[0])).lines
    assert line.refusal is NoReceiver.FULL  # the one of the other store is not asked
    (named,) = desk.look(admin, handovers.propose, draft(team[0], far)).lines
    assert named.to_id == key(far)


def test_what_is_to_be_put_in_order(desk: Desk, admin: Actor, team: list[Actor]) -> None:
    giver, other, *_rest = team
    profile(desk, admin, other, districts=("浦东",))
    owned = {"owner_id": key(giver)}
    bare = desk.do(admin, factories.add_customer, kind=CustomerKind.COMPANY, **owned)
    first, second = (
        desk.do(
            admin, factories.add_customer, phone="13800000000", address="x", district="浦东",
            **owned,
        )
        for _number in range(2)
    )  # fmt: skip
    desk.do(admin, factories.change_customer, second, do_not_contact=True)
    lines = desk.look(admin, handovers.propose, draft(giver, other)).lines
    found = {line.customer_id: set(line.to_tidy) for line in lines}
    assert found == {
        bare: {Tidy.NO_PHONE, Tidy.NO_ADDRESS, Tidy.NO_DISTRICT, Tidy.NO_CONTACT},
        first: {Tidy.DOUBLE},
        second: {Tidy.DOUBLE, Tidy.STOPPED},
    }
    assert handovers.tidy_word(Tidy.NO_PHONE) == "No phone"
    checked = {bare: [Tidy.NO_PHONE]}
    choices = {(line.customer_id, line.seat): key(other) for line in lines}
    result = desk.do(admin, handovers.hand_over, draft(giver, other), choices, checked)
    assert (result.customers, result.told) == (3, 2)  # who refused is not told
    rows = {row.customer_id: row for row in desk.look(admin, handovers.lines, result.handover_id)}
    assert (rows[bare].checked, rows[first].checked) == (("no_phone",), ())
    assert (rows[bare].giver, rows[bare].receiver) == (giver.name, other.name)


def test_that_in_an_overlap_the_former_one_stands_in(
    desk: Desk, admin: Actor, team: list[Actor], fixed_time: time_machine.Traveller
) -> None:
    giver, backup, other, _last = team
    one = desk.do(admin, factories.add_customer, owner_id=giver.user_id)
    desk.do(admin, charges.set_holder, one, B, key(backup))
    until = TODAY + dt.timedelta(days=10)
    wanted = draft(giver, other, cause=HandoverCause.ROTATION, overlap_until=until)
    hand_over(desk, admin, wanted)
    team_now = desk.look(admin, charges.holders, one)
    assert (team_now.primary_id, team_now.backup_id) == (key(other), key(backup))
    assert [(each.user_id, each.until) for each in team_now.overlaps] == [(key(giver), until)]
    assert desk.look(giver, customers.card, one)[0].row.id == one
    fixed_time.shift(dt.timedelta(days=11))
    assert desk.look(admin, charges.holders, one).overlaps == ()
    with pytest.raises(NotAllowedError):
        desk.look(giver, customers.card, one)
    with pytest.raises(ValueError, match="last day"):
        draft(giver, overlap_until=TODAY - MONTH)


def test_that_who_leaves_sooner_stands_in_until_the_last_day_only(
    desk: Desk, admin: Actor, team: list[Actor]
) -> None:
    giver, other, *_rest = team
    one, two = desk.do(admin, plant, 2, key(giver))
    last = TODAY + dt.timedelta(days=3)
    desk.do(admin, handovers.record_exit, key(giver), ExitDraft(left_on=last))
    wanted = draft(giver, other, overlap_until=TODAY + MONTH, customer_ids=(one,))
    hand_over(desk, admin, wanted)
    (overlap,) = desk.look(admin, charges.holders, one).overlaps
    assert overlap.until == last
    late = draft(giver, other, on=last + MONTH, overlap_until=last + 2 * MONTH)
    hand_over(desk, admin, late)
    assert desk.look(admin, charges.holders, two).overlaps == ()


def test_that_visits_before_the_first_day_stay_with_who_makes_them(
    desk: Desk, admin: Actor, team: list[Actor]
) -> None:
    giver, other, *_rest = team
    (one,) = desk.do(admin, plant, 1, key(giver))
    soon = TODAY + dt.timedelta(days=2)
    desk.do(giver, contacts.plan_visit, None, one, VisitDraft(planned_on=soon))
    result = hand_over(desk, admin, draft(giver, other, on=soon + MONTH / 2))
    assert result.visits == 1
    planned = {
        row["planned_on"]: row["by_id"]
        for row in desk.rows("visit")["visit"].values()
        if row["state"] == "planned"
    }
    assert planned == {soon: key(giver), TODAY + MONTH: key(other)}


def test_that_receivers_accept_or_decline_and_the_maker_finds_somebody_else(
    desk: Desk, admin: Actor, team: list[Actor]
) -> None:
    giver, other, stranger, _last = team
    desk.do(admin, plant, 3, key(giver))
    hand_over(desk, admin, draft(giver, other))
    waiting = desk.look(other, handovers.waiting_for, key(other))
    assert (len(waiting), desk.look(other, handovers.count_waiting)) == (3, 3)
    with pytest.raises(NotAllowedError, match="somebody else"):
        desk.do(stranger, handovers.accept, [waiting[0].id])
    desk.do(other, handovers.accept, [waiting[0].id])
    desk.do(admin, handovers.accept, [waiting[1].id])
    with pytest.raises(InvalidInputError, match="Say why"):
        desk.do(other, handovers.decline, [waiting[2].id], " ")
    desk.do(other, handovers.decline, [waiting[2].id], "太远")
    with pytest.raises(ConflictError, match="already"):
        desk.do(other, handovers.decline, [waiting[2].id], "x")
    with pytest.raises(NotFoundError):
        desk.do(other, handovers.accept, [uuid.uuid4()])
    (row,) = desk.look(admin, handovers.list_handovers)
    assert (row.waiting, row.accepted, row.declined, row.by) == (0, 2, 1, admin.name)
    wanted = TaskFilter(owner_id=admin.user_id, kinds=frozenset({TaskKind.FIND_RECEIVER}))
    (task,) = desk.look(admin, tasks.list_tasks, wanted)
    assert task.customer_id == waiting[2].customer_id
    assert "太远" in task.words
    held = desk.look(admin, charges.holders, waiting[2].customer_id)
    assert held.primary_id == key(other)  # not without anybody meanwhile
    assert desk.look(stranger, handovers.list_handovers) == []


def test_that_a_store_manager_hands_over_what_belongs_to_the_store_only(
    desk: Desk, admin: Actor, actors: dict[Role, Actor], team: list[Actor]
) -> None:
    giver, other, *_rest = team
    there = desk.do(admin, factories.add_store)
    here = desk.do(admin, plant, 2, key(giver), store_id=admin.store_id)
    far = desk.do(admin, plant, 1, key(giver), store_id=there)
    manager = actors[Role.STORE_MANAGER]
    result = hand_over(desk, manager, draft(giver, other))
    assert result.customers == 2
    assert desk.look(admin, charges.holders, far[0]).primary_id == key(giver)
    with pytest.raises(ConflictError, match="not to be handed over"):
        desk.do(manager, handovers.propose, draft(giver, other, customer_ids=tuple(far)))
    with pytest.raises(ConflictError, match="Reload"):
        desk.do(manager, handovers.hand_over, draft(giver), {(here[0], P): key(other)})
    with pytest.raises(NotAllowedError):
        desk.do(manager, charges.set_holder, far[0], P, key(other))
    assert desk.do(manager, journal_service.undo, result.change_set) is not None
    assert desk.look(admin, charges.holders, here[0]).primary_id == key(giver)


def test_that_wrong_choices_are_refused(desk: Desk, admin: Actor, team: list[Actor]) -> None:
    giver, other, gone, _last = team
    (one,) = desk.do(admin, plant, 1, key(giver))
    desk.do(admin, factories.leave, key(gone))
    auditor = desk.do(admin, factories.add_user, Role.AUDITOR)
    for choices, words in (
        ({}, "at least one"),
        ({(one, P): key(gone)}, "still works here"),
        ({(one, P): key(auditor)}, "does not look after"),
        ({(one, P): Fate.TRANSFERRED}, "Say who gets"),
        ({(one, P): key(giver)}, "somebody else than"),
    ):
        with pytest.raises(InvalidInputError, match=words):
            desk.do(admin, handovers.hand_over, draft(giver), choices)
    with pytest.raises(InvalidInputError, match="still works here"):
        desk.look(admin, handovers.propose, draft(giver, gone))
    with pytest.raises(NotFoundError):
        desk.look(admin, handovers.propose, HandoverDraft(from_id=uuid.uuid4(), on=TODAY))
    (backed,) = desk.do(admin, plant, 1, key(other), backup_id=key(giver))
    with pytest.raises(ConflictError, match="somebody else in charge"):
        desk.do(admin, handovers.hand_over, draft(giver), {(backed, P): key(giver)})


def test_that_leavers_are_known_by_tenure_with_what_became_of_their_customers(
    desk: Desk, admin: Actor, team: list[Actor]
) -> None:
    giver, other, *_rest = team
    kept, taken, left = desk.do(admin, plant, 3, key(giver))
    profile(desk, admin, giver, hired_on=TODAY - 366 * dt.timedelta(days=1) - MONTH)
    leaves = LEAVES.model_copy(update={"left_on": TODAY - MONTH})
    with pytest.raises(InvalidInputError, match="first day"):
        early = ExitDraft(left_on=TODAY - 1000 * MONTH)
        desk.do(admin, handovers.record_exit, key(giver), early)
    first = desk.do(admin, handovers.record_exit, key(giver), LEAVES)
    assert desk.do(admin, handovers.record_exit, key(giver), leaves) == first  # corrected
    choices: Any = {(kept, P): key(other), (taken, P): Fate.TAKEN_ALONG}
    desk.do(admin, handovers.hand_over, draft(giver), choices)
    (row,) = desk.look(admin, handovers.exits)
    assert (row.band, row.destination) == (TenureBand.VETERAN, ExitDestination.COMPETITOR)
    assert (row.transferred, row.taken_along, row.left_unattended) == (1, 1, 1)
    desk.do(admin, lose, taken)
    churn = desk.look(admin, handovers.churn_by_tenure, TODAY)
    band = TenureBand.VETERAN
    assert churn == {
        (band, Fate.TRANSFERRED): Rate(0, 1),
        (band, Fate.TAKEN_ALONG): Rate(1, 1),
        (band, Fate.LEFT_UNATTENDED): Rate(0, 1),
    }
    assert desk.look(admin, handovers.churn_by_tenure, TODAY - 2 * MONTH) == {}
    orphans = desk.look(admin, charges.list_orphans, OrphanFilter())
    assert {row.customer_id for row in orphans} == {taken, left}
    assert desk.look(admin, staff_profiles.read, key(giver)).left_on == TODAY - MONTH


def lose(session: Session, customer_id: uuid.UUID) -> None:
    """A case of the customer ends as lost."""
    factories.name(session)
    (case,) = session.query(Case).filter(Case.customer_id == customer_id)
    case.stage, case.outcome, case.closed_on = "closed", Outcome.LOST, TODAY


def test_that_the_numbers_are_settings(desk: Desk, admin: Actor) -> None:
    changed = HandoverPolicy(new_staff_days=30)
    desk.do(admin, charges.change_policy, changed)
    assert desk.look(admin, charges.policy) == changed


def test_that_who_gets_a_declined_customer_tells_only_that(
    desk: Desk, admin: Actor, team: list[Actor]
) -> None:
    giver, other, third, _last = team
    desk.do(admin, plant, 1, key(giver), store_id=admin.store_id)
    hand_over(desk, admin, draft(giver, other))
    (line,) = desk.look(other, handovers.waiting_for, key(other))
    desk.do(other, handovers.decline, [line.id], "太远")
    before = desk.rows()
    hand_over(desk, admin, draft(other, third))
    rows = desk.rows("task")["task"].values()
    found = {
        (row["kind"], row["owner_id"]): row["state"]
        for row in rows
        if row["handover_id"] is not None
    }
    assert found == {
        (TaskKind.TELL_CUSTOMER, key(other)): TaskState.DROPPED,
        (TaskKind.TELL_CUSTOMER, key(third)): TaskState.OPEN,
        (TaskKind.FIND_RECEIVER, key(admin)): TaskState.DONE,
    }
    desk.undo()
    assert desk.rows() == before
