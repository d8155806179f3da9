"""Stages, moves, drafts and the order of the day."""

import datetime as dt

import pytest
from pydantic import ValidationError

from db.vocabulary import AttemptResult, CaseStage, Channel, Outcome, RuleKind
from desktop_app.domain.cases import (
    REASON_FREE,
    REOPEN_STAGES,
    CaseDraft,
    CloseDraft,
    OpenDraft,
    ReopenDraft,
    can_close,
    can_move,
    moves,
    priority,
    tried_enough,
    value_at_stake,
)
from desktop_app.domain.drafts import Draft
from desktop_app.domain.purchases import build_history
from desktop_app.domain.reasons import ChurnType
from desktop_app.errors import problems_from_validation

DAY = dt.date(2026, 9, 15)
TODAY = DAY.toordinal()
OPEN_STAGES = [stage for stage in CaseStage if stage is not CaseStage.CLOSED]


def problems(draft: type[Draft], **fields: object) -> dict[str, str]:
    """Field to sentence of what is wrong; empty when nothing is."""
    try:
        draft.model_validate(fields)
    except ValidationError as error:
        return {each.field: each.message for each in problems_from_validation(error)}
    return {}


# Stages ------------------------------------------------------------------------------------------


MOVES = {
    "identified": {"screened"},
    "screened": {"assigned", "identified"},
    "assigned": {"contacting", "screened"},
    "contacting": {"interviewed", "diagnosed", "assigned"},
    "interviewed": {"diagnosed", "contacting"},
    "diagnosed": {"plan_agreed", "follow_up", "interviewed"},
    "plan_agreed": {"remedy_in_progress", "follow_up", "diagnosed"},
    "remedy_in_progress": {"follow_up", "plan_agreed"},
    "follow_up": {"remedy_in_progress"},
    "closed": set(),
}


@pytest.mark.parametrize("stage", CaseStage)
@pytest.mark.parametrize("to", CaseStage)
def test_that_exactly_the_listed_moves_are_allowed(stage: CaseStage, to: CaseStage) -> None:
    assert can_move(stage, to) is (to in MOVES[stage])
    assert can_move(stage, to) is (to in moves(stage))


def test_that_a_move_leads_forward_or_one_step_back() -> None:
    order = tuple(CaseStage)
    assert all(order.index(to) - order.index(stage) >= -1 for stage in order for to in moves(stage))


@pytest.mark.parametrize("stage", OPEN_STAGES)
def test_that_closing_is_not_a_move_and_every_open_case_can_be_closed(stage: CaseStage) -> None:
    assert not can_move(stage, CaseStage.CLOSED)
    assert can_close(stage)


def test_that_only_reopening_leads_out_of_closed() -> None:
    assert moves(CaseStage.CLOSED) == ()
    assert not can_close(CaseStage.CLOSED)


def test_that_every_open_stage_can_be_reached_from_the_first() -> None:
    reached, waiting = set(), [CaseStage.IDENTIFIED]
    while waiting:
        stage = waiting.pop()
        reached.add(stage)
        waiting += [to for to in moves(stage) if to not in reached]
    assert reached == set(OPEN_STAGES)


def test_that_nobody_is_assigned_or_called_before_the_screening() -> None:
    assert moves(CaseStage.IDENTIFIED) == (CaseStage.SCREENED,)
    assert not can_move(CaseStage.SCREENED, CaseStage.CONTACTING)


# Drafts ------------------------------------------------------------------------------------------


def test_that_an_empty_case_draft_is_allowed() -> None:
    draft = CaseDraft()
    assert (draft.next_step, draft.next_due, draft.churn_type, draft.competitor) == (None,) * 3 + (
        "",
    )


def test_that_a_next_step_and_its_date_stand_together() -> None:
    assert problems(CaseDraft, next_step="call") == {"next_due": "Give the next step a date."}
    assert problems(CaseDraft, next_due=DAY) == {"next_due": "Say what is to be done on this date."}
    assert problems(CaseDraft, next_step="call", next_due=DAY) == {}
    assert set(problems(CaseDraft, next_step="dance", next_due=DAY)) == {"next_step"}


def test_that_a_heading_of_the_tree_is_no_churn_type_of_a_case() -> None:
    assert set(problems(CaseDraft, churn_type="active")) == {"churn_type"}
    assert problems(CaseDraft, churn_type="active_fault") == {}
    assert problems(CaseDraft, churn_type="undetermined") == {}
    assert problems(CaseDraft, churn_type=None) == {}


def test_that_drafts_are_frozen_strip_texts_and_refuse_unknown_fields() -> None:
    draft = OpenDraft.model_validate({"kind": "cancel_request", "what_happened": "  他说要走 "})
    assert draft.what_happened == "他说要走"
    with pytest.raises(ValidationError):
        draft.kind = RuleKind.LAPSING  # type: ignore[misc]
    assert set(problems(OpenDraft, kind="lapsing", surprise=1)) == {"surprise"}
    assert set(problems(OpenDraft)) == {"kind"}
    assert set(problems(CaseDraft, value_at_stake=-1)) == {"value_at_stake"}


# Closing -----------------------------------------------------------------------------------------


def test_that_only_three_outcomes_do_without_a_reason() -> None:
    assert {Outcome.UNREACHABLE, Outcome.DUPLICATE, Outcome.DO_NOT_PURSUE} == REASON_FREE


@pytest.mark.parametrize("outcome", Outcome)
def test_that_closing_needs_a_root_reason_unless_the_outcome_says_enough(outcome: Outcome) -> None:
    found = problems(CloseDraft, outcome=outcome)
    assert set(found) == (set() if outcome in REASON_FREE else {"root_reason"})


@pytest.mark.parametrize("outcome", Outcome)
def test_that_a_known_reason_needs_a_determined_type(outcome: Outcome) -> None:
    given = {"outcome": outcome, "root_reason": "price_increase"}
    assert set(problems(CloseDraft, **given)) == {"churn_type"}
    assert set(problems(CloseDraft, **given, churn_type="undetermined")) == {"churn_type"}
    assert set(problems(CloseDraft, **given, churn_type="active")) == {"churn_type"}
    assert problems(CloseDraft, **given, churn_type="active_fault") == {}


def test_that_an_unknown_reason_leaves_the_type_open() -> None:
    draft = CloseDraft.model_validate({"outcome": "lost", "root_reason": "unknown_refused"})
    assert draft.churn_type is ChurnType.UNDETERMINED
    kept = draft.model_copy(update={"churn_type": None}).model_dump()
    assert (
        CloseDraft.model_validate(kept | {"churn_type": "active_fault"}).churn_type
        == "active_fault"
    )


def test_that_a_wrong_outcome_is_the_only_thing_said() -> None:
    assert set(problems(CloseDraft, outcome="gone", churn_type="active_fault")) == {"outcome"}
    assert set(problems(CloseDraft)) == {"outcome"}


def test_that_a_blank_reason_is_none() -> None:
    draft = CloseDraft.model_validate({"outcome": "duplicate", "root_reason": "  "})
    assert (draft.root_reason, draft.churn_type) == (None, None)


@pytest.mark.parametrize("stage", CaseStage)
def test_that_reopening_goes_to_assigned_or_contacting_with_a_note(stage: CaseStage) -> None:
    assert ("stage" in problems(ReopenDraft, stage=stage, note="again")) is (
        stage not in REOPEN_STAGES
    )
    assert "note" in problems(ReopenDraft, stage=stage, note=" ")


# Value and priority ------------------------------------------------------------------------------


def history(*orders: tuple[int, int]):
    return build_history((TODAY - ago, amount) for ago, amount in orders)


@pytest.mark.parametrize(
    ("orders", "value"),
    [
        ((), None),
        (((-1, 500),), None),  # bought only after the day
        (((364, 100), (365, 50)), 100),
        (((400, 100), (700, 50), (764, 25), (765, 12)), 175),  # 365 days up to the last purchase
        (((10, 100), (5, -100)), 100),  # the year up to the last purchase: the return came later
        (((400, 100), (10, -500)), 100),
        (((400, 10), (401, -99)), 0),
    ],
)
def test_that_value_at_stake_is_a_year_of_spend(
    orders: tuple[tuple[int, int], ...], value: int | None
) -> None:
    assert value_at_stake(history(*orders), DAY) == value


def days(n: int) -> dt.date:
    return DAY + dt.timedelta(days=n)


def test_that_overdue_beats_due_today_beats_later_at_equal_value() -> None:
    lapsing = RuleKind.LAPSING
    order = [
        priority(1000, lapsing, days(-1), DAY),
        priority(1000, lapsing, DAY, DAY),
        priority(1000, lapsing, days(3), DAY),
    ]
    assert sorted([order[2], order[0], order[1]], key=lambda each: each.sort_key) == order
    assert [each.score for each in order] == [8000, 6000, 4000]
    assert priority(1000, lapsing, None, DAY).score == 6000


def test_that_asking_to_cancel_comes_before_any_value() -> None:
    cancel = priority(None, RuleKind.CANCEL_REQUEST, days(9), DAY)
    rich = priority(10**9, RuleKind.LAPSING, days(-9), DAY)
    assert cancel.sort_key < rich.sort_key
    assert cancel.sentence == "Asked to cancel: always first"


@pytest.mark.parametrize(
    ("due", "sentence"),
    [
        (None, "no next step: value × 1.5"),
        (-1, "1 day overdue: value × 2"),
        (-3, "3 days overdue: value × 2"),
        (0, "due today: value × 1.5"),
        (2, "due later: value × 1"),
    ],
)
def test_that_the_place_in_the_list_is_explained(due: int | None, sentence: str) -> None:
    when = None if due is None else days(due)
    assert priority(1000, RuleKind.LAPSING, when, DAY).sentence == sentence


def test_that_a_value_that_is_not_known_is_said() -> None:
    found = priority(None, RuleKind.LAPSING, days(-2), DAY)
    assert (found.score, found.sentence) == (0, "2 days overdue: value not known")


CALL, VISIT = Channel.CALL, Channel.VISIT
NOBODY, NO = AttemptResult.NO_ANSWER, AttemptResult.REFUSED


@pytest.mark.parametrize(
    ("tries", "attempts", "channels", "enough"),
    [
        ([], 3, 2, False),
        ([], 0, 2, True),
        ([(CALL, NOBODY)] * 3, 3, 2, False),
        ([(CALL, NOBODY)] * 3, 3, 1, True),
        ([(CALL, NOBODY), (VISIT, NOBODY)], 3, 2, False),
        ([(CALL, NOBODY), (CALL, NOBODY), (VISIT, NOBODY)], 3, 2, True),
        ([(CALL, NO)], 3, 2, True),
        ([(CALL, AttemptResult.DO_NOT_CONTACT)], 3, 2, True),
    ],
)
def test_that_nobody_is_given_up_before_enough_was_tried(
    tries: list[tuple[Channel, AttemptResult]], attempts: int, channels: int, enough: bool
) -> None:
    assert tried_enough(iter(tries), attempts, channels) is enough
