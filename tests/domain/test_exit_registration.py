"""Gift eligibility (F-38): arrears = 0 AND the reason is filled in."""

import pytest
from pydantic import ValidationError

from desktop_app.domain.exit_registration import (
    SENTENCES,
    ExitDraft,
    NoGift,
    gift_eligible,
    gift_obstacles,
)


@pytest.mark.parametrize(
    ("arrears", "reason", "eligible"),
    [
        (0, "price_increase", True),
        (1, "price_increase", False),
        (0, "", False),
        (1, "", False),
    ],
)
def test_that_only_one_of_four_combinations_gets_the_gift(
    arrears: int, reason: str, eligible: bool
) -> None:
    assert gift_eligible(arrears, reason) is eligible


@pytest.mark.parametrize(
    ("arrears", "reason", "obstacles"),
    [
        (None, "price_increase", [NoGift.ARREARS_UNKNOWN]),  # not known is not zero
        (None, None, [NoGift.ARREARS_UNKNOWN, NoGift.NO_REASON]),
        (500, None, [NoGift.IN_ARREARS, NoGift.NO_REASON]),
        (0, "   ", [NoGift.NO_REASON]),
        (0, "unknown_refused", [NoGift.NO_REASON]),  # a reason that says nothing
        (0, "social_herding", []),
    ],
)
def test_that_each_failing_condition_is_named(
    arrears: int | None, reason: str | None, obstacles: list[NoGift]
) -> None:
    assert list(gift_obstacles(arrears, reason)) == obstacles
    assert gift_eligible(arrears, reason) is (not obstacles)


def test_that_every_obstacle_has_a_sentence() -> None:
    assert set(SENTENCES) == set(NoGift)


def test_that_an_exit_is_taken_down_with_little() -> None:
    draft = ExitDraft(reason=" ", words=None)  # type: ignore[arg-type]
    assert (draft.reason, draft.words, draft.arrears, draft.gift) == (None, "", None, "")
    with pytest.raises(ValidationError):
        ExitDraft(arrears=-1)
