"""Reports of visits, informal contacts, and which questions belong to a visit."""

import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from db import reference
from db.reference import VisitField
from db.vocabulary import Channel, CustomerKind, VisitPurpose
from desktop_app.domain.visits import (
    AT_RISK,
    EVERY,
    SATISFACTION_WORDS,
    WIN_BACK,
    InformalDraft,
    VisitReport,
    asks,
    purpose_of,
    tidied,
    wrong_answers,
)

DAY = dt.date(2026, 9, 15)
FIELDS = tuple(
    VisitField(kind, "字", "word", EVERY, EVERY, kind, ("a", "b") if kind == "choice" else ())
    for kind in ("text", "choice", "number", "yes_no")
)


def test_that_satisfaction_goes_from_one_to_five() -> None:
    assert VisitReport(done_on=DAY, satisfaction=5).satisfaction == 5
    for level in (0, 6):
        with pytest.raises(ValidationError):
            VisitReport(done_on=DAY, satisfaction=level)
    levels = reference.entries("satisfaction")
    assert [entry.en for entry in levels] == list(SATISFACTION_WORDS[1:])
    safe = [n for n, entry in enumerate(levels, start=2) if not entry.extra["at_risk"]]
    assert safe == list(range(AT_RISK + 1, 6))


def test_that_an_informal_contact_is_a_meeting_or_a_call() -> None:
    assert InformalDraft(on=DAY).channel is Channel.VISIT
    assert InformalDraft(on=DAY, channel=Channel.CALL).channel is Channel.CALL
    with pytest.raises(ValidationError, match="meeting or a call"):
        InformalDraft(on=DAY, channel=Channel.MESSAGE)


def test_that_each_kind_of_customer_and_purpose_has_its_questions() -> None:
    assert purpose_of(VisitPurpose.BOND, is_win_back=False) == "bond"
    assert purpose_of(VisitPurpose.BOND, is_win_back=True) == WIN_BACK
    assert purpose_of(None, is_win_back=False) == ""
    shipped = reference.visit_fields()
    forms = {
        (kind, purpose): {field.code for field in shipped if asks(field, kind, purpose)}
        for kind in CustomerKind
        for purpose in (*VisitPurpose, WIN_BACK, "")
    }
    assert all(forms.values())
    assert len(set(map(frozenset, forms.values()))) == len(forms)
    assert "decider" not in forms[CustomerKind.PERSON, ""]


@pytest.mark.parametrize(
    ("code", "right", "wrong"),
    [
        ("text", "好", 1),
        ("choice", "b", "c"),
        ("number", 0, -1),
        ("number", 2.5, True),
        ("yes_no", False, "yes"),
    ],
)
def test_that_answers_fit_their_field(code: str, right: Any, wrong: Any) -> None:
    assert wrong_answers(FIELDS, {code: right}) == ()
    assert wrong_answers(FIELDS, {code: wrong, "other": 1}) == (code, "other")


def test_that_empty_answers_are_left_out() -> None:
    assert tidied({"a": " x ", "b": "  ", "c": None, "d": False, "e": 0}) == {
        "a": "x", "d": False, "e": 0,
    }  # fmt: skip
