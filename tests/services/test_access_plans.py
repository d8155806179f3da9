"""Who may do what with the cadence, the plan of visits and their figures, service by service."""

import datetime as dt
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from db.session import SYSTEM, Actor, Session
from db.vocabulary import Role
from desktop_app.domain.compliance import OverrideDraft
from desktop_app.errors import NotAllowedError
from desktop_app.services import (
    cadence,
    cadence_clients,
    compliance,
    plan_material,
    visit_planning,
)
from tests import factories
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)
LATER = dt.date(2026, 9, 30)
MODULES: tuple[ModuleType, ...] = (
    cadence, cadence_clients, compliance, plan_material, visit_planning,
)  # fmt: skip
PLAIN = {"cadence_clients.roles_of", "cadence_clients.works_on"}  # of somebody who is read already

# Written by hand from the product's roles, not from the program's table.
EVERYBODY = frozenset(Role)
OFFICE = frozenset({Role.HEAD_OFFICE, Role.ADMINISTRATOR})
MANAGERS = frozenset({Role.STORE_MANAGER, Role.DEPT_MANAGER, Role.ADMINISTRATOR})
PLANNERS = MANAGERS | OFFICE
WORKERS = MANAGERS | {Role.AGENT, Role.FIELD_STAFF}

Prepared = dict[str, Any]
WAIVED = OverrideDraft(rule="c_sales_visit", reason="x", first=TODAY)

pytestmark = pytest.mark.usefixtures("fixed_time")


def own(session: Session, user: Actor) -> Prepared:
    """A customer of the user, with less agreed."""
    customer = factories.add_customer(session, store_id=user.store_id, owner_id=user.user_id)
    return {
        "customer": customer,
        "override": cadence.add_override(session, customer, WAIVED),
        "rule": cadence.policy(session).rules[0],
    }


MATRIX: dict[str, tuple[frozenset[Role], Callable[[Session, Prepared], object]]] = {
    "cadence.policy": (EVERYBODY, lambda s, _p: cadence.policy(s)),
    "cadence.change_line": (
        OFFICE,
        lambda s, p: cadence.change_line(s, p["rule"].model_copy(update={"minimum": 5})),
    ),
    "cadence.remove_line": (OFFICE, lambda s, p: cadence.remove_line(s, p["rule"].code)),
    "cadence.reset": (OFFICE, lambda s, _p: cadence.reset(s)),
    "cadence.list_overrides": (EVERYBODY, lambda s, _p: cadence.list_overrides(s)),
    "cadence.add_override": (
        PLANNERS,
        lambda s, p: cadence.add_override(s, p["customer"], WAIVED),
    ),
    "cadence.end_override": (PLANNERS, lambda s, p: cadence.end_override(s, p["override"])),
    "cadence.mark_upgrade_candidate": (
        WORKERS,
        lambda s, p: cadence.mark_upgrade_candidate(s, p["customer"], TODAY),
    ),
    "cadence_clients.read": (EVERYBODY, lambda s, _p: cadence_clients.read(s)),
    "plan_material.read": (EVERYBODY, lambda s, _p: plan_material.read(s, TODAY, LATER, TODAY)),
    "visit_planning.preview": (EVERYBODY, lambda s, _p: visit_planning.preview(s, TODAY, LATER)),
    "visit_planning.save": (PLANNERS, lambda s, _p: visit_planning.save(s, TODAY, LATER)),
    "visit_planning.provisional": (EVERYBODY, lambda s, _p: visit_planning.provisional(s)),
    "visit_planning.replan_provisional": (
        PLANNERS,
        lambda s, _p: visit_planning.replan_provisional(s),
    ),
    "compliance.compliance": (EVERYBODY, lambda s, _p: compliance.compliance(s, TODAY, LATER)),
    "compliance.duties_of": (
        EVERYBODY,
        lambda s, _p: compliance.duties_of(s, None, TODAY, LATER),
    ),
}


@pytest.mark.parametrize("service", MATRIX)
def test_that_each_role_may_do_what_the_product_says(
    desk: Desk, actors: dict[Role, Actor], service: str
) -> None:
    may, call = MATRIX[service]
    for role, user in actors.items():
        prepared = desk.do(SYSTEM, own, user)
        if role in may:
            desk.do(user, call, prepared)
            continue
        made = len(desk.made)
        with pytest.raises(NotAllowedError, match="Your role"):
            desk.do(user, call, prepared)
        assert len(desk.made) == made


def test_that_every_public_service_is_in_the_matrix() -> None:
    public = {
        f"{module.__name__.rsplit('.', 1)[1]}.{name}"
        for module in MODULES
        for name, value in vars(module).items()
        if callable(value)
        and not name.startswith("_")
        and getattr(value, "__module__", "") == module.__name__
        and not isinstance(value, type)
    }
    assert public - PLAIN == MATRIX.keys()
