"""The six steps of winning back: evidence, gates, closing, and the shortest time (2.6)."""

import datetime as dt
import uuid
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from db import reference
from db.vocabulary import Channel, CustomerClass, Outcome, TaskState, WinBackStepKind
from desktop_app.domain import win_back
from desktop_app.domain.win_back import (
    DRAFTS,
    GATE_WORDS,
    MISSING_WORDS,
    Evidence,
    Gate,
    Missing,
    OutdoDraft,
    PlanDraft,
    PlanItemDraft,
    PreventDraft,
    StepState,
)
from desktop_app.domain.work_calendar import WEEKDAYS

ZONE = ZoneInfo("Asia/Shanghai")
SPOKEN = dt.datetime(2026, 9, 15, 10, tzinfo=ZONE)
IDENTIFY, CONTACT, PLAN, SATISFY, PREVENT, OUTDO = WinBackStepKind

COMPLETE: dict[WinBackStepKind, dict[str, Any]] = {
    IDENTIFY: {"name_verified": True, "address_verified": True},
    CONTACT: {"channel": "visit", "apologised": True, "listened": True, "gift": "鲜花"},
    PLAN: {"displeasure_resolved": True, "opinions": "送货太慢", "agreed": True},
    SATISFY: {"demands_met": True, "result": "will_return"},
    PREVENT: {"no_defect": "客户搬到外地"},
    OUTDO: {
        f"{axis}{part}": value
        for axis in ("more", "faster", "better")
        for part, value in (("", "ahead"), ("_ours", "我们"), ("_theirs", "对方"))
    },
}


def whole(**changes: Any) -> Evidence:
    known = {"facts": COMPLETE, "first_contact": SPOKEN, "items": (True,)}
    return Evidence(**(known | changes))


def without(kind: WinBackStepKind, *names: str) -> Evidence:
    """All that is needed, save some facts of one step."""
    kept = {name: None if name in names else one for name, one in COMPLETE[kind].items()}
    return whole(facts=COMPLETE | {kind: kept})


def test_that_the_steps_are_those_of_the_reference_and_each_has_a_draft() -> None:
    assert [entry.code for entry in reference.entries("visit_steps")] == list(WinBackStepKind)
    assert set(DRAFTS) == set(WinBackStepKind)
    assert set(MISSING_WORDS) == set(Missing)
    assert set(GATE_WORDS) == set(Gate)
    for kind, facts in COMPLETE.items():
        assert DRAFTS[kind].model_validate(facts)


@pytest.mark.parametrize("kind", WinBackStepKind)
def test_that_a_step_is_done_when_nothing_is_missing(kind: WinBackStepKind) -> None:
    assert win_back.missing(kind, whole()) == ()
    assert win_back.state(kind, whole()) is StepState.DONE


@pytest.mark.parametrize(
    ("kind", "names", "what"),
    [
        (IDENTIFY, ("name_verified",), Missing.NAME),
        (IDENTIFY, ("address_verified",), Missing.ADDRESS),
        (CONTACT, ("apologised",), Missing.APOLOGY),
        (CONTACT, ("listened",), Missing.LISTENING),
        (CONTACT, ("gift",), Missing.GIFT),
        (CONTACT, ("channel",), Missing.CHANNEL),
        (PLAN, ("displeasure_resolved",), Missing.DISPLEASURE),
        (PLAN, ("opinions",), Missing.OPINIONS),
        (PLAN, ("agreed",), Missing.AGREEMENT),
        (SATISFY, ("demands_met",), Missing.DEMANDS),
        (SATISFY, ("result",), Missing.RESULT),
        (PREVENT, ("no_defect",), Missing.IMPROVEMENT),
        (OUTDO, ("more",), Missing.MORE),
        (OUTDO, ("faster_ours",), Missing.FASTER),
        (OUTDO, ("better_theirs",), Missing.BETTER),
    ],
)
def test_that_each_fact_is_asked_for(
    kind: WinBackStepKind, names: tuple[str, ...], what: Missing
) -> None:
    known = without(kind, *names)
    assert win_back.missing(kind, known) == (what,)
    assert win_back.state(kind, known) is StepState.BEGUN


def test_that_what_the_case_knows_is_asked_for_too() -> None:
    assert win_back.missing(IDENTIFY, whole(has_address=False)) == (Missing.ADDRESS,)
    assert win_back.missing(CONTACT, whole(first_contact=None)) == (Missing.FIRST_CONTACT,)
    assert win_back.missing(PLAN, whole(items=())) == (Missing.ITEMS,)
    assert win_back.missing(SATISFY, whole(items=(True, False))) == (Missing.OPEN_ITEMS,)
    assert win_back.state(PREVENT, Evidence(first_contact=SPOKEN)) is StepState.OPEN


def test_that_a_task_that_is_not_dropped_prevents_it_from_happening_again() -> None:
    facts = COMPLETE | {PREVENT: {"task": "k"}}
    for state, missing in (
        (TaskState.OPEN, ()),
        (TaskState.DONE, ()),
        (TaskState.DROPPED, (Missing.IMPROVEMENT,)),
        (None, (Missing.IMPROVEMENT,)),
    ):
        assert win_back.missing(PREVENT, whole(facts=facts, improvement=state)) == missing


def test_that_a_gift_is_asked_for_at_a_visit_only() -> None:
    called = {"channel": Channel.CALL.value, "apologised": True, "listened": True, "gift": ""}
    assert win_back.missing(CONTACT, whole(facts={CONTACT: called})) == ()


def test_that_gates_close_what_may_not_come_yet() -> None:
    nothing = Evidence()
    assert [win_back.gate(kind, nothing) for kind in WinBackStepKind] == [
        None, None, Gate.NOT_SPOKEN, Gate.NO_PLAN, Gate.NOT_SPOKEN, Gate.NO_PLAN,
    ]  # fmt: skip
    for kind in (PLAN, PREVENT):
        assert win_back.gate(kind, Evidence(first_contact=SPOKEN)) is None
    assert win_back.gate(SATISFY, without(PLAN, "agreed")) is Gate.NOT_AGREED
    assert win_back.gate(OUTDO, without(PLAN, "agreed")) is None
    assert win_back.state(SATISFY, whole(items=())) is StepState.CLOSED  # though it was saved


@pytest.mark.parametrize(
    "entered",
    [
        {"opinions": "太贵"},
        {"items": [PlanItemDraft(words="换货", due_on=dt.date(2026, 9, 20))]},
        {"agreed": True},
    ],
)
def test_that_nothing_is_planned_before_displeasure_is_gone(entered: dict[str, Any]) -> None:
    (name,) = entered
    with pytest.raises(ValidationError) as refused:
        PlanDraft.model_validate(entered)
    assert [each["loc"] for each in refused.value.errors()] == [(name,)]
    assert PlanDraft.model_validate({"displeasure_resolved": True} | entered)
    assert PlanDraft()


def test_that_prevention_is_an_improvement_or_a_reason_not_both() -> None:
    who = {"owner_id": uuid.uuid4(), "due_on": dt.date(2026, 9, 20)}
    assert PreventDraft(improvement="换承运商", **who).no_defect == ""
    assert PreventDraft(no_defect="客户搬迁").improvement == ""
    with pytest.raises(ValidationError, match="not both"):
        PreventDraft(improvement="换承运商", no_defect="客户搬迁", **who)
    with pytest.raises(ValidationError, match="somebody who does it") as refused:
        PreventDraft(improvement="换承运商")
    assert [each["loc"] for each in refused.value.errors()] == [("owner_id",), ("due_on",)]
    assert OutdoDraft().more is None


def test_that_a_case_whose_steps_have_begun_is_not_closed_without_prevention() -> None:
    begun = without(PREVENT, "no_defect")
    held = {outcome for outcome in Outcome if win_back.prevents_closing(outcome, begun)}
    assert held == set(Outcome) - {Outcome.DUPLICATE, Outcome.DO_NOT_PURSUE}
    never_spoken_to = replace(begun, first_contact=None)
    for known in (Evidence(), whole(), never_spoken_to):
        assert not any(win_back.prevents_closing(outcome, known) for outcome in Outcome)


@pytest.mark.parametrize(
    ("klass", "first", "is_late", "hours"),
    [
        (CustomerClass.A, dt.datetime(2026, 9, 15, 18, tzinfo=ZONE), False, 18),
        (CustomerClass.A, dt.datetime(2026, 9, 15, 18, 1, tzinfo=ZONE), True, 18),
        (CustomerClass.B, dt.datetime(2026, 9, 17, 18, tzinfo=ZONE), False, 66),
        (None, dt.datetime(2026, 9, 17, 18, 1, tzinfo=ZONE), True, 66),
        (CustomerClass.A, dt.datetime(2026, 9, 14, 11, tzinfo=ZONE), False, 0),  # on the day itself
    ],
)
def test_how_soon_somebody_spoke_to_the_customer(
    klass: CustomerClass | None, first: dt.datetime, is_late: bool, hours: int
) -> None:
    left = dt.date(2026, 9, 14)  # a Monday: 24 hours are the Tuesday, 72 until Thursday
    now = dt.datetime(2026, 10, 1, tzinfo=ZONE)
    found = win_back.timing(left, klass, first, now, WEEKDAYS)
    assert (found.is_late, found.hours, found.first) == (is_late, hours, first)


def test_that_a_contact_that_is_awaited_gets_late() -> None:
    left, zone = dt.date(2026, 9, 11), ZONE  # a Friday: Monday is the first working day
    for now, is_late in (
        (dt.datetime(2026, 9, 14, 17, tzinfo=zone), False),
        (dt.datetime(2026, 9, 14, 19, tzinfo=zone), True),
    ):
        found = win_back.timing(left, CustomerClass.A, None, now, WEEKDAYS)
        assert (found.first, found.is_late) == (None, is_late)
        assert found.due == dt.datetime(2026, 9, 14, 18, tzinfo=zone)
