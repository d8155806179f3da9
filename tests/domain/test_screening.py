"""Do-not-pursue rules (F-13): two changes of supplier pass, three do not."""

import datetime as dt

import pytest
from pydantic import ValidationError

from desktop_app.domain.screening import (
    ScreenCode,
    ScreenFacts,
    SwitchLimit,
    screen,
    switches_in,
    words_of,
    years_before,
)

AS_OF = dt.date(2026, 9, 15)


def switched(*dates: tuple[int, int, int]) -> ScreenFacts:
    return ScreenFacts(switch_dates=[dt.date(*each) for each in dates])


RECENT = ((2022, 1, 1), (2024, 1, 1), (2026, 1, 1))


def test_that_two_switches_pass_and_three_do_not() -> None:
    assert screen(switched(*RECENT[:2]), AS_OF) == ()
    (hit,) = screen(switched(*RECENT), AS_OF)
    assert hit.code is ScreenCode.SERIAL_SWITCHER
    assert hit.text == "Changed supplier 3 times in 5 years (limit 2)."


def test_that_the_inclusive_reading_stops_two() -> None:
    limit = SwitchLimit(inclusive=True)
    assert [hit.code for hit in screen(switched(*RECENT[:2]), AS_OF, limit)] == [
        ScreenCode.SERIAL_SWITCHER
    ]
    assert screen(switched(*RECENT[:1]), AS_OF, limit) == ()


def test_that_five_years_roll_by_date() -> None:
    assert screen(switched((2021, 9, 15), *RECENT[1:]), AS_OF) == ()  # five years ago today: out
    assert screen(switched((2021, 9, 16), *RECENT[1:]), AS_OF)
    assert screen(switched((2021, 9, 16), *RECENT[1:]), AS_OF + dt.timedelta(days=1)) == ()


def test_that_a_switch_after_the_day_does_not_count() -> None:
    assert switches_in([dt.date(2026, 9, 15), dt.date(2026, 9, 16)], AS_OF, 5) == 1


def test_that_a_leap_day_counts_back_to_the_28th() -> None:
    assert years_before(dt.date(2028, 2, 29), 5) == dt.date(2023, 2, 28)
    assert years_before(dt.date(2028, 2, 29), 4) == dt.date(2024, 2, 29)


@pytest.mark.parametrize(
    ("facts", "code", "text"),
    [
        (ScreenFacts(is_deceased=True), ScreenCode.DECEASED, "The customer has died."),
        (
            ScreenFacts(do_not_contact=True),
            ScreenCode.DO_NOT_CONTACT,
            "The customer asked not to be contacted.",
        ),
        (
            ScreenFacts(malicious_arrears=True),
            ScreenCode.MALICIOUS_ARREARS,
            "The customer owes money in bad faith.",
        ),
    ],
)
def test_that_each_flag_stops_the_case(facts: ScreenFacts, code: ScreenCode, text: str) -> None:
    (hit,) = screen(facts, AS_OF)
    assert (hit.code, hit.text) == (code, text)


def test_that_all_reasons_are_given_together() -> None:
    facts = ScreenFacts(tuple(dt.date(*each) for each in RECENT), True, True, True)
    assert [hit.code for hit in screen(facts, AS_OF)] == list(ScreenCode)


def test_that_the_limit_has_limits() -> None:
    with pytest.raises(ValidationError):
        SwitchLimit(years=0)
    with pytest.raises(ValidationError):
        SwitchLimit(limit=-1)


def test_that_what_was_found_is_told_from_its_codes_where_they_say_all() -> None:
    both = "deceased,do_not_contact"
    assert words_of(both, "noted") == " ".join(
        (
            *(hit.text for hit in screen(ScreenFacts(is_deceased=True), AS_OF)),
            "The customer asked not to be contacted.",
        )
    )
    assert words_of("", "noted") == "noted"
    assert words_of("serial_switcher", "3 times") == "3 times"  # it has numbers of its own
