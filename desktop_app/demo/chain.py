"""The invented chain as it stands in `resources/demo`: stores, staff, goods, names, stories."""

import random
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from typing import Any, TypeVar

from desktop_app.paths import resource

ItemT = TypeVar("ItemT")


@dataclass(frozen=True, slots=True)
class Good:
    """One product; price in minor units."""

    code: str
    name: str
    line: str
    price: int


@dataclass(frozen=True, slots=True)
class Story:
    """Why a customer left: what is said, the why-chain, what staff believed, what was offered."""

    weight: int
    stated: str
    root: str
    belief: str
    competitor: bool
    said: tuple[str, ...]
    event: str
    why: tuple[dict[str, str], ...]
    unmet: str
    approach: str
    offers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """One store with what its customers' addresses are made of, and who looks after them."""

    code: str
    name: str
    city: str
    region: str
    area: str
    streets: tuple[str, ...]
    districts: tuple[str, ...]
    owners: tuple[tuple[str, float], ...]

    def district_of(self, street: str) -> str:
        """In which district a street of the store lies."""
        return self.districts[self.streets.index(street)]


@dataclass(frozen=True, slots=True)
class UserFacts:
    """One member of staff.

    Attributes:
        skill: Share of saved customers among those reached.
        leaves: Whether somebody leaves before the last day.
        cases: Whether somebody who might is given cases of departing customers.
        functions: Words of `StaffFunction`; empty: as the role says.
        months: Since when, before the last day.
        manager: Login; empty: who leads the store, or the department.
        skills: Levels of `SkillsDraft`.
        visits: Visits a day.
    """

    login: str
    name: str
    role: str
    store: str = ""
    skill: float = 0.5
    leaves: bool = False
    cases: bool = True
    functions: tuple[str, ...] = ()
    department: str = ""
    districts: tuple[str, ...] = ()
    months: int = 24
    manager: str = ""
    skills: tuple[int, ...] = ()
    visits: int = 6


@dataclass(frozen=True, slots=True)
class Names:
    """What names are made of."""

    surnames: tuple[tuple[str, float], ...]
    given: str
    rare: tuple[str, ...]
    marks: tuple[str, ...]
    trades: tuple[tuple[str, float], ...]
    duties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """Everything about the invented chain."""

    organisation: str
    stores: tuple[StoreFacts, ...]
    users: tuple[UserFacts, ...]
    lines: tuple[tuple[str, float], ...]
    goods: dict[str, tuple[Good, ...]]
    competitors: tuple[tuple[str, float], ...]
    names: Names
    stories: tuple[Story, ...] = field(default=())


def dice(*seed: object) -> random.Random:
    """A random generator that depends on nothing but its seed."""
    return random.Random(":".join(map(str, seed)))  # noqa: S311  (a demo, not a secret)


def pick(rng: random.Random, weighted: Sequence[tuple[ItemT, float]]) -> ItemT:
    """One of several things, by weight."""
    totals = list(accumulate(weight for _item, weight in weighted))
    return rng.choices([item for item, _weight in weighted], cum_weights=totals)[0]


@cache
def chain() -> Chain:
    """Read the files once."""
    facts = _read("chain.toml")
    goods = {
        line["name"]: tuple(
            Good(code, name, line["name"], round(price * 100))
            for code, name, price in line["goods"]
        )
        for line in facts["line"]
    }
    return Chain(
        organisation=facts["organisation"],
        stores=tuple(
            StoreFacts(**_tuples(one) | {"owners": _weighted(one["owners"])})
            for one in facts["store"]
        ),
        users=tuple(UserFacts(**_tuples(one)) for one in facts["user"]),
        lines=tuple((line["name"], line["share"]) for line in facts["line"]),
        goods=goods,
        competitors=tuple((one["name"], one["share"]) for one in facts["competitor"]),
        names=_names(facts["names"]),
        stories=tuple(_story(one) for one in _read("stories.toml")["story"]),
    )


def _tuples(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(one) if isinstance(one, list) else one for name, one in facts.items()}


def _names(facts: dict[str, Any]) -> Names:
    return Names(
        surnames=_weighted(facts["surnames"]),
        given=facts["given"],
        rare=tuple(facts["rare"]),
        marks=tuple(facts["marks"]),
        trades=_weighted(facts["trades"]),
        duties=tuple(facts["duties"]),
    )


def _story(facts: dict[str, Any]) -> Story:
    lists = {name: tuple(facts[name]) for name in ("said", "why", "offers")}
    return Story(**{**facts, **lists})


def _weighted(pairs: list[list[Any]]) -> tuple[tuple[str, float], ...]:
    return tuple((str(name), float(weight)) for name, weight in pairs)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(resource("demo", name).read_text(encoding="utf-8"))
