"""What the page of the team shows: everything read, and the document below its numbers."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop_app import labels
from desktop_app.domain.permissions import Action, allowed
from desktop_app.domain.rates import Closed
from desktop_app.i18n import N_, _
from desktop_app.reports import team_charts as charts
from desktop_app.reports import team_tables as tables
from desktop_app.reports.base import Block, Document, Figure, Paragraph, Section, period_text
from desktop_app.reports.team_criteria import closed_cases
from desktop_app.reports.team_words import definitions, survival_verdict
from desktop_app.services import insights, staff, team_figures, team_work
from desktop_app.services.insights import ClosedFilter
from desktop_app.services.team_figures import Share, TeamFigures, TeamFilter
from desktop_app.services.team_work import Work

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from sqlalchemy.orm import Session

_BRANCHES = 12
"""Branches of scripts on the page; the report has more."""

People = list[tuple[uuid.UUID, str]]


@dataclass(frozen=True, slots=True)
class Closings:
    """What is read of closed cases: the figures, how many were asked, the filter behind them."""

    figures: TeamFigures
    asked: Closed
    criteria: TeamFilter


def read_lists(session: "Session") -> tuple[People, People]:
    """Stores, and those who work on cases."""
    stores = [(store.id, store.name) for store in staff.list_stores(session)]
    workers = [
        (user.id, user.name)
        for user in staff.list_users(session)
        if allowed(user.role, Action.WORK_CASE)
    ]
    return stores, workers


def read_closings(session: "Session", criteria: TeamFilter) -> Closings:
    """The figures of the closed cases, limited to what the actor may see."""
    wanted = team_figures.limited(session, criteria)
    found = insights.rates(session, ClosedFilter(wanted.start, wanted.end, wanted.store_id))
    counts = [one for owner, one in found.owners.items() if wanted.owner_id in (None, owner.id)]
    figures = team_figures.figures(session, criteria)
    return Closings(figures, sum(counts, Closed()), wanted)


def read_work(session: "Session", criteria: TeamFilter) -> Work:
    """How the team works."""
    return team_work.work(session, criteria)


def share_hint(share: Share, minimum: int) -> str:
    """What a share is made of and how far it can be trusted, in a few words."""
    rate = share.rate
    if not rate.n:
        return _("no case yet")
    of = _("{hits} of {n}").format(hits=labels.number(rate.hits), n=labels.number(rate.n))
    if not share.is_enough:
        return _("{of}, fewer than {small}").format(of=of, small=minimum)
    low, high = (rate.interval.low, rate.interval.high) if rate.interval else (0.0, 1.0)
    return f"{of}, {labels.percent(low, 0)} – {labels.percent(high, 0)}"


def document(closings: Closings, at_work: Work) -> Document:
    """Charts and tables with what each is made of."""
    found, criteria = closings.figures, closings.criteria
    sections = []
    if found.saves.closed:
        sections += [
            Section(_("Saved and expected"), tuple(_units(found))),
            Section(_("After a save"), tuple(_after(found))),
        ]
    if found.scripts.versions:
        blocks = (tables.script_versions(found), tables.script_branches(found, _BRANCHES))
        sections.append(Section(_("Scripts"), blocks))
    sections.append(Section(_("Work"), tuple(_work(found, at_work, criteria))))
    return Document(
        "team-page",
        _("The team at work"),
        tuple(sections),
        period=period_text(criteria.start, criteria.end),
        definitions=tuple(definitions(found)),
        criteria=closed_cases(criteria),
    )


def _known(figures: Iterable[Figure | None]) -> list[Block]:
    return [figure for figure in figures if figure is not None]


def _units(found: TeamFigures) -> list[Block]:
    title = _("Saves beside what was expected")
    blocks = _known([charts.saves_figure(title, found.agents, found.minimum)])
    people, stores = _("Saves by person"), _("Saves by store")
    blocks.append(tables.units(people, N_("Owner"), found.agents, found.minimum, "owner_id"))
    if len(found.stores) > 1:
        blocks.append(tables.units(stores, N_("Store"), found.stores, found.minimum, "store_id"))
    return blocks


def _after(found: TeamFigures) -> list[Block]:
    verdict = survival_verdict(found)
    blocks = _known([charts.survival_figure(found)])
    blocks.insert(0, Paragraph(verdict))
    blocks += [tables.still_there(found), tables.comparison(found)]
    if found.no_approach:
        text = _("{n} saves have no approach and are in no comparison.")
        blocks.append(Paragraph(text.format(n=labels.number(found.no_approach)), faint=True))
    return blocks


def _work(found: TeamFigures, at_work: Work, criteria: TeamFilter) -> list[Block]:
    blocks: list[Block] = [tables.speeds(at_work, found.minimum, criteria)]
    blocks += _known([charts.attempts_figure(found)])
    if at_work.loads:
        blocks.append(charts.load_by_day(at_work.loads))
        if not at_work.is_enough:
            text = _(
                "Too few closed cases to say how many attempts a case takes: each open case counts "
                "as one contact."
            )
            blocks.append(Paragraph(text, faint=True))
    return blocks
