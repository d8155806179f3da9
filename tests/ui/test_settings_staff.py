"""Settings: what people are in the firm, when they are away, and that somebody has left."""

import datetime as dt

import pytest
from pytestqt.qtbot import QtBot

from db.session import Actor, Database
from db.vocabulary import AbsenceKind, HandoverCause, StaffFunction
from desktop_app import clock
from desktop_app.columns.employees import STAFF_COLUMNS
from desktop_app.services import charges, employee_exits, key_persons, staff_profiles
from desktop_app.services.employee_exits import ExitDraft
from desktop_app.ui.handover_work import HandoverTarget
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.settings import SettingsPage
from desktop_app.ui.pages.settings.charges import HandoverSection, RelianceSection
from desktop_app.ui.pages.settings.staff import StaffSection
from tests.factories import Desk
from tests.ui.casework import nameless
from tests.ui.charge_stage import team
from tests.ui.shop import Stage
from tests.ui.test_narrow_windows import NARROW, sized, whole


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


def test_that_staff_are_described_and_their_absences_kept(
    stage: Stage, database: Database, admin: Actor
) -> None:
    people = team(database, admin, count=0, alone=0)
    page: SettingsPage = stage.show(SettingsPage, "staff")
    part = page.tabs.part("staff")
    assert isinstance(part, StaffSection)
    stage.wait(lambda: part.people.count() >= 4)
    stage.idle()
    part.people.select_key(people.near.user_id)
    stage.idle()
    part.edit_button.click()
    stage.submit(
        page,
        functions=(StaffFunction.SALES, StaffFunction.TECHNICIAN),
        districts="静安，徐汇",
        manager_id=people.giver.user_id,
        hired_on=dt.date(2025, 3, 1),
        most_customers=80,
    )
    stage.idle()
    found = stage.read(staff_profiles.read, people.near.user_id)
    assert found.districts == ("静安", "徐汇")
    assert (found.manager_id, found.most_customers) == (people.giver.user_id, 80)
    assert part.people.current_row().manager == people.giver.name
    part.add_button.click()
    first = clock.today() + dt.timedelta(days=5)
    stage.submit(page, first_on=first, last_on=first, kind=AbsenceKind.TRAINING)
    stage.wait(lambda: part.absences.count() == 1)
    part.add_button.click()
    refused = stage.refused(page, first_on=first, last_on=first)
    assert "first_on" in refused
    stage.wait(part.remove_button.isEnabled)
    part.remove_button.click()
    stage.wait(lambda: part.absences.count() == 0)
    part.left_button.click()
    target = HandoverTarget(HandoverCause.LEFT, people.near.user_id)
    assert stage.went() == [("handover", target)]
    sized(page, NARROW)
    whole(stage, part)
    assert nameless(page) == []


def test_that_who_has_left_is_marked(stage: Stage, database: Database, admin: Actor) -> None:
    people = team(database, admin, count=0, alone=0)
    day = dt.timedelta(days=1)
    gone, going = clock.today() - day, clock.today() + day
    for person, last in ((people.far, gone), (people.near, going)):
        Desk(database).do(
            admin, employee_exits.record_exit, person.user_id, ExitDraft(left_on=last)
        )
    page: SettingsPage = stage.show(SettingsPage, "staff")
    table = page.tabs.part("staff").people
    stage.wait(lambda: table.count() >= 4)
    column = next(one for one in STAFF_COLUMNS if one.id == "left_on")
    words = {}
    for number in range(table.count()):
        row = table.model.row(number)
        words[row.id] = column.shown(row)
    assert words[people.far.user_id] == f"left on {gone}"
    assert words[people.near.user_id] == f"leaves on {going}"
    assert words[people.giver.user_id] == ""
    shown = table.view.horizontalHeader().isSectionHidden(STAFF_COLUMNS.index(column))
    assert not shown


def test_that_the_numbers_of_handover_and_key_persons_are_set(stage: Stage) -> None:
    page: SettingsPage = stage.show(SettingsPage, "handovers")
    part = page.tabs.part("handovers")
    assert isinstance(part, HandoverSection)
    stage.wait(part.form.isEnabled)
    part.form.editors["rotation_months"].set_value(18)
    part.save_button.click()
    stage.wait(lambda: stage.read(charges.policy).rotation_months == 18)
    page.show_record("key-persons")
    other = page.tabs.part("key-persons")
    assert isinstance(other, RelianceSection)
    stage.wait(other.form.isEnabled)
    other.form.editors["share"].set_value(0.6)
    other.save_button.click()
    stage.wait(lambda: stage.read(key_persons.policy).share == 0.6)
