"""A script gone through in a call: rendered, answered, gone back in, written, linked, ended."""

import datetime as dt
import uuid
from typing import Any

import pytest
from sqlalchemy import event, select

from db.models import (
    Case,
    CaseEvent,
    CaseOffer,
    CaseReason,
    Complaint,
    Interview,
    Offer,
    OfferRule,
    Promise,
    Questionnaire,
    Reason,
    ReasonVersion,
    ScriptRun,
)
from db.questionnaires import EXIT_INTERVIEW
from db.session import Actor, Session
from db.vocabulary import (
    AttemptResult,
    CaseEventKind,
    ComplaintChannel,
    Occasion,
    OfferGoal,
    OfferState,
    Outcome,
    ReasonLayer,
    Role,
    RuleKind,
)
from desktop_app import clock
from desktop_app.domain.cases import CloseDraft
from desktop_app.domain.script_checks import check
from desktop_app.domain.script_drafts import ScriptDraft
from desktop_app.domain.script_words import USUAL
from desktop_app.domain.scripts import FACTS, Script, StepKind, read
from desktop_app.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from desktop_app.services import cases, interview_end, interviews, script_runs, scripts
from desktop_app.services.interview_rows import answers_by_address
from desktop_app.services.script_facts import CaseWords, case_words
from tests import factories, world
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")

SCRIPT = {
    "start": "reason",
    "steps": [
        {"id": "reason", "kind": "ask", "zh": "为什么？", "en": "Why, {{ customer.name }}?",
         "writes": "stated_reason", "to": "words",
         "choices": [{"code": "price_increase", "zh": "涨价", "en": "Price"},
                     {"code": "cust_relocated", "zh": "搬家", "en": "Moved", "to": "bye"}]},
        {"id": "words", "kind": "probe", "zh": "具体说说", "en": "Tell me more",
         "writes": "own_words", "to": "again"},
        {"id": "again", "kind": "ask", "zh": "还来吗", "en": "Back?",
         "choices": [{"code": "yes", "zh": "来", "en": "Yes", "to": "done"},
                     {"code": "no", "zh": "不", "en": "No", "to": "bye"}]},
        {"id": "done", "kind": "end", "zh": "谢谢", "en": "Thanks", "disposition": "reached",
         "outcome": "saved"},
        {"id": "bye", "kind": "end", "zh": "再见", "en": "Goodbye", "disposition": "refused",
         "fair_way_out": True},
    ],
}  # fmt: skip


def add_script(session: Session, content: dict[str, Any] = SCRIPT) -> uuid.UUID:
    draft = ScriptDraft(code=f"t{uuid.uuid4().hex[:6]}", zh="测试", occasion=Occasion.PRICE)
    version_id = scripts.create(session, draft, read(content))
    scripts.publish(session, version_id)
    return version_id


@pytest.fixture
def version_id(desk: Desk, admin: Actor) -> uuid.UUID:
    return desk.do(admin, add_script)


@pytest.fixture
def case_id(desk: Desk, admin: Actor, agent: Actor) -> uuid.UUID:
    columns = {"name": "王芳", "store_id": agent.store_id}
    return desk.do(admin, factories.assigned_case, agent.user_id, **columns)


def written(session: Session, case_id: uuid.UUID) -> dict[str, str]:
    """What stands in the open interview of a case, by address."""
    held = session.scalars(select(Interview).where(Interview.case_id == case_id)).all()
    return {
        address: row.value
        for each in held
        for address, row in answers_by_address(session, each).items()
    }


def test_that_a_run_goes_to_its_end_and_writes_the_interview(
    desk: Desk, agent: Actor, case_id: uuid.UUID, version_id: uuid.UUID
) -> None:
    run = desk.do(agent, script_runs.begin, case_id, version_id)
    assert desk.do(agent, script_runs.begin, case_id) == run  # taken up
    shown = desk.look(agent, script_runs.state, run, "en")
    assert shown.step is not None
    assert (shown.step.id, shown.step.words) == ("reason", "Why, 王芳?")
    assert [each.words for each in shown.step.choices] == ["Price", "Moved"]
    assert desk.look(agent, script_runs.state, run, "zh_CN").step.words == "为什么？"  # type: ignore[union-attr]
    now = desk.do(agent, script_runs.answer, run, "reason", "price_increase", language="en")
    assert now.interview_id is not None
    assert now.written == {"/data/stated_reason": "price_increase"}
    assert now.step is not None
    assert now.step.takes_words
    now = desk.do(agent, script_runs.answer, run, "words", None, " 贵了 ", language="en")
    assert [(line.step, line.answer) for line in now.path] == [
        ("reason", "Price"),
        ("words", "贵了"),
    ]
    now = desk.do(agent, script_runs.answer, run, "again", "yes")
    assert now.step is not None
    assert now.step.kind is StepKind.END
    assert now.ending is not None
    assert now.ending.disposition is AttemptResult.REACHED
    found = desk.look(agent, written, case_id)
    assert found["/data/stated_reason"] == "price_increase"
    assert found["/data/what_happened"] == "贵了"
    attempt = desk.do(agent, factories.attempt, case_id)
    assert desk.do(agent, script_runs.end, run, attempt) is AttemptResult.REACHED
    assert desk.look(agent, script_runs.open_run, case_id) is None
    over = desk.look(agent, script_runs.state, run)
    assert (over.is_over, over.step, len(over.path)) == (True, None, 3)
    with pytest.raises(ConflictError, match="has ended"):
        desk.do(agent, script_runs.answer, run, "again", "yes")
    assert desk.do(agent, script_runs.begin, case_id, version_id) != run


def run_of(desk: Desk, agent: Actor, case_id: uuid.UUID, version_id: uuid.UUID) -> uuid.UUID:
    """A run in which the reason and the words were told."""
    run = desk.do(agent, script_runs.begin, case_id, version_id)
    desk.do(agent, script_runs.answer, run, "reason", "price_increase")
    desk.do(agent, script_runs.answer, run, "words", None, "贵了")
    return run


def test_that_going_back_offers_later_answers_again(
    desk: Desk, agent: Actor, case_id: uuid.UUID, version_id: uuid.UUID
) -> None:
    run = run_of(desk, agent, case_id, version_id)
    back = desk.do(agent, script_runs.back_to, run, 0, language="en")
    assert back.step is not None
    assert back.step.id == "reason"
    assert back.step.known is not None
    assert back.step.known.choice == "price_increase"
    assert back.path == ()
    read_anew = desk.look(agent, script_runs.state, run, "en")
    assert read_anew == back  # what was put aside is stored
    other = desk.do(agent, script_runs.answer, run, "reason", "cust_relocated", language="en")
    assert other.step is not None
    assert other.step.id == "bye"
    again = desk.do(agent, script_runs.change, run, 0, "price_increase", language="en")
    assert again.step is not None
    assert again.step.id == "again"
    assert [line.answer for line in again.path] == ["Price", "贵了"]
    assert desk.look(agent, written, case_id)["/data/stated_reason"] == "price_increase"
    desk.do(agent, script_runs.back_to, run, 1)
    assert desk.do(agent, script_runs.end, run) is None
    with desk.database.read() as session:
        kept = session.get_one(ScriptRun, run)
        assert [row["step"] for row in kept.path] == ["reason"]  # what was left is no part of it
        assert kept.ended_at == clock.now()


def test_that_what_cannot_be_answered_is_refused(
    desk: Desk, agent: Actor, case_id: uuid.UUID, version_id: uuid.UUID
) -> None:
    run = desk.do(agent, script_runs.begin, case_id, version_id)
    with pytest.raises(ConflictError, match="gone on meanwhile"):
        desk.do(agent, script_runs.answer, run, "words", None, "x")
    desk.do(agent, script_runs.answer, run, "reason", "price_increase")
    desk.do(agent, script_runs.answer, run, "words")
    for choice in (None, "perhaps"):
        with pytest.raises(InvalidInputError, match="Choose one of the answers"):
            desk.do(agent, script_runs.answer, run, "again", choice)
    with pytest.raises(InvalidInputError, match="Choose one of the answers"):
        desk.do(agent, script_runs.change, run, 0, "perhaps")
    for index in (-1, 2):
        with pytest.raises(InvalidInputError, match="no such step"):
            desk.do(agent, script_runs.back_to, run, index)
        with pytest.raises(InvalidInputError, match="no such step"):
            desk.do(agent, script_runs.change, run, index, "yes")
    assert "/data/what_happened" not in desk.look(agent, written, case_id)  # nothing was said
    for missing in (script_runs.state, script_runs.end):
        with pytest.raises(NotFoundError, match="run of a script is gone"):
            desk.do(agent, missing, uuid.uuid4())


def test_that_a_newer_answer_of_the_interview_stays(
    desk: Desk, agent: Actor, case_id: uuid.UUID, version_id: uuid.UUID, fixed_time: Any
) -> None:
    run = desk.do(agent, script_runs.begin, case_id, version_id)
    said_at = clock.now()
    fixed_time.shift(dt.timedelta(minutes=5))
    held = desk.do(agent, interviews.start, case_id)
    desk.do(agent, interviews.save_answer, held, "/data/stated_reason", "unknown_other")
    fixed_time.shift(dt.timedelta(minutes=5))
    desk.do(agent, script_runs.answer, run, "reason", "price_increase", at=said_at)
    assert desk.look(agent, written, case_id)["/data/stated_reason"] == "unknown_other"
    desk.do(agent, script_runs.change, run, 0, "price_increase")
    assert desk.look(agent, written, case_id)["/data/stated_reason"] == "price_increase"
    with desk.database.read() as session:
        held_now = session.scalars(select(Interview.id).where(Interview.case_id == case_id)).all()
    assert held_now == [held]  # taken up, no second one


def test_that_a_finished_interview_is_left_alone(
    desk: Desk, agent: Actor, case_id: uuid.UUID, version_id: uuid.UUID
) -> None:
    held = desk.do(agent, interviews.start, case_id)
    answers = {"/data/what_happened": "话", "/data/stated_reason": "unknown_other"}
    desk.do(agent, interviews.save_answers, held, answers)
    desk.do(agent, interview_end.finish, held)
    run_of(desk, agent, case_id, version_id)
    found = desk.look(agent, written, case_id)
    assert found["/data/what_happened"] == "话"
    with desk.database.read() as session:
        assert len(session.scalars(select(Interview.id)).all()) == 1


def test_that_each_step_is_undone_by_itself(
    desk: Desk, agent: Actor, case_id: uuid.UUID, version_id: uuid.UUID
) -> None:
    tables = ("script_run", "interview", "answer")
    states = [desk.rows(*tables)]
    run = desk.do(agent, script_runs.begin, case_id, version_id)
    states.append(desk.rows(*tables))
    for step, choice, words in (("reason", "price_increase", ""), ("words", None, "贵了")):
        desk.do(agent, script_runs.answer, run, step, choice, words)
        states.append(desk.rows(*tables))
    desk.do(agent, script_runs.end, run)
    for wanted in reversed(states):
        desk.undo()
        assert desk.rows(*tables) == wanted


def test_that_a_call_is_linked_of_the_same_case_only(
    desk: Desk, agent: Actor, admin: Actor, case_id: uuid.UUID, version_id: uuid.UUID
) -> None:
    run = run_of(desk, agent, case_id, version_id)
    other_case = desk.do(admin, factories.assigned_case, agent.user_id)
    other = desk.do(agent, factories.attempt, other_case)
    with pytest.raises(InvalidInputError, match="another case"):
        desk.do(agent, script_runs.link, run, other)
    with pytest.raises(NotFoundError, match="attempt is gone"):
        desk.do(agent, script_runs.link, run, uuid.uuid4())
    attempt = desk.do(agent, factories.attempt, case_id)
    desk.do(agent, script_runs.link, run, attempt)
    with desk.database.read() as session:
        assert session.get_one(ScriptRun, run).attempt_id == attempt


def test_that_closed_cases_drafts_and_foreign_cases_are_refused(
    desk: Desk, agent: Actor, admin: Actor, actors: dict[Role, Actor], case_id: uuid.UUID,
    version_id: uuid.UUID,
) -> None:  # fmt: skip
    run = desk.do(agent, script_runs.begin, case_id, version_id)
    script_id = desk.look(admin, scripts.load_version, version_id).row.id
    draft = desk.do(admin, scripts.begin_draft, script_id)
    with pytest.raises(ConflictError, match="is a draft"):
        desk.do(agent, script_runs.begin, case_id, draft)
    foreign = actors[Role.FIELD_STAFF]
    with pytest.raises(NotAllowedError, match="somebody else"):
        desk.do(foreign, script_runs.answer, run, "reason", "price_increase")
    desk.do(admin, cases.close, case_id, CloseDraft(outcome=Outcome.DUPLICATE))
    with pytest.raises(ConflictError, match="is closed"):
        desk.do(agent, script_runs.answer, run, "reason", "price_increase")
    assert desk.look(agent, script_runs.state, run).is_over is False


def test_that_the_script_of_the_occasion_is_begun(
    desk: Desk, agent: Actor, admin: Actor, case_id: uuid.UUID, version_id: uuid.UUID
) -> None:
    def code(run: uuid.UUID) -> str:
        now = desk.look(agent, script_runs.state, run)
        return desk.look(agent, scripts.load_version, now.version_id).row.code

    first = desk.do(agent, script_runs.begin, case_id)
    assert code(first) == "silent_lapse"
    asked = desk.do(agent, script_runs.begin, case_id, occasion=Occasion.CANCEL_REQUEST)
    assert code(asked) == "cancel_request"
    assert desk.do(agent, script_runs.begin, case_id, occasion=Occasion.CANCEL_REQUEST) == asked
    own = desk.do(agent, script_runs.begin, case_id, occasion=Occasion.PRICE)
    assert desk.look(agent, script_runs.state, own).version_id == version_id  # before the shipped
    for row in desk.look(admin, scripts.list_scripts, Occasion.COMPETITOR):
        desk.do(admin, scripts.retire, row.id)
    with pytest.raises(NotFoundError, match="no script for this case"):
        desk.do(agent, script_runs.begin, case_id, occasion=Occasion.COMPETITOR)


# ---------------------------------------------------------------- facts


def test_that_every_fact_and_placeholder_is_filled(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    words = desk.look(agent, case_words, case_id)
    assert set(words.facts) == set(FACTS)
    assert {"customer.name", "agent.name", "store.name"} <= set(words.values["zh"])
    assert set(words.values["zh"]) | set(words.values["en"]) <= set(USUAL)


def give(session: Session, case_id: uuid.UUID, agent: Actor) -> None:
    """A case about which everything is known."""
    factories.name(session)
    case = session.get_one(Case, case_id)
    case.competitor, case.value_at_stake, case.left_on = "乙店", 123_456, dt.date(2026, 9, 5)
    case.extent, case.churn_type = "full_switch", "undetermined"
    customer = case.customer_id
    for layer, code in (
        (ReasonLayer.STATED, "price_increase"),
        (ReasonLayer.ROOT, "service_attitude"),
    ):
        version = session.scalars(
            select(ReasonVersion).join(Reason, Reason.id == ReasonVersion.reason_id)
            .where(Reason.code == code)
        ).one()  # fmt: skip
        session.add(CaseReason(case_id=case_id, layer=layer, reason_version_id=version.id))
    now, day = clock.now(), clock.today()
    session.add(CaseEvent(case_id=case_id, kind=CaseEventKind.REOPENED, at=now))
    session.add(
        Complaint(
            customer_id=customer,
            channel=ComplaintChannel.CALL,
            words="x",
            due_on=day,
            listened_at=now,
        )
    )
    for words, due, answered in (
        ("送货", day + dt.timedelta(days=9), None),
        ("退款", dt.date(2026, 9, 20), None),
        ("旧事", dt.date(2026, 9, 1), day),
    ):
        session.add(
            Promise(
                customer_id=customer, words=words, made_on=day, due_on=due, answered_on=answered
            )
        )
    offer = Offer(code="t", zh="九折", en="10 % off", goal=OfferGoal.PRICE, approach="price")
    session.add(offer)
    session.flush()
    for state, expires in (
        (OfferState.DECLINED, None),
        (OfferState.APPROVED, dt.date(2026, 10, 1)),
    ):
        session.add(
            CaseOffer(case_id=case_id, customer_id=customer, offer_id=offer.id, state=state, cost=1,
                      proposed_at=now, expires_on=expires)
        )  # fmt: skip
    session.add(OfferRule(position=-2, reason_group="price", offer_id=None))
    session.add(
        OfferRule(position=-1, reason_group="service", min_value=100_000, offer_id=offer.id)
    )
    session.flush()


def test_that_what_is_known_of_a_case_is_told(
    desk: Desk, agent: Actor, admin: Actor, case_id: uuid.UUID
) -> None:
    desk.do(admin, give, case_id, agent)
    desk.do(agent, factories.attempt, case_id)
    words = desk.look(agent, case_words, case_id)
    known = {name: words.facts[name] for name in FACTS if name != "customer.class"}
    assert known == {
        "case.kind": RuleKind.LAPSING, "case.extent": "full_switch",
        "case.churn_type": "undetermined", "case.stated_reason": "price_increase",
        "case.root_reason": "service_attitude", "case.reason_group": "service",
        "case.competitor": "乙店", "case.value": 1234, "case.days_gone": 10, "case.attempts": 1,
        "case.is_reopened": True, "case.has_complaints": True, "case.has_promises": True,
        "case.has_orders": False, "case.may_offer": True, "customer.kind": "person",
        "customer.is_new": False,
    }  # fmt: skip
    assert words.values["zh"]["promise.words"] == "退款"  # due first, the old one is answered
    assert words.values["zh"]["promise.due_on"] == "2026年9月20日"
    assert (words.values["en"]["offer.name"], words.values["zh"]["offer.name"]) == (
        "10 % off",
        "九折",
    )
    assert words.values["en"]["offer.ends_on"] == "1 October 2026"
    assert words.values["en"]["case.left_on"] == "5 September 2026"
    assert words.render("[[{{ store.name }}的]]好", "", "zh_CN") == "南京路店的好"


def test_that_orders_tell_product_class_and_last_day(
    desk: Desk, agent: Actor, admin: Actor, case_id: uuid.UUID
) -> None:
    with desk.database.read() as session:
        customer = session.get_one(Case, case_id).customer_id
    orders = [
        (dt.date(2026, 9, 1), 100_00, "纸品"),
        (dt.date(2026, 9, 3), 900_00, "文具"),
        (dt.date(2026, 8, 1), 300_00, "纸品"),
    ]
    world.add_orders(desk.database, admin, customer, orders)
    desk.database.refresh_figures()
    words = desk.look(agent, case_words, case_id)
    assert words.values["zh"]["customer.product"] == "文具"
    assert words.values["zh"]["customer.last_order_on"] == "2026年9月3日"
    assert words.values["zh"]["customer.since"] == "2026年8月1日"
    assert (words.facts["case.has_orders"], words.facts["customer.is_new"]) == (True, True)
    assert words.facts["case.days_gone"] == 12
    assert words.facts["customer.class"] in {"a", "b", "c"}


def test_that_a_case_is_looked_at_by_one_statement(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    seen: list[str] = []

    def counted(session: Session) -> CaseWords:
        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", note)
        try:
            return case_words(session, case_id)
        finally:
            event.remove(engine, "before_cursor_execute", note)

    def note(*arguments: Any) -> None:
        seen.append(str(arguments[2]))

    desk.look(agent, counted)
    assert len([each for each in seen if each != "BEGIN"]) == 1
    with pytest.raises(NotFoundError, match="case is gone"):
        desk.look(agent, case_words, uuid.uuid4())


def test_that_the_test_script_is_a_good_one() -> None:
    assert check(read(SCRIPT)) == ()
    assert isinstance(read(SCRIPT), Script)


def test_that_answers_without_a_place_stay_in_the_script(
    desk: Desk, agent: Actor, admin: Actor, case_id: uuid.UUID
) -> None:
    lost = {**SCRIPT, "steps": [{**SCRIPT["steps"][0], "writes": "no_such"}, *SCRIPT["steps"][1:]]}  # type: ignore[index]
    run = desk.do(agent, script_runs.begin, case_id, desk.do(admin, add_script, lost))
    now = desk.do(agent, script_runs.answer, run, "reason", "price_increase")
    assert (now.interview_id, dict(now.written)) == (None, {})
    with desk.database.write(admin) as session:
        factories.name(session)
        exit_form = select(Questionnaire).where(Questionnaire.code == EXIT_INTERVIEW)
        session.scalars(exit_form).one().current_version = None
    now = desk.do(agent, script_runs.answer, run, "words", None, "贵了")
    assert (now.interview_id, [line.answer for line in now.path][1]) == (None, "贵了")
    assert desk.look(admin, scripts.findings, read(lost)) == ()  # nowhere to write to is known
