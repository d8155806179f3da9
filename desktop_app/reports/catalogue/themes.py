"""What customers say in their own words, by theme."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from pydantic import Field
from sqlalchemy.orm import Session
from typing_extensions import override

from db.queries import coded as queries
from db.queries.coded import ThemeCount, ThemeReason
from db.queries.reasons import ReasonFilter
from desktop_app import clock
from desktop_app.columns import Align, Column, Kind
from desktop_app.domain import kpis
from desktop_app.i18n import N_, _, ngettext
from desktop_app.labels import number, percent
from desktop_app.reports.base import (
    SMALL_N,
    Block,
    Document,
    Facts,
    Figure,
    FigureKind,
    Paragraph,
    Quote,
    Report,
    Section,
    Series,
    Table,
    new_document,
)
from desktop_app.reports.scope import begin, scope_filters
from desktop_app.reports.scope import criteria_of as cases_behind
from desktop_app.reports.shares import (
    CasesParams,
    criteria_of,
    grey_meaning,
    interval_meaning,
    interval_text,
    small_note,
    words_of,
)

BARS: Final = 20
PAIRS: Final = 20


class ThemesParams(CasesParams):
    """Which cases, and how many quotations of a theme at most."""

    quotes: int = Field(5, ge=0, le=1000, title=N_("Quotations of a theme at most"))


class ThemesReport(Report[ThemesParams]):
    """Themes of the answers in words: how often, with which root reason, in customers' words."""

    id: ClassVar[str] = "themes"
    title: ClassVar[str] = N_("Themes")
    summary: ClassVar[str] = N_("What customers say in their own words, coded into themes")
    Params = ThemesParams

    @override
    def build(self, session: Session, params: ThemesParams) -> Document:
        head = begin(session, params.start, params.end, params.store)
        criteria = criteria_of(session, params)
        counts = queries.theme_counts(session, criteria)
        n = queries.coded_cases(session, criteria)
        sections = [Section(_("Summary"), _summary(counts, n))]
        if counts:
            rows = _rows(counts, n)
            reasons = queries.theme_reasons(session, criteria)
            sections += [
                Section(_("Themes"), (_figure(rows, n), _table(rows, n))),
                Section(_("Themes and root reasons"), (_pairs(reasons, counts),)),
                *_quotes(session, criteria, rows, params.quotes),
            ]
        return new_document(
            session,
            self,
            sections=sections,
            filters=scope_filters(session, params.kind),
            definitions=_definitions(),
            criteria=cases_behind(params.start, params.end, params.store, params.kind),
            **head,
        )


@dataclass(frozen=True, slots=True)
class _ThemeLine:
    name: str
    found: ThemeCount
    share: float | None
    interval: str


def _summary(counts: Sequence[ThemeCount], n: int) -> tuple[Block, ...]:
    facts = Facts(((_("Cases with a coded answer (n)"), number(n)),))
    if not n:
        text = _("No answer was coded in this period. Coding begins on the page Interviews.")
        return facts, Paragraph(text, faint=True)
    if n < SMALL_N:
        text = ngettext(
            "Only {n} case: too few to tell the themes apart.",
            "Only {n} cases: too few to tell the themes apart.",
            n,
        ).format(n=n)
        return facts, Paragraph(text, faint=True)
    top = counts[0]
    text = _("Most often: {name}, in {share} of n = {n} cases.").format(
        name=words_of((top.zh, top.en)), share=percent(top.cases / n, 0), n=number(n)
    )
    return facts, Paragraph(text)


def _rows(counts: Sequence[ThemeCount], n: int) -> list[_ThemeLine]:
    return [
        _ThemeLine(
            words_of((each.zh, each.en)),
            each,
            kpis.ratio(each.cases, n),
            interval_text(kpis.wilson(each.cases, n)),
        )
        for each in counts
    ]


def _figure(rows: Sequence[_ThemeLine], n: int) -> Figure:
    shown = rows[:BARS]
    return Figure(
        FigureKind.BAR,
        _("Cases in which a theme was said"),
        tuple(row.name for row in shown),
        (Series(_("Cases"), tuple(row.found.cases for row in shown)),),
        keys=tuple(row.found.code for row in shown),
        criterion="theme",
        unit=_("Cases"),
        note=_("n = {n} cases with a coded answer; a case may have several themes").format(
            n=number(n)
        ),
    )


def _table(rows: Sequence[_ThemeLine], n: int) -> Table:
    return Table(
        _("Themes"),
        [
            Column("theme", N_("Theme"), lambda row: row.name),
            Column("cases", N_("Cases"), lambda row: row.found.cases, align=Align.RIGHT),
            Column(
                "share", N_("Share"), lambda row: row.share, align=Align.RIGHT, kind=Kind.PERCENT
            ),
            Column("interval", N_("95% interval"), lambda row: row.interval, align=Align.RIGHT),
        ],
        rows,
        note=small_note(n),
        faint=lambda row: row.found.cases < SMALL_N,
        cases=lambda row, _column: {"theme": row.found.code},
    )


def _pairs(reasons: Sequence[ThemeReason], counts: Sequence[ThemeCount]) -> Block:
    if not reasons:
        return Paragraph(_("None of these cases has a root reason yet."), faint=True)
    names = {each.code: words_of((each.zh, each.en)) for each in counts}
    rest = reasons[PAIRS:]
    note = _("grey: fewer than {small} cases").format(small=SMALL_N)
    if rest:
        more = _("{pairs} rarer pairs are not listed.").format(pairs=len(rest))
        note = _("{first}; {second}").format(first=note, second=more)
    return Table(
        _("Cases by theme and root reason"),
        [
            Column("theme", N_("Theme"), lambda row: names[row.theme]),
            Column("reason", N_("Root reason"), lambda row: words_of((row.zh, row.en))),
            Column("cases", N_("Cases"), lambda row: row.cases, align=Align.RIGHT),
        ],
        reasons[:PAIRS],
        note=note,
        faint=lambda row: row.cases < SMALL_N,
        cases=_pair_cases,
    )


def _pair_cases(row: ThemeReason, _column: str) -> Mapping[str, str]:
    return {"theme": row.theme, "root_reason": row.reason}


def _quotes(
    session: Session, criteria: ReasonFilter, rows: Sequence[_ThemeLine], each: int
) -> list[Section]:
    if not each:
        return []
    names = {row.found.code: row for row in rows}
    found: dict[str, list[Block]] = {code: [] for code in names}
    for quote in queries.theme_quotes(session, criteria, list(names), each):
        source = _("{case}, {customer}, {day}").format(
            case=quote.case_number,
            customer=quote.customer,
            day=clock.local(quote.finished_at).date(),
        )
        found[quote.theme].append(Quote(quote.text, source, str(quote.case_id)))
    title = _("In the customers' words: {theme}")
    return [
        Section(
            title.format(theme=row.name),
            (
                Paragraph(
                    _("{shown} shown; the theme was said in {cases} cases").format(
                        shown=len(found[row.found.code]), cases=number(row.found.cases)
                    ),
                    faint=True,
                ),
                *found[row.found.code],
            ),
        )
        for row in rows
        if found[row.found.code]
    ]


def _definitions() -> list[tuple[str, str]]:
    return [
        (
            _("Theme"),
            _(
                "What an answer in words is about, as a coder read it. An answer may have several; "
                "a theme counts once a case, whoever coded it."
            ),
        ),
        (
            _("Share"),
            _("Cases with this theme divided by n, all cases that have a coded answer."),
        ),
        interval_meaning(),
        grey_meaning(),
    ]
