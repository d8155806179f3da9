"""The team: who keeps customers, whether that lasts, which approach and script, and the load."""

from typing import ClassVar

from sqlalchemy.orm import Session
from typing_extensions import override

from desktop_app.i18n import N_, _
from desktop_app.labels import number
from desktop_app.reports import team_charts as charts
from desktop_app.reports import team_tables as tables
from desktop_app.reports.base import (
    Block,
    Document,
    Facts,
    Paragraph,
    Report,
    Section,
    new_document,
)
from desktop_app.reports.scope import ClosedParams, begin, visible_filters
from desktop_app.reports.shares import rate_text
from desktop_app.reports.team_criteria import closed_cases
from desktop_app.reports.team_words import (
    against_half,
    definitions,
    followed_text,
    split_text,
    survival_verdict,
)
from desktop_app.services import experiments, team_figures, team_work
from desktop_app.services.experiments import ExperimentFigures
from desktop_app.services.team_figures import MONTHS, Share, TeamFigures, TeamFilter
from desktop_app.services.team_work import Work


class Team(Report[ClosedParams]):
    """Saves and confirmed saves by person and store, what followed them, scripts, work ahead."""

    id: ClassVar[str] = "team"
    title: ClassVar[str] = N_("The team at work")
    summary: ClassVar[str] = N_(
        "Saves and confirmed saves, how long they last, which script and approach, the load ahead"
    )
    Params = ClosedParams

    @override
    def build(self, session: Session, params: ClosedParams) -> Document:
        head = begin(session, params.start, params.end, params.store)
        criteria = TeamFilter(params.start, params.end, params.store)
        found = team_figures.figures(session, criteria)
        at_work = team_work.work(session, criteria)
        compared = experiments.figures(session)
        sections = [Section(_("Summary"), _summary(found, at_work))]
        if found.saves.closed:
            sections += [
                Section(_("By person"), _units(found, by_store=False)),
                Section(_("By store"), _units(found, by_store=True)),
                Section(_("After a save"), _after(found)),
            ]
        if found.scripts.versions:
            scripts = (tables.script_versions(found), tables.script_branches(found))
            sections.append(Section(_("Scripts"), scripts))
        sections.append(Section(_("Work"), _work(found, at_work, criteria)))
        if compared:
            sections.append(Section(_("Comparisons by a random split"), _compared(found, compared)))
        return new_document(
            session,
            self,
            sections=sections,
            filters=visible_filters(session),
            definitions=definitions(found),
            criteria=closed_cases(team_figures.limited(session, criteria)),
            **head,
        )


def _summary(found: TeamFigures, at_work: Work) -> tuple[Block, ...]:
    saves, everybody = found.saves, found.after[0]
    pairs = [
        (_("Saved, of those contacted"), _rate(saves.of_contacted)),
        (_("Beside one half"), against_half(saves)),
        (_("Saved, of all who wanted to leave"), _rate(saves.of_everybody)),
        (_("Confirmed, of those contacted"), _rate(saves.confirmed_of_contacted)),
        (_("Confirmed, of all who wanted to leave"), _rate(saves.confirmed_of_everybody)),
        (_("Saves that did not hold"), _rate(saves.lost_deflects)),
        (_("Saves being watched"), number(saves.watching)),
        (_("Closed too recently to be confirmed"), number(saves.too_recent)),
    ]
    words = (_("Left again in 6 months"), _("Left again in 12 months"))
    pairs += [
        (name, followed_text(everybody.re_churn[months]))
        for name, months in zip(words, MONTHS, strict=True)
    ]
    pairs.append((_("Attempts to a closed case"), number(at_work.attempts_per_case, 1)))
    if found.coupons is not None:
        pairs.append((_("Coupons redeemed"), _rate(found.coupons)))
    facts = Facts(tuple(pairs))
    if not saves.closed:
        return facts, Paragraph(_("No case was closed in this period."), faint=True)
    return (facts,)


def _rate(share: Share) -> str:
    return rate_text(share.rate.hits, share.rate.n)


def _units(found: TeamFigures, *, by_store: bool) -> tuple[Block, ...]:
    title = _("Saves by store") if by_store else _("Saves by person")
    rows, first = (found.stores, N_("Store")) if by_store else (found.agents, N_("Owner"))
    key = "store_id" if by_store else "owner_id"
    table = tables.units(title, first, rows, found.minimum, key)
    if by_store:
        return (table,)
    figure = charts.saves_figure(_("Saves beside what was expected"), rows, found.minimum)
    return (table,) if figure is None else (figure, table)


def _after(found: TeamFigures) -> tuple[Block, ...]:
    blocks: list[Block] = [Paragraph(survival_verdict(found))]
    figure = charts.survival_figure(found)
    if figure is not None:
        blocks.append(figure)
    blocks += [tables.still_there(found), tables.comparison(found)]
    if found.no_approach:
        text = _("{n} saves have no approach and are in no comparison.")
        blocks.append(Paragraph(text.format(n=number(found.no_approach)), faint=True))
    return tuple(blocks)


def _work(found: TeamFigures, at_work: Work, criteria: TeamFilter) -> tuple[Block, ...]:
    blocks: list[Block] = [tables.speeds(at_work, found.minimum, criteria)]
    if found.attempts:
        blocks.append(tables.attempts(found))
    if at_work.loads:
        blocks.append(tables.loads(at_work.loads))
        if not at_work.is_enough:
            text = _(
                "Too few closed cases to say how many attempts a case takes: each open case counts "
                "as one contact."
            )
            blocks.append(Paragraph(text, faint=True))
    return tuple(blocks)


def _compared(found: TeamFigures, compared: tuple[ExperimentFigures, ...]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for one in compared:
        blocks += [tables.arms(one, found.minimum), Paragraph(split_text(one.split.verdict))]
    return tuple(blocks)
