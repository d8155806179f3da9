"""The offers and rules of the program come into a workspace once, and stay as people left them."""

import shutil
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from db import journal, offers, reference
from db.models import Offer, OfferRule
from db.reference import ReferenceFileError
from db.session import SYSTEM, Database
from db.vocabulary import OfferGoal, ReasonOrigin


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped files that a test may change."""
    copy = tmp_path / "reference"
    shutil.copytree(reference.FOLDER, copy)
    return copy


def add(folder: Path, text: str) -> None:
    path = folder / "offers.toml"
    path.write_text(path.read_text("utf-8") + text, "utf-8")


NEW = """
[[offer]]
code = "tea"
zh = "茶"
en = "Tea"
goal = "gift"
approach = "relationship"
cost = 100
valid_days = 5
cap = 1
words_zh = "喝茶"
words_en = "Tea?"
"""


def test_that_rules_name_reasons_groups_and_offers_that_are_there() -> None:
    groups = {each.code for each in reference.reason_groups()}
    codes = {each.code for each in reference.reasons()}
    for rule in offers.rules():
        assert rule.reason_group is None or rule.reason_group in groups, rule.code
        assert rule.reason_code is None or rule.reason_code in codes, rule.code
    asked = [
        (rule.reason_group, rule.reason_code, rule.klass, rule.kind, rule.min_value)
        for rule in offers.rules()
    ]
    assert max(Counter(asked).values()) == 1  # the second of two alike would never be asked
    assert {each.goal for each in offers.offers()} == set(OfferGoal)
    unused = {each.code for each in offers.offers()} - {each.offer for each in offers.rules()}
    assert unused == set()


def test_that_a_new_offer_is_added_and_what_people_did_stays(
    database: Database, folder: Path
) -> None:
    with database.write(SYSTEM) as session:
        assert offers.seed(session) == 0
        journal.name_change(session, "Test")
        changed = session.scalars(select(Offer).where(Offer.code == "gift_small")).one()
        changed.cost, changed.origin = 1, ReasonOrigin.USER
        first = session.scalars(select(OfferRule).order_by(OfferRule.position)).first()
        session.delete(first)
    add(folder, NEW)
    with database.write(SYSTEM) as session:
        before = session.scalar(select(func.count()).select_from(OfferRule))
        assert offers.seed(session, folder) == 1
        assert session.scalar(select(func.count()).select_from(OfferRule)) == before
        costs = dict(session.execute(select(Offer.code, Offer.cost)).all())
        assert (costs["gift_small"], costs["tea"]) == (1, 100)


def test_that_a_rule_for_an_offer_that_is_not_there_is_a_fault_of_the_file(folder: Path) -> None:
    add(folder, '\n[[rule]]\ncode = "new"\nzh = "新"\nen = "New"\noffer = "nothing"\n')
    with pytest.raises(ReferenceFileError, match="rule, new: no offer nothing"):
        offers.rules(folder)
