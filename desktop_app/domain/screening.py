"""Do-not-pursue screening: who must not be called, and why (formula F-13)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
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


SENTENCES: Mapping[ScreenCode, str] = MappingProxyType(
    {
        ScreenCode.DECEASED: N_("The customer has died."),
        ScreenCode.DO_NOT_CONTACT: N_("The customer asked not to be contacted."),
        ScreenCode.MALICIOUS_ARREARS: N_("The customer owes money in bad faith."),
    }
)
"""What was found, to be translated when shown; changes of supplier are told with their numbers."""


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
        hits.append(_plain(ScreenCode.DECEASED))
    if facts.do_not_contact:
        hits.append(_plain(ScreenCode.DO_NOT_CONTACT))
    if facts.malicious_arrears:
        hits.append(_plain(ScreenCode.MALICIOUS_ARREARS))
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


def words_of(codes: str, note: str) -> str:
    """What was found once, in the present language.

    Args:
        codes: The codes, separated by commas, as an event keeps them.
        note: What was written down then; it stays where a code has numbers of its own.
    """
    found = [code for code in codes.split(",") if code]
    if not found or any(code not in SENTENCES for code in found):
        return note
    return " ".join(_(SENTENCES[ScreenCode(code)]) for code in found)


def _plain(code: ScreenCode) -> ScreenHit:
    return ScreenHit(code, _(SENTENCES[code]))
