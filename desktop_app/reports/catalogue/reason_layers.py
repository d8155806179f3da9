"""Three layers of reason: what staff believed, what customers said, what the probing found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import ClassVar, Final

from sqlalchemy.orm import Session
from typing_extensions import override

from db.queries import insights as queries
from db.queries import reasons as reason_queries
from db.queries.insights import LayersRow
from desktop_app.columns import Align, Column, Kind
from desktop_app.domain import agreement
from desktop_app.domain.agreement import Layers, Misjudged, Move, Transitions
from desktop_app.domain.kpis import wilson
from desktop_app.i18n import N_, _, ngettext
from desktop_app.labels import number
from desktop_app.reports.base import (
    SMALL_N,
    Block,
    Document,
    Facts,
    GivenColumn,
    Paragraph,
    Report,
    Section,
    Table,
    new_document,
)
from desktop_app.reports.scope import begin, scope_filters
from desktop_app.reports.scope import criteria_of as cases_behind
from desktop_app.reports.shares import (
    CasesParams,
    ReasonWords,
    criteria_of,
    grey_meaning,
    interval_meaning,
    interval_text,
    part,
    rate_text,
    small_note,
    words_of,
)

ROWS: Final = 10
COLUMNS: Final = 6
MOVES: Final = 15
LEVEL: Final = 0.05
_LEAST: Final = 0.001
_OTHERS: Final = "others"
_ALL: Final = "all"


class ReasonLayers(Report[CasesParams]):
    """Stated against root reason as a matrix, and how far staff's belief was from both."""

    id: ClassVar[str] = "reason-layers"
    title: ClassVar[str] = N_("Layers of reason")
    summary: ClassVar[str] = N_(
        "What customers said, what the probing found, and what staff had believed before"
    )
    Params = CasesParams

    @override
    def build(self, session: Session, params: CasesParams) -> Document:
        head = begin(session, params.start, params.end, params.store)
        criteria = criteria_of(session, params)
        rows = queries.layers(session, criteria)
        cases = [
            each
            for row in rows
            for each in repeat(Layers(row.belief, row.stated, row.root), row.cases)
        ]
        words = _words(session, rows)
        matrix = agreement.transitions((case.stated, case.root) for case in cases)
        sections = [
            Section(_("Summary"), tuple(_summary(cases, matrix))),
            Section(_("Stated and root reason"), _matrix_blocks(matrix, words)),
            Section(_("What staff believed"), _belief_blocks(cases, words)),
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


def _words(session: Session, rows: Sequence[LayersRow]) -> ReasonWords:
    """Words of every code: the newest that one of the counted cases has."""
    newest: dict[str, int] = {}
    for row in rows:
        for code, version in zip((row.belief, row.stated, row.root), row.versions, strict=True):
            if code is not None and version is not None:
                newest[code] = max(version, newest.get(code, 0))
    known = reason_queries.reason_words(session)
    return {code: known[code, version][1:] for code, version in newest.items()}


def _summary(cases: Sequence[Layers], matrix: Transitions) -> list[Block]:
    gap = agreement.perception_gap(cases)
    facts = [
        (_("Cases opened"), number(len(cases))),
        (_("With a stated and a root reason"), part(matrix.cases, len(cases))),
        (_("The root reason is another one"), rate_text(matrix.differing, matrix.cases)),
        (_("Staff were right about what was said"), rate_text(gap.stated.agreed, gap.stated.cases)),
        (_("Staff were right about the root"), rate_text(gap.root.agreed, gap.root.cases)),
    ]
    blocks: list[Block] = [Facts(tuple(facts))]
    if matrix.cases < SMALL_N:
        text = ngettext(
            "Only {n} case has both reasons: too few to read the matrix.",
            "Only {n} cases have both reasons: too few to read the matrix.",
            matrix.cases,
        )
        blocks.append(Paragraph(text.format(n=matrix.cases), faint=True))
    if not gap.root.cases:
        text = _("No case says what staff believed before the interview. It is asked there.")
        blocks.append(Paragraph(text, faint=True))
    return blocks


# ---------------------------------------------------------------- the matrix


@dataclass(frozen=True, slots=True)
class _MatrixRow:
    code: str
    name: str
    counts: Mapping[str, int]


def _matrix_blocks(matrix: Transitions, words: ReasonWords) -> tuple[Block, ...]:
    if not matrix.cases:
        return (Paragraph(_("No case has both a stated and a root reason."), faint=True),)
    return (_matrix(matrix, words), _moves(matrix.moves, words, matrix.cases, "stated_reason"))


def _matrix(matrix: Transitions, words: ReasonWords) -> Table:
    """The most frequent reasons as rows and columns, the others added up."""
    of = {code: place for place, code in enumerate(matrix.codes)}
    stated = {code: sum(matrix.counts[of[code]]) for code in matrix.codes}
    root = {code: sum(row[of[code]] for row in matrix.counts) for code in matrix.codes}
    rows, columns = _most(stated, ROWS), _most(root, COLUMNS)

    def counts(codes: Sequence[str]) -> dict[str, int]:
        here = {to: sum(matrix.counts[of[code]][of[to]] for code in codes) for to in columns}
        everything = sum(stated[code] for code in codes)
        return {**here, _OTHERS: everything - sum(here.values()), _ALL: everything}

    made = [_MatrixRow(code, words_of(words[code]), counts([code])) for code in rows]
    rest = [code for code in matrix.codes if code not in rows and stated[code]]
    if rest:
        text = _("All {count} others").format(count=len(rest))
        made.append(_MatrixRow(_OTHERS, text, counts(rest)))
    total = {name: sum(row.counts[name] for row in made) for name in (*columns, _OTHERS, _ALL)}
    return Table(
        _("Stated reason (rows) and root reason (columns)"),
        [
            Column("stated", N_("Stated reason"), lambda row: row.name),
            *(_cell(code, words_of(words[code])) for code in columns),
            _count_column(_OTHERS, N_("Other roots")),
            _count_column(_ALL, N_("All")),
        ],
        made,
        note=small_note(matrix.cases),
        faint=lambda row: row.counts[_ALL] < SMALL_N,
        total={"stated": _("Total"), **total},
        cases=_cases_behind,
    )


def _most(counts: Mapping[str, int], most: int) -> list[str]:
    ranked = sorted((code for code in counts if counts[code]), key=lambda code: -counts[code])
    return ranked[:most]


def _cell(code: str, name: str) -> Column[_MatrixRow]:
    return GivenColumn(
        code, name, lambda row: row.counts[code], lambda row: _shown(row.counts[code]), Align.RIGHT
    )


def _count_column(code: str, title: str) -> Column[_MatrixRow]:
    return Column(
        code, title, lambda row: row.counts[code], lambda row: _shown(row.counts[code]), Align.RIGHT
    )


def _shown(count: int) -> str:
    return f"{count:,}" if count else "·"


def _cases_behind(row: _MatrixRow, column: str) -> Mapping[str, str]:
    """Cases of a cell; the sums of others are no single filter."""
    if _OTHERS in (row.code, column):
        return {}
    found = {"stated_reason": row.code}
    if column not in ("stated", _ALL):
        found["root_reason"] = column
    return found


# ---------------------------------------------------------------- moves


@dataclass(frozen=True, slots=True)
class _MoveRow:
    source: str
    target: str
    move: Move
    interval: str


def _moves(moves: Sequence[Move], words: ReasonWords, n: int, layer: str) -> Table:
    rows = [
        _MoveRow(
            words_of(words[move.source]),
            words_of(words[move.target]),
            move,
            interval_text(wilson(move.count, n)),
        )
        for move in moves[:MOVES]
    ]
    title = {
        "stated_reason": _("Where the probing led elsewhere"),
        "belief_reason": _("Where staff believed something else than the root reason"),
    }[layer]
    first = N_("Stated reason") if layer == "stated_reason" else N_("What staff believed")
    note = small_note(n)
    rest = moves[MOVES:]
    if rest:
        more = _("{pairs} rarer pairs with {cases} cases are not listed.")
        text = more.format(pairs=len(rest), cases=sum(move.count for move in rest))
        note = _("{first}; {second}").format(first=note, second=text)
    return Table(
        title,
        [
            Column("source", first, lambda row: row.source),
            Column("target", N_("Root reason"), lambda row: row.target),
            Column("count", N_("Cases"), lambda row: row.move.count, align=Align.RIGHT),
            Column(
                "share",
                N_("Share"),
                lambda row: row.move.share,
                align=Align.RIGHT,
                kind=Kind.PERCENT,
            ),
            Column("interval", N_("95% interval"), lambda row: row.interval, align=Align.RIGHT),
        ],
        rows,
        note=note,
        faint=lambda row: row.move.count < SMALL_N,
        cases=lambda row, _column: {layer: row.move.source, "root_reason": row.move.target},
    )


# ---------------------------------------------------------------- belief


@dataclass(frozen=True, slots=True)
class _BeliefRow:
    name: str
    found: Misjudged

    @property
    def is_clear(self) -> bool:
        return self.found.chance <= LEVEL


def _belief_blocks(cases: Sequence[Layers], words: ReasonWords) -> tuple[Block, ...]:
    gap = agreement.perception_gap(cases).root
    if not gap.cases:
        return (Paragraph(_("Nothing to compare in this period."), faint=True),)
    found = agreement.misjudged((case.belief, case.root) for case in cases)
    left_out = _("{n} cases have no belief or no root reason, in {unknown} it is not known.")
    text = left_out.format(n=number(gap.left_out), unknown=number(gap.not_known))
    blocks: list[Block] = [Paragraph(text, faint=True)]
    if gap.moves:
        blocks.append(_moves(gap.moves, words, gap.cases, "belief_reason"))
    blocks.append(
        _misjudged([_BeliefRow(words_of(words[one.code]), one) for one in found], gap.cases)
    )
    return tuple(blocks)


def _verdict(row: _BeliefRow) -> str:
    if not row.is_clear:
        return _("no clear difference")
    if row.found.believed > row.found.actual:
        return _("believed too often")
    return _("believed too seldom")


def _misjudged(rows: Sequence[_BeliefRow], n: int) -> Table:
    return Table(
        _("Reasons that staff overestimate and underestimate"),
        [
            Column("reason", N_("Reason"), lambda row: row.name),
            Column("believed", N_("Believed"), lambda row: row.found.believed, align=Align.RIGHT),
            Column("actual", N_("Root reason"), lambda row: row.found.actual, align=Align.RIGHT),
            Column("both", N_("Both"), lambda row: row.found.both, align=Align.RIGHT),
            Column("verdict", N_("Staff"), _verdict),
            Column(
                "chance",
                N_("p, adjusted"),
                lambda row: row.found.chance,
                lambda row: f"{row.found.chance:.3f}" if row.found.chance >= _LEAST else "< 0.001",
                Align.RIGHT,
            ),
        ],
        rows,
        note=_("n = {n} cases with belief and known root reason; grey: no clear difference").format(
            n=number(n)
        ),
        faint=lambda row: not row.is_clear,
        cases=_belief_cases,
    )


def _belief_cases(row: _BeliefRow, column: str) -> Mapping[str, str]:
    code = row.found.code
    believed, actual = {"belief_reason": code}, {"root_reason": code}
    return {"believed": believed, "actual": actual, "both": {**believed, **actual}}.get(column, {})


def _definitions() -> list[tuple[str, str]]:
    return [
        (_("Stated reason"), _("What the customer said first, coded; one for each case.")),
        (_("Root reason"), _("What the why-chain ends at; one for each case.")),
        (
            _("What staff believed"),
            _("What was believed before the customer was asked; recorded by who works the case."),
        ),
        (
            _("Matrix"),
            _("Cases by stated and root reason; on the diagonal both are the same code."),
        ),
        (
            _("Agreement rate"),
            _(
                "Cases in which the belief is the other layer's reason, divided by n: all cases "
                "that have both and in which the customer's reason is known. Worked example: 3 of "
                "8 is 37.5%, 95% interval 13.7% – 69.4%."
            ),
        ),
        (
            _("Believed too often, too seldom"),
            _(
                "Only cases in which belief or root names the reason, but not both, say something: "
                "half of them would be expected on each side (exact test of McNemar, two-sided, "
                "adjusted for the number of reasons after Holm). Named when p ≤ {level}."
            ).format(level=LEVEL),
        ),
        interval_meaning(),
        grey_meaning(),
    ]
