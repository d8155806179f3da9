"""Error rate of a double entry."""

import pytest

from desktop_app.domain.double_entry import KeyingErrors, keying_errors


@pytest.mark.parametrize(
    ("keyed", "differing", "expected"),
    [
        ("abcd", "b", 0.25),
        ("abcd", "", 0.0),
        ("ab", "ab", 1.0),
        ("aab", "aa", 0.5),  # a field counts once
        ("ab", "c", 1 / 3),  # settled away: no keying has it any more
    ],
)
def test_that_the_rate_is_the_share_of_keyed_fields_that_differ(
    keyed: str, differing: str, expected: float
) -> None:
    assert keying_errors(keyed, differing).rate == expected


def test_that_the_rate_of_nothing_is_not_known() -> None:
    assert keying_errors((), ()) == KeyingErrors(0, 0)
    assert KeyingErrors(0, 0).rate is None
