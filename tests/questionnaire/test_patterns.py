"""Regular expressions of forms: what they mean, and that none keeps anybody waiting."""

import time

import pytest

from desktop_app.questionnaire import patterns
from desktop_app.questionnaire.functions import FUNCTIONS

SLOW = "(a|a)+[bc]"


@pytest.mark.parametrize(
    ("expression", "text", "expected"),
    [
        (r"\d{4}", "1234", True),
        (r"\d{4}", "12345", False),
        (r"[\w-.]+", "a-b.c", True),
        (r"[\w-.]+", "a b", False),
        ("[\u4e00-\u9fff]{2,4}", "王思远", True),
        ("(", "anything", True),  # not understood
        ("(a+)+b", "aab", True),
        ("(a+)+b", "aac", False),
    ],
)
def test_that_the_whole_text_is_compared(expression: str, text: str, expected: bool) -> None:
    assert patterns.fits(text, expression) is expected


def test_that_an_expression_that_takes_long_accepts_and_is_not_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patterns, "_hopeless", set())
    began = time.thread_time()
    for length in range(40, 60):
        assert FUNCTIONS["regex"](None, "a" * length, SLOW) is True
    assert time.thread_time() - began < 1  # 0.1 s with the guard; twenty times that without memory
    assert patterns._hopeless == {SLOW}
