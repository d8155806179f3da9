"""Which offer fits, what stays, what needs a yes."""

import datetime as dt
import uuid
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.vocabulary import Approach, CustomerClass, OfferState, RuleKind
from desktop_app.domain.arrears import is_malicious
from desktop_app.domain.offers import (
    MISMATCH_WORDS,
    NEED_WORDS,
    Facts,
    Mismatch,
    Need,
    OfferSettings,
    approach_of,
    cap_reached,
    first_match,
    mismatches,
    needs,
    resolution,
)

DAY = dt.date(2026, 9, 15)
X, Y = uuid.UUID(int=1), uuid.UUID(int=2)


@dataclass(frozen=True)
class Rule:
    reason_group: str | None = None
    reason_code: str | None = None
    klass: CustomerClass | None = None
    kind: RuleKind | None = None
    min_value: int | None = None
    is_usable: bool = True


@dataclass(frozen=True)
class Made:
    offer_id: uuid.UUID
    state: OfferState
    ago: int = 0
    is_lapsed: bool = False

    @property
    def proposed_on(self) -> dt.date:
        return DAY - dt.timedelta(days=self.ago)


def test_that_a_ceiling_is_a_share_of_what_a_save_is_expected_to_keep() -> None:
    # margin 300.00 a year, half leave, no discount: 300 / 0.5 = 600; half the saves hold: 300.
    settings = OfferSettings(
        margin_percent=30, churn_percent=50, discount_percent=0, chance_percent=50,
        ceiling_percent=20,
    )  # fmt: skip
    assert settings.ceiling(100_000) == 6_000
    assert settings.ceiling(0) == 0
    assert settings.ceiling(None) is None


FACTS = Facts("price", "price_increase", CustomerClass.A, RuleKind.LAPSING, 500)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Rule(), ()),
        (Rule("price", "price_increase", CustomerClass.A, RuleKind.LAPSING, 500), ()),
        (Rule(reason_group="quality"), (Mismatch.REASON_GROUP,)),
        (Rule(reason_code="price_war"), (Mismatch.REASON_CODE,)),
        (Rule(klass=CustomerClass.B), (Mismatch.KLASS,)),
        (Rule(kind=RuleKind.CANCEL_REQUEST), (Mismatch.KIND,)),
        (Rule(min_value=501), (Mismatch.VALUE,)),
        (Rule("quality", is_usable=False), (Mismatch.REASON_GROUP, Mismatch.RETIRED)),
    ],
)
def test_that_a_rule_says_all_that_keeps_it_from_fitting(
    rule: Rule, expected: tuple[Mismatch, ...]
) -> None:
    assert mismatches(rule, FACTS) == expected


def test_that_what_is_not_known_fits_no_condition() -> None:
    assert mismatches(Rule("price", min_value=0), Facts()) == (
        Mismatch.REASON_GROUP,
        Mismatch.VALUE,
    )


def test_that_the_first_rule_that_fits_wins_and_later_ones_are_not_asked() -> None:
    rules = [Rule("quality"), Rule("price"), Rule()]
    checked = first_match(rules, FACTS)
    assert [each.rule for each in checked] == rules[:2]
    assert [each.fits for each in checked] == [False, True]
    assert not any(each.fits for each in first_match(rules[:1], FACTS))
    assert first_match([], FACTS) == ()


def test_that_the_first_accepted_offer_stays_else_the_first_one() -> None:
    declined, accepted = Made(X, OfferState.DECLINED, 9), Made(Y, OfferState.ACCEPTED, 3)
    assert resolution([declined, accepted, Made(X, OfferState.ACCEPTED, 1)], DAY, 90) == accepted
    assert resolution([declined, Made(Y, OfferState.WAITING, 3)], DAY, 90) == declined


@pytest.mark.parametrize("state", [OfferState.REFUSED, OfferState.WITHDRAWN])
def test_that_what_never_reached_the_customer_does_not_stay(state: OfferState) -> None:
    assert resolution([Made(X, state)], DAY, 90) is None


@pytest.mark.parametrize(("ago", "stays"), [(0, True), (89, True), (90, False)])
def test_that_an_offer_stays_for_so_many_days(ago: int, stays: bool) -> None:
    assert (resolution([Made(X, OfferState.DECLINED, ago)], DAY, 90) is not None) is stays
    assert resolution([Made(X, OfferState.DECLINED, 0)], DAY, 0) is None


@given(st.lists(st.tuples(st.sampled_from([X, Y]), st.sampled_from(OfferState), st.booleans(),
                          st.integers(0, 400)), max_size=8))  # fmt: skip
def test_that_the_cap_counts_what_stands_of_this_offer_within_a_year(
    drawn: list[tuple[uuid.UUID, OfferState, bool, int]],
) -> None:
    made = [Made(offer, state, ago, lapsed) for offer, state, lapsed, ago in drawn]
    standing = {OfferState.WAITING, OfferState.APPROVED, OfferState.ACCEPTED}
    count = sum(
        offer == X and state in standing and not lapsed and ago < 365
        for offer, state, lapsed, ago in drawn
    )
    assert cap_reached(made, X, count + 1, DAY) is False
    assert cap_reached(made, X, max(1, count), DAY) is (count > 0)


@pytest.mark.parametrize(
    ("together", "ceiling", "over", "departs", "expected"),
    [
        (100, 100, False, False, ()),
        (101, 100, False, False, (Need.CEILING,)),
        (1, None, False, False, (Need.VALUE_UNKNOWN,)),
        (0, None, False, False, ()),
        (101, 100, True, True, (Need.CEILING, Need.ANOTHER, Need.BUDGET)),
    ],
)
def test_that_an_offer_says_why_it_needs_a_yes(
    together: int, ceiling: int | None, over: bool, departs: bool, expected: tuple[Need, ...]
) -> None:
    assert needs(together, ceiling, over_budget=over, departs=departs) == expected


def test_that_the_approach_of_a_case_is_that_of_its_offers() -> None:
    price, relation = Approach.PRICE, Approach.RELATIONSHIP
    assert approach_of([]) is None
    assert approach_of([price, price]) is price
    assert approach_of([price, relation]) is Approach.MIXED
    assert approach_of([Approach.MIXED]) is Approach.MIXED


def test_that_all_words_are_there() -> None:
    assert set(MISMATCH_WORDS) == set(Mismatch)
    assert set(NEED_WORDS) == set(Need)


def test_that_bad_faith_is_told_by_the_customer_or_the_churn_type() -> None:
    assert is_malicious(None, owes_in_bad_faith=True)
    assert is_malicious("passive_malicious", owes_in_bad_faith=False)
    assert not is_malicious("passive_nonmalicious", owes_in_bad_faith=False)
