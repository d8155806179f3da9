"""Do-not-pursue screening: who must not be called, and why (formula F-13)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from desktop_app.domain.drafts import Draft
from desktop_app.i18n import N_, _


class ScreenCode(StrEnum):
    """Why a customer is not pursued."""

    DECEASED = "deceased"
    DO_NOT_CONTACT = "do_not_contact"
    MALICIOUS_ARREARS = "malicious_arrears"
    SERIAL_SWITCHER = "serial_switcher"


@dataclass(frozen=True, slots=True)
class ScreenHit:
    """One reason not to pursue a customer, with a translated sentence."""

    code: ScreenCode
    text: str


@dataclass(frozen=True, slots=True)
class ScreenFacts:
    """What the screening looks at; `switch_dates` are the days the customer changed supplier."""

    switch_dates: Sequence[dt.date] = ()
    malicious_arrears: bool = False
    is_deceased: bool = False
    do_not_contact: bool = False


class SwitchLimit(Draft):
    """How many changes of supplier are too many."""

    years: Annotated[int, Field(ge=1, le=30, title=N_("Years looked back"))] = 5
    limit: Annotated[int, Field(ge=0, le=100, title=N_("Changes of supplier allowed"))] = 2
    inclusive: Annotated[
        bool, Field(title=N_("Stop already when the limit is reached, not only above it"))
    ] = False


def switches_in(dates: Sequence[dt.date], as_of: dt.date, years: int) -> int:
    """Number of changes after the same day `years` ago and up to `as_of`.

    The day exactly that many years ago is outside; the 29th of February counts back to the 28th.
    """
    start = years_before(as_of, years)
    return sum(start < day <= as_of for day in dates)


def years_before(day: dt.date, years: int) -> dt.date:
    """The same day some years earlier; the 28th for a 29th of February that is missing."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def screen(
    facts: ScreenFacts, as_of: dt.date, switch_limit: SwitchLimit | None = None
) -> tuple[ScreenHit, ...]:
    """All reasons not to pursue a customer; empty when there is none.

    Only changes above the limit count by default ("more than twice in five years"): two pass,
    three do not.
    """
    limit = switch_limit or SwitchLimit()
    hits: list[ScreenHit] = []
    if facts.is_deceased:
        hits.append(ScreenHit(ScreenCode.DECEASED, _("The customer has died.")))
    if facts.do_not_contact:
        hits.append(
            ScreenHit(ScreenCode.DO_NOT_CONTACT, _("The customer asked not to be contacted."))
        )
    if facts.malicious_arrears:
        hits.append(
            ScreenHit(ScreenCode.MALICIOUS_ARREARS, _("The customer owes money in bad faith."))
        )
    count = switches_in(facts.switch_dates, as_of, limit.years)
    if count > limit.limit or (limit.inclusive and count == limit.limit):
        text = _("Changed supplier {count} times in {years} years (limit {limit}).")
        hits.append(
            ScreenHit(
                ScreenCode.SERIAL_SWITCHER,
                text.format(count=count, years=limit.years, limit=limit.limit),
            )
        )
    return tuple(hits)
