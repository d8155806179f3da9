"""Customer drafts; numbers and phones stay text."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from desktop_app.domain.customers import ContactDraft, CustomerDraft, clean_phone, clean_text_id
from desktop_app.errors import Problem, problems_from_validation


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("", ""),
        (" 007 ", "007"),
        (17850, "17850"),
        (17850.0, "17850"),
        ("17850.0", "17850"),
        ("001.00", "001"),
        (999_999_999_999_999.0, "999999999999999"),
        ("110101199003078", "110101199003078"),
        ("11010119900307888X", "11010119900307888X"),
        ("12E5", "12E5"),
        ("A-17.5", "A-17.5"),
    ],
)
def test_that_numbers_stay_text(value: object, text: str) -> None:
    assert clean_text_id(value, "number") == text


@pytest.mark.parametrize(
    "value",
    [
        "1.38E+10",
        "1e+17",
        "6.22848E+18",
        1e15,
        1.5,
        6.2e18,
        "6222021001116245702.0",
        True,
        float("inf"),
        float("nan"),
    ],
)
def test_that_a_number_that_lost_digits_is_a_problem(value: object) -> None:
    found = clean_text_id(value, "card_number")
    assert isinstance(found, Problem)
    assert found.field == "card_number"


@given(st.from_regex(r"[A-Z]{1,3}[0-9-]{0,12}", fullmatch=True))
def test_that_an_ordinary_number_is_not_changed(text: str) -> None:
    assert clean_text_id(text, "number") == text


@pytest.mark.parametrize(
    ("value", "phone"),
    [
        ("", ""),
        (None, ""),
        ("13812348000", "13812348000"),
        (13812348000.0, "13812348000"),
        (13812348000, "13812348000"),
        ("138 1234 8000", "13812348000"),
        ("138-1234-8000", "13812348000"),
        ("１３８１２３４８０００", "13812348000"),
        ("+86 138 1234 8000", "13812348000"),
        ("008613812348000", "13812348000"),
        ("+44 20 7946 0958", "+442079460958"),
        ("(0512) 6588-1234", "051265881234"),
        ("0512-65881234转802", "051265881234x802"),
        ("0512-65881234 ext. 802", "051265881234x802"),
        ("0512-65881234x802", "051265881234x802"),
        ("10010", "10010"),
    ],
)
def test_that_a_phone_becomes_its_digits(value: object, phone: str) -> None:
    assert clean_phone(value) == phone


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_that_a_clean_phone_is_cleaned_to_itself(phone: str) -> None:
    assert clean_phone(phone) == phone
    assert clean_phone(f"{phone}x12") == f"{phone}x12"


@pytest.mark.parametrize(
    ("value", "start"),
    [
        ("1.38E+10", "1.38E+10 is a number that may have lost digits"),
        (1.38e20, "1.38e+20 is a number that may have lost digits"),
        ("13812348000/13912348000", "Enter one phone number only"),
        ("13812348000；13912348000", "Enter one phone number only"),
        ("13812348000、13912348000", "Enter one phone number only"),
        ("138", "138 is not a phone number"),
        ("见备注", "见备注 is not a phone number"),
        ("13812348OOO", "13812348OOO is not a phone number"),
        ("1" * 21, "1"),
        ("+", "+ is not a phone number"),
    ],
)
def test_that_a_bad_phone_is_a_problem_and_is_not_repaired(value: object, start: str) -> None:
    found = clean_phone(value)
    assert isinstance(found, Problem)
    assert found.field == "phone"
    assert found.message.startswith(start)


def wrong(draft: type, **given: object) -> dict[str, str]:
    try:
        draft.model_validate(given)
    except ValidationError as error:
        return {each.field: each.message for each in problems_from_validation(error)}
    return {}


def test_that_a_customer_needs_only_a_name() -> None:
    assert wrong(CustomerDraft, name="\U00020bb7野家") == {}
    assert set(wrong(CustomerDraft, name=" ")) == {"name"}
    assert set(wrong(CustomerDraft)) == {"name"}


def test_that_problems_stand_beside_their_fields() -> None:
    found = wrong(
        CustomerDraft,
        name="A",
        phone="1.38E+10",
        card_number=6.2e18,
        email="a b@c",
        joined_on="2026-02-30",
    )
    assert set(found) == {"phone", "card_number", "email", "joined_on"}
    assert found["phone"].startswith("1.38E+10 is a number")
    assert found["email"] == "a b@c is not an e-mail address."


def test_that_switch_dates_are_in_order_and_once_each() -> None:
    draft = CustomerDraft.model_validate(
        {"name": "A", "switch_dates": ["2026-01-02", "2024-01-01", "2026-01-02"]}
    )
    assert draft.switch_dates == (dt.date(2024, 1, 1), dt.date(2026, 1, 2))
    assert draft.model_dump(mode="json")["switch_dates"] == ["2024-01-01", "2026-01-02"]


def test_that_left_out_texts_are_empty_and_numbers_are_cleaned() -> None:
    draft = CustomerDraft.model_validate(
        {
            "name": "A",
            "number": 17850.0,
            "phone": "138 1234 8000",
            "email": None,
            "card_number": None,
        }
    )
    assert (draft.number, draft.phone, draft.email, draft.card_number) == (
        "17850",
        "13812348000",
        "",
        "",
    )
    assert draft.attributes == {}


def test_that_a_contact_is_checked_like_a_customer() -> None:
    assert set(wrong(ContactDraft, name="", phone="x", email="y")) == {"name", "phone", "email"}
    assert wrong(ContactDraft, name="李", phone="10010", email="a@b.cn", is_primary=True) == {}
