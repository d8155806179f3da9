"""The exit interview with the questions that are shipped."""

import pytest

from db import reference
from db.vocabulary import QuestionKind, RuleKind
from desktop_app import i18n
from desktop_app.domain.interview import (
    Context,
    Fact,
    ReasonInfo,
    build_questions,
    case_facts,
    is_answered,
    is_relevant,
    missing,
    next_question,
    previous_question,
    read_answer,
    relevant_questions,
    why_chain,
)
from desktop_app.errors import InvalidInputError

QUESTIONS = build_questions(reference.exit_questions())
BY_CODE = {each.code: each for each in QUESTIONS}
REASONS = {each.code: ReasonInfo(each.group, each.churn_type) for each in reference.reasons()}
ALWAYS = [
    "left_on",
    "what_happened",
    "problem_event",
    "stated_reason",
    "needed_goods",
    "contact_staff",
    "unmet_request",
]


def asked(answers: dict[str, dict[str, object]] | None = None, *facts: Fact) -> list[str]:
    context = Context(frozenset(facts), REASONS)
    return [each.code for each in relevant_questions(QUESTIONS, answers or {}, context)]  # type: ignore[arg-type]


def chosen(reason: str) -> dict[str, dict[str, object]]:
    return {"stated_reason": {"value": reason}}


def test_that_fifteen_questions_with_five_whys_are_nineteen_steps() -> None:
    assert len(reference.exit_questions()) == 15
    assert len(QUESTIONS) == 19
    assert [each.code for each in QUESTIONS if each.kind is QuestionKind.PROBE] == [
        f"why_{n}" for n in range(1, 6)
    ]
    assert BY_CODE["why_1"].after is None
    assert BY_CODE["why_5"].after == "why_4"


def test_that_facts_are_those_of_the_questions_file() -> None:
    assert {each.code for each in reference.entries("exit_interview", "fact")} == set(Fact)


def test_that_without_facts_only_the_general_questions_are_asked() -> None:
    assert asked() == ALWAYS


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        (Fact.HAS_ORDERS, "stopped_products"),
        (Fact.SWITCHED, "where_now"),
        (Fact.PARTIAL, "share_moved"),
        (Fact.HAS_PROMISES, "promise_missed"),
        (Fact.PEER_GROUP, "peer_switch"),
        (Fact.NEW_CUSTOMER, "switches_5y"),
    ],
)
def test_that_each_fact_asks_its_question(fact: Fact, code: str) -> None:
    assert set(asked(None, fact)) == {*ALWAYS, code}


@pytest.mark.parametrize(
    ("reason", "codes"),
    [
        ("price_increase", {"competitor_price"}),
        ("price_competitor_lower", {"competitor_price", "where_now"}),
        ("comp_price_war", {"competitor_price", "where_now"}),
        ("comp_poached", {"where_now"}),
        ("price_only_switcher", {"competitor_price", "where_now", "switches_5y"}),
        ("service_attitude", set()),
    ],
)
def test_that_the_stated_reason_asks_further(reason: str, codes: set[str]) -> None:
    assert set(asked(chosen(reason))) == {*ALWAYS, "why_1"} | codes


@pytest.mark.parametrize("value", ["not_a_code_we_know", 5, None])
def test_that_an_unknown_reason_asks_nothing_about_prices(value: object) -> None:
    found = asked({"stated_reason": {"value": value}})
    assert "competitor_price" not in found
    assert "where_now" not in found


def test_that_whys_go_on_until_nothing_more_is_said_or_five() -> None:
    answers = chosen("delivery_late")
    for n in range(1, 6):
        assert f"why_{n}" in asked(answers)
        assert f"why_{n + 1}" not in asked(answers)
        answers[f"why_{n}"] = {"value": "because"}
    answers["why_2"] = {}
    assert "why_3" not in asked(answers)  # its answer is kept but is not asked for


def test_that_all_of_needs_every_condition() -> None:
    both = reference.Condition(
        all_of=(reference.Condition(fact="partial"), reference.Condition(answered="left_on"))
    )
    (question,) = build_questions([reference.Question("q", "问", "Ask", "text", both)])
    context = Context(frozenset({"partial"}))
    assert not is_relevant(question, {}, context)
    assert is_relevant(question, {"left_on": {"value": "2026-01-01"}}, context)
    assert not is_relevant(question, {"left_on": {"value": "2026-01-01"}}, Context())


def test_that_one_goes_forward_and_back_over_what_is_asked() -> None:
    context = Context(frozenset(), REASONS)
    walked = []
    at = next_question(QUESTIONS, {}, context)
    while at:
        walked.append(at.code)
        at = next_question(QUESTIONS, {}, context, after=at.code)
    assert walked == ALWAYS
    back = []
    at = BY_CODE[walked[-1]]
    while at:
        back.append(at.code)
        at = previous_question(QUESTIONS, {}, context, before=at.code)
    assert back == ALWAYS[::-1]


def test_that_an_interview_needs_the_own_words_and_a_stated_reason() -> None:
    context = Context(frozenset(), REASONS)
    assert [each.code for each in missing(QUESTIONS, {}, context)] == [
        "what_happened",
        "stated_reason",
    ]
    answers = {"what_happened": {"value": "涨价了"}, "stated_reason": {"value": "unknown_refused"}}
    assert missing(QUESTIONS, answers, context) == ()


def test_that_no_and_zero_are_answers() -> None:
    answers = {"peer_switch": {"value": False}, "switches_5y": {"value": 0}, "left_on": {}}
    assert is_answered(answers, "peer_switch")
    assert is_answered(answers, "switches_5y")
    assert not is_answered(answers, "left_on")
    assert not is_answered(answers, "what_happened")


def test_that_an_answer_is_read_with_its_second_field() -> None:
    typed = {"value": " 发货太慢 ", "also": "2026/8/1", "reason": "ignored"}
    assert read_answer(BY_CODE["problem_event"], typed) == {
        "value": "发货太慢",
        "also": "2026-08-01",
    }
    assert read_answer(BY_CODE["problem_event"], {"value": "", "also": None}) == {}
    assert read_answer(BY_CODE["why_1"], {"value": "贵", "reason": "price_increase"}) == {
        "value": "贵",
        "reason": "price_increase",
    }


def test_that_all_wrong_fields_of_an_answer_are_named() -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_answer(BY_CODE["promise_missed"], {"value": "maybe", "also": 7})
    assert [each.field for each in caught.value.problems] == [
        "promise_missed.value",
        "promise_missed.also",
    ]


def test_that_the_why_chain_ends_where_the_answers_end() -> None:
    answers = {
        "why_1": {"value": "dear", "reason": "price_increase"},
        "why_2": {"value": "costs", "reason": "price_cost_control"},
        "why_4": {"value": "left over"},
    }
    chain = why_chain(QUESTIONS, answers)  # type: ignore[arg-type]
    assert [step.answer for step in chain.steps] == ["dear", "costs"]
    assert chain.root == "price_cost_control"
    assert why_chain(QUESTIONS, {"why_1": {"value": "dear"}}).root is None
    full = {f"why_{n}": {"value": str(n)} for n in range(1, 6)}
    assert len(why_chain(QUESTIONS, full).steps) == 5  # type: ignore[arg-type]


def test_that_the_wording_follows_the_language() -> None:
    assert BY_CODE["left_on"].text.startswith("Since when")
    with i18n.in_language("zh_CN"):
        assert BY_CODE["left_on"].text.startswith("您从什么时候")


def test_that_an_unknown_kind_of_question_is_a_fault() -> None:
    with pytest.raises(ValueError, match="mood"):
        build_questions([reference.Question("q", "问", "Ask", "mood")])


@pytest.mark.parametrize(
    ("given", "facts"),
    [
        ({"kind": RuleKind.LAPSING}, set()),
        ({"kind": RuleKind.PARTIAL_SHARE}, {"switched", "partial"}),
        ({"kind": RuleKind.PRODUCT_LINE_STOP}, {"switched", "partial"}),
        ({"kind": RuleKind.PARTIAL_SHARE, "extent": "full_switch"}, {"switched"}),
        ({"kind": RuleKind.LAPSING, "competitor": " 晨光 "}, {"switched"}),
        ({"kind": RuleKind.LAPSING, "competitor": "  "}, set()),
        (
            {
                "kind": RuleKind.CANCEL_REQUEST,
                "has_orders": True,
                "is_new": True,
                "has_promises": True,
                "in_peer_group": True,
            },
            {"has_orders", "new_customer", "has_promises", "peer_group"},
        ),
    ],
)
def test_that_facts_follow_from_the_case(given: dict[str, object], facts: set[str]) -> None:
    assert case_facts(**given) == facts  # type: ignore[arg-type]
