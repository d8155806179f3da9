"""What reports that count shares have in common: their words, and which cases they are about."""

from datetime import date
from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Session

from db.queries.reasons import ReasonFilter
from db.vocabulary import RuleKind
from desktop_app.domain import kpis
from desktop_app.domain.kpis import Interval
from desktop_app.i18n import N_, _, language
from desktop_app.labels import UNKNOWN, percent
from desktop_app.reports.base import SMALL_N, ReportParams
from desktop_app.services import access

ReasonWords = dict[str, tuple[str, str]]
"""Chinese and English words by code."""


class CasesParams(ReportParams):
    """Which cases, by the day they were opened."""

    start: date | None = Field(None, title=N_("Opened from"))
    end: date | None = Field(None, title=N_("Opened until"))
    store: UUID | None = Field(None, title=N_("Store"))
    kind: RuleKind | None = Field(None, title=N_("Kind of departure"))


def criteria_of(session: Session, params: CasesParams) -> ReasonFilter:
    """The filter of these cases, limited to what the actor sees."""
    return access.limited(
        session, ReasonFilter(params.start, params.end, params.store, params.kind)
    )


def part(count: int, whole: int) -> str:
    """A count with its share: *12 (40%)*."""
    share = kpis.ratio(count, whole)
    return f"{count:,}" if share is None else f"{count:,} ({percent(share, 0)})"


def interval_text(interval: Interval | None) -> str:
    """An interval of a share; empty when there is none."""
    if interval is None:
        return ""
    return f"{percent(interval.low)} – {percent(interval.high)}"


def rate_text(hits: int, n: int) -> str:
    """A share with what it is made of: *40.0%, 12 of n = 30, 95% interval 24.6% – 57.7%*."""
    share, interval = kpis.ratio(hits, n), kpis.wilson(hits, n)
    if share is None or interval is None:
        return UNKNOWN
    return _("{share}, {hits} of n = {n}, 95% interval {interval}").format(
        share=percent(share),
        hits=f"{hits:,}",
        n=f"{n:,}",
        interval=interval_text(interval),
    )


def kappa_text(kappa: float | None) -> str:
    """A kappa as it is written; a dash when it is not known."""
    return UNKNOWN if kappa is None else f"{kappa:.2f}"


def small_note(n: int) -> str:
    """What n is and what grey means."""
    return _("n = {n}; grey: fewer than {small} cases").format(n=f"{n:,}", small=SMALL_N)


def words_of(words: tuple[str, str]) -> str:
    """Chinese and English words in the language of the reader."""
    return words[0] if language().startswith("zh") else words[1]


def interval_meaning() -> tuple[str, str]:
    """Definition of the interval of a share."""
    return (
        _("95% interval"),
        _("Wilson score interval of the share. Overlapping intervals: no difference is shown."),
    )


def grey_meaning() -> tuple[str, str]:
    """Definition of grey."""
    return (
        _("Grey"),
        _("Fewer than {small} cases: too few to be read as a finding.").format(small=SMALL_N),
    )
