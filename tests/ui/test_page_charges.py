"""Who looks after whom: orphans, handovers, key persons, rotation, and the line on the card."""

import datetime as dt
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from db.session import SYSTEM, Actor, Database
from db.vocabulary import (
    ExitDestination,
    ExitReason,
    HandoverCause,
    HandoverState,
    Role,
    Seat,
    TaskKind,
)
from desktop_app import clock
from desktop_app.domain.staff_figures import ReliancePolicy
from desktop_app.services import charges, handovers, key_persons, orphans
from desktop_app.services.handovers import ExitDraft, HandoverDraft
from desktop_app.services.orphans import OrphanFilter
from desktop_app.services.tasks import TaskFilter, list_tasks
from desktop_app.ui.action_set import ActionSet
from desktop_app.ui.charge_exits import length_words, where_words
from desktop_app.ui.handover_work import HandoverTarget
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.charges import ChargesPage
from desktop_app.ui.pages.customer_card import CustomerCardPage
from desktop_app.ui.panels import ChipLabel
from desktop_app.ui.tasks import Tasks
from tests import factories
from tests.factories import Desk
from tests.ui.casework import nameless
from tests.ui.charge_stage import Team, team
from tests.ui.shop import Stage
from tests.ui.test_narrow_windows import NARROW, WIDE, sized, whole


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def people(database: Database, admin: Actor) -> Team:
    return team(database, admin)


def shown(stage: Stage, part: str) -> tuple[ChargesPage, object]:
    page: ChargesPage = stage.show(ChargesPage, part)
    stage.idle()
    current = page.tabs.current()
    assert current is not None
    return page, current


def test_that_orphans_get_somebody_in_charge_and_a_backup(stage: Stage, people: Team) -> None:
    page, part = shown(stage, "orphans")
    table = part.table  # type: ignore[attr-defined]
    stage.wait(lambda: table.count() == 2 and table.model.row(0) is not None)
    table.view.selectAll()
    stage.run(page, "charge.backup")
    stage.submit(page, holder=people.near.user_id)
    table.view.clearSelection()
    table.select_key(people.alone[0])
    stage.run(page, "charge.give")
    stage.submit(page, holder=people.far.user_id)
    stage.wait(lambda: table.count() == 1)
    first = stage.read(charges.holders, people.alone[0])
    assert (first.primary_id, first.backup_id) == (people.far.user_id, people.near.user_id)
    assert stage.read(charges.holders, people.alone[1]).backup_id == people.near.user_id
    stage.idle()
    table.view.clearSelection()
    stage.run(page, "handover.new")  # without a choice all of them
    assert stage.went()[-1] == ("handover", HandoverTarget(HandoverCause.ORPHANS))
    part.filters.search.set_value("nobody of this name")  # type: ignore[attr-defined]
    stage.wait(lambda: table.count() == 0 and table.empty.isVisible())
    assert nameless(page) == []


def test_that_the_chosen_orphans_are_handed_over_and_no_others(stage: Stage, people: Team) -> None:
    page, part = shown(stage, "orphans")
    table = part.table  # type: ignore[attr-defined]
    stage.wait(lambda: table.count() == 2 and table.model.row(0) is not None)
    table.select_key(people.alone[1])
    stage.run(page, "handover.new")
    target = HandoverTarget(HandoverCause.ORPHANS, None, (people.alone[1],))
    assert stage.went() == [("handover", target)]


def test_that_who_may_not_hand_over_passes_orphans_on_to_a_manager(
    qtbot: QtBot, context: PageContext, database: Database, people: Team, actors: dict[Role, Actor]
) -> None:
    agent = actors[Role.AGENT]
    tasks = Tasks(database, agent)
    try:
        actions = ActionSet(agent.role, context.messages)
        stage = Stage(qtbot, replace(context, tasks=tasks, actor=agent, actions=actions))
        page, part = shown(stage, "orphans")
        table = part.table  # type: ignore[attr-defined]
        stage.wait(lambda: table.count() == 2 and table.model.row(0) is not None)
        table.view.selectAll()
        assert "handover.new" not in page.actions()
        assert "charge.give" not in page.actions()
        stage.run(page, "charge.pass_on")
        manager = actors[Role.STORE_MANAGER].user_id
        stage.submit(page, owner=manager)
        wanted = TaskFilter(owner_id=manager, kinds=frozenset({TaskKind.FIND_RECEIVER}))
        desk = Desk(database)
        stage.wait(lambda: len(desk.look(actors[Role.ADMINISTRATOR], list_tasks, wanted)) == 2)
        assert stage.read(orphans.count_orphans, OrphanFilter()) == 2
    finally:
        tasks.shutdown()


def handed_to(database: Database, admin: Actor, people: Team) -> HandoverDraft:
    """The giver's customers went to the administrator, who has not answered."""
    desk = Desk(database)
    draft = HandoverDraft(from_id=people.giver.user_id, cause=HandoverCause.LOAD, on=clock.today())
    choices = {(key, Seat.PRIMARY): admin.user_id for key in people.mine}
    desk.do(admin, handovers.hand_over, draft, choices)
    return draft


def test_that_what_was_handed_over_is_accepted_and_declined(
    stage: Stage, database: Database, admin: Actor, people: Team
) -> None:
    handed_to(database, admin, people)
    page, part = shown(stage, "handovers")
    lines = part.lines  # type: ignore[attr-defined]
    stage.wait(lambda: lines.count() == 3)
    assert not part.table.isVisible()  # type: ignore[attr-defined]  # only what waits for me
    keys = [lines.model.row(place).id for place in range(3)]
    lines.select_key(keys[0])
    stage.run(page, "handover.decline")
    stage.submit(page, note="客户不在本区")
    stage.wait(lambda: lines.count() == 2)
    lines.view.selectAll()
    stage.run(page, "handover.accept")
    stage.wait(lambda: lines.count() == 0)
    (made,) = stage.read(handovers.list_handovers)
    answers = {row.id: (row.state, row.note) for row in stage.read(handovers.lines, made.id)}
    assert answers[keys[0]] == (HandoverState.DECLINED, "客户不在本区")
    assert answers[keys[1]][0] is HandoverState.ACCEPTED
    part.which.set_value("all")  # type: ignore[attr-defined]
    stage.wait(lambda: part.table.count() == 1 and lines.count() == 3)  # type: ignore[attr-defined]
    lines.view.selectAll()
    assert "handover.accept" not in page.actions()


def test_that_key_persons_get_a_backup_for_their_customers(stage: Stage, people: Team) -> None:
    stage.write(key_persons.change_policy, ReliancePolicy(contacts=1))
    assert stage.read(key_persons.list_key_persons)
    page, part = shown(stage, "key-persons")
    table = part.table  # type: ignore[attr-defined]
    stage.wait(lambda: table.count() == 3)
    part.filters.search.set_value("nobody")  # type: ignore[attr-defined]
    stage.wait(lambda: table.count() == 0)
    part.filters.search.set_value(None)  # type: ignore[attr-defined]
    part.only.set_value(True)  # type: ignore[attr-defined]
    stage.wait(lambda: table.count() == 3)
    assert table.model.row(0).backup == people.backup.name
    table.view.selectAll()
    stage.run(page, "charge.backup")
    stage.submit(page, holder=people.far.user_id)
    stage.wait(lambda: table.model.row(0).backup == people.far.name)
    stage.idle()
    stage.run(page, "handover.new")
    assert stage.went()[-1][1] == HandoverTarget(HandoverCause.LOAD, people.giver.user_id)


def test_that_rotation_begins_a_handover_of_the_chosen_person(
    stage: Stage, database: Database, people: Team
) -> None:
    page, part = shown(stage, "rotation")
    table = part.table  # type: ignore[attr-defined]
    assert table.count() == 0
    assert table.empty.isVisible()
    long_ago = clock.today().replace(day=1).replace(year=clock.today().year - 2)
    for key in people.mine[:2]:
        stage.write(charges.set_holder, key, Seat.PRIMARY, None)
        stage.write(charges.set_holder, key, Seat.PRIMARY, people.near.user_id, long_ago)
    page.load()
    stage.wait(lambda: table.count() == 2)
    stage.idle()
    table.view.selectAll()
    stage.run(page, "handover.new")
    (_page, target) = stage.went()[-1]
    assert isinstance(target, HandoverTarget)
    assert (target.cause, target.from_id) == (HandoverCause.ROTATION, people.near.user_id)
    assert set(target.customer_ids or ()) == set(people.mine[:2])


def test_that_the_coverage_stands_on_top(stage: Stage, people: Team) -> None:
    page, _part = shown(stage, "orphans")
    stage.wait(lambda: [chip.text() for chip in page.header.findChildren(ChipLabel)])
    words = " ".join(chip.text() for chip in page.header.findChildren(ChipLabel))
    assert "60%" in words.replace(" ", "")  # three of five
    assert people.mine


def test_that_the_card_says_who_is_in_charge_and_sets_a_backup(
    stage: Stage, database: Database, people: Team
) -> None:
    stage.write(key_persons.change_policy, ReliancePolicy(contacts=1))
    page: CustomerCardPage = stage.show(CustomerCardPage, people.mine[0])
    line = page.panel.charge
    stage.wait(lambda: people.giver.name in line.words.text())
    assert people.backup.name in line.words.text()
    assert line.risk.isVisible()
    stage.run(page, "charge.backup")
    stage.submit(page, holder=people.far.user_id)
    stage.wait(lambda: people.far.name in line.words.text())
    stage.run(page, "handover.new")
    target = HandoverTarget(HandoverCause.OTHER, people.giver.user_id, (people.mine[0],))
    assert stage.went()[-1] == ("handover", target)
    Desk(database).do(SYSTEM, factories.leave, people.giver.user_id)
    page.load()
    stage.wait(lambda: "Orphan" in line.risk.text())


def test_that_exits_say_what_became_of_the_customers(
    stage: Stage, database: Database, admin: Actor, people: Team
) -> None:
    giver, near = people.giver.user_id, people.near.user_id
    yesterday = clock.today() - dt.timedelta(days=1)
    handed = HandoverDraft(
        from_id=giver, cause=HandoverCause.LEFT, on=clock.today(),
        customer_ids=tuple(people.mine[:2]),
    )  # fmt: skip
    desk = Desk(database)
    choices = {(key, Seat.PRIMARY): near for key in people.mine[:2]}
    desk.do(admin, handovers.hand_over, handed, choices)
    gone = ExitDraft(
        left_on=yesterday, reason=ExitReason.PAY, destination=ExitDestination.COMPETITOR,
        destination_name="新公司",
    )  # fmt: skip
    desk.do(admin, handovers.record_exit, giver, gone)
    page, part = shown(stage, "exits")
    table = part.table  # type: ignore[attr-defined]
    stage.wait(lambda: table.count() == 1)
    row = table.model.row(0)
    assert (row.name, row.left_on, row.reason) == ("陈一", yesterday, ExitReason.PAY)
    assert (row.transferred, row.taken_along, row.left_unattended) == (2, 0, 1)
    assert where_words(row) == "A competitor · 新公司"
    assert length_words(row) == "not known"
    assert length_words(replace(row, hired_on=yesterday - 9 * dt.timedelta(days=1))) == "10 days"
    assert length_words(replace(row, hired_on=yesterday.replace(year=yesterday.year - 2))) == (
        "24 months"
    )
    stage.run(page, "handover.new")
    assert stage.went() == [("handover", HandoverTarget(HandoverCause.LEFT, giver))]
    assert nameless(page) == []


@pytest.mark.parametrize("part", ["orphans", "handovers", "key-persons", "rotation", "exits"])
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["960", "1280"])
def test_that_each_part_is_whole_in_a_narrow_window(
    stage: Stage, people: Team, part: str, size: tuple[int, int]
) -> None:
    page, _part = shown(stage, part)
    sized(page, size)
    whole(stage, page)
    assert people.mine
