"""Who may do what with the cadence, the plan of visits and their figures, service by service."""

import datetime as dt
from types import ModuleType

import pytest

from db.session import Actor, Session
from desktop_app.domain.cadence import CadenceRule
from desktop_app.domain.compliance import OverrideDraft
from desktop_app.services import cadence, cadence_clients, compliance, plan_material, visit_planning
from tests import factories
from tests.services import rights
from tests.services.rights import (
    DECIDERS,
    EVERYBODY,
    OFFICE,
    TODAY,
    WORKERS,
    Entry,
    Filled,
    Prepared,
)

LATER = dt.date(2026, 9, 30)
MODULES: tuple[ModuleType, ...] = (
    cadence, cadence_clients, compliance, plan_material, visit_planning,
)  # fmt: skip
PLAIN = {"cadence_clients.roles_of", "cadence_clients.works_on"}  # of somebody who is read already


WAIVED = OverrideDraft(rule="c_sales_visit", reason="x", first=TODAY)

pytestmark = pytest.mark.usefixtures("fixed_time")


def own(session: Session, user: Actor) -> Prepared:
    """A customer of the user, with less agreed."""
    customer = factories.add_customer(session, store_id=user.store_id, owner_id=user.user_id)
    return {
        "customer": customer,
        "override": cadence.add_override(session, customer, WAIVED),
    }


def first_rule(session: Session) -> CadenceRule:
    """The first line of the table that is left."""
    return cadence.policy(session).rules[0]


MATRIX: dict[str, Entry] = {
    "cadence.policy": (EVERYBODY, own, lambda s, _p: cadence.policy(s)),
    "cadence.change_line": (
        OFFICE,
        own,
        lambda s, _p: cadence.change_line(s, first_rule(s).model_copy(update={"minimum": 5})),
    ),
    "cadence.remove_line": (OFFICE, own, lambda s, _p: cadence.remove_line(s, first_rule(s).code)),
    "cadence.reset": (OFFICE, own, lambda s, _p: cadence.reset(s)),
    "cadence.list_overrides": (EVERYBODY, own, lambda s, _p: cadence.list_overrides(s)),
    "cadence.add_override": (
        DECIDERS,
        own,
        lambda s, p: cadence.add_override(s, p["customer"], WAIVED),
    ),
    "cadence.end_override": (DECIDERS, own, lambda s, p: cadence.end_override(s, p["override"])),
    "cadence.mark_upgrade_candidate": (
        WORKERS,
        own,
        lambda s, p: cadence.mark_upgrade_candidate(s, p["customer"], TODAY),
    ),
    "cadence_clients.read": (EVERYBODY, own, lambda s, _p: cadence_clients.read(s)),
    "plan_material.read": (
        EVERYBODY,
        own,
        lambda s, _p: plan_material.read(s, TODAY, LATER, TODAY),
    ),
    "visit_planning.preview": (
        EVERYBODY,
        own,
        lambda s, _p: visit_planning.preview(s, TODAY, LATER),
    ),
    "visit_planning.save": (DECIDERS, own, lambda s, _p: visit_planning.save(s, TODAY, LATER)),
    "visit_planning.provisional": (EVERYBODY, own, lambda s, _p: visit_planning.provisional(s)),
    "visit_planning.replan_provisional": (
        DECIDERS,
        own,
        lambda s, _p: visit_planning.replan_provisional(s),
    ),
    "compliance.compliance": (EVERYBODY, own, lambda s, _p: compliance.compliance(s, TODAY, LATER)),
    "compliance.duties_of": (
        EVERYBODY,
        own,
        lambda s, _p: compliance.duties_of(s, None, TODAY, LATER),
    ),
}


@pytest.mark.parametrize("service", MATRIX)
def test_that_each_role_may_do_what_it_should_and_nothing_else(
    filled_desk: Filled, service: str
) -> None:
    rights.check(filled_desk, service, {}, MATRIX)


def test_that_every_public_service_is_in_the_matrix() -> None:
    assert rights.public(MODULES) - PLAIN == rights.tried(MATRIX)
