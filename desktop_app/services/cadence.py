"""The cadence 访问频率: its table, and what is agreed otherwise with customers."""

import datetime as dt
import uuid
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import or_
from sqlalchemy.orm import Session

from db import cadence_lines, journal
from db.models import CadenceLine, CadenceOverride, Customer
from db.queries import pool as pool_queries
from db.queries import visit_plan as queries
from db.queries.visit_plan import OverrideRow
from db.vocabulary import CustomerClass
from desktop_app import clock
from desktop_app.domain.cadence import CadencePolicy, CadenceRule
from desktop_app.domain.compliance import OverrideDraft
from desktop_app.domain.permissions import Action
from desktop_app.errors import InvalidInputError, NotFoundError, Problem, problems_from_validation
from desktop_app.i18n import N_, _
from desktop_app.services import access, case_life

__all__ = [
    "SEED_TITLE",
    "OverrideRow",
    "add_override",
    "change_line",
    "end_override",
    "list_overrides",
    "mark_upgrade_candidate",
    "policy",
    "remove_line",
    "reset",
]

SEED_TITLE: Final = N_("Add the cadence of the program")
_TITLE: Final = N_("Change the cadence")
_FIELDS: Final = tuple(CadenceRule.model_fields)
_CELL: Final = ("klass", "role", "channel")
_DAY: Final = dt.timedelta(days=1)


def policy(session: Session) -> CadencePolicy:
    """The table of the workspace, its lines in order."""
    access.require(session, Action.VIEW)
    return CadencePolicy(rules=tuple(_rule(line) for line in queries.lines(session)))


def change_line(session: Session, rule: CadenceRule) -> None:
    """Change the line that has the code of the rule, or add it at the end.

    Raises:
        InvalidInputError: another line speaks of the same class, role and channel, or this one
            would speak of others than before.
    """
    access.require(session, Action.EDIT_SETTINGS)
    lines = {line.code: line for line in queries.lines(session)}
    try:
        CadencePolicy(
            rules=(*(_rule(each) for code, each in lines.items() if code != rule.code), rule)
        )
    except ValidationError as error:
        raise InvalidInputError(problems_from_validation(error)) from error
    line = lines.get(rule.code)
    if line is not None and _cell(_rule(line)) != _cell(rule):
        text = _("A line keeps its class, function and channel. Remove it and add another one.")
        raise InvalidInputError([Problem("code", text)])
    journal.name_change(session, _TITLE)
    if line is None:
        position = max((each.position for each in lines.values()), default=0) + 1
        session.add(CadenceLine(**rule.model_dump(), position=position))
    else:
        case_life.set_values(line, rule.model_dump())
    session.flush()


def remove_line(session: Session, code: str) -> None:
    """Nobody owes what a line says any more.

    Raises:
        NotFoundError: there is no such line.
    """
    access.require(session, Action.EDIT_SETTINGS)
    for line in queries.lines(session):
        if line.code == code:
            journal.name_change(session, _TITLE)
            session.delete(line)
            session.flush()
            return
    raise NotFoundError(_("This line of the cadence is gone."))


def reset(session: Session) -> None:
    """Make the table again as the program brings it; lines that people added go."""
    access.require(session, Action.EDIT_SETTINGS)
    journal.name_change(session, N_("Reset the cadence to that of the program"))
    shipped = {values["code"]: values for values in cadence_lines.shipped()}
    known = {}
    for line in queries.lines(session):
        cell = tuple(shipped.get(line.code, {}).get(name) for name in _CELL)
        if cell == _cell(_rule(line)):
            known[line.code] = line
        else:
            session.delete(line)
    session.flush()
    for code, values in shipped.items():
        if code in known:
            case_life.set_values(known[code], values)
        else:
            session.add(CadenceLine(**values))
    session.flush()


def _cell(rule: CadenceRule) -> tuple[Any, ...]:
    return tuple(getattr(rule, name) for name in _CELL)


def _rule(line: CadenceLine) -> CadenceRule:
    return CadenceRule.model_validate({name: getattr(line, name) for name in _FIELDS})


# ---------------------------------------------------------------- one customer


def list_overrides(
    session: Session, customer_id: uuid.UUID | None = None, day: dt.date | None = None
) -> tuple[OverrideRow, ...]:
    """What was agreed otherwise with customers the actor sees; with a day, what holds on it."""
    access.require(session, Action.VIEW)
    conditions: list[Any] = []
    if customer_id is not None:
        conditions.append(CadenceOverride.customer_id == customer_id)
    if day is not None:
        until = or_(CadenceOverride.last_on.is_(None), CadenceOverride.last_on >= day)
        conditions += [CadenceOverride.first_on <= day, until]
    return queries.overrides(session, access.visible(session), *conditions)


def add_override(session: Session, customer_id: uuid.UUID, draft: OverrideDraft) -> uuid.UUID:
    """Ask for less of a rule for one customer, for a reason; returns the key.

    Raises:
        NotFoundError, NotAllowedError: the customer is gone or out of reach.
        InvalidInputError: there is no such rule, or it would not ask for less.
    """
    access.require(session, Action.PLAN_VISITS)
    customer = case_life.customer_of(session, customer_id)
    access.require_customer(session, customer)
    _check(session, draft)
    journal.name_change(session, N_("Exception from the cadence for {name}"), name=customer.name)
    override = CadenceOverride(
        customer_id=customer_id,
        rule=draft.rule,
        minimum=draft.minimum,
        reason=draft.reason,
        first_on=draft.first,
        last_on=draft.last,
        by_id=access.actor(session).user_id,
    )
    session.add(override)
    session.flush()
    return override.id


def end_override(session: Session, override_id: uuid.UUID, last: dt.date | None = None) -> None:
    """Let a rule hold again for a customer: after a day, or from today on.

    One that would end before it begins is taken away.

    Raises:
        NotFoundError, NotAllowedError: it is gone, or its customer out of reach.
    """
    access.require(session, Action.PLAN_VISITS)
    override = session.get(CadenceOverride, override_id)
    if override is None:
        raise NotFoundError(_("This exception from the cadence is gone."))
    customer = case_life.customer_of(session, override.customer_id)
    access.require_customer(session, customer)
    last = last or clock.today() - _DAY
    title = N_("End an exception from the cadence for {name}")
    journal.name_change(session, title, name=customer.name)
    if last < override.first_on:
        session.delete(override)
    else:
        case_life.set_values(override, {"last_on": last})
    session.flush()


def mark_upgrade_candidate(session: Session, customer_id: uuid.UUID, on: dt.date | None) -> None:
    """Say since when a customer may rise to class A, which calls for the general manager; or not.

    Raises:
        NotFoundError, NotAllowedError: the customer is gone or out of reach.
        InvalidInputError: the customer is in class A already, or the day lies in the future.
    """
    access.require(session, Action.EDIT_CUSTOMER)
    customer = case_life.customer_of(session, customer_id)
    access.require_customer(session, customer)
    if on is None:
        title = N_("{name} is not expected to rise to class A")
    else:
        _check_candidate(session, customer, on)
        title = N_("{name} may rise to class A")
    journal.name_change(session, title, name=customer.name)
    case_life.set_values(customer, {"upgrade_since": on})
    session.flush()


def _check_candidate(session: Session, customer: Customer, on: dt.date) -> None:
    if pool_queries.klass_of(session, customer.id) is CustomerClass.A:
        text = _("This customer is in class A already.")
        raise InvalidInputError([Problem("upgrade_since", text)])
    if on > clock.today():
        text = _("The day lies in the future.")
        raise InvalidInputError([Problem("upgrade_since", text)])


def _check(session: Session, draft: OverrideDraft) -> None:
    rule = next((each for each in policy(session).rules if each.code == draft.rule), None)
    if rule is None:
        text = _("There is no such rule in the cadence.")
        raise InvalidInputError([Problem("rule", text)])
    most = 0 if rule.latest_months is not None or rule.condition is not None else rule.minimum - 1
    if draft.minimum > max(0, most):
        text = _("An exception asks for fewer than the rule: at most {n} here.")
        raise InvalidInputError([Problem("minimum", text.format(n=max(0, most)))])
