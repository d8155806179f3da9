"""Numbers people read: `2026-00042` for cases, `K000123` for customers made by hand."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Case, Customer

_CUSTOMER_PREFIX = "K"
_MOST_DIGITS = 15


def next_case_numbers(session: Session, year: int, count: int) -> list[str]:
    """The next free case numbers of a year, in order."""
    newest = session.scalar(
        select(Case.number)
        .where(Case.number.like(f"{year}-%"))
        .order_by(func.length(Case.number).desc(), Case.number.desc())  # 100000 is after 99999
        .limit(1)
    )
    first = int(newest.split("-")[1]) + 1 if newest else 1
    return [f"{year}-{first + offset:05d}" for offset in range(count)]


def next_customer_number(session: Session) -> str:
    """A free number for a customer who came without one.

    Numbers of other makes that begin with the same letter (`K9A`) do not count.
    """
    longest_first = (
        select(Customer.number)
        .where(
            Customer.number.like(f"{_CUSTOMER_PREFIX}%"),
            func.length(Customer.number) <= len(_CUSTOMER_PREFIX) + _MOST_DIGITS,
        )
        .order_by(func.length(Customer.number).desc(), Customer.number.desc())
    )
    for number in session.scalars(longest_first.execution_options(yield_per=100)):
        digits = number.removeprefix(_CUSTOMER_PREFIX)
        if digits.isascii() and digits.isdigit():
            return f"{_CUSTOMER_PREFIX}{int(digits) + 1:06d}"
    return f"{_CUSTOMER_PREFIX}{1:06d}"
