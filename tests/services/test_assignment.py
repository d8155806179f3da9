"""Who works on a case: screening, assignment, taking, overriding."""

import uuid

import pytest

from db.queries.case_file import CaseFile
from db.session import SYSTEM, Actor
from db.vocabulary import CaseEventKind, CaseStage, NextStep, Outcome, Role
from desktop_app import clock
from desktop_app.domain.cases import CloseDraft
from desktop_app.domain.screening import ScreenCode
from desktop_app.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from desktop_app.services import cases, workspace_settings
from desktop_app.services.workspace_settings import WorkspaceSettings
from tests import factories
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def case_id(desk: Desk, admin: Actor, agent: Actor) -> uuid.UUID:
    """A case that the agent works on."""
    return desk.do(admin, factories.assigned_case, agent.user_id)


def file(desk: Desk, actor: Actor, case_id: uuid.UUID) -> CaseFile:
    return desk.look(actor, cases.case_file, case_id)


def kinds(found: CaseFile) -> list[CaseEventKind]:
    return [event.kind for event in found.events]


def stages(found: CaseFile) -> list[str]:
    return [event.new for event in found.events if event.new]


def test_that_assigning_screens_and_plans_the_first_call(
    desk: Desk, admin: Actor, agent: Actor
) -> None:
    opened = desk.do(admin, factories.open_case)
    result = desk.do(admin, cases.assign, [opened], agent.user_id)
    found = file(desk, agent, opened)
    assert (result.assigned, result.screened) == (1, ())
    assert (found.row.owner, found.row.stage) == ("agent", CaseStage.ASSIGNED)
    assert (found.row.next_step, found.row.next_due) == (NextStep.CALL, clock.today())
    assert stages(found) == ["identified", "screened", "assigned"]
    assert found.events[-1].note == "agent"


def test_that_a_bulk_assignment_is_one_change_set_and_undone_as_one(
    desk: Desk, admin: Actor, agent: Actor
) -> None:
    opened = [desk.do(admin, factories.open_case) for _case in range(5)]
    before = desk.rows()
    made = len(desk.made)
    assert desk.do(admin, cases.assign, opened, agent.user_id).assigned == 5
    assert len(desk.made) == made + 1
    desk.undo()
    assert desk.rows() == before


def test_that_assigning_to_the_same_person_again_changes_nothing(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID
) -> None:
    made = len(desk.made)
    assert desk.do(admin, cases.assign, [case_id, case_id], agent.user_id).assigned == 0
    assert len(desk.made) == made


def test_that_handing_a_case_over_keeps_its_stage_and_next_step(
    desk: Desk, admin: Actor, actors: dict[Role, Actor], case_id: uuid.UUID
) -> None:
    desk.do(admin, factories.attempt, case_id)
    before = file(desk, admin, case_id).row
    manager = actors[Role.STORE_MANAGER]
    desk.do(admin, cases.assign, [case_id], manager.user_id)
    after = file(desk, admin, case_id).row
    assert (after.stage, after.next_step) == (CaseStage.CONTACTING, before.next_step)
    assert after.owner == "store_manager"


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"is_deceased": True}, ScreenCode.DECEASED),
        ({"do_not_contact": True}, ScreenCode.DO_NOT_CONTACT),
        ({"malicious_arrears": True}, ScreenCode.MALICIOUS_ARREARS),
        (
            {"switch_dates": ["2022-01-01", "2023-01-01", "2024-01-01"]},
            ScreenCode.SERIAL_SWITCHER,
        ),
    ],
)
def test_that_a_customer_not_to_be_pursued_stays_unassigned_with_a_note(
    desk: Desk, admin: Actor, agent: Actor, columns: dict[str, object], code: ScreenCode
) -> None:
    held = desk.do(admin, factories.open_case, **columns)
    clean = desk.do(admin, factories.open_case)
    result = desk.do(admin, cases.assign, [held, clean], agent.user_id)
    found = file(desk, admin, held)
    assert result.assigned == 1
    assert [(one.case_id, one.hits[0].code) for one in result.screened] == [(held, code)]
    assert found.row.owner_id is None
    assert found.row.stage is CaseStage.IDENTIFIED
    assert found.screening_note == result.screened[0].note != ""
    assert (found.events[-1].kind, found.events[-1].old) == (CaseEventKind.SCREENED, code)


def test_that_the_same_finding_is_noted_once(desk: Desk, admin: Actor, agent: Actor) -> None:
    held = desk.do(admin, factories.open_case, malicious_arrears=True)
    for _time in range(2):
        assert desk.do(admin, cases.assign, [held], agent.user_id).screened
    assert kinds(file(desk, admin, held)) == [CaseEventKind.OPENED, CaseEventKind.SCREENED]


def test_that_the_limit_of_the_workspace_is_used_for_switchers(
    desk: Desk, admin: Actor, agent: Actor
) -> None:
    held = desk.do(admin, factories.open_case, switch_dates=["2024-01-01", "2025-01-01"])
    desk.do(admin, workspace_settings.change, WorkspaceSettings(switch_limit=1))
    assert desk.do(admin, cases.assign, [held], agent.user_id).screened


def test_that_an_override_needs_a_reason_and_lets_the_case_be_assigned(
    desk: Desk, admin: Actor, agent: Actor, actors: dict[Role, Actor]
) -> None:
    held = desk.do(admin, factories.open_case, malicious_arrears=True, store_id=agent.store_id)
    desk.do(admin, cases.assign, [held], agent.user_id)
    manager = actors[Role.STORE_MANAGER]
    with pytest.raises(InvalidInputError):
        desk.do(manager, cases.override_screening, held, "  ")
    desk.do(manager, cases.override_screening, held, "欠款已经还清")
    found = file(desk, manager, held)
    assert found.row.stage is CaseStage.SCREENED
    assert (found.events[-1].kind, found.events[-1].old, found.events[-1].note) == (
        CaseEventKind.OVERRIDDEN,
        "malicious_arrears",
        "欠款已经还清",
    )
    assert desk.do(manager, cases.assign, [held], agent.user_id).assigned == 1
    assert file(desk, manager, held).screening_note != ""
    with pytest.raises(ConflictError, match="stands in the way"):
        desk.do(manager, cases.override_screening, held, "again")


def test_that_an_override_does_not_cover_what_is_found_later(
    desk: Desk, admin: Actor, agent: Actor
) -> None:
    held = desk.do(admin, factories.open_case, malicious_arrears=True)
    desk.do(admin, cases.override_screening, held, "paid")
    customer = file(desk, admin, held).row.customer_id
    desk.do(admin, factories.change_customer, customer, switch_dates=["2024-01-01"] * 3)
    result = desk.do(admin, cases.assign, [held], agent.user_id)
    assert [hit.code for hit in result.screened[0].hits] == [ScreenCode.SERIAL_SWITCHER]
    found = file(desk, admin, held)
    assert found.row.stage is CaseStage.IDENTIFIED  # it falls back behind the screening
    desk.do(admin, cases.override_screening, held, "known for years")
    assert desk.do(admin, cases.assign, [held], agent.user_id).assigned == 1


def test_that_an_override_of_an_assigned_case_keeps_its_stage(
    desk: Desk, admin: Actor, actors: dict[Role, Actor], case_id: uuid.UUID
) -> None:
    customer = file(desk, admin, case_id).row.customer_id
    desk.do(admin, factories.change_customer, customer, malicious_arrears=True)
    trainer = actors[Role.STORE_MANAGER]
    assert desk.do(admin, cases.assign, [case_id], trainer.user_id).screened
    assert file(desk, admin, case_id).row.owner == "agent"
    desk.do(admin, cases.override_screening, case_id, "paid")
    assert file(desk, admin, case_id).row.stage is CaseStage.ASSIGNED
    assert desk.do(admin, cases.assign, [case_id], trainer.user_id).assigned == 1


@pytest.mark.parametrize("flag", ["is_deceased", "do_not_contact"])
def test_that_nobody_overrides_death_or_refusal(desk: Desk, admin: Actor, flag: str) -> None:
    held = desk.do(admin, factories.open_case, **{flag: True})
    with pytest.raises(ConflictError, match="Nobody may override"):
        desk.do(admin, cases.override_screening, held, "please")


def test_that_a_corrected_customer_passes_and_the_note_goes(
    desk: Desk, admin: Actor, agent: Actor
) -> None:
    held = desk.do(admin, factories.open_case, do_not_contact=True)
    desk.do(admin, cases.assign, [held], agent.user_id)
    customer = file(desk, admin, held).row.customer_id
    desk.do(admin, factories.change_customer, customer, do_not_contact=False)
    assert desk.do(admin, cases.assign, [held], agent.user_id).assigned == 1
    assert file(desk, admin, held).screening_note == ""


def test_that_only_active_people_who_work_on_cases_get_them(
    desk: Desk, admin: Actor, actors: dict[Role, Actor], case_id: uuid.UUID
) -> None:
    gone = desk.do(admin, factories.add_user, Role.AGENT, is_active=False)
    for user_id in (gone.user_id, uuid.uuid4(), actors[Role.TRAINER].user_id):
        with pytest.raises(InvalidInputError) as raised:
            desk.do(admin, cases.assign, [case_id], user_id)
        assert raised.value.problems[0].field == "user"


def test_that_missing_and_closed_cases_are_not_assigned(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID
) -> None:
    with pytest.raises(NotFoundError):
        desk.do(admin, cases.assign, [case_id, uuid.uuid4()], agent.user_id)
    desk.do(admin, cases.close, case_id, CloseDraft(outcome=Outcome.DUPLICATE))
    with pytest.raises(ConflictError, match="2026-00001"):
        desk.do(admin, cases.assign, [case_id], agent.user_id)


def test_that_an_agent_takes_what_nobody_works_on(desk: Desk, admin: Actor, agent: Actor) -> None:
    free = desk.do(admin, factories.open_case)
    assert desk.do(agent, cases.take, free).assigned == 1
    assert desk.do(agent, cases.take, free).assigned == 0
    gone = desk.do(admin, factories.add_user, Role.AGENT, agent.store_id)
    orphan = desk.do(admin, factories.assigned_case, gone.user_id)
    with pytest.raises(NotAllowedError):
        desk.do(agent, cases.take, orphan)
    desk.do(admin, factories.leave, gone.user_id)
    assert desk.do(agent, cases.take, orphan).assigned == 1
    assert file(desk, agent, orphan).row.owner == "agent"


def test_that_taking_a_case_of_somebody_else_names_them(
    desk: Desk, case_id: uuid.UUID, actors: dict[Role, Actor]
) -> None:
    with pytest.raises(ConflictError, match="agent"):
        desk.do(actors[Role.DEPT_MANAGER], cases.take, case_id)


def test_that_the_program_itself_takes_no_case(desk: Desk, admin: Actor) -> None:
    free = desk.do(admin, factories.open_case)
    with pytest.raises(NotAllowedError):
        desk.do(SYSTEM, cases.take, free)
