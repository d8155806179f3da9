"""Experiments take effect: in the script that is begun, in the offer that is suggested."""

import uuid

import pytest
from sqlalchemy import select

from db.models import ExperimentArm, Offer, Script, ScriptRun, ScriptVersion
from db.session import SYSTEM, Actor, Session
from db.vocabulary import ExperimentKind, Occasion, Outcome, RuleKind
from desktop_app.domain.cases import CloseDraft
from desktop_app.domain.offers import RuleDraft
from desktop_app.domain.script_drafts import ScriptDraft
from desktop_app.domain.scripts import read
from desktop_app.errors import ConflictError
from desktop_app.services import cases, experiments, offer_rules, offers, script_runs, scripts
from desktop_app.services.experiments import ArmDraft, ExperimentDraft
from tests import factories, offered
from tests.factories import Desk
from tests.services.test_script_runs import SCRIPT

pytestmark = pytest.mark.usefixtures("fixed_time")

LOST = CloseDraft(
    outcome=Outcome.LOST, root_reason="price_increase", churn_type="active_competitive", note="走了"
)


def compare(
    desk: Desk, kind: ExperimentKind, *targets: str, holdout: float = 0.0, code: str = "trial"
) -> uuid.UUID:
    arms = tuple(ArmDraft(code=f"a{n}", target=target) for n, target in enumerate(targets))
    draft = ExperimentDraft(code=code, title="对照", kind=kind, arms=arms, holdout=holdout)
    return desk.do(SYSTEM, experiments.create, draft)


def drawn(desk: Desk) -> dict[uuid.UUID, str]:
    """The arm of each customer who was drawn, by case."""

    def rows(session: Session) -> dict[uuid.UUID, str]:
        return {row.case_id: row.arm for row in session.scalars(select(ExperimentArm))}

    return desk.look(SYSTEM, rows)


def made_cases(desk: Desk, agent: Actor, count: int) -> list[uuid.UUID]:
    def make(session: Session) -> list[uuid.UUID]:
        store = agent.store_id
        return [
            factories.assigned_case(session, agent.user_id, store_id=store) for _n in range(count)
        ]

    return desk.do(SYSTEM, make)


def three_of_each(
    desk: Desk, agent: Actor, kind: ExperimentKind, case_ids: list[uuid.UUID]
) -> list[uuid.UUID]:
    """Three cases for each arm that there is; among forty there are so many."""

    def sort(session: Session) -> list[uuid.UUID]:
        by_arm: dict[str, list[uuid.UUID]] = {}
        for one in case_ids:
            part = experiments.part_of(session, one, kind)
            assert part is not None
            by_arm.setdefault(part.target, []).append(one)
        assert len(by_arm) == 2
        return [one for found in by_arm.values() for one in found[:3]]

    found = desk.look(agent, sort)
    assert len(found) == 6
    return found


# ---------------------------------------------------------------- scripts


@pytest.fixture
def two_scripts(desk: Desk, admin: Actor) -> None:
    def make(session: Session) -> None:
        for code in ("t_old", "t_new"):
            draft = ScriptDraft(code=code, zh=code, occasion=Occasion.SILENT_LAPSE)
            scripts.publish(session, scripts.create(session, draft, read(SCRIPT)))

    desk.do(admin, make)


def script_of(desk: Desk, version_id: uuid.UUID | None) -> str:
    def read_code(session: Session) -> str:
        version = session.get_one(ScriptVersion, version_id)
        return session.get_one(Script, version.script_id).code

    return desk.look(SYSTEM, read_code)


@pytest.mark.usefixtures("two_scripts")
def test_that_the_script_of_the_customer_s_arm_is_proposed_and_begun(
    desk: Desk, agent: Actor
) -> None:
    compare(desk, ExperimentKind.SCRIPT, "t_old", "t_new")
    wanted = three_of_each(desk, agent, ExperimentKind.SCRIPT, made_cases(desk, agent, 40))
    best = {one: desk.look(agent, script_runs.best_version, one) for one in wanted}
    assert drawn(desk) == {}, "looking draws nobody"
    seen = set()
    for case_id in wanted:
        run = desk.do(agent, script_runs.begin, case_id)
        version = desk.look(agent, lambda s, run=run: s.get_one(ScriptRun, run).script_version_id)
        code = script_of(desk, version)
        assert version == best[case_id]
        assert code == {"a0": "t_old", "a1": "t_new"}[drawn(desk)[case_id]]
        seen.add(code)
    assert seen == {"t_old", "t_new"}


@pytest.mark.usefixtures("two_scripts")
def test_that_scripts_for_other_occasions_are_not_compared(desk: Desk, agent: Actor) -> None:
    compare(desk, ExperimentKind.SCRIPT, "t_old", "t_new", holdout=0.5)
    case_id = desk.do(
        SYSTEM, factories.assigned_case, agent.user_id, kind=RuleKind.CANCEL_REQUEST,
        store_id=agent.store_id,
    )  # fmt: skip
    assert desk.look(agent, script_runs.left_alone, case_id) == ""
    assert desk.do(agent, script_runs.begin, case_id) is not None
    assert drawn(desk) == {}


@pytest.mark.usefixtures("two_scripts")
def test_that_the_hold_out_group_is_shown_counted_and_gets_no_script(
    desk: Desk, agent: Actor
) -> None:
    key = compare(desk, ExperimentKind.SCRIPT, "t_new", holdout=0.5)
    wanted = three_of_each(desk, agent, ExperimentKind.SCRIPT, made_cases(desk, agent, 40))
    alone = [one for one in wanted if desk.look(agent, script_runs.left_alone, one)]
    assert len(alone) == 3
    for case_id in wanted:
        best = desk.look(agent, script_runs.best_version, case_id)
        run = desk.do(agent, script_runs.begin, case_id)
        assert (run is None) is (best is None) is (case_id in alone)
    arms = drawn(desk)
    assert {one for one, arm in arms.items() if arm == "holdout"} == set(alone)
    assert len(arms) == len(wanted)
    assert desk.look(agent, script_runs.left_alone, alone[0]) == "对照"
    any_version = desk.look(agent, script_runs.best_version, alone[0], Occasion.PRICE)
    assert desk.do(agent, script_runs.begin, alone[0], any_version) is not None
    desk.do(SYSTEM, experiments.end, key)
    assert desk.look(agent, script_runs.left_alone, alone[1]) == ""
    assert desk.do(agent, script_runs.begin, alone[1]) is not None


# ---------------------------------------------------------------- offers


@pytest.fixture
def two_offers(desk: Desk) -> None:
    """Two offers of which the rules name the new one; first in the table."""

    def make(session: Session) -> None:
        offered.offer(session, code="o_old", cost=100)
        new = offered.offer(session, code="o_new", cost=100)
        rule = offer_rules.save_rule(session, RuleDraft(kind=RuleKind.LAPSING, offer_id=new))
        offer_rules.move_rule(session, rule, 1)

    desk.do(SYSTEM, make)


def worth_cases(desk: Desk, agent: Actor, count: int) -> list[uuid.UUID]:
    def make(session: Session) -> list[uuid.UUID]:
        store = agent.store_id
        return [offered.case(session, agent.user_id, store_id=store) for _n in range(count)]

    return desk.do(SYSTEM, make)


@pytest.mark.usefixtures("two_offers")
def test_that_the_offer_of_the_customer_s_arm_is_suggested_in_place_of_the_rule_s(
    desk: Desk, agent: Actor
) -> None:
    compare(desk, ExperimentKind.OFFER, "o_old", "o_new")
    seen = set()
    made = worth_cases(desk, agent, 40)
    for case_id in three_of_each(desk, agent, ExperimentKind.OFFER, made):
        found = desk.look(agent, offers.suggest, case_id)
        assert found.offer is not None
        assert found.rule is not None
        assert (found.experiment, found.left_alone, found.obstacle) == ("对照", False, "")
        row = desk.do(agent, offers.propose, case_id, found.offer.id, "按对照")
        assert row.rule_id == found.rule.id
        assert found.offer.code == {"a0": "o_old", "a1": "o_new"}[drawn(desk)[case_id]]
        seen.add(found.offer.code)
    assert seen == {"o_old", "o_new"}


@pytest.mark.usefixtures("two_offers")
def test_that_the_hold_out_group_is_offered_nothing_and_counted_at_the_end(
    desk: Desk, agent: Actor
) -> None:
    compare(desk, ExperimentKind.OFFER, "o_new", holdout=0.5)
    made = worth_cases(desk, agent, 40)
    wanted = three_of_each(desk, agent, ExperimentKind.OFFER, made)
    found = {one: desk.look(agent, offers.suggest, one) for one in wanted}
    alone = [one for one in wanted if found[one].left_alone]
    assert len(alone) == 3
    any_offer = desk.look(SYSTEM, lambda s: s.scalars(select(Offer.id)).first())
    assert "hold-out group of “对照”" in found[alone[0]].obstacle
    with pytest.raises(ConflictError, match="hold-out group"):
        desk.do(agent, offers.propose, alone[0], any_offer, "还是想给")
    assert drawn(desk) == {}
    desk.do(SYSTEM, cases.close, alone[0], LOST)
    desk.do(agent, cases.close, alone[1], CloseDraft(outcome=Outcome.UNREACHABLE))
    assert drawn(desk) == {alone[0]: "holdout"}, "nobody spoke to the other one"


@pytest.mark.usefixtures("two_offers")
def test_that_what_the_rules_do_not_compare_stays_as_it_is(desk: Desk, agent: Actor) -> None:
    case_id = worth_cases(desk, agent, 1)[0]
    before = desk.look(agent, offers.suggest, case_id)
    assert before.offer is not None
    first = desk.look(SYSTEM, lambda s: s.scalars(select(Offer.code).order_by(Offer.code)).all())
    others = [code for code in first if code not in {"o_old", "o_new"}][:2]
    compare(desk, ExperimentKind.OFFER, *others, holdout=0.5)
    assert desk.look(agent, offers.suggest, case_id) == before
    desk.do(agent, offers.propose, case_id, before.offer.id, "按规则")
    desk.do(SYSTEM, cases.close, case_id, LOST)
    assert drawn(desk) == {}
