"""Numbers people read: `2026-00042` for cases, `K000123` for customers made by hand."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Case, Customer

_CUSTOMER_PREFIX = "K"


def next_case_numbers(session: Session, year: int, count: int) -> list[str]:
    """The next free case numbers of a year, in order."""
    newest = session.scalar(select(func.max(Case.number)).where(Case.number.like(f"{year}-%")))
    first = int(newest.split("-")[1]) + 1 if newest else 1
    return [f"{year}-{first + offset:05d}" for offset in range(count)]


def next_customer_number(session: Session) -> str:
    """A free number for a customer who came without one."""
    newest = session.scalar(
        select(func.max(Customer.number)).where(Customer.number.op("GLOB")("K[0-9]*"))
    )
    digits = newest[1:] if newest and newest[1:].isdigit() else "0"
    return f"{_CUSTOMER_PREFIX}{int(digits) + 1:06d}"
