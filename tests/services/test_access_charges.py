"""Who may do what with staff, charges and handovers, service by service."""

import uuid
from types import ModuleType

import pytest

from db.models import HandoverLine
from db.session import SYSTEM, Actor, Session
from db.vocabulary import AbsenceKind, Fate, Role, Seat
from desktop_app.domain.handover import HandoverPolicy
from desktop_app.domain.handover_drafts import ExitDraft, HandoverDraft
from desktop_app.domain.staff_figures import ReliancePolicy
from desktop_app.services import (
    charges,
    employee_exits,
    handover_commit,
    handover_plan,
    handovers,
    key_persons,
    orphans,
    staff_profiles,
)
from desktop_app.services.charges import HoldingFilter
from desktop_app.services.key_persons import RiskFilter
from desktop_app.services.orphans import OrphanFilter
from desktop_app.services.staff_profiles import AbsenceDraft, ProfileDraft
from tests import factories
from tests.factories import Desk
from tests.services import rights
from tests.services.rights import DECIDERS, EVERYBODY, OFFICE, TODAY, Entry, Filled, Prepared

MODULES: tuple[ModuleType, ...] = (
    charges, employee_exits, handover_commit, handover_plan, handovers, key_persons, orphans,
    staff_profiles,
)  # fmt: skip


pytestmark = pytest.mark.usefixtures("fixed_time")


def own(session: Session, user: Actor) -> Prepared:
    """Two customers of a colleague in the user's store."""
    colleague = factories.add_user(session, Role.FIELD_STAFF, user.store_id)
    other = factories.add_user(session, Role.FIELD_STAFF, user.store_id)
    columns = {"store_id": user.store_id, "owner_id": colleague.user_id}
    customer = factories.add_customer(session, **columns)
    return {
        "user": user.user_id,
        "colleague": colleague.user_id,
        "other": other.user_id,
        "customer": customer,
        "draft": HandoverDraft(from_id=colleague.user_id, on=TODAY),
    }


def handed(session: Session, user: Actor) -> Prepared:
    """A customer that was handed over to the user."""
    found = own(session, user)
    choices = {(found["customer"], Seat.PRIMARY): found["other"]}
    made = handover_commit.hand_over(session, found["draft"], choices)
    (line,) = session.query(HandoverLine).filter(HandoverLine.handover_id == made.handover_id)
    line.to_id = user.user_id
    session.flush()
    return found | {"line": line.id, "handover": made.handover_id}


def absent(session: Session, user: Actor) -> Prepared:
    found = own(session, user)
    draft = AbsenceDraft(user_id=found["colleague"], first_on=TODAY, last_on=TODAY)
    return found | {"absence": staff_profiles.add_absence(session, draft)}


READING: dict[str, Entry] = {
    "staff_profiles.read": (EVERYBODY, own, lambda s, p: staff_profiles.read(s, p["user"])),
    "staff_profiles.all_profiles": (EVERYBODY, own, lambda s, _p: staff_profiles.all_profiles(s)),
    "staff_profiles.list_staff": (EVERYBODY, own, lambda s, _p: staff_profiles.list_staff(s)),
    "staff_profiles.functions_of": (EVERYBODY, own, lambda s, _p: staff_profiles.functions_of(s)),
    "staff_profiles.list_absences": (
        EVERYBODY,
        own,
        lambda s, _p: staff_profiles.list_absences(s),
    ),
    "staff_profiles.days_away": (
        EVERYBODY,
        own,
        lambda s, _p: staff_profiles.days_away(s, TODAY, TODAY),
    ),
    "staff_profiles.require_reach": (
        DECIDERS,
        own,
        lambda s, p: staff_profiles.require_reach(s, p["colleague"]),
    ),
    "charges.policy": (EVERYBODY, own, lambda s, _p: charges.policy(s)),
    "charges.holders": (
        EVERYBODY - {Role.FIELD_STAFF},
        own,
        lambda s, p: charges.holders(s, p["customer"]),
    ),
    "charges.holdings": (EVERYBODY, own, lambda s, _p: charges.holdings(s)),
    "charges.count_holdings": (
        EVERYBODY,
        own,
        lambda s, _p: charges.count_holdings(s, HoldingFilter()),
    ),
    "charges.list_holdings": (
        EVERYBODY,
        own,
        lambda s, _p: charges.list_holdings(s, HoldingFilter()),
    ),
    "charges.check_holder": (
        EVERYBODY,
        own,
        lambda s, p: charges.check_holder(s, p["colleague"], TODAY),
    ),
    "charges.coverage": (EVERYBODY, own, lambda s, _p: charges.coverage(s)),
    "charges.rotations_due": (EVERYBODY, own, lambda s, _p: charges.rotations_due(s, TODAY)),
    "orphans.count_orphans": (
        EVERYBODY,
        own,
        lambda s, _p: orphans.count_orphans(s, OrphanFilter()),
    ),
    "orphans.list_orphans": (
        EVERYBODY,
        own,
        lambda s, _p: orphans.list_orphans(s, OrphanFilter()),
    ),
    "handover_plan.propose": (DECIDERS, own, lambda s, p: handover_plan.propose(s, p["draft"])),
    "handovers.list_handovers": (EVERYBODY, own, lambda s, _p: handovers.list_handovers(s)),
    "handovers.lines": (EVERYBODY, own, lambda s, _p: handovers.lines(s, uuid.uuid4())),
    "handovers.waiting_for": (EVERYBODY, own, lambda s, p: handovers.waiting_for(s, p["user"])),
    "handovers.count_waiting": (EVERYBODY, own, lambda s, _p: handovers.count_waiting(s)),
    "employee_exits.exits": (EVERYBODY, own, lambda s, _p: employee_exits.exits(s)),
    "employee_exits.drafts": (EVERYBODY, own, lambda s, _p: employee_exits.drafts(s)),
    "employee_exits.churn_by_tenure": (
        EVERYBODY,
        own,
        lambda s, _p: employee_exits.churn_by_tenure(s, TODAY),
    ),
    "key_persons.policy": (EVERYBODY, own, lambda s, _p: key_persons.policy(s)),
    "key_persons.of_customer": (
        EVERYBODY - {Role.FIELD_STAFF},
        own,
        lambda s, p: key_persons.of_customer(s, p["customer"]),
    ),
    "key_persons.list_key_persons": (
        EVERYBODY,
        own,
        lambda s, _p: key_persons.list_key_persons(s),
    ),
    "key_persons.count_at_risk": (
        EVERYBODY,
        own,
        lambda s, _p: key_persons.count_at_risk(s, RiskFilter()),
    ),
    "key_persons.list_at_risk": (
        EVERYBODY,
        own,
        lambda s, _p: key_persons.list_at_risk(s, RiskFilter()),
    ),
}
REFUSALS = {(service, Role.FIELD_STAFF): "Your role|somebody else" for service in READING}
"""A customer that somebody does not see is refused as somebody else's."""

WRITING: dict[str, Entry] = {
    "staff_profiles.change": (
        DECIDERS,
        own,
        lambda s, p: staff_profiles.change(s, p["colleague"], ProfileDraft(calls_a_day=1)),
    ),
    "staff_profiles.add_absence": (
        DECIDERS,
        own,
        lambda s, p: staff_profiles.add_absence(
            s, AbsenceDraft(user_id=p["colleague"], first_on=TODAY, last_on=TODAY)
        ),
    ),
    "staff_profiles.remove_absence": (
        DECIDERS,
        absent,
        lambda s, p: staff_profiles.remove_absence(s, p["absence"]),
    ),
    "charges.change_policy": (
        OFFICE,
        own,
        lambda s, _p: charges.change_policy(s, HandoverPolicy(overlap_days=9)),
    ),
    "charges.set_holder": (
        DECIDERS,
        own,
        lambda s, p: charges.set_holder(s, p["customer"], Seat.BACKUP, p["other"]),
    ),
    "handover_commit.hand_over": (
        DECIDERS,
        own,
        lambda s, p: handover_commit.hand_over(
            s, p["draft"], {(p["customer"], Seat.PRIMARY): Fate.TAKEN_ALONG}
        ),
    ),
    "handovers.accept": (
        EVERYBODY - {Role.AUDITOR},
        handed,
        lambda s, p: handovers.accept(s, [p["line"]]),
    ),
    "handovers.decline": (
        EVERYBODY - {Role.AUDITOR},
        handed,
        lambda s, p: handovers.decline(s, [p["line"]], "x"),
    ),
    "employee_exits.record_exit": (
        DECIDERS,
        own,
        lambda s, p: employee_exits.record_exit(s, p["colleague"], ExitDraft(left_on=TODAY)),
    ),
    "key_persons.change_policy": (
        OFFICE,
        own,
        lambda s, _p: key_persons.change_policy(s, ReliancePolicy(days=90)),
    ),
}


@pytest.mark.parametrize("service", [*READING, *WRITING])
def test_that_each_role_may_do_what_it_should_and_nothing_else(
    filled_desk: Filled, service: str
) -> None:
    rights.check(filled_desk, service, READING, WRITING, REFUSALS)


def test_that_why_somebody_is_away_is_told_to_them_and_to_who_manages_them(
    lasting_desk: Desk, lasting_actors: dict[Role, Actor]
) -> None:
    desk, agent = lasting_desk, lasting_actors[Role.AGENT]
    assert agent.user_id is not None
    sick = AbsenceDraft(
        user_id=agent.user_id, first_on=TODAY, last_on=TODAY, kind=AbsenceKind.SICK, note="手术"
    )
    desk.do(lasting_actors[Role.STORE_MANAGER], staff_profiles.add_absence, sick)
    other_store = desk.do(SYSTEM, factories.add_store, "S66")
    stranger = desk.do(SYSTEM, factories.add_user, Role.STORE_MANAGER, other_store)
    for user in (*lasting_actors.values(), stranger):
        (row,) = desk.look(user, staff_profiles.list_absences, agent.user_id)
        told = user is agent or (user.role in DECIDERS and user is not stranger)
        shown = (AbsenceKind.SICK, "手术") if told else (AbsenceKind.OTHER, "")
        assert (row.first_on, row.last_on, row.kind, row.note) == (TODAY, TODAY, *shown)


def test_that_every_public_service_is_in_the_matrix() -> None:
    assert rights.public(MODULES) == rights.tried(READING, WRITING)
