"""The handover wizard: four steps by keyboard, one change set, undone at once."""

import datetime as dt

import pytest
from pytestqt.qtbot import QtBot

from db.models import Customer
from db.session import Actor, Database
from db.vocabulary import ExitDestination, ExitReason, Fate, HandoverCause, Seat
from desktop_app import clock
from desktop_app.domain.handover_tidy import Tidy
from desktop_app.services import charges, customers, handovers
from desktop_app.ui.forms.handover_forms import OF_EXIT
from desktop_app.ui.handover_work import HandoverTarget, choice_words
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.handover import (
    CUSTOMERS,
    RECEIVERS,
    RESULT,
    START,
    SUMMARY,
    HandoverPage,
)
from tests.factories import Desk
from tests.ui.casework import nameless
from tests.ui.charge_stage import Team, team
from tests.ui.shop import Stage
from tests.ui.test_narrow_windows import NARROW, WIDE, sized, whole


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


def begin(stage: Stage, target: HandoverTarget) -> HandoverPage:
    page: HandoverPage = stage.show(HandoverPage, target)
    stage.idle()
    return page


def go_on(stage: Stage, page: HandoverPage, step: int) -> None:
    page.next_button.click()
    stage.wait(lambda: page.step == step and not page._is_busy)


def leaver(people: Team) -> HandoverTarget:
    return HandoverTarget(HandoverCause.LEFT, people.giver.user_id)


def say_exit(page: HandoverPage) -> None:
    page.start.form.editors["reason"].set_value(ExitReason.OWN_FIRM)
    page.start.form.editors["destination"].set_value(ExitDestination.COMPETITOR)
    page.start.form.editors["destination_name"].set_value("新公司")


def owners(stage: Stage, keys: object) -> set[object]:
    return {stage.read(lambda s, key=key: s.get_one(Customer, key).owner_id) for key in keys}  # type: ignore[attr-defined]


def test_that_a_leaver_hands_over_in_one_change_set_that_can_be_undone(
    stage: Stage, database: Database, admin: Actor
) -> None:
    people = team(database, admin)
    page = begin(stage, leaver(people))
    page.next_button.click()  # reason and destination are missing
    assert page.step == START
    assert {"reason", "destination"} <= page.start.form.problems().keys()
    say_exit(page)
    go_on(stage, page, CUSTOMERS)
    assert page.customers.table.count() == 3
    go_on(stage, page, RECEIVERS)
    lines = page.work.lines
    first = [line for line in lines if line.proposed.seat is Seat.PRIMARY]
    assert {line.to_name for line in first} == {people.backup.name}  # the backup moves up
    page.receiving.table.view.selectAll()
    stage.run(page, "handover.receiver")
    stage.submit(page, receiver=people.far.user_id)
    assert all(line.is_cross for line in lines)
    gets = {load.receiver.name: load.gets for load in page.work.loads()}
    assert gets[people.far.name] == 3  # the backup does not move up and stays
    assert {choice_words(line) for line in lines if line.is_moot} == {people.backup.name}
    stage.run(page, "handover.suggested")
    assert {line.to_name for line in first} == {people.backup.name}
    page.receiving.table.view.clearSelection()
    page.receiving.table.select_key(first[0].id)
    stage.run(page, "handover.taken")
    assert first[0].choice is Fate.TAKEN_ALONG
    go_on(stage, page, SUMMARY)
    assert people.giver.name in page.summary.sentence.text()
    assert "新公司" in page.summary.facts._values["Who leaves"].text()
    made: list[object] = []
    stage.context.tasks.changed.connect(lambda change: made.append(change.change_set_id))
    go_on(stage, page, RESULT)
    assert page.list_button.isVisible()
    stage.idle()
    assert len(made) == 1
    rows = stage.read(handovers.list_handovers)
    assert [(row.giver, row.customers) for row in rows] == [(people.giver.name, 3)]
    (gone,) = stage.read(handovers.exits)
    assert (gone.reason, gone.destination_name, gone.taken_along) == (
        ExitReason.OWN_FIRM,
        "新公司",
        1,
    )
    assert people.backup.user_id in owners(stage, people.mine)
    Desk(database).undo(made[0])  # type: ignore[arg-type]
    assert owners(stage, people.mine) == {people.giver.user_id}
    assert stage.read(handovers.exits) == []
    page.list_button.click()
    assert stage.went() == [("charges", "handovers")]


def test_that_an_exit_on_record_is_filled_in_and_goes_with_another_leaver(
    stage: Stage, database: Database, admin: Actor
) -> None:
    people = team(database, admin)
    day = clock.today() - dt.timedelta(days=3)
    known = handovers.ExitDraft(
        left_on=day, reason=ExitReason.OWN_FIRM, destination=ExitDestination.COMPETITOR,
        destination_name="新公司", note="带走两人",
    )  # fmt: skip
    Desk(database).do(admin, handovers.record_exit, people.giver.user_id, known)
    page = begin(stage, leaver(people))
    editors = page.start.form.editors

    def entered() -> list[object]:
        return [editors[name].value() for name in OF_EXIT]

    assert entered() == list(known.model_dump().values())
    editors["destination_name"].set_value("别家")
    page.load()
    stage.idle()
    assert editors["destination_name"].value() == "别家"  # what was corrected stays
    editors["from_id"].set_value(people.near.user_id)
    assert entered()[:3] == [clock.today(), None, None]
    assert not any(entered()[3:])
    say_exit(page)
    editors["from_id"].set_value(people.far.user_id)
    assert editors["destination_name"].value() == "新公司"  # nothing on record: it stays


def test_that_a_record_is_tidied_without_losing_the_wizard(
    stage: Stage, database: Database, admin: Actor
) -> None:
    people = team(database, admin)
    page = begin(stage, HandoverTarget(HandoverCause.ORPHANS))
    go_on(stage, page, CUSTOMERS)
    table = page.customers.table
    stage.wait(lambda: table.count() == 2)
    assert page.work.sums().unchecked == 2
    table.select_key(0)
    one = page.work.lines[0].customer_id
    stage.run(page, "handover.correct")
    stage.submit(page, address="人民路 5 号")
    stage.wait(lambda: Tidy.NO_ADDRESS not in page.work.lines[0].proposed.to_tidy)
    assert page.step == CUSTOMERS
    assert stage.read(customers.card, one)[0].values["address"] == "人民路 5 号"
    other = next(line for line in page.work.lines if line.customer_id != one)
    assert Tidy.NO_ADDRESS in other.proposed.to_tidy
    table.view.selectAll()
    stage.run(page, "handover.check")
    assert page.work.sums().unchecked == 0
    page.customers.only.set_value(True)
    stage.wait(lambda: table.count() == 0)
    page.customers.only.set_value(False)
    stage.wait(lambda: table.count() == 2)
    table.select_key(other.id)
    stage.run(page, "handover.leave_out")
    assert [line.customer_id for line in page.work.customers()] == [one]
    go_on(stage, page, RECEIVERS)
    go_on(stage, page, SUMMARY)
    go_on(stage, page, RESULT)
    assert stage.read(charges.holders, one).primary_id is not None
    assert stage.read(charges.holders, other.customer_id).primary_id is None
    assert people.alone


def test_that_what_was_chosen_stays_when_one_goes_back(
    stage: Stage, database: Database, admin: Actor
) -> None:
    people = team(database, admin)
    page = begin(stage, HandoverTarget(HandoverCause.LOAD, people.giver.user_id, (people.mine[0],)))
    assert page.start.form.editors["overlap_until"].value() is not None
    go_on(stage, page, CUSTOMERS)
    go_on(stage, page, RECEIVERS)
    line = page.work.lines[0]
    page.receiving.table.select_key(line.id)
    stage.run(page, "handover.receiver")
    stage.submit(page, receiver=people.near.user_id)
    for _step in range(2):
        page.back_button.click()
    assert page.step == START
    go_on(stage, page, CUSTOMERS)
    go_on(stage, page, RECEIVERS)
    kept = next(each for each in page.work.lines if each.key == line.key)
    assert kept.choice == people.near.user_id
    page.receiving.only.set_value(True)
    stage.wait(lambda: page.receiving.table.count() < len(page.work.lines))


def test_that_a_refusal_of_the_service_is_said_and_nothing_is_lost(
    stage: Stage, database: Database, admin: Actor
) -> None:
    people = team(database, admin)
    page = begin(stage, HandoverTarget(HandoverCause.LOAD, people.giver.user_id))
    go_on(stage, page, CUSTOMERS)
    go_on(stage, page, RECEIVERS)
    seats = [line for line in page.work.lines if line.proposed.seat is Seat.BACKUP]
    page.work.choose(seats, people.backup.user_id)  # who moves up and is in charge already
    go_on(stage, page, SUMMARY)
    page.next_button.click()
    stage.wait(page.problem.isVisible)
    assert page.step == SUMMARY
    assert people.backup.name in page.problem.text()
    assert stage.read(handovers.list_handovers) == []


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["960", "1280"])
def test_that_each_step_is_whole_in_a_narrow_window(
    stage: Stage, database: Database, admin: Actor, each_language: str, size: tuple[int, int]
) -> None:
    people = team(database, admin)
    page = begin(stage, leaver(people))
    sized(page, size)
    say_exit(page)
    for step in (CUSTOMERS, RECEIVERS, SUMMARY, RESULT):
        whole(stage, page)
        assert nameless(page) == []
        go_on(stage, page, step)
    whole(stage, page)
