"""One case on paper: facts, customer, reasons, interview, contacts, what happened, signatures."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Session

from db import reference
from db.queries.case_file import AttemptRow, CaseFile, StageTime, WhyStep
from db.queries.customer_card import CustomerCard, TimelineEntry
from db.queries.exit_registrations import ExitRow
from db.queries.interviews import InterviewFile
from db.queries.visits import VisitRow
from db.vocabulary import ReasonLayer
from desktop_app import clock, labels
from desktop_app.columns import Align, Column, Kind
from desktop_app.columns.customers import CONTACT_COLUMNS
from desktop_app.columns.timeline import words
from desktop_app.domain.permissions import Action
from desktop_app.errors import InvalidInputError, Problem
from desktop_app.i18n import N_, _, language
from desktop_app.labels import UNKNOWN, day_text, label, masked_phone, moment_text, money
from desktop_app.questionnaire import answer_words
from desktop_app.reports.base import (
    Block,
    Document,
    Facts,
    Paragraph,
    Quote,
    Report,
    ReportParams,
    Section,
    SignatureLine,
    Table,
    new_document,
)
from desktop_app.services import access, cases, customers, exit_registration, interviews
from desktop_app.services.interviews import InterviewRun


class CaseFileParams(ReportParams):
    """Which case: by its key, or by the number people use."""

    case: UUID | None = Field(None, title=N_("Case"))
    number: str = Field("", title=N_("Case number"), max_length=32)


class CaseFileReport(Report[CaseFileParams]):
    """Everything about one case."""

    id: ClassVar[str] = "case-file"
    title: ClassVar[str] = N_("Case file")
    summary: ClassVar[str] = N_("One case with customer, reasons, interview, contacts and history")
    Params = CaseFileParams

    def build(self, session: Session, params: CaseFileParams) -> Document:
        """Put one case on paper.

        Raises:
            InvalidInputError: no case is named.
            NotFoundError: there is no such case.
            NotAllowedError: the role may not see reports, or the case is somebody else's.
        """
        access.require(session, Action.REPORT)
        if params.case is None and not params.number.strip():
            raise InvalidInputError([Problem("number", _("Enter the number of a case."))])
        file = cases.case_file(session, params.case or cases.find(session, params.number))
        card, _metrics = customers.card(session, file.row.customer_id)
        asked = [interviews.load(session, row.id) for row in file.interviews]
        exits = exit_registration.of_case(session, file.row.id)
        return new_document(
            session,
            self,
            sections=_sections(file, card, asked, exits, cases.timeline(session, file.row.id)),
            subtitle=_("{number}, {customer}").format(
                number=file.row.number, customer=file.row.customer or _("(no name)")
            ),
            store=file.row.store,
            period=_("opened {day}").format(day=file.row.opened_on),
            filters=[(_("Case"), file.row.number)],
            definitions=_definitions(),
        )


def _sections(
    file: CaseFile,
    card: CustomerCard,
    asked: list[InterviewRun],
    exits: tuple[ExitRow, ...],
    timeline: list[TimelineEntry],
) -> list[Section]:
    sections = [
        Section(_("Case"), _case(file)),
        Section(_("Customer"), _customer(card)),
        Section(_("Reasons"), _reasons(file)),
    ]
    if exits:
        sections.append(Section(_("Exit at the counter"), _exits(exits)))
    sections += [
        Section(_("Exit interview of {day}").format(day=_day(one.file)), _interview(one, file))
        for one in asked
    ]
    sections += [
        Section(_("Contacts and visits"), _contacts(file)),
        Section(_("What happened"), (_timeline(timeline), _stages(file.time_in_stage))),
        Section(
            "",
            (
                SignatureLine(
                    (_("Handled by, date"), _("Store manager, date"), _("Customer, date"))
                ),
            ),
        ),
    ]
    return sections


def _words(entry: reference.Bilingual | None) -> str:
    return "" if entry is None else reference.text(entry, language())


def _listed(code: str | None, list_name: str) -> str:
    """Words of a code of the churn-type file, the code itself if it is not there."""
    if not code:
        return UNKNOWN
    found = {entry.code: entry for entry in reference.entries("churn_types", list_name)}
    return _words(found.get(code)) or code


def _or_unknown(text: str) -> str:
    return text or UNKNOWN


def _case(file: CaseFile) -> tuple[Block, ...]:
    row = file.row
    facts: list[tuple[str, str]] = [
        (_("Case"), row.number),
        (_("Kind of departure"), label(row.kind)),
        (_("Stage"), label(row.stage)),
        (_("Outcome"), label(row.outcome)),
        (_("Opened on"), day_text(row.opened_on)),
        (_("Closed on"), day_text(row.closed_on)),
        (_("Left on"), day_text(file.left_on)),
        (_("Owner"), _or_unknown(row.owner)),
        (_("Store"), _or_unknown(row.store)),
        (_("Value at stake"), money(row.value_at_stake, row.currency)),
        (_("Churn type"), _listed(file.churn_type, "cause")),
        (_("Extent"), _listed(file.extent, "extent")),
        (_("State of mind"), _listed(file.state_of_mind, "mind")),
        (_("Competitor"), _or_unknown(file.competitor)),
        (_("Approach"), label(file.approach)),
        (_("Next step"), label(row.next_step)),
        (_("Due"), day_text(row.next_due)),
    ]
    blocks: list[Block] = [Facts(tuple(facts))]
    if file.signal is not None:
        sentence = file.signal.zh if language().startswith("zh") else file.signal.en
        blocks.append(Facts(((_("Signal of {day}").format(day=file.signal.as_of), sentence),)))
    notes = (
        (_("What happened"), file.what_happened),
        (_("Offer"), file.offer_text),
        (_("Screening"), file.screening_note),
        (_("Closing note"), file.close_note),
    )
    written = tuple((name, text) for name, text in notes if text.strip())
    return (*blocks, Facts(written)) if written else tuple(blocks)


def _customer(card: CustomerCard) -> tuple[Block, ...]:
    row, values = card.row, card.values
    facts = Facts(
        (
            (_("Number"), row.number),
            (_("Name"), _or_unknown(row.name)),
            (_("Kind"), label(row.kind)),
            (_("Class"), label(row.klass)),
            (_("Phone"), masked_phone(row.phone)),
            (_("Address"), _or_unknown(str(values.get("address") or ""))),
            (_("Customer since"), day_text(values.get("joined_on"))),
            (_("Do not contact"), _("Yes") if row.do_not_contact else _("No")),
            (_("Orders"), f"{row.orders:,}"),
            (_("First order"), day_text(row.first_on)),
            (_("Last order"), day_text(row.last_on)),
            (_("Spend 12 m"), money(row.spend_window, row.currency)),
            (_("Spend in all"), money(row.spend_total, row.currency)),
        )
    )
    if not card.contacts:
        return (facts,)
    return (facts, Table(_("People to talk to"), CONTACT_COLUMNS, card.contacts))


_WHY_COLUMNS: tuple[Column[WhyStep], ...] = (
    Column("step", N_("Why"), lambda step: step.step, align=Align.RIGHT),
    Column("answer", N_("Answer"), lambda step: step.answer),
    Column(
        "reason",
        N_("Coded as"),
        lambda step: "" if step.reason is None else _words(step.reason),
    ),
)


def _reasons(file: CaseFile) -> tuple[Block, ...]:
    if not file.reasons:
        return (Paragraph(_("No reason is recorded yet."), faint=True),)
    blocks: list[Block] = []
    for layer in ReasonLayer:
        found = file.reasons.get(layer)
        if found is None:
            continue
        if found.verbatim.strip():
            source = _("{layer}: {reason}").format(layer=label(layer), reason=_words(found))
            blocks.append(Quote(found.verbatim, source))
        else:
            blocks.append(Facts(((label(layer), _words(found)),)))
    if file.why:
        blocks.append(Table(_("From the stated to the root reason"), _WHY_COLUMNS, file.why))
    return tuple(blocks)


_EXIT_COLUMNS: tuple[Column[ExitRow], ...] = (
    Column("at", N_("When"), lambda row: row.at),
    Column("reason", N_("Reason"), lambda row: _words(row.reason) if row.reason else ""),
    Column("words", N_("The customer's own words"), lambda row: row.words),
    Column(
        "arrears",
        N_("Arrears"),
        lambda row: row.arrears,
        text=lambda row: money(row.arrears, row.currency),
        align=Align.RIGHT,
        kind=Kind.MONEY,
    ),
    Column("gift", N_("Gift"), lambda row: row.gift),
    Column("by", N_("By"), lambda row: row.by),
)


def _exits(exits: tuple[ExitRow, ...]) -> tuple[Block, ...]:
    note = _("n = {n}").format(n=len(exits))
    return (Table(_("Registered"), _EXIT_COLUMNS, exits, note=note),)


def _day(one: InterviewFile) -> str:
    moment = one.row.finished_at or one.row.started_at
    return f"{clock.local(moment):%Y-%m-%d}"


_AnswerRow = tuple[str, str]
_ANSWER_COLUMNS: tuple[Column[_AnswerRow], ...] = (
    Column("question", N_("Question"), lambda row: row[0]),
    Column("answer", N_("Answer"), lambda row: row[1]),
)


def _interview(one: InterviewRun, file: CaseFile) -> tuple[Block, ...]:
    """Every answer, also to questions that the questionnaire does not have any more."""
    filling = one.filling(language())
    rows: list[_AnswerRow] = [
        (each.label, each.words)
        for each in answer_words.asked(filling, file.row.currency)
        if each.words
    ]
    rows += [(address.rpartition("/")[2], value) for address, value in filling.left_over.items()]
    row = one.file.row
    facts = Facts(
        (
            (_("Held by"), _or_unknown(row.by)),
            (_("State"), label(row.state)),
            (_("Started"), moment_text(row.started_at)),
            (_("Finished at"), moment_text(row.finished_at)),
        )
    )
    note = _("{answered} answers").format(answered=len(rows))
    return (facts, Table(_("Answers"), _ANSWER_COLUMNS, rows, note=note))


_ATTEMPT_COLUMNS: tuple[Column[AttemptRow], ...] = (
    Column("at", N_("When"), lambda row: row.at),
    Column("channel", N_("Channel"), lambda row: row.channel),
    Column("result", N_("Result"), lambda row: row.result),
    Column(
        "duration",
        N_("Minutes"),
        lambda row: None if row.duration_seconds is None else round(row.duration_seconds / 60, 1),
        text=lambda row: (
            "" if row.duration_seconds is None else labels.number(row.duration_seconds / 60, 1)
        ),
        align=Align.RIGHT,
    ),
    Column("by", N_("By"), lambda row: row.by),
    Column("note", N_("Note"), lambda row: row.note),
    Column("next_step", N_("Next step"), lambda row: row.next_step),
)

_VISIT_COLUMNS: tuple[Column[VisitRow], ...] = (
    Column("planned_on", N_("Planned on"), lambda row: row.planned_on),
    Column("state", N_("State"), lambda row: row.state),
    Column("done_on", N_("Made on"), lambda row: row.done_on),
    Column("by", N_("By"), lambda row: row.by),
    Column("purpose", N_("Purpose"), lambda row: row.purpose),
    Column("note", N_("Note"), lambda row: row.note),
)


def _contacts(file: CaseFile) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if file.attempts:
        note = _("n = {n}").format(n=len(file.attempts))
        blocks.append(Table(_("Contact attempts"), _ATTEMPT_COLUMNS, file.attempts, note=note))
    if file.visits:
        note = _("n = {n}").format(n=len(file.visits))
        blocks.append(Table(_("Visits"), _VISIT_COLUMNS, file.visits, note=note))
    if not blocks:
        return (Paragraph(_("The customer has not been contacted yet."), faint=True),)
    return tuple(blocks)


def _when(entry: TimelineEntry) -> str:
    return moment_text(entry.at) if entry.at is not None else f"{entry.day}"


_TIMELINE_COLUMNS: tuple[Column[TimelineEntry], ...] = (
    Column("when", N_("When"), _when),
    Column("title", N_("What"), lambda entry: words(entry).title),
    Column("detail", N_("Details"), lambda entry: words(entry).detail),
    Column("who", N_("By"), lambda entry: words(entry).who),
)


def _timeline(entries: list[TimelineEntry]) -> Table:
    oldest_first = list(reversed(entries))
    return Table(_("Timeline"), _TIMELINE_COLUMNS, oldest_first, note=_("the oldest first"))


_STAGE_COLUMNS: tuple[Column[StageTime], ...] = (
    Column("stage", N_("Stage"), lambda row: row.stage),
    Column(
        "days",
        N_("Days"),
        lambda row: round(row.days, 1),
        text=lambda row: labels.number(row.days, 1),
        align=Align.RIGHT,
    ),
)


def _stages(times: tuple[StageTime, ...]) -> Table:
    return Table(_("Time in each stage"), _STAGE_COLUMNS, times)


def _definitions() -> list[tuple[str, str]]:
    return [
        (_("Stated reason"), _("What the customer said first.")),
        (_("Root reason"), _("What the why-chain ends at.")),
        (_("What staff believed"), _("What the staff thought before they asked.")),
        (_("Phone"), _("Masked; it is shown in the program, where each look is recorded.")),
        (UNKNOWN, _("Not known; never zero.")),
    ]
