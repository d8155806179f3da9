"""Who may do what with visits and the six steps of winning back, service by service."""

import uuid
from types import ModuleType

import pytest

from db.models import Case, Visit
from db.session import SYSTEM, Actor, Session
from db.vocabulary import CaseStage, Outcome, Role, WinBackStepKind
from desktop_app.domain.contacts import VisitDraft
from desktop_app.domain.visits import CaseVisitDraft, InformalDraft, VisitReport
from desktop_app.domain.win_back import IdentifyDraft, PreventDraft
from desktop_app.errors import NotAllowedError
from desktop_app.services import (
    access,
    attachments,
    prevention,
    visit_view,
    visits,
    win_back,
    win_back_evidence,
)
from desktop_app.services.visits import VisitFilter
from tests import factories
from tests.factories import Desk
from tests.services import rights
from tests.services.rights import EVERYBODY, GOERS, TODAY, WORKERS, Entry, Filled, Prepared

MODULES: tuple[ModuleType, ...] = (
    prevention, visit_view, visits, win_back, win_back_evidence,
)  # fmt: skip
PLAN = VisitDraft(planned_on=TODAY)
SURE = CaseVisitDraft(planned_on=TODAY, is_win_back=True, name_verified=True, address_verified=True)
IDENTIFY = WinBackStepKind.IDENTIFY
INNOCENT = PreventDraft(no_defect="客户搬到外地")


pytestmark = pytest.mark.usefixtures("fixed_time")


def own(session: Session, user: Actor) -> Prepared:
    """A visit and a case of the user's own."""
    customer = factories.add_customer(
        session, store_id=user.store_id, owner_id=user.user_id, address="人民路 1 号"
    )
    case = session.get_one(Case, factories.open_case(session, customer))
    case.owner_id, case.stage = user.user_id, CaseStage.ASSIGNED
    visit = Visit(customer_id=customer, planned_on=TODAY, by_id=user.user_id)
    session.add(visit)
    session.flush()
    return {"customer": customer, "case": case.id, "visit": visit.id}


def _case(session: Session, prepared: Prepared) -> Case:
    return session.get_one(Case, prepared["case"])


def _visit(session: Session, prepared: Prepared) -> Visit:
    return session.get_one(Visit, prepared["visit"])


def begin_with_visit(session: Session, prepared: Prepared) -> None:
    """As `visits.plan_visit`, which names the change."""
    factories.name(session)
    case, visit = _case(session, prepared), _visit(session, prepared)
    win_back.begin_with_visit(session, case, visit, SURE)


MATRIX: dict[str, Entry] = {
    "visit_view.look": (EVERYBODY, own, lambda s, p: visit_view.look(s, p["visit"])),
    "visit_view.load": (EVERYBODY, own, lambda s, p: visit_view.load(s, p["visit"])),
    "visit_view.fields_of": (
        EVERYBODY,
        own,
        lambda s, p: visit_view.fields_of(s, _visit(s, p)),
    ),
    "visit_view.goer": (EVERYBODY, own, lambda s, p: visit_view.goer(s, _visit(s, p))),
    "visit_view.goers": (EVERYBODY, own, lambda s, p: visit_view.goers(s, _visit(s, p))),
    "visit_view.require_visit": (
        GOERS,
        own,
        lambda s, p: visit_view.require_visit(s, _visit(s, p)),
    ),
    "visit_view.none_asked": (
        EVERYBODY,
        own,
        lambda s, p: visit_view.none_asked(s, [p["customer"]]),
    ),
    "visit_view.not_asked": (EVERYBODY, own, lambda s, p: visit_view.not_asked(s, p["customer"])),
    "visits.count_visits": (EVERYBODY, own, lambda s, _p: visits.count_visits(s, VisitFilter())),
    "visits.list_visits": (EVERYBODY, own, lambda s, _p: visits.list_visits(s, VisitFilter())),
    "visits.plan_visit": (
        WORKERS,
        own,
        lambda s, p: visits.plan_visit(s, p["case"], p["customer"], PLAN),
    ),
    "visits.finish_visit": (GOERS, own, lambda s, p: visits.finish_visit(s, p["visit"], TODAY)),
    "visits.cancel_visit": (GOERS, own, lambda s, p: visits.cancel_visit(s, p["visit"])),
    "visits.to_report": (GOERS, own, lambda s, p: visits.to_report(s, p["visit"])),
    "visits.report": (
        GOERS,
        own,
        lambda s, p: visits.report(s, p["visit"], VisitReport(done_on=TODAY)),
    ),
    "visits.record_informal": (
        WORKERS,
        own,
        lambda s, p: visits.record_informal(s, p["customer"], InformalDraft(on=TODAY)),
    ),
    "prevention.task_of": (EVERYBODY, own, lambda s, _p: prevention.task_of(s, {})),
    "prevention.keep": (WORKERS, own, lambda s, p: prevention.keep(s, _case(s, p), {}, INNOCENT)),
    "win_back_evidence.known_of": (
        EVERYBODY,
        own,
        lambda s, p: win_back_evidence.known_of(s, _case(s, p)),
    ),
    "win_back.steps_done": (EVERYBODY, own, lambda s, p: win_back.steps_done(s, [p["case"]])),
    "win_back.read": (EVERYBODY, own, lambda s, p: win_back.read(s, p["case"])),
    "win_back.save_step": (
        WORKERS,
        own,
        lambda s, p: win_back.save_step(s, p["case"], IDENTIFY, IdentifyDraft()),
    ),
    "win_back.begin_with_visit": (
        WORKERS,
        own,
        begin_with_visit,
    ),
    "win_back.require_identified": (
        WORKERS,
        own,
        lambda s, p: win_back.require_identified(s, _case(s, p)),
    ),
    "win_back.require_outcome": (
        WORKERS,
        own,
        lambda s, p: win_back.require_outcome(s, _case(s, p), Outcome.LOST),
    ),
    "attachments.rows_of_visit": (
        EVERYBODY,
        own,
        lambda s, p: attachments.rows_of_visit(s, p["visit"]),
    ),
    "attachments.add_to_visit": (
        GOERS,
        own,
        lambda s, p: attachments.add_to_visit(s, p["visit"], factories.PNG, "a.png"),
    ),
}


@pytest.mark.parametrize("service", MATRIX)
def test_that_each_role_may_do_what_it_should_and_nothing_else(
    filled_desk: Filled, service: str
) -> None:
    rights.check(filled_desk, service, {}, MATRIX)


def test_that_every_function_of_these_services_is_here() -> None:
    assert rights.public(MODULES) <= rights.tried(MATRIX)


def test_that_nobody_reaches_the_visits_and_steps_of_others(
    lasting_desk: Desk, lasting_actors: dict[Role, Actor]
) -> None:
    manager, clerk = lasting_actors[Role.STORE_MANAGER], lasting_actors[Role.FIELD_STAFF]
    with lasting_desk.database.write(SYSTEM) as session:
        theirs = own(session, manager)
    alone = {"visits.count_visits", "visits.list_visits", "visit_view.fields_of",
             "visit_view.none_asked", "visit_view.not_asked", "visit_view.goer", "visit_view.goers",
             "prevention.task_of", "prevention.keep", "win_back.steps_done",
             "win_back_evidence.known_of"}  # given what others have found in reach  # fmt: skip
    for name in sorted(set(MATRIX) - alone):
        with (
            pytest.raises(NotAllowedError),
            lasting_desk.database.write(clerk) as session,
        ):
            MATRIX[name][2](session, theirs)
    rows = lasting_desk.look(clerk, visits.list_visits, VisitFilter())
    assert theirs["visit"] not in {row.id for row in rows}


def test_that_without_anybody_signed_in_nothing_is_done(lasting_desk: Desk) -> None:
    with lasting_desk.database.read() as session:
        session.info.pop("actor", None)
        with pytest.raises(NotAllowedError):
            visits.look(session, uuid.uuid4())
        assert not access.may(session, access.permissions.Action.VIEW)
