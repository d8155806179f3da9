"""A handover for a later day: who is in charge until then, what goes over when, and its undo."""

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine

from db import check
from db.models import Customer
from db.queries.charges import HoldingRow
from db.session import SYSTEM, Actor, Session
from db.vocabulary import Fate, HandoverState, Role, Seat, TaskKind
from desktop_app.domain.contacts import VisitDraft
from desktop_app.domain.customers import CustomerDraft
from desktop_app.domain.handover_drafts import ExitDraft, HandoverDraft
from desktop_app.errors import InvalidInputError
from desktop_app.services import (
    charge_giving,
    charges,
    contacts,
    customers,
    day,
    employee_exits,
    handovers,
    tasks,
)
from desktop_app.services import journal as journal_service
from desktop_app.services.charges import HoldingFilter
from desktop_app.services.orphans import OrphanFilter
from tests import factories
from tests.factories import Desk
from tests.services.charge_world import MONTH, TODAY, plant

pytestmark = pytest.mark.usefixtures("fixed_time")

DAY = dt.timedelta(days=1)
BEGIN = TODAY + 10 * DAY
P, B = Seat.PRIMARY, Seat.BACKUP
GOES = (
    "customer", "departure_case", "promise", "complaint", "recovery", "renewal", "task",
)  # fmt: skip
"""Tables of what stays with the giver until the day."""


@pytest.fixture
def team(desk: Desk, admin: Actor) -> list[Actor]:
    """Four field staff of the store, who see only their own customers."""
    return [
        desk.do(admin, factories.add_user, Role.FIELD_STAFF, admin.store_id) for _number in range(4)
    ]


def key(user: Actor) -> uuid.UUID:
    assert user.user_id is not None
    return user.user_id


def hand_over(desk: Desk, admin: Actor, giver: Actor | None, to: Actor, on: dt.date) -> Any:
    from_id = None if giver is None else key(giver)
    wanted = HandoverDraft(from_id=from_id, on=on, to_ids=(key(to),))
    choices = desk.look(admin, handovers.propose, wanted).choices
    return desk.do(admin, handovers.hand_over, wanted, choices)


def owners(desk: Desk, *tables: str) -> set[uuid.UUID]:
    """Who owns what there is, but for the tasks to tell the customers and to find receivers."""
    return {
        row["owner_id"] or row.get("made_by_id")
        for table in tables
        for row in desk.rows(table)[table].values()
        if row.get("handover_id") is None
    }


def planned(desk: Desk) -> dict[dt.date, uuid.UUID]:
    rows = desk.rows("visit")["visit"].values()
    return {row["planned_on"]: row["by_id"] for row in rows if row["state"] == "planned"}


def told(desk: Desk) -> list[tuple[uuid.UUID, str]]:
    """Who is to tell the customers of a handover, and what became of that."""
    rows = desk.rows("task")["task"].values()
    return sorted(
        (row["owner_id"], row["state"]) for row in rows if row["kind"] == TaskKind.TELL_CUSTOMER
    )


def is_sound(desk: Desk) -> bool:
    return check.check(desk.database, SYSTEM).misplaced == 0


def seats(desk: Desk, user: Actor) -> list[HoldingRow]:
    return desk.look(user, charges.list_holdings, HoldingFilter(seat=P))


def test_that_until_the_day_all_but_later_visits_stays_with_the_giver(
    desk: Desk, admin: Actor, team: list[Actor], fixed_time: time_machine.Traveller
) -> None:
    giver, other, *_rest = team
    (one,) = desk.do(admin, plant, 1, key(giver), store_id=admin.store_id)
    soon = TODAY + 2 * DAY
    desk.do(giver, contacts.plan_visit, None, one, VisitDraft(planned_on=soon))
    before = desk.rows()
    result = hand_over(desk, admin, giver, other, BEGIN)
    assert (result.customers, result.cases, result.visits, result.told) == (1, 1, 1, 1)
    assert owners(desk, *GOES) == {key(giver)}
    assert planned(desk) == {soon: key(giver), TODAY + MONTH: key(other)}
    found = [(row.user, row.first_on, row.last_on) for row in seats(desk, admin)]
    assert found == [
        (giver.name, TODAY - 10 * MONTH, BEGIN - DAY),
        (other.name, BEGIN, None),
    ]
    held = desk.look(admin, charges.holders, one)
    assert (held.primary_id, held.next, held.next_on) == (key(giver), other.name, BEGIN)
    assert desk.look(admin, charges.count_orphans, OrphanFilter()) == 0
    assert is_sound(desk)
    again = HandoverDraft(from_id=key(giver), on=TODAY, to_ids=(key(team[2]),))
    assert desk.look(admin, handovers.propose, again).lines == ()
    with pytest.raises(InvalidInputError, match="at least one"):
        desk.do(admin, handovers.hand_over, again, {})
    fixed_time.shift(9 * DAY)
    assert desk.do(admin, day.hand_over) == 0
    desk.do(admin, journal_service.undo, result.change_set)
    assert desk.rows() == before


def test_that_on_the_day_all_goes_over_once_and_is_undone_alone(
    desk: Desk, admin: Actor, team: list[Actor], fixed_time: time_machine.Traveller
) -> None:
    giver, other, *_rest = team
    mine = desk.do(admin, plant, 5, key(giver), store_id=admin.store_id)
    desk.do(giver, contacts.plan_visit, None, mine[0], VisitDraft(planned_on=TODAY + DAY))
    hand_over(desk, admin, giver, other, BEGIN)
    (line, *_others) = desk.look(other, handovers.waiting_for, key(other))
    desk.do(other, handovers.accept, [line.id])  # who knows it may answer before
    fixed_time.shift(11 * DAY)  # the first start is a day late
    assert is_sound(desk)
    before, made = desk.rows(), len(desk.made)
    assert desk.do(other, day.hand_over) == 5, "the receiver sees what is coming"
    assert len(desk.made) == made + 1
    assert owners(desk, *GOES) == {key(other)}
    assert set(planned(desk).values()) == {key(other)}, "what is overdue too"
    events = desk.rows("case_event")["case_event"].values()
    assert sum(event["note"] == other.name for event in events) == 5
    lines = desk.rows("handover_line")["handover_line"].values()
    assert {row["state"] for row in lines} == {HandoverState.ACCEPTED, HandoverState.WAITING}
    done = desk.rows()
    task = tasks.TaskDraft(words="x", owner_id=key(giver), due_on=BEGIN + DAY, customer_id=mine[0])
    desk.do(admin, tasks.add, task)
    assert desk.do(admin, day.hand_over) == 0, "what the giver gets afterwards is not taken away"
    desk.undo()
    assert desk.rows() == done
    desk.do(other, journal_service.undo, desk.made[made])
    assert desk.rows() == before
    assert desk.do(admin, day.hand_over) == 0, "not again on the same day"
    fixed_time.shift(DAY)
    assert desk.do(admin, day.hand_over) == 5
    assert is_sound(desk)


def test_that_the_seat_of_a_backup_goes_over_on_its_day_too(
    desk: Desk, admin: Actor, team: list[Actor], fixed_time: time_machine.Traveller
) -> None:
    giver, owner, other, _last = team
    (one,) = desk.do(admin, plant, 1, key(owner), backup_id=key(giver), store_id=admin.store_id)
    task = tasks.TaskDraft(words="mine", owner_id=key(giver), due_on=TODAY, customer_id=one)
    desk.do(admin, tasks.add, task)
    hand_over(desk, admin, giver, other, BEGIN)
    held = desk.look(admin, charges.holders, one)
    assert (held.backup_id, held.overlaps) == (key(giver), ())
    assert desk.look(admin, charges.coverage).total.hits == 1
    backups = desk.look(admin, charges.list_holdings, HoldingFilter(seat=B))
    assert [row.user for row in backups] == [giver.name, other.name]
    fixed_time.shift(10 * DAY)
    assert desk.do(admin, day.hand_over) == 1
    rows = desk.rows("task")["task"].values()
    assert {row["words"]: row["owner_id"] for row in rows} == {
        "mine": key(other), "x": key(owner),
    }  # fmt: skip
    assert desk.look(admin, charges.holders, one).backup_id == key(other)


def test_that_a_backup_who_moves_up_stands_in_until_then(
    desk: Desk, admin: Actor, team: list[Actor], fixed_time: time_machine.Traveller
) -> None:
    giver, backup, *_rest = team
    (one,) = desk.do(admin, plant, 1, key(giver), backup_id=key(backup), store_id=admin.store_id)
    hand_over(desk, admin, giver, backup, BEGIN)
    held = desk.look(admin, charges.holders, one)
    assert (held.primary_id, held.backup_id, held.next) == (key(giver), key(backup), backup.name)
    assert desk.look(admin, charges.coverage).total.hits == 1
    fixed_time.shift(10 * DAY)
    desk.do(admin, day.hand_over)
    held = desk.look(admin, charges.holders, one)
    assert (held.primary_id, held.backup_id) == (key(backup), None)


def test_that_who_leaves_before_the_day_keeps_what_goes_over_then(
    desk: Desk, admin: Actor, team: list[Actor], fixed_time: time_machine.Traveller
) -> None:
    giver, other, *_rest = team
    (one,) = desk.do(admin, plant, 1, key(giver), store_id=admin.store_id)
    last = BEGIN - 3 * DAY
    desk.do(admin, handovers.record_exit, key(giver), ExitDraft(left_on=last))
    hand_over(desk, admin, giver, other, BEGIN)
    assert [row.last_on for row in seats(desk, admin)] == [last, None]
    fixed_time.shift(8 * DAY)  # gone, and the receiver has not begun
    assert desk.look(admin, charges.count_orphans, OrphanFilter()) == 1
    assert desk.do(admin, day.hand_over) == 0
    assert owners(desk, "customer") == {key(giver)}
    assert is_sound(desk)
    (row,) = desk.look(admin, employee_exits.exits)
    assert (row.transferred, row.left_unattended) == (1, 0)
    fixed_time.shift(2 * DAY)
    assert desk.do(admin, day.hand_over) == 1
    assert owners(desk, *GOES) == {key(other)}
    assert desk.look(admin, charges.holders, one).primary_id == key(other)


@pytest.mark.parametrize("is_giver_gone", [False, True])
def test_that_a_receiver_who_leaves_before_the_day_gets_nothing(
    desk: Desk,
    admin: Actor,
    team: list[Actor],
    fixed_time: time_machine.Traveller,
    is_giver_gone: bool,
) -> None:
    giver, other, third, _last = team
    (one, two) = desk.do(admin, plant, 2, key(giver), store_id=admin.store_id)
    leaves = ExitDraft(left_on=BEGIN - 5 * DAY)
    if is_giver_gone:
        desk.do(admin, handovers.record_exit, key(giver), leaves)
    hand_over(desk, admin, giver, other, BEGIN)
    desk.do(admin, charges.set_holder, two, P, key(third), BEGIN + 5 * DAY)
    desk.do(admin, handovers.record_exit, key(other), leaves)
    fixed_time.shift(10 * DAY)
    before = desk.rows()
    assert desk.do(admin, day.hand_over) == 0
    assert owners(desk, *GOES) == {key(giver)}
    assert set(planned(desk).values()) == {key(giver)}
    assert told(desk) == [(key(other), "dropped")] * 2
    held = {row.customer_id: (row.user, row.last_on) for row in seats(desk, admin)
            if row.user != third.name}  # fmt: skip
    assert held == {one: (giver.name, None), two: (giver.name, BEGIN + 4 * DAY)}
    assert desk.look(admin, charges.count_orphans, OrphanFilter()) == 2 * is_giver_gone
    assert is_sound(desk)
    desk.undo()
    assert desk.rows() == before


def test_that_what_nobody_had_begins_on_its_day(
    desk: Desk, admin: Actor, team: list[Actor], fixed_time: time_machine.Traveller
) -> None:
    giver, other, *_rest = team
    desk.do(admin, plant, 1, key(giver), store_id=admin.store_id)
    desk.do(admin, handovers.record_exit, key(giver), ExitDraft(left_on=TODAY - DAY))
    hand_over(desk, admin, None, other, BEGIN)
    assert owners(desk, *GOES) == {key(giver)}
    fixed_time.shift(10 * DAY)
    assert desk.do(admin, day.hand_over) == 1
    assert owners(desk, *GOES) == {key(other)}


def test_that_the_receiver_may_hand_on_before_the_day(
    desk: Desk, admin: Actor, team: list[Actor], fixed_time: time_machine.Traveller
) -> None:
    giver, other, third, _last = team
    desk.do(admin, plant, 1, key(giver), store_id=admin.store_id)
    hand_over(desk, admin, giver, other, BEGIN)
    hand_over(desk, admin, other, third, TODAY)
    assert [row.user for row in seats(desk, admin)] == [giver.name, third.name]
    assert owners(desk, *GOES) == {key(giver)}
    fixed_time.shift(10 * DAY)
    assert desk.do(admin, day.hand_over) == 1
    assert owners(desk, *GOES) == {key(third)}
    assert set(planned(desk).values()) == {key(third)}
    assert is_sound(desk)


def test_that_two_handovers_ahead_in_a_row_take_the_work_along(
    desk: Desk, admin: Actor, team: list[Actor], fixed_time: time_machine.Traveller
) -> None:
    giver, other, third, _last = team
    (one,) = desk.do(admin, plant, 1, key(giver), store_id=admin.store_id)
    soon = BEGIN - DAY
    desk.do(giver, contacts.plan_visit, None, one, VisitDraft(planned_on=soon))
    hand_over(desk, admin, giver, other, BEGIN)
    hand_over(desk, admin, other, third, BEGIN + 5 * DAY)
    fixed_time.shift(10 * DAY)
    before = desk.rows()
    assert desk.do(admin, day.hand_over) == 1
    assert owners(desk, *GOES) == {key(other)}
    assert told(desk) == sorted([(key(other), "open"), (key(third), "open")])
    assert planned(desk) == {soon: key(other), TODAY + MONTH: key(third)}
    fixed_time.shift(5 * DAY)
    assert desk.do(admin, day.hand_over) == 1
    assert owners(desk, *GOES) == {key(third)}
    assert set(planned(desk).values()) == {key(third)}
    assert is_sound(desk)
    assert told(desk) == sorted([(key(other), "dropped"), (key(third), "open")])
    desk.undo()
    desk.undo()
    assert desk.rows() == before


def test_that_a_seat_that_begins_after_the_handover_goes_over_with_it(
    desk: Desk, admin: Actor, team: list[Actor], fixed_time: time_machine.Traveller
) -> None:
    giver, other, third, _last = team
    desk.do(admin, plant, 1, key(giver), store_id=admin.store_id)
    hand_over(desk, admin, giver, other, BEGIN)
    hand_over(desk, admin, other, third, TODAY + 3 * DAY)
    fixed_time.shift(3 * DAY)
    assert desk.do(admin, day.hand_over) == 0
    assert set(planned(desk).values()) == {key(third)}
    fixed_time.shift(7 * DAY)
    assert desk.do(admin, day.hand_over) == 1
    assert owners(desk, *GOES) == {key(third)}
    assert set(planned(desk).values()) == {key(third)}


@pytest.mark.parametrize("place", [0, 2, None])
def test_that_what_was_handed_over_ahead_follows_who_is_in_charge_on_the_day(
    desk: Desk,
    admin: Actor,
    team: list[Actor],
    fixed_time: time_machine.Traveller,
    place: int | None,
) -> None:
    giver, other, *_rest = team
    (one,) = desk.do(admin, plant, 1, key(giver), store_id=admin.store_id)
    hand_over(desk, admin, giver, other, BEGIN)
    before = desk.rows()
    wanted = None if place is None else key(team[place])
    desk.do(admin, charges.set_holder, one, P, wanted)
    assert told(desk) == [(key(other), "dropped")]
    fixed_time.shift(10 * DAY)
    assert desk.do(admin, day.hand_over) == (1 if place == 2 else 0)
    assert set(planned(desk).values()) == {wanted or key(giver)}
    (line,) = desk.rows("handover_line")["handover_line"].values()
    is_gone = place == 2
    assert line["fate"] == (Fate.TRANSFERRED if is_gone else Fate.LEFT_UNATTENDED)
    assert line["to_id"] == (key(other) if is_gone else None)
    assert is_sound(desk)
    made = len(desk.made)
    assert desk.do(admin, day.hand_over) == 0
    assert len(desk.made) == made
    desk.undo()
    desk.undo()
    assert desk.rows() == before


def test_that_editing_a_customer_meanwhile_changes_nothing_but_another_owner_does(
    desk: Desk, admin: Actor, team: list[Actor]
) -> None:
    giver, other, third, _last = team
    (one,) = desk.do(admin, plant, 1, key(giver), store_id=admin.store_id)
    hand_over(desk, admin, giver, other, BEGIN)
    before = desk.rows("holding")
    desk.do(admin, edited, one, note="电话改了")
    assert desk.rows("holding") == before
    with pytest.raises(InvalidInputError, match="somebody else"):
        desk.do(admin, charges.set_holder, one, B, key(other))
    more = [one, *desk.do(admin, plant, 1, key(giver))]
    with pytest.raises(InvalidInputError, match="another backup"):
        desk.do(admin, charge_giving.set_holders, more, B, key(other))
    desk.do(admin, charges.set_holder, one, P, key(giver))  # the giver keeps the customer
    assert [(row.user, row.last_on) for row in seats(desk, admin) if row.customer_id == one] == [
        (giver.name, None)
    ]
    desk.undo()
    assert {row["id"] for row in desk.rows("holding")["holding"].values()} > {
        row["id"] for row in before["holding"].values()
    }
    desk.do(admin, edited, one, owner_id=key(third))
    found = [(row.user, row.first_on) for row in seats(desk, admin) if row.customer_id == one]
    assert found == [(third.name, TODAY)]
    held = desk.look(admin, charges.holders, one)
    assert (held.primary_id, held.next) == (key(third), "")


def edited(session: Session, customer: uuid.UUID, **values: Any) -> None:
    """Save the form of a customer with other values."""
    record = session.get_one(Customer, customer)
    there = {name: getattr(record, name) for name in CustomerDraft.model_fields}
    draft = CustomerDraft.model_validate(there | values)
    customers.change(session, customer, record.version, draft)


def test_that_a_charge_that_ends_ahead_leaves_nobody_on_its_day(
    desk: Desk, admin: Actor, team: list[Actor], fixed_time: time_machine.Traveller
) -> None:
    first, second, *_rest = team
    one = desk.do(admin, factories.add_customer, owner_id=key(first))
    desk.do(admin, charges.set_holder, one, P, None, BEGIN)
    assert owners(desk, "customer") == {key(first)}
    assert is_sound(desk)
    fixed_time.shift(10 * DAY)
    assert desk.do(admin, day.hand_over) == 1
    assert desk.look(admin, charges.count_orphans, OrphanFilter()) == 1
    assert owners(desk, "customer") == {None}
    desk.do(admin, charges.set_holder, one, P, key(second), BEGIN + 5 * DAY)
    desk.do(admin, charges.set_holder, one, P, key(second))
    assert desk.look(admin, charges.holders, one).since == BEGIN
    desk.do(admin, charges.set_holder, one, P, None, BEGIN + 5 * DAY)
    desk.do(admin, charges.set_holder, one, P, None)
    assert desk.look(admin, charges.holders, one).primary_id is None
    assert is_sound(desk)
