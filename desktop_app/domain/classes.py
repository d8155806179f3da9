"""Customer classes by spend: top 5 % A, next 15 % B, the rest C (formula F-15).

All arithmetic is in whole numbers, so that no rounding error moves a customer between classes.
"""

from collections.abc import Iterable
from typing import Any, Protocol, TypeVar

from db.vocabulary import CustomerClass

PERCENT_A = 5
PERCENT_AB = 20


class _Sortable(Protocol):
    def __lt__(self, other: Any, /) -> bool: ...
    def __hash__(self) -> int: ...


K = TypeVar("K", bound=_Sortable)


def cut_sizes(n: int) -> tuple[int, int]:
    """Number of A customers, and of A and B together, among ``n``: ceil(5 %), ceil(20 %)."""
    return -(-n * PERCENT_A // 100), -(-n * PERCENT_AB // 100)


def classify(spends: Iterable[tuple[K, int]]) -> dict[K, CustomerClass]:
    """Class of each customer by the rank of the spend in the window of choice.

    Args:
        spends: Key and spend (minor units) of every customer, also of those without spend: they
            count in the size of the classes. Equal spends are ranked by the key, ascending, so
            that sizes are exact and a second run gives the same; use the customer number.

    Returns:
        Class by key. A customer with no spend (zero or less) is C even if A and B are not full.
    """
    ranked = sorted(spends, key=lambda item: (-item[1], item[0]))
    last_a, last_b = cut_sizes(len(ranked))
    return {
        key: _class_of(rank, spend, last_a, last_b)
        for rank, (key, spend) in enumerate(ranked, start=1)
    }


def _class_of(rank: int, spend: int, last_a: int, last_b: int) -> CustomerClass:
    if spend <= 0 or rank > last_b:
        return CustomerClass.C
    return CustomerClass.A if rank <= last_a else CustomerClass.B
