"""Who may do what with visits and the six steps of winning back, service by service."""

import datetime as dt
import uuid
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from db.models import Case, Visit
from db.session import SYSTEM, Actor, Session
from db.vocabulary import CaseStage, Outcome, Role, WinBackStepKind
from desktop_app.domain.contacts import VisitDraft
from desktop_app.domain.visits import CaseVisitDraft, InformalDraft, VisitReport
from desktop_app.domain.win_back import IdentifyDraft
from desktop_app.errors import NotAllowedError
from desktop_app.services import access, attachments, visit_view, visits, win_back
from desktop_app.services.visits import VisitFilter
from tests import factories
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)
MODULES: tuple[ModuleType, ...] = (visit_view, visits, win_back)
PLAN = VisitDraft(planned_on=TODAY)
SURE = CaseVisitDraft(planned_on=TODAY, is_win_back=True, name_verified=True, address_verified=True)
IDENTIFY = WinBackStepKind.IDENTIFY

# Written by hand from the product's roles, not from the program's table.
EVERYBODY = frozenset(Role)
WORKERS = EVERYBODY - {Role.HEAD_OFFICE, Role.TRAINER, Role.AUDITOR}

Prepared = dict[str, Any]
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


CALLS: dict[str, tuple[frozenset[Role], Callable[[Session, Prepared], object]]] = {
    "visit_view.look": (EVERYBODY, lambda s, p: visit_view.look(s, p["visit"])),
    "visit_view.load": (EVERYBODY, lambda s, p: visit_view.load(s, p["visit"])),
    "visit_view.fields_of": (
        EVERYBODY,
        lambda s, p: visit_view.fields_of(s, s.get_one(Visit, p["visit"])),
    ),
    "visit_view.not_asked": (EVERYBODY, lambda s, p: visit_view.not_asked(s, p["customer"])),
    "visits.count_visits": (EVERYBODY, lambda s, _p: visits.count_visits(s, VisitFilter())),
    "visits.list_visits": (EVERYBODY, lambda s, _p: visits.list_visits(s, VisitFilter())),
    "visits.plan_visit": (
        WORKERS,
        lambda s, p: visits.plan_visit(s, p["case"], p["customer"], PLAN),
    ),
    "visits.finish_visit": (WORKERS, lambda s, p: visits.finish_visit(s, p["visit"], TODAY)),
    "visits.cancel_visit": (WORKERS, lambda s, p: visits.cancel_visit(s, p["visit"])),
    "visits.report": (
        WORKERS,
        lambda s, p: visits.report(s, p["visit"], VisitReport(done_on=TODAY)),
    ),
    "visits.record_informal": (
        WORKERS,
        lambda s, p: visits.record_informal(s, p["customer"], InformalDraft(on=TODAY)),
    ),
    "win_back.read": (EVERYBODY, lambda s, p: win_back.read(s, p["case"])),
    "win_back.save_step": (
        WORKERS,
        lambda s, p: win_back.save_step(s, p["case"], IDENTIFY, IdentifyDraft()),
    ),
    "win_back.begin_with_visit": (
        WORKERS,
        lambda s, p: win_back.begin_with_visit(s, _case(s, p), s.get_one(Visit, p["visit"]), SURE),
    ),
    "win_back.require_identified": (
        WORKERS,
        lambda s, p: win_back.require_identified(s, _case(s, p)),
    ),
    "win_back.require_outcome": (
        WORKERS,
        lambda s, p: win_back.require_outcome(s, _case(s, p), Outcome.LOST),
    ),
    "attachments.rows_of_visit": (
        EVERYBODY,
        lambda s, p: attachments.rows_of_visit(s, p["visit"]),
    ),
    "attachments.add_to_visit": (
        WORKERS,
        lambda s, p: attachments.add_to_visit(s, p["visit"], b"x", "a.png"),
    ),
}


def attempt(desk: Desk, user: Actor, name: str) -> None:
    """Call a service on the user's own records; nothing stays."""
    _roles, call = CALLS[name]
    with desk.database.write(SYSTEM) as session:
        prepared = own(session, user)
        session.info["actor"] = user
        factories.name(session)
        call(session, prepared)


@pytest.mark.parametrize("name", CALLS)
def test_that_each_role_may_do_what_it_should(
    lasting_desk: Desk, lasting_actors: dict[Role, Actor], name: str
) -> None:
    done = set()
    for role, user in lasting_actors.items():
        try:
            attempt(lasting_desk, user, name)
        except NotAllowedError:
            continue
        done.add(role)
    assert done == CALLS[name][0]


def test_that_every_function_of_these_services_is_here() -> None:
    found = {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in MODULES
        for name, one in vars(module).items()
        if callable(one) and getattr(one, "__module__", "") == module.__name__
        and not name.startswith("_") and not isinstance(one, type)
    }  # fmt: skip
    assert found <= set(CALLS)


def test_that_nobody_reaches_the_visits_and_steps_of_others(
    lasting_desk: Desk, lasting_actors: dict[Role, Actor]
) -> None:
    manager, clerk = lasting_actors[Role.STORE_MANAGER], lasting_actors[Role.FIELD_STAFF]
    with lasting_desk.database.write(SYSTEM) as session:
        theirs = own(session, manager)
    alone = {"visits.count_visits", "visits.list_visits", "visit_view.fields_of",
             "visit_view.not_asked"}  # fmt: skip
    for name in sorted(set(CALLS) - alone):
        with (
            pytest.raises(NotAllowedError),
            lasting_desk.database.write(clerk) as session,
        ):
            CALLS[name][1](session, theirs)
    rows = lasting_desk.look(clerk, visits.list_visits, VisitFilter())
    assert theirs["visit"] not in {row.id for row in rows}


def test_that_without_anybody_signed_in_nothing_is_done(lasting_desk: Desk) -> None:
    with lasting_desk.database.read() as session:
        session.info.pop("actor", None)
        with pytest.raises(NotAllowedError):
            visits.look(session, uuid.uuid4())
        assert not access.may(session, access.permissions.Action.VIEW)
