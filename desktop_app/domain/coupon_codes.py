"""Codes of coupons: short, easy to read aloud, not to be guessed."""

import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none is taken for another when it is read
LENGTH: Final = 10
_DICE: ContextVar[random.Random | None] = ContextVar("coupon dice", default=None)


def new_code() -> str:
    """A code by chance; whether it is free is asked where it is stored."""
    choose = (_DICE.get() or secrets.SystemRandom()).choice
    return "".join(choose(LETTERS) for _number in range(LENGTH))


@contextmanager
def drawn_with(dice: random.Random) -> Iterator[None]:
    """Draw the codes inside from these dice: a demo has the same ones each time."""
    token = _DICE.set(dice)
    try:
        yield
    finally:
        _DICE.reset(token)
