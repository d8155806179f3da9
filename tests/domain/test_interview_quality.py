"""Radar of interview quality: planted faults are found, honest interviews are left in peace."""

import datetime as dt
import json
import random
from dataclasses import replace
from math import exp, log

import numpy as np
import pytest
from scipy import stats

from desktop_app.domain.interview_quality import (
    TITLES,
    FinishedInterview,
    QualityKind,
    QualityLimits,
    copied_text,
    drift,
    not_probed,
    radar,
    same_answers,
    too_fast,
)

LIMITS = QualityLimits()
DAY = dt.date(2026, 3, 2)


def interview(number: int, agent: str = "li", **fields: object) -> FinishedInterview:
    plain = FinishedInterview(
        f"i{number:04}", f"case{number:04}", agent, DAY + dt.timedelta(days=number)
    )
    return replace(plain, **fields)  # type: ignore[arg-type]


def paced(seconds: list[float]) -> list[FinishedInterview]:
    return [interview(at, seconds=value * 10, answered=10) for at, value in enumerate(seconds)]


def honest(agent: str, first: int, n: int, chance: random.Random) -> list[FinishedInterview]:
    reasons = ["price"] * 4 + ["service"] * 3 + ["moved"] * 2 + ["unknown_other"]
    return [
        interview(
            first + at,
            agent,
            seconds=exp(chance.gauss(log(200), 0.3)),
            answered=10,
            choices={f"q{q}": chance.choice("abcd") for q in range(6)},
            verbatims=("".join(chance.choices("价格服务店员态度搬家距离产品质量", k=20)),),
            reason=chance.choice(reasons),
        )
        for at in range(n)
    ]


def test_that_the_limit_of_pace_is_the_robust_one_of_scipy() -> None:
    paces = [18.0, 22, 25, 20, 30, 16, 24, 21, 19, 4]
    logs = np.log(paces)
    limit = exp(np.median(logs) - 3 * float(stats.median_abs_deviation(logs, scale="normal")))
    (found,) = too_fast(paced(paces), LIMITS)
    assert (found.kind, found.interviews, found.agent) == (QualityKind.TOO_FAST, ("i0009",), "li")
    assert found.measured == 4
    assert found.limit == pytest.approx(limit)
    assert found.detail["usual_seconds"] == pytest.approx(exp(np.median(logs)))
    assert found.sentence_zh == "每题平均用时 4 秒，低于 10.8 秒"
    assert found.sentence_en == "4 s per question on average, less than 10.8 s"


def test_that_few_interviews_or_one_pace_for_all_have_only_the_floor() -> None:
    assert too_fast(paced([20, 20, 22, 24, 20, 26, 4]), LIMITS) == ()
    assert too_fast(paced([20.0] * 10 + [4]), LIMITS) == ()
    (found,) = too_fast(paced([20.0] * 10 + [1.9, 2.0]), LIMITS)
    assert (found.interviews, found.limit) == (("i0010",), 2.0)
    (few,) = too_fast(paced([0, 20]), LIMITS)
    assert (few.measured, few.limit, few.detail["usual_seconds"]) == (0, 2, None)


def test_that_times_not_measured_and_empty_interviews_are_left_out() -> None:
    silent = [interview(1, answered=10), interview(2, seconds=0.0, answered=0)]
    assert too_fast(silent, LIMITS) == ()


def test_that_one_agents_same_answers_are_found() -> None:
    chance = random.Random(3)
    everybody = [*honest("li", 0, 40, chance), *honest("wang", 100, 40, chance)]
    same = {f"q{q}": "a" for q in range(6)}
    copies = [interview(200 + at, "chen", choices=same) for at in range(5)]
    mixed = [*everybody, *copies, *honest("chen", 300, 15, chance)]
    (found,) = same_answers(mixed, LIMITS)
    assert (found.agent, found.interviews) == ("chen", tuple(one.interview for one in copies))
    assert found.measured == 0.25
    assert found.detail["of"] == 20
    elsewhere = stats.fisher_exact([[5, 15], [0, 80]], alternative="greater").pvalue
    chosen = [sum(one.choices.get(f"q{q}") == "a" for one in mixed) / 100 for q in range(6)]
    independent = stats.binom.sf(4, 20, np.prod(chosen))
    assert found.detail["probability"] == pytest.approx(max(elsewhere, independent))
    assert found.limit == pytest.approx(np.prod(chosen))
    assert found.sentence_zh == "20 次访谈中有 5 次的选项完全相同，预计至多占 0.1%"
    assert found.sentence_en == "The same choices in 5 of 20 interviews, at most 0.1 % expected"


def test_that_answers_everybody_gives_are_no_fault() -> None:
    same = {f"q{q}": "a" for q in range(6)}
    crowd = [interview(at, "li" if at % 2 else "wang", choices=same) for at in range(40)]
    assert same_answers(crowd, LIMITS) == ()
    short = [interview(at, choices={"q1": "a"}) for at in range(20)]
    others = [interview(50 + at, "wang", choices={"q1": "b"}) for at in range(20)]
    assert same_answers([*short, *others], LIMITS) == ()


def test_that_a_lone_agent_is_judged_by_the_frequency_of_each_choice() -> None:
    chance = random.Random(5)
    same = {f"q{q}": "b" for q in range(8)}
    varied = [
        interview(at, choices={f"q{q}": chance.choice("abcdef") for q in range(8)})
        for at in range(30)
    ]
    lone = [*varied, *(interview(100 + at, choices=same) for at in range(6))]
    (found,) = same_answers(lone, LIMITS)
    assert len(found.interviews) == 6
    assert found.agent == "li"


def test_that_copied_words_of_different_cases_are_found() -> None:
    words = "They raised the price twice without telling me"
    group = [
        interview(1, verbatims=(words, "短")),
        interview(2, "wang", verbatims=("THEY raised the price twice, without telling me!!",)),
        interview(3, verbatims=(words + " s",)),
        interview(4, verbatims=("The shop moved too far away from my home",)),
        interview(5, verbatims=("短", "价格太贵")),
        interview(6, verbatims=("价格太贵",)),
    ]
    (found,) = copied_text(group, LIMITS)
    assert found.interviews == ("i0001", "i0002", "i0003")
    assert found.agent is None
    assert found.detail["agents"] == ["li", "wang"]
    assert found.measured == pytest.approx(35 / 36)
    assert found.limit == 0.85
    assert found.sentence_zh == "3 个个案的客户原话几乎相同（相似度至少 97.2%）"
    assert found.sentence_en == (
        "Customers of 3 cases are quoted in nearly the same words (at least 97.2 % alike)"
    )


def test_that_chinese_words_are_compared_and_one_case_may_repeat_itself() -> None:
    words = "店员态度很差，投诉以后也没有人回复我"
    mine = [interview(1, verbatims=(words,)), interview(2, verbatims=(words + "。",))]
    (found,) = copied_text(mine, LIMITS)
    assert (found.agent, found.measured) == ("li", 1.0)
    same_case = [replace(one, case="one") for one in mine]
    assert copied_text(same_case, LIMITS) == ()
    nearly = [same_case[0], replace(same_case[1], verbatims=(words + "吧",))]
    assert copied_text(nearly, LIMITS) == ()
    assert len(copied_text([mine[0], replace(mine[1], verbatims=(words + "吧",))], LIMITS)) == 1
    assert copied_text(mine, QualityLimits(min_characters=50)) == ()


def test_that_groups_hang_together_by_their_own_similarity() -> None:
    near, far = "abcdefghijklmnopqrst", "天地玄黄宇宙洪荒日月盈昃辰宿列张"
    group = [
        interview(1, verbatims=(near,)),
        interview(2, verbatims=(near + "u",)),
        interview(3, verbatims=(far,)),
        interview(4, verbatims=(far,)),
    ]
    first, second = copied_text(group, LIMITS)
    assert (first.interviews, first.measured) == (("i0001", "i0002"), pytest.approx(18 / 19))
    assert (second.interviews, second.measured) == (("i0003", "i0004"), 1.0)


def reasons(agent: str, first: int, counts: dict[str | None, int]) -> list[FinishedInterview]:
    every = [reason for reason, count in counts.items() for _ in range(count)]
    return [interview(first + at, agent, reason=reason) for at, reason in enumerate(every)]


def test_that_a_drifting_agent_is_found_by_the_exact_test() -> None:
    coded = [
        *reasons("li", 0, {"price": 18, "service": 2}),
        *reasons("wang", 100, {"price": 12, "service": 14, "moved": 12, "unknown_other": 2}),
        *reasons("chen", 200, {"price": 11, "service": 13, "moved": 13, None: 9}),
    ]
    (found,) = drift(coded, LIMITS)
    assert (found.kind, found.agent) == (QualityKind.REASON_DRIFT, "li")
    assert found.interviews == tuple(f"i{at:04}" for at in range(18))
    assert (found.measured, found.limit) == (0.9, pytest.approx(23 / 75))
    exact = stats.fisher_exact([[18, 2], [23, 52]], alternative="greater").pvalue
    assert found.detail["probability"] == pytest.approx(exact * 3 * 4)  # 3 reasons, 4 tests
    assert found.detail["reason"] == "price"
    assert found.sentence_zh == "20 次原因已知的访谈中有 18 次记录了同一原因（90%），其他人为 30.6%"
    assert found.sentence_en == (
        "18 of 20 interviews with a known reason have the same one (90 %), 30.6 % with all others"
    )


def test_that_too_many_unknown_reasons_are_found_whatever_their_code() -> None:
    coded = [
        *reasons("li", 0, {"unknown_other": 9, "unknown_refused": 9, "price": 2}),
        *reasons("wang", 100, {"price": 20, "service": 18, "unknown_other": 2}),
    ]
    (found,) = drift(coded, LIMITS)
    assert (found.kind, len(found.interviews)) == (QualityKind.UNKNOWN_DRIFT, 18)
    assert (found.measured, found.limit) == (0.9, 0.05)
    exact = stats.fisher_exact([[18, 2], [2, 38]], alternative="greater").pvalue
    assert found.detail["probability"] == pytest.approx(exact * 2)  # both agents
    assert found.sentence_zh == "20 次访谈中有 18 次原因不明（90%），其他人为 5%"
    assert found.sentence_en == (
        "18 of 20 interviews have no known reason (90 %), 5 % with all others"
    )
    only = [replace(one, reason="unknown_other") for one in coded if one.agent == "li"]
    (again,) = drift([*only, *coded[20:]], LIMITS)
    assert again.measured == 1


def test_that_too_few_interviews_are_not_judged() -> None:
    others = reasons("wang", 100, {"service": 40})
    assert drift([*reasons("li", 0, {"price": 7}), *others], LIMITS) == ()
    assert drift(others, LIMITS) == ()
    assert len(drift([*reasons("li", 0, {"price": 8}), *others], LIMITS)) == 2


def test_that_honest_interviews_raise_few_alarms() -> None:
    """Sixty random teams of five honest agents, each judged twice at one in a hundred."""
    alarms = 0
    for seed in range(60):
        chance = random.Random(seed)
        team = [
            one
            for at, agent in enumerate(["li", "wang", "chen", "zhao", "sun"])
            for one in honest(agent, at * 100, 20, chance)
        ]
        alarms += bool(drift(team, LIMITS)) + bool(same_answers(team, LIMITS))
        assert copied_text(team, LIMITS) == ()
    assert alarms <= 2


def test_that_the_radar_finds_every_planted_fault_in_any_order() -> None:
    chance = random.Random(11)
    team = [*honest("li", 0, 40, chance), *honest("wang", 100, 40, chance)]
    same = {f"q{q}": "a" for q in range(6)}
    team += [
        replace(
            one,
            choices=same,
            reason="price",
            seconds=15.0,
            verbatims=("客户说价格实在太贵",),
            probed=0,
        )
        for one in honest("chen", 200, 12, chance)
    ]
    found = radar(team)
    assert {one.kind for one in found} == set(QualityKind) - {QualityKind.UNKNOWN_DRIFT}
    assert all(one.agent == "chen" for one in found if one.kind is not QualityKind.TOO_FAST)
    chance.shuffle(team)
    assert radar(team, LIMITS) == found
    json.dumps([dict(one.detail) for one in found])


def test_that_a_pace_just_below_the_limit_never_reads_as_the_limit() -> None:
    (found,) = too_fast(paced([1.9996]), LIMITS)
    assert found.sentence_en == "1.9996 s per question on average, less than 2.0000 s"
    (found,) = too_fast(paced([1.97]), LIMITS)
    assert found.sentence_en == "1.97 s per question on average, less than 2.00 s"


def test_that_a_reason_without_any_why_question_answered_is_told() -> None:
    team = [
        interview(0, reason="price", probed=0),
        interview(1, reason="price", probed=1),
        interview(2, reason="unknown_refused", probed=0),  # nothing to probe
        interview(3, reason=None, probed=0),
        interview(4, reason="price"),  # the questionnaire has no why-questions
    ]
    (found,) = not_probed(team)
    assert (found.kind, found.interviews) == (QualityKind.NOT_PROBED, ("i0000",))
    assert (found.measured, found.limit) == (0.0, 1.0)
    assert found.sentence_en == "A reason was recorded, and no why-question was answered"


def test_that_every_kind_has_a_title() -> None:
    assert set(TITLES) == set(QualityKind)
    assert radar([]) == ()
