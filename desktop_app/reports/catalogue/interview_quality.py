"""The radar of interview quality: which finished interviews are worth a look, and why."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Session
from typing_extensions import override

from db.queries.quality import FinishedRow
from desktop_app import clock
from desktop_app.columns import Align, Column, Kind
from desktop_app.domain import kpis
from desktop_app.domain.quality_findings import (
    TITLES,
    QualityFinding,
    QualityKind,
    QualityLimits,
)
from desktop_app.i18n import N_, _
from desktop_app.labels import number
from desktop_app.reports.base import (
    SMALL_N,
    Block,
    Document,
    Facts,
    Paragraph,
    Report,
    ReportParams,
    Section,
    Table,
    new_document,
)
from desktop_app.reports.scope import begin
from desktop_app.reports.shares import (
    grey_meaning,
    interval_meaning,
    interval_text,
    part,
    words_of,
)
from desktop_app.services import quality
from desktop_app.services.quality import QualityFilter, Radar


class InterviewQualityParams(ReportParams):
    """Which interviews, by the day they were finished; at first those of the last half year."""

    start: date | None = Field(default_factory=quality.half_a_year_ago, title=N_("Finished from"))
    end: date | None = Field(None, title=N_("Finished until"))
    store: UUID | None = Field(None, title=N_("Store"))


class InterviewQuality(Report[InterviewQualityParams]):
    """Findings of the radar by interviewer and one by one."""

    id: ClassVar[str] = "interview-quality"
    title: ClassVar[str] = N_("Interview quality")
    summary: ClassVar[str] = N_(
        "Interviews that were too fast, alike, copied, not probed, or drift from the others"
    )
    Params = InterviewQualityParams

    @override
    def build(self, session: Session, params: InterviewQualityParams) -> Document:
        head = begin(session, params.start, params.end, params.store)
        found = quality.radar(session, QualityFilter(params.start, params.end, params.store))
        sections = [Section(_("Summary"), _summary(found))]
        if found.interviews:
            sections.append(Section(_("By interviewer"), (_by_agent(found),)))
        lines = _lines(found)
        if lines:
            sections.append(Section(_("What to look at"), (_findings(lines),)))
        return new_document(
            session,
            self,
            sections=sections,
            definitions=_definitions(),
            **head,
        )


@dataclass(frozen=True, slots=True)
class _Line:
    finding: QualityFinding
    interview: FinishedRow


@dataclass(frozen=True, slots=True)
class _Agent:
    name: str
    interviews: int
    flagged: int
    kinds: Mapping[QualityKind, int]

    @property
    def share(self) -> float | None:
        return kpis.ratio(self.flagged, self.interviews)


def _lines(found: Radar) -> list[_Line]:
    return [
        _Line(finding, found.interviews[key])
        for finding in found.findings
        for key in finding.interviews
    ]


def _summary(found: Radar) -> tuple[Block, ...]:
    flagged = {key for finding in found.findings for key in finding.interviews}
    n = len(found.interviews)
    facts = Facts(
        (
            (_("Finished interviews (n)"), number(n)),
            (_("Worth a look"), part(len(flagged), n)),
            (_("Findings"), number(len(found.findings))),
        )
    )
    if not n:
        return facts, Paragraph(_("No interview was finished in this period."), faint=True)
    if not flagged:
        return facts, Paragraph(_("Nothing stands out."), faint=True)
    text = _("A finding is a reason to look, not a verdict: open the interview and judge it there.")
    return facts, Paragraph(text, faint=True)


def _by_agent(found: Radar) -> Table:
    interviews = Counter(row.by for row in found.interviews.values())
    kinds: dict[str, Counter[QualityKind]] = defaultdict(Counter)
    flagged: dict[str, set[str]] = defaultdict(set)
    for line in _lines(found):
        kinds[line.interview.by][line.finding.kind] += 1
        flagged[line.interview.by].add(str(line.interview.id))
    rows = [
        _Agent(name, count, len(flagged[name]), kinds[name]) for name, count in interviews.items()
    ]
    rows.sort(key=lambda row: (-(row.share or 0), row.name))
    right = Align.RIGHT
    return Table(
        _("Interviews worth a look by interviewer"),
        [
            Column("agent", N_("Interviewer"), lambda row: row.name),
            Column("interviews", N_("Interviews held"), lambda row: row.interviews, align=right),
            Column("flagged", N_("Worth a look"), lambda row: row.flagged, align=right),
            Column("share", N_("Share"), lambda row: row.share, align=right, kind=Kind.PERCENT),
            Column(
                "interval",
                N_("95% interval"),
                lambda row: interval_text(kpis.wilson(row.flagged, row.interviews)),
                align=right,
            ),
            *(_kind_column(kind) for kind in QualityKind if any(row.kinds[kind] for row in rows)),
        ],
        rows,
        note=_("grey: fewer than {small} interviews").format(small=SMALL_N),
        faint=lambda row: row.interviews < SMALL_N,
    )


def _kind_column(kind: QualityKind) -> Column[_Agent]:
    return Column(kind.value, TITLES[kind], lambda row: row.kinds[kind], align=Align.RIGHT)


def _findings(lines: Sequence[_Line]) -> Table:
    return Table(
        _("Findings"),
        [
            Column("kind", N_("Finding"), lambda line: _(TITLES[line.finding.kind])),
            Column("agent", N_("Interviewer"), lambda line: line.interview.by),
            Column("case", N_("Case"), lambda line: line.interview.case_number),
            Column("customer", N_("Customer"), lambda line: line.interview.customer),
            Column(
                "finished",
                N_("Finished on"),
                lambda line: clock.local(line.interview.finished_at).date(),
            ),
            Column("why", N_("Reason to look"), lambda line: why(line.finding)),
        ],
        lines,
        note=_("{count} lines; one finding may be about several interviews").format(
            count=number(len(lines))
        ),
        key=lambda line: str(line.interview.id),
        page="interview",
    )


def why(finding: QualityFinding) -> str:
    """The sentence of a finding in the language of the reader."""
    return words_of((finding.sentence_zh, finding.sentence_en))


def _definitions() -> list[tuple[str, str]]:
    used = QualityLimits()
    return [
        (
            _(TITLES[QualityKind.TOO_FAST]),
            _(
                "Seconds per answered question below the median of all others by more than "
                "{spread} robust spreads (logarithms, median absolute deviation, at least {least} "
                "interviews), or below {floor} seconds."
            ).format(spread=used.spread, least=used.min_interviews, floor=used.floor_seconds),
        ),
        (
            _(TITLES[QualityKind.SAME_ANSWERS]),
            _(
                "One interviewer has the same choices in {repeats} interviews or more, which is "
                "more than the others' interviews and the frequency of each choice let expect."
            ).format(repeats=used.min_repeats),
        ),
        (
            _(TITLES[QualityKind.COPIED_TEXT]),
            _(
                "Customers of different cases are quoted in nearly the same words: at least "
                "{similarity} of all runs of three characters are common."
            ).format(similarity=f"{used.similarity:.0%}"),
        ),
        (
            _("One reason, or unknown, too often"),
            _(
                "An interviewer records a reason far more often than all others (exact test of "
                "Fisher, one-sided, adjusted for all tests after Holm, p ≤ {chance}); from "
                "{least} interviews on both sides."
            ).format(chance=used.chance, least=used.min_interviews),
        ),
        (
            _(TITLES[QualityKind.NOT_PROBED]),
            _("A known reason was recorded and no question of the why-chain was answered."),
        ),
        interval_meaning(),
        grey_meaning(),
    ]
