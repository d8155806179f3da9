"""The churn-type tree against the reference file; the why-chain."""

import pytest
from pydantic import ValidationError

from db import reference
from desktop_app.domain.cases import Extent, StateOfMind
from desktop_app.domain.reasons import (
    PARENTS,
    ChurnType,
    ReasonDraft,
    WhyChainDraft,
    is_leaf,
    is_unknown,
    leaves,
)


def test_that_the_tree_is_that_of_the_reference_file() -> None:
    shipped = reference.churn_types()
    assert {each.code: each.parent for each in shipped} == dict(PARENTS)
    assert {each.code for each in shipped if each.leaf} == set(leaves())
    residual = [each.code for each in shipped if each.residual]
    assert residual == [ChurnType.ACTIVE_FAULT]


def test_that_extents_and_states_of_mind_are_those_of_the_reference_file() -> None:
    assert {e.code for e in reference.entries("churn_types", "extent")} == set(Extent)
    assert {e.code for e in reference.entries("churn_types", "mind")} == set(StateOfMind)


def test_that_every_shipped_reason_has_a_leaf_as_its_type() -> None:
    assert all(is_leaf(ChurnType(each.churn_type)) for each in reference.reasons())


def test_that_headings_are_no_leaves() -> None:
    assert [each for each in ChurnType if not is_leaf(each)] == [
        ChurnType.ACTIVE,
        ChurnType.PASSIVE,
    ]
    assert leaves()[-1] is ChurnType.UNDETERMINED


def test_that_unknown_reasons_are_known_by_their_code() -> None:
    unknown = {each.code for each in reference.reasons() if is_unknown(each.code)}
    assert unknown == {"unknown_not_reached", "unknown_refused", "unknown_other"}


def test_that_the_last_step_of_the_why_chain_gives_the_root() -> None:
    chain = WhyChainDraft.model_validate(
        {
            "steps": [
                {"answer": " dear ", "reason": "price_increase"},
                {"answer": "late", "reason": "delivery_late"},
            ]
        }
    )
    assert chain.root == "delivery_late"
    assert chain.steps[0].answer == "dear"


@pytest.mark.parametrize("steps", [[], [{"answer": "x"}], [{"answer": "x", "reason": " "}]])
def test_that_a_chain_without_a_code_at_its_end_has_no_root(steps: list[object]) -> None:
    assert WhyChainDraft.model_validate({"steps": steps}).root is None


def test_that_a_why_chain_has_at_most_five_steps() -> None:
    WhyChainDraft.model_validate({"steps": [{"answer": "x"}] * 5})
    with pytest.raises(ValidationError):
        WhyChainDraft.model_validate({"steps": [{"answer": "x"}] * 6})


def test_that_a_reason_needs_a_code_and_empty_words_are_empty() -> None:
    draft = ReasonDraft.model_validate({"layer": "root", "reason": "x", "verbatim": None})
    assert draft.verbatim == ""
    with pytest.raises(ValidationError):
        ReasonDraft.model_validate({"layer": "root", "reason": " "})
