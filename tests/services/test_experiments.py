"""Comparing scripts or offers: drawn once, checked, read out safely."""

import uuid
from collections import Counter
from datetime import date, timedelta

import pytest
from scipy import stats
from sqlalchemy import select

from db.models import Case, Customer, ExperimentArm, Script
from db.session import Actor, Session
from db.vocabulary import ExperimentKind, Occasion, Outcome, Role, SaveState
from desktop_app import clock
from desktop_app.domain import experiments as rules
from desktop_app.domain.cases import CloseDraft
from desktop_app.domain.experiments import SplitCheck, Verdict
from desktop_app.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from desktop_app.services import cases, experiments, team_figures, watch
from desktop_app.services.experiments import ArmDraft, ExperimentDraft
from tests import factories
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")

KIND = ExperimentKind.SCRIPT
TODAY = date(2026, 9, 15)


def draft(code: str = "words", **changes: object) -> ExperimentDraft:
    arms = (ArmDraft(code="old", target="t_old"), ArmDraft(code="new", target="t_new"))
    return ExperimentDraft(
        **({"code": code, "title": "新话术", "kind": KIND, "arms": arms} | changes)
    )


@pytest.fixture(autouse=True)
def scripts(desk: Desk, admin: Actor) -> None:
    def make(session: Session) -> None:
        factories.name(session)
        for code in ("t_old", "t_new"):
            session.add(
                Script(
                    code=code, zh="话术", en="Script", occasion=Occasion.PRICE, current_version=1
                )
            )

    desk.do(admin, make)


def many(session: Session, count: int) -> list[uuid.UUID]:
    return [factories.open_case(session) for _number in range(count)]


def draw(session: Session, case_ids: list[uuid.UUID]) -> list[str | None]:
    return [experiments.arm_for(session, case_id, KIND) for case_id in case_ids]


def test_that_an_experiment_is_begun_ended_and_undone(desk: Desk, admin: Actor) -> None:
    key = desk.do(admin, experiments.create, draft())
    (row,) = desk.look(admin, experiments.list_experiments)
    assert (row.code, row.title, row.started_on, row.ended_on) == ("words", "新话术", TODAY, None)
    assert row.planned is None
    desk.do(admin, experiments.end, key)
    assert desk.look(admin, experiments.list_experiments)[0].ended_on == TODAY
    with pytest.raises(ConflictError, match="was ended on 2026-09-15"):
        desk.do(admin, experiments.end, key)
    desk.undo()
    desk.undo()
    assert desk.look(admin, experiments.list_experiments) == []
    with pytest.raises(NotFoundError):
        desk.do(admin, experiments.end, key)


def test_that_there_must_be_something_to_compare(desk: Desk, admin: Actor) -> None:
    one = (ArmDraft(code="new", target="t_new"),)
    with pytest.raises(InvalidInputError, match="at least two arms"):
        desk.do(admin, experiments.create, draft(arms=one))
    with pytest.raises(InvalidInputError, match="no script t_gone"):
        gone = (*one, ArmDraft(code="gone", target="t_gone"))
        desk.do(admin, experiments.create, draft(arms=gone))
    with pytest.raises(InvalidInputError, match="no offer t_new"):
        desk.do(admin, experiments.create, draft(kind=ExperimentKind.OFFER, arms=one, holdout=0.2))
    with pytest.raises(ValueError, match="code of its own"):
        draft(arms=one * 2)
    with pytest.raises(ValueError, match="code of its own"):
        draft(arms=(ArmDraft(code="holdout", target="t_new"),), holdout=0.1)
    desk.do(admin, experiments.create, draft(arms=one, holdout=0.1))


def test_that_nothing_is_compared_with_itself_or_before_it_is_published(
    desk: Desk, admin: Actor
) -> None:
    with pytest.raises(ValueError, match="compared with itself differs not"):
        draft(arms=(ArmDraft(code="a", target="t_old"), ArmDraft(code="b", target="t_old")))

    def write(session: Session) -> None:
        factories.name(session)
        session.add(Script(code="t_draft", zh="草稿", en="Rough", occasion=Occasion.PRICE))

    desk.do(admin, write)
    arms = (ArmDraft(code="a", target="t_old"), ArmDraft(code="b", target="t_draft"))
    with pytest.raises(InvalidInputError, match="The script “Rough” was never published"):
        desk.do(admin, experiments.create, draft(arms=arms))
    assert desk.look(admin, experiments.list_experiments) == []


def test_that_two_experiments_of_a_kind_do_not_mix(desk: Desk, admin: Actor) -> None:
    key = desk.do(admin, experiments.create, draft())
    with pytest.raises(ConflictError, match="still running"):
        desk.do(admin, experiments.create, draft("other"))
    desk.do(admin, experiments.end, key)
    with pytest.raises(ConflictError, match="an experiment words already"):
        desk.do(admin, experiments.create, draft())
    desk.do(admin, experiments.create, draft("other"))


def test_that_a_customer_is_drawn_once_and_by_the_rule(desk: Desk, admin: Actor) -> None:
    (case_id,) = desk.do(admin, many, 1)
    assert desk.do(admin, draw, [case_id]) == [None]
    desk.do(admin, experiments.create, draft())
    made = len(desk.made)
    (target,) = desk.do(admin, draw, [case_id])
    assert len(desk.made) == made + 1
    assert desk.do(admin, draw, [case_id]) == [target]
    assert len(desk.made) == made + 1
    (row,) = desk.look(admin, lambda session: session.scalars(select(ExperimentArm)).all())
    arms = [rules.Arm("old"), rules.Arm("new")]
    assert row.arm == rules.assign("words", str(row.customer_id), arms)
    assert target == f"t_{row.arm}"
    second = desk.do(admin, factories.open_case, row.customer_id, "cancel_request")
    assert desk.do(admin, draw, [second]) == [target]
    desk.do(admin, cases.close, second, CloseDraft(outcome=Outcome.DUPLICATE))
    with pytest.raises(ConflictError, match="is closed"):
        desk.do(admin, draw, [second])


def test_that_some_customers_are_left_alone(desk: Desk, admin: Actor) -> None:
    desk.do(admin, experiments.create, draft(holdout=0.5))
    drawn = Counter(desk.do(admin, draw, desk.do(admin, many, 60)))
    assert set(drawn) == {"", "t_old", "t_new"}
    (found,) = desk.look(admin, experiments.figures)
    assert [(arm.code, arm.target, arm.title, arm.customers) for arm in found.arms] == [
        ("old", "t_old", ("话术", "Script"), drawn["t_old"]),
        ("new", "t_new", ("话术", "Script"), drawn["t_new"]),
        ("holdout", "", ("", ""), drawn[""]),
    ]


def planted(session: Session, saved: dict[str, int], each: int) -> None:
    """Closed cases: so many of each arm, the first ones of them saved, half of these confirmed."""
    seen: Counter[str] = Counter()
    while min((seen[code] for code in saved), default=0) < each:
        case_id = factories.open_case(session)
        arm = str(experiments.arm_for(session, case_id, KIND)).removeprefix("t_")
        if seen[arm] >= each:
            case = session.get_one(Case, case_id)
            session.delete(session.scalars(
                select(ExperimentArm).where(ExperimentArm.case_id == case_id)).one())  # fmt: skip
            case.what_happened = "left open"
            session.flush()
            continue
        outcome = Outcome.SAVED if seen[arm] < saved[arm] else Outcome.UNREACHABLE
        cases.close(session, case_id, CloseDraft(outcome=outcome, root_reason="unknown_other"))
        case = session.get_one(Case, case_id)
        if outcome is Outcome.SAVED:
            half = seen[arm] % 2 == 0
            case.save_state = SaveState.CONFIRMED if half else SaveState.LOST_DEFLECT
        seen[arm] += 1
    session.flush()


def test_that_the_read_out_counts_saves_and_confirmed_saves(desk: Desk, admin: Actor) -> None:
    desk.do(admin, experiments.create, draft())
    desk.do(admin, planted, {"old": 6, "new": 38}, 40)
    orders_known(desk, admin, TODAY + timedelta(days=31))
    (found,) = later(desk, admin, 31)
    old, new = found.arms
    assert (old.saved.hits, old.saved.n, old.open) == (6, 40, 0)
    assert (new.confirmed.hits, new.confirmed.n) == (19, 40)
    assert old.against_first is None
    assert new.against_first is not None
    assert new.against_first.difference == pytest.approx(32 / 40)
    assert new.against_first.verdict is Verdict.BETTER
    assert new.against_first.p is not None
    assert new.against_first.p > stats.fisher_exact([[38, 2], [6, 34]]).pvalue  # price of looking
    assert new.against_first.p < 0.05
    assert new.confirmed_against_first is not None
    assert new.confirmed_against_first.difference == pytest.approx(16 / 40)
    assert (found.split.statistic, found.split.p) == tuple(stats.chisquare([40, 40]))
    assert found.split.verdict is SplitCheck.AS_PLANNED


def test_that_few_customers_say_nothing_yet(desk: Desk, admin: Actor) -> None:
    desk.do(admin, experiments.create, draft())
    desk.do(admin, planted, {"old": 0, "new": 3}, 3)
    (found,) = desk.look(admin, experiments.figures)
    assert [arm.is_enough for arm in found.arms] == [False, False]
    new = found.arms[1].against_first
    assert new is not None
    assert new.verdict is Verdict.NOT_ENOUGH


def orders_known(desk: Desk, admin: Actor, day: date) -> None:
    customer = desk.do(admin, factories.add_customer)
    desk.do(admin, factories.add_orders, customer, [(day, 100)])


def later(desk: Desk, admin: Actor, days: int) -> tuple[experiments.ExperimentFigures, ...]:
    """The read-out so many days after everything was closed."""
    with clock.travelling(clock.now() + timedelta(days=days)):
        return desk.look(admin, experiments.figures)


def test_that_lost_cases_wait_as_long_as_saves_before_they_count_as_not_confirmed(
    desk: Desk, admin: Actor
) -> None:
    """One saved and bought the same day, one saved, two lost; a save is watched 30 days."""
    desk.do(admin, experiments.create, draft())
    made = desk.do(admin, many, 4)
    desk.do(admin, draw, made)
    for number, case_id in enumerate(made):
        outcome = Outcome.SAVED if number < 2 else Outcome.UNREACHABLE
        closing = CloseDraft(outcome=outcome, root_reason="unknown_other")
        desk.do(admin, cases.close, case_id, closing)
    buyer = desk.look(admin, lambda session: session.get_one(Case, made[0]).customer_id)
    desk.do(admin, factories.add_orders, buyer, [(TODAY, 100)])

    def confirmed(days: int) -> tuple[int, int]:
        orders_known(desk, admin, TODAY + timedelta(days=days))
        with clock.travelling(clock.now() + timedelta(days=days)):
            desk.do(admin, watch.judge_all)
            of_team = desk.look(admin, team_figures.figures).saves.confirmed_of_everybody.rate
        (found,) = later(desk, admin, days)
        rates = [arm.confirmed for arm in found.arms]
        counted = sum(rate.hits for rate in rates), sum(rate.n for rate in rates)
        assert counted == (of_team.hits, of_team.n)
        assert sum(arm.saved.n for arm in found.arms) == 4
        return counted

    assert [confirmed(days) for days in (0, 30, 31)] == [(0, 0), (0, 0), (1, 4)]


def test_that_open_and_watched_cases_wait(desk: Desk, admin: Actor) -> None:
    desk.do(admin, experiments.create, draft())
    first, second, third = desk.do(admin, many, 3)
    desk.do(admin, draw, [first, second, third])
    saved = CloseDraft(outcome=Outcome.SAVED, root_reason="unknown_other")
    desk.do(admin, cases.close, first, saved)
    desk.do(admin, cases.close, second, CloseDraft(outcome=Outcome.DUPLICATE))
    (found,) = desk.look(admin, experiments.figures)
    assert sum(arm.customers for arm in found.arms) == 3
    assert sum(arm.open for arm in found.arms) == 1
    assert sum(arm.saved.n for arm in found.arms) == 1
    assert sum(arm.confirmed.n for arm in found.arms) == 0


def test_that_who_may_begin_and_read_is_by_role(desk: Desk, actors: dict[Role, Actor]) -> None:
    managers = {Role.DEPT_MANAGER, Role.HEAD_OFFICE, Role.ADMINISTRATOR}
    for role, who in actors.items():
        desk.look(who, experiments.figures)
        desk.look(who, experiments.list_experiments)
        if role in managers:
            key = desk.do(who, experiments.create, draft(f"of_{role.value}"))
            desk.do(who, experiments.end, key)
        else:
            with pytest.raises(NotAllowedError, match="Your role"):
                desk.do(who, experiments.create, draft())
            with pytest.raises(NotAllowedError, match="Your role"):
                desk.do(who, experiments.end, uuid.uuid4())


def test_that_customers_keep_their_arm_whatever_happens_to_them(desk: Desk, admin: Actor) -> None:
    desk.do(admin, experiments.create, draft())
    (case_id,) = desk.do(admin, many, 1)
    (target,) = desk.do(admin, draw, [case_id])
    customer = desk.look(admin, lambda session: session.get_one(Case, case_id).customer_id)
    desk.do(admin, factories.change_customer, customer, name="改名", number="Z1")
    assert desk.look(admin, lambda session: session.get_one(Customer, customer).number) == "Z1"
    assert desk.do(admin, draw, [case_id]) == [target]


def test_that_the_planned_size_is_kept(desk: Desk, admin: Actor) -> None:
    desk.do(admin, experiments.create, draft(planned=400, holdout=0.1))
    (row,) = desk.look(admin, experiments.list_experiments)
    assert row.planned == 400
    assert row.targets == {"old": "t_old", "new": "t_new", "holdout": ""}
