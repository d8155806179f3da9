"""Different offers to customers who left for the same reasons, each with its justification."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Session
from typing_extensions import override

from db import reference
from desktop_app.columns import Align, Column, Kind
from desktop_app.i18n import N_, _, language
from desktop_app.labels import UNKNOWN, label, moment_text, number
from desktop_app.reports.base import (
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
from desktop_app.reports.scope import begin, scope_filters
from desktop_app.services import offers
from desktop_app.services.offers import CaseOfferRow, TreatmentGroup


class EqualTreatmentParams(ReportParams):
    """Which offers, by the day they were made."""

    start: date | None = Field(None, title=N_("Offered from"))
    end: date | None = Field(None, title=N_("Offered until"))
    store: UUID | None = Field(None, title=N_("Store"))


class EqualTreatment(Report[EqualTreatmentParams]):
    """Where the same reasons and the same class met different offers."""

    id: ClassVar[str] = "equal-treatment"
    title: ClassVar[str] = N_("Equal treatment in offers")
    summary: ClassVar[str] = N_(
        "Different offers for the same reasons and class, each with its justification"
    )
    Params = EqualTreatmentParams

    @override
    def build(self, session: Session, params: EqualTreatmentParams) -> Document:
        head = begin(session, params.start, params.end, params.store)
        groups = offers.equal_treatment(session, params.start, params.end, params.store)
        sections = [Section(_("Summary"), _summary(groups))]
        if groups:
            sections.append(Section(_("What was offered"), (_table(groups),)))
        return new_document(
            session,
            self,
            sections=sections,
            filters=scope_filters(session, None)[1:],
            definitions=_definitions(),
            **head,
        )


@dataclass(frozen=True, slots=True)
class _Line:
    group: str
    klass: str
    row: CaseOfferRow


def _summary(groups: Sequence[TreatmentGroup]) -> tuple[Block, ...]:
    count = sum(len(group.rows) for group in groups)
    by_rule = sum(row.rule_id is not None for group in groups for row in group.rows)
    facts = Facts(
        (
            (_("Groups with different offers"), number(len(groups))),
            (_("Offers in them (n)"), number(count)),
            (_("Of these as the rules say"), number(by_rule)),
        )
    )
    if groups:
        return (facts,)
    text = _("In this period the same reasons and the same class always met the same offer.")
    return facts, Paragraph(text, faint=True)


def _table(groups: Sequence[TreatmentGroup]) -> Table:
    names = {each.code: reference.text(each, language()) for each in reference.reason_groups()}
    lines = [
        _Line(
            names.get(group.reason_group or "", group.reason_group or UNKNOWN),
            UNKNOWN if group.klass is None else group.klass.value.upper(),
            row,
        )
        for group in groups
        for row in group.rows
    ]
    return Table(
        _("Different offers for the same reasons and class"),
        [
            Column("group", N_("Reasons"), lambda line: line.group),
            Column("klass", N_("Class"), lambda line: line.klass),
            Column("case", N_("Case"), lambda line: line.row.case_number),
            Column("customer", N_("Customer"), lambda line: line.row.customer),
            Column("offer", N_("Offer"), lambda line: reference.text(line.row.offer, language())),
            Column(
                "cost",
                N_("Cost"),
                lambda line: line.row.cost,
                align=Align.RIGHT,
                kind=Kind.MONEY,
            ),
            Column("state", N_("State"), lambda line: label(line.row.state)),
            Column("by_rule", N_("By a rule"), lambda line: line.row.rule_id is not None),
            Column("justification", N_("Justification"), lambda line: line.row.justification),
            Column("by", N_("By"), lambda line: line.row.by),
            Column(
                "at",
                N_("When"),
                lambda line: line.row.proposed_at,
                lambda line: moment_text(line.row.proposed_at),
            ),
        ],
        lines,
        note=_("n = {n} offers").format(n=number(len(lines))),
        key=lambda line: str(line.row.case_id),
    )


def _definitions() -> list[tuple[str, str]]:
    return [
        (
            _("The same reasons"),
            _(
                "The group of the root reason as it is now; without one, of the stated reason. "
                "Cases without a reason are a group of their own."
            ),
        ),
        (
            _("Offers that count"),
            _("Offers that may be made, are accepted or declined; not refused or withdrawn ones."),
        ),
    ]
