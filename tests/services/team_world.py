"""A planted team: cases made through the services, and the same facts in a table of pandas.

The table is written while planting, from what was asked of the services; nothing of it is read back
from the program.
"""

import random
import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from db.models import Case, CustomerStat, Script, ScriptRun, ScriptVersion
from db.session import Actor, Session
from db.vocabulary import (
    Approach,
    AttemptResult,
    Channel,
    Occasion,
    Outcome,
    Role,
    RuleKind,
    VersionState,
)
from desktop_app import clock
from desktop_app.domain.cases import CaseDraft, CloseDraft, OpenDraft
from desktop_app.domain.contacts import AttemptDraft
from desktop_app.services import cases, contacts, watch
from tests import factories
from tests.factories import Desk

ZONE = ZoneInfo("Asia/Shanghai")
FIRST = date(2025, 9, 1)
AS_OF = date(2026, 6, 1)
REASONS = {
    "price": ("price_competitor_lower", 0.30),
    "service": ("service_inefficient", 0.60),
    "product_fit": ("fit_unmet_need", 0.15),
}
CASES = 280
CONTENT = {
    "start": "ask",
    "steps": [
        {"id": "hello", "kind": "say", "zh": "您好。", "en": "Hello.", "to": "ask"},
        {
            "id": "ask",
            "kind": "ask",
            "zh": "{{ customer.name }}愿意让我试一次吗？",
            "en": "Would you let me try once more before anything is decided here?",
            "to": "end",
            "choices": [
                {"code": "yes", "zh": "可以试一次", "en": "Yes, try once"},
                {"code": "no", "zh": "不用了", "en": "No, cancel"},
            ],
        },
        {"id": "end", "kind": "end", "zh": "再见。", "en": "Goodbye."},
    ],
}


@dataclass(frozen=True)
class World:
    """The people, and one row for each case."""

    agents: tuple[Actor, ...]
    stores: tuple[uuid.UUID, uuid.UUID]
    table: pd.DataFrame


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONE)


def plant(desk: Desk, admin: Actor) -> World:
    """Some two hundred cases over half a year, their orders and what followed."""
    assert admin.store_id is not None
    second = desk.do(admin, factories.add_store)
    agents = tuple(
        desk.do(admin, factories.add_user, Role.AGENT, store)
        for store in (admin.store_id, admin.store_id, second)
    )
    table = desk.do(admin, _all_cases, agents)
    for row in table.itertuples():
        if row.orders:
            desk.do(admin, factories.add_orders, row.customer, row.orders)
    # somebody else's order: up to this day orders are known
    other = desk.do(admin, factories.add_customer)
    desk.do(admin, factories.add_orders, other, [(AS_OF, 100)])
    with clock.travelling(at(AS_OF + timedelta(days=1))):
        desk.do(admin, watch.judge_all)
        classes = desk.look(admin, _classes)
    table["klass"] = [classes[key] for key in table.customer]
    return World(agents, (admin.store_id, second), table)


def _classes(session: Session) -> dict[uuid.UUID, str]:
    return {row.customer_id: row.klass for row in session.query(CustomerStat)}


def _all_cases(session: Session, agents: tuple[Actor, ...]) -> pd.DataFrame:
    rng = random.Random(11)
    versions = _scripts(session)
    rows = [_case(session, rng, agents, versions) for _number in range(CASES)]
    return pd.DataFrame(rows)


def _scripts(session: Session) -> list[uuid.UUID]:
    factories.name(session)
    script = Script(code="planted", zh="话术", en="Planted", occasion=Occasion.PRICE)
    session.add(script)
    session.flush()
    made = []
    for number in (1, 2):
        version = ScriptVersion(
            script_id=script.id, number=number, state=VersionState.PUBLISHED, content=CONTENT
        )
        session.add(version)
        session.flush()
        made.append(version.id)
    return made


def _case(
    session: Session, rng: random.Random, agents: tuple[Actor, ...], versions: list[uuid.UUID]
) -> dict[str, object]:
    place = rng.choices((0, 1, 2), (5, 3, 3))[0]
    agent = agents[place]
    group = rng.choices(("price", "service", "product_fit"), (place + 1, 2, 1))[0]
    reason, chance = REASONS[group]
    kind = rng.choice((RuleKind.LAPSING, RuleKind.CANCEL_REQUEST))
    approach = rng.choices((*Approach, None), (10, 10, 1, 1))[0]
    opened = FIRST + timedelta(days=rng.randrange(250))
    moment = at(opened, 9, rng.randrange(60))
    with clock.travelling(moment):
        customer = factories.add_customer(session, store_id=agent.store_id)
        case_id = cases.open_case(session, customer, OpenDraft(kind=kind))
        cases.assign(session, [case_id], agent.user_id)
    tries = rng.choices((0, 1, 2, 3, 4), (1, 4, 4, 2, 1))[0]
    is_contacted, first, day = False, None, opened
    for number in range(tries):
        day = min(day + timedelta(days=rng.randrange(1, 9)), AS_OF)
        made = at(day, rng.randrange(10, 12), rng.randrange(60))
        reached = number == tries - 1 and rng.random() < 0.8
        result = AttemptResult.REACHED if reached else AttemptResult.NO_ANSWER
        with clock.travelling(made + timedelta(minutes=1)):
            draft = AttemptDraft(channel=Channel.CALL, result=result, at=made)
            contacts.log_attempt(session, case_id, draft)
        is_contacted, first = is_contacted or reached, first or made
    closed = min(day + timedelta(days=rng.randrange(1, 20)), AS_OF)
    saved = is_contacted and rng.random() < chance + 0.1 * (place == 1)
    outcome = rng.choice((Outcome.SAVED, Outcome.WON_BACK)) if saved else Outcome.UNREACHABLE
    if not saved and rng.random() < 0.05:
        outcome = Outcome.DUPLICATE
    with clock.travelling(at(closed, 15)):
        case = session.get_one(Case, case_id)
        facts = CaseDraft(approach=approach)
        cases.change(session, case_id, case.version, facts)
        closing = CloseDraft(outcome=outcome, root_reason=reason, churn_type="active_fault")
        cases.close(session, case_id, closing)
    version, choice = rng.randrange(2), rng.choice(("yes", "no"))
    if tries:
        session.add(
            ScriptRun(
                case_id=case_id,
                script_version_id=versions[version],
                path=[{"step": "ask", "choice": choice}, {"step": "end"}],
                started_at=first,
                ended_at=first,
            )
        )
    facts_after = _after(session, rng, customer, kind, closed, approach) if saved else {}
    return {
        "case": case_id,
        "customer": customer,
        "owner": agent.user_id,
        "store": agent.store_id,
        "group": group,
        "kind": kind.value,
        "approach": approach.value if approach else None,
        "opened_at": moment,
        "first_at": first,
        "contacted": is_contacted or saved,
        "attempts": tries,
        "closed": closed,
        "outcome": outcome.value,
        "saved": saved,
        "script": version + 1 if tries else None,
        "choice": choice if tries else None,
        "orders": [],
        "left": None,
    } | facts_after


def _after(
    session: Session,
    rng: random.Random,
    customer: uuid.UUID,
    kind: RuleKind,
    closed: date,
    approach: Approach | None,
) -> dict[str, object]:
    """Orders after a save, and when the customer left again."""
    bought = closed + timedelta(days=rng.randrange(60))
    orders = [(bought, 10_000)] if rng.random() < 0.85 and bought <= AS_OF else []
    left = None
    stays = 260 if approach is Approach.RELATIONSHIP else 110
    if rng.random() < 0.75:
        left = closed + timedelta(days=1 + int(rng.expovariate(1 / stays)))
    if left is not None and left <= AS_OF:
        with clock.travelling(at(left, 16)):
            cases.open_case(session, customer, OpenDraft(kind=kind))
    else:
        left = None
    return {"orders": orders, "left": left}
