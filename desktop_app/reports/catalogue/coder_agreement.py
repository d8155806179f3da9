"""How far people who code the same answers agree."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy.orm import Session
from typing_extensions import override

from db.queries import coded as queries
from db.queries.coded import CodingRow
from desktop_app.columns import Align, Column
from desktop_app.domain import coder_agreement
from desktop_app.domain.coder_agreement import CoderAgreement as Found
from desktop_app.domain.coder_agreement import Coding, PairAgreement, ThemeAgreement
from desktop_app.i18n import N_, _, ngettext
from desktop_app.labels import number, percent
from desktop_app.reports.base import (
    SMALL_N,
    Block,
    Document,
    Facts,
    Paragraph,
    Report,
    Section,
    Table,
    new_document,
)
from desktop_app.reports.scope import begin, scope_filters
from desktop_app.reports.shares import (
    CasesParams,
    criteria_of,
    grey_meaning,
    interval_meaning,
    kappa_text,
    rate_text,
    words_of,
)

MODERATE, GOOD = 0.41, 0.61
"""Landis and Koch 1977: below 0.41 at most fair, from 0.61 on substantial."""


class CoderAgreement(Report[CasesParams]):
    """Kappa of the coders by theme, by pair and over all themes."""

    id: ClassVar[str] = "coder-agreement"
    title: ClassVar[str] = N_("Agreement of coders")
    summary: ClassVar[str] = N_("Whether two people read the same themes in the same answers")
    Params = CasesParams

    @override
    def build(self, session: Session, params: CasesParams) -> Document:
        head = begin(session, params.start, params.end, params.store)
        rows = queries.codings(session, criteria_of(session, params))
        found = coder_agreement.coder_agreement(_codings(rows))
        names = {str(row.coder_id): row.coder for row in rows}
        sections = [Section(_("Summary"), _summary(found))]
        if found.answers:
            words = {code: words_of(both) for code, both in queries.theme_words(session).items()}
            lines = [_ThemeLine(words[each.theme], each) for each in found.themes]
            sections += [
                Section(_("By theme"), (_themes(lines, found.answers),)),
                Section(_("By pair of coders"), (_pairs(found.pairs, names),)),
            ]
        return new_document(
            session,
            self,
            sections=sections,
            filters=scope_filters(session, params.kind),
            definitions=_definitions(),
            **head,
        )


@dataclass(frozen=True, slots=True)
class _ThemeLine:
    name: str
    found: ThemeAgreement


def _codings(rows: Sequence[CodingRow]) -> list[Coding]:
    """One coding for each answer and coder."""
    themes: dict[tuple[uuid.UUID, str, str], set[str]] = defaultdict(set)
    for row in rows:
        themes[row.interview_id, row.address, str(row.coder_id)].add(row.theme)
    return [
        Coding(f"{interview} {address}", coder, frozenset(found))
        for (interview, address, coder), found in themes.items()
    ]


def _summary(found: Found) -> tuple[Block, ...]:
    facts = Facts(
        (
            (_("Answers coded by two or more (n)"), number(found.answers)),
            (_("Answers coded by one"), number(found.single)),
            (_("Coders"), number(len(found.coders))),
            (_("Exactly the same themes"), rate_text(found.same, found.answers)),
            (_("Kappa over all themes"), kappa_text(found.kappa)),
        )
    )
    if not found.answers:
        text = _(
            "No answer was coded by two people. Choose the second round on the coding page: about "
            "fifty answers are enough to begin with."
        )
        return facts, Paragraph(text, faint=True)
    if found.answers < SMALL_N:
        text = ngettext(
            "Only {n} answer: too few to judge the coders.",
            "Only {n} answers: too few to judge the coders.",
            found.answers,
        ).format(n=number(found.answers))
        return facts, Paragraph(text, faint=True)
    return facts, Paragraph(_verdict(found.kappa))


def _verdict(kappa: float | None) -> str:
    if kappa is None:
        return _("Everybody always saw the same: chance alone would agree, so nothing is shown.")
    if kappa >= GOOD:
        return _("The themes are read alike: counts by theme can be trusted.")
    if kappa >= MODERATE:
        return _("The themes are read alike for the most part. Look at those with a low kappa.")
    return _("The themes are not read alike: agree on what they mean before counting them.")


def _interval(line: _ThemeLine) -> str:
    found = line.found.kappa.interval
    return "" if found is None else f"{found.low:.2f} – {found.high:.2f}"


def _themes(lines: Sequence[_ThemeLine], n: int) -> Table:
    right = Align.RIGHT
    return Table(
        _("Kappa by theme"),
        [
            Column("theme", N_("Theme"), lambda line: line.name),
            Column("seen", N_("Seen by anybody"), lambda line: line.found.seen, align=right),
            Column("agreed", N_("Seen by all"), lambda line: line.found.agreed, align=right),
            Column(
                "agreement",
                N_("Agreement"),
                lambda line: line.found.kappa.agreement,
                lambda line: percent(line.found.kappa.agreement),
                right,
            ),
            Column(
                "kappa",
                N_("Kappa"),
                lambda line: line.found.kappa.kappa,
                lambda line: kappa_text(line.found.kappa.kappa),
                right,
            ),
            Column("interval", N_("95% interval"), _interval, align=right),
        ],
        lines,
        note=_("n = {n} answers coded by two or more; grey: seen in fewer than {small}").format(
            n=number(n), small=SMALL_N
        ),
        faint=lambda line: line.found.seen < SMALL_N,
    )


def _pairs(pairs: Sequence[PairAgreement], names: dict[str, str]) -> Table:
    return Table(
        _("Kappa by pair of coders, over all themes"),
        [
            Column("first", N_("Coder"), lambda pair: names[pair.first]),
            Column("second", N_("Other coder"), lambda pair: names[pair.second]),
            Column("answers", N_("Answers"), lambda pair: pair.answers, align=Align.RIGHT),
            Column(
                "kappa",
                N_("Kappa"),
                lambda pair: pair.kappa,
                lambda pair: kappa_text(pair.kappa),
                Align.RIGHT,
            ),
        ],
        pairs,
        note=_("grey: fewer than {small} answers").format(small=SMALL_N),
        faint=lambda pair: pair.answers < SMALL_N,
    )


def _definitions() -> list[tuple[str, str]]:
    return [
        (
            _("Kappa"),
            _(
                "Agreement beyond chance: (observed - expected) / (1 - expected), 1 is full "
                "agreement, 0 no more than chance. Of each theme the coders say yes or no. Cohen's "
                "kappa where two people coded, Fleiss' where more did. Worked example: of 50 "
                "answers both say yes to 20 and no to 15, so 70% agree, 50% by chance: kappa 0.40."
            ),
        ),
        (
            _("Kappa over all themes"),
            _(
                "Pooled: the means of observed and expected agreement over the themes make one "
                "kappa (De Vries and others 2008)."
            ),
        ),
        (
            _("95% interval of kappa"),
            _("Normal interval of Cohen's kappa (standard error: Fleiss, Cohen, Everitt 1969)."),
        ),
        (
            _("Exactly the same themes"),
            _("All coders of an answer gave it the same set of themes."),
        ),
        interval_meaning(),
        grey_meaning(),
    ]
