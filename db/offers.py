"""The offers and the rules that come with the program, put into a workspace once.

An offer that people changed or retired stays as they left it; the table of rules belongs to the
workspace from the beginning.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal, reference
from db.models import Offer, OfferRule
from db.reference import ReferenceFileError
from db.vocabulary import (
    Approach,
    ChangeKind,
    CustomerClass,
    OfferGoal,
    ReasonOrigin,
    RuleKind,
)

SEED_TITLE: Final = "Add the offers of the program"  # shown through the catalogue


@dataclass(frozen=True, slots=True)
class OfferEntry:
    """An offer as it is shipped; cost in minor units, `words` as they are said."""

    code: str
    zh: str
    en: str
    goal: OfferGoal
    approach: Approach
    cost: int
    valid_days: int
    cap: int
    words_zh: str
    words_en: str
    is_coupon: bool = False


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """A rule as it is shipped; what is not given matches everything, no `offer` means nothing."""

    code: str
    zh: str
    en: str
    reason_group: str | None = None
    reason_code: str | None = None
    klass: CustomerClass | None = None
    kind: RuleKind | None = None
    min_value: int | None = None
    offer: str | None = None


@cache
def offers(folder: Path = reference.FOLDER) -> tuple[OfferEntry, ...]:
    """The offers a workspace begins with."""
    return reference.typed(OfferEntry, "offers", "offer", folder)


@cache
def rules(folder: Path = reference.FOLDER) -> tuple[RuleEntry, ...]:
    """The rules a workspace begins with, in order.

    Raises:
        ReferenceFileError: the file is wrong, or a rule names an offer that is not there.
    """
    known = {entry.code for entry in offers(folder)}
    found = reference.typed(RuleEntry, "offers", "rule", folder)
    for entry in found:
        if entry.offer is not None and entry.offer not in known:
            raise ReferenceFileError(f"offers.toml, rule, {entry.code}: no offer {entry.offer}")
    return found


def seed(session: Session, folder: Path = reference.FOLDER) -> int:
    """Add the offers a workspace does not have, with the rules if it had none of them.

    Returns:
        How many offers are new.
    """
    known = set(session.scalars(select(Offer.code)))
    fresh = [entry for entry in offers(folder) if entry.code not in known]
    if not fresh:
        return 0
    journal.name_change(session, SEED_TITLE, kind=ChangeKind.SYSTEM)
    rows = [
        {
            "code": entry.code,
            "zh": entry.zh,
            "en": entry.en,
            "zh_words": entry.words_zh,
            "en_words": entry.words_en,
            "goal": entry.goal,
            "approach": entry.approach,
            "cost": entry.cost,
            "valid_days": entry.valid_days,
            "cap_per_customer": entry.cap,
            "is_coupon": entry.is_coupon,
            "origin": ReasonOrigin.SHIPPED,
        }
        for entry in fresh
    ]
    keys = journal.bulk_insert(session, Offer, rows)
    if len(fresh) == len(offers(folder)):
        by_code = {entry.code: key for entry, key in zip(fresh, keys, strict=True)}
        _seed_rules(session, by_code, folder)
    return len(fresh)


def _seed_rules(session: Session, by_code: Mapping[str, uuid.UUID], folder: Path) -> None:
    rows = [
        {
            "position": position,
            "reason_group": entry.reason_group,
            "reason_code": entry.reason_code,
            "klass": entry.klass,
            "kind": entry.kind,
            "min_value": entry.min_value,
            "offer_id": by_code[entry.offer] if entry.offer is not None else None,
            "origin": ReasonOrigin.SHIPPED,
        }
        for position, entry in enumerate(rules(folder), start=1)
    ]
    journal.bulk_insert(session, OfferRule, rows)
