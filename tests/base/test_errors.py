from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from db.errors import DatabaseError, Trouble
from desktop_app import errors
from desktop_app.errors import Problem, problems_from_validation
from desktop_app.i18n import in_language


class Colour(StrEnum):
    RED = "red"


class Inner(BaseModel):
    amount: int = Field(ge=0)


class Draft(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=2, max_length=4)
    left_on: date | None = None
    colour: Colour = Colour.RED
    inner: list[Inner] = Field(default_factory=list)
    kind: Literal["a", "b"] = "a"
    odd: int = 1
    custom: str = ""
    ad: Annotated[str, Field(pattern="^x")] | None = None
    said: Annotated[str, Field(min_length=1)] = "x"

    @field_validator("odd")
    @classmethod
    def check_odd(cls, value: int) -> int:
        if value % 2 == 0:
            raise ValueError("Only odd numbers.")
        return value

    @field_validator("custom")
    @classmethod
    def check_custom(cls, value: str) -> str:
        if value:
            raise PydanticCustomError("our_own", "Not {value}.", {"value": value})
        return value


def problems(**values: object) -> list[Problem]:
    with pytest.raises(ValidationError) as caught:
        Draft.model_validate(values)
    return problems_from_validation(caught.value)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, Problem("name", "This field is needed.")),
        ({"name": "a"}, Problem("name", "Enter at least 2 characters.")),
        ({"name": "abcde"}, Problem("name", "Enter at most 4 characters.")),
        ({"name": "ab", "said": ""}, Problem("said", "This field is needed.")),
        ({"name": 5}, Problem("name", "Enter a text.")),
        (
            {"name": "ab", "left_on": "2026-02-30"},
            Problem("left_on", "Enter a date, for example 2026-08-31."),
        ),
        ({"name": "ab", "colour": "blue"}, Problem("colour", "Choose one of the list.")),
        ({"name": "ab", "kind": "c"}, Problem("kind", "Choose one of the list.")),
        ({"name": "ab", "inner": [{"amount": -1}]}, Problem("inner.0.amount", "Enter 0 or more.")),
        ({"name": "ab", "odd": 2}, Problem("odd", "Only odd numbers.")),
        ({"name": "ab", "custom": "q"}, Problem("custom", "Not q.")),
        ({"name": "ab", "typo": 1}, Problem("typo", "This field is not known.")),
        (
            {"name": "ab", "ad": "y"},
            Problem("ad", "This does not have the expected form."),
        ),
        ({"name": "ab", "inner": 3}, Problem("inner", "This value cannot be used.")),
    ],
)
def test_that_validation_errors_become_sentences(
    values: dict[str, object], expected: Problem
) -> None:
    assert problems(**values) == [expected]


def test_that_the_sentences_are_translated() -> None:
    with in_language("zh_CN"):
        assert problems(name="a") == [Problem("name", "请至少输入 2 个字符。")]


def test_that_every_known_pydantic_error_is_one_that_pydantic_has() -> None:
    from typing import get_args

    from pydantic_core.core_schema import ErrorType

    assert set(errors._PYDANTIC_MESSAGES) <= set(get_args(ErrorType))


def test_that_invalid_input_carries_every_problem() -> None:
    error = errors.InvalidInputError([Problem("a", "One."), Problem("", "Two.")])
    assert error.problems == (Problem("a", "One."), Problem("", "Two."))
    assert str(error) == error.message == "One.\nTwo."


def test_that_stopping_is_no_error_for_the_person() -> None:
    assert not issubclass(errors.CancelledError, errors.UserError)


def test_that_every_trouble_of_the_database_has_a_sentence(each_language: str) -> None:
    assert set(errors.TROUBLE_MESSAGES) == {trouble.value for trouble in Trouble}
    for trouble in Trouble:
        sentence = errors.from_database(DatabaseError(trouble)).message
        assert sentence.endswith("。" if each_language == "zh_CN" else ".")


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (Trouble.CONFLICT, errors.ConflictError),
        (Trouble.WRONG_PASSWORD, errors.NotAllowedError),
        (Trouble.UNKNOWN_USER, errors.NotAllowedError),
        (Trouble.FULL, errors.DatabaseProblemError),
    ],
)
def test_that_a_trouble_becomes_its_kind_of_error(
    trouble: Trouble, kind: type[errors.UserError]
) -> None:
    assert type(errors.from_database(DatabaseError(trouble))) is kind


def test_that_the_sentence_names_the_file_it_is_about() -> None:
    error = DatabaseError(Trouble.DAMAGED, path=Path("shop") / "workspace.db")
    assert errors.from_database(error).message.endswith(f"({Path('shop') / 'workspace.db'})")
    assert errors.from_database(DatabaseError(Trouble.FULL, "disk C")).message.endswith("(disk C)")
