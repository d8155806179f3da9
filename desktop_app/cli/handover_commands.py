"""`handover`: customers go over from somebody, or from nobody, to others."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desktop_app.cli import output
from desktop_app.cli.options import UsageProblemError
from desktop_app.cli.queue_commands import person
from desktop_app.cli.state import parse_day, state_of
from desktop_app.errors import InvalidInputError, NotFoundError, problems_from_validation
from desktop_app.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from db.session import Session
    from desktop_app.domain.handover_drafts import ExitDraft
    from desktop_app.services.handovers import (
        CommitResult,
        HandoverDraft,
        Proposal,
        ProposedLine,
    )

_CAUSES = ("left", "rotation", "load")


def handover(
    context: typer.Context,
    giver: Annotated[
        str, typer.Option("--from", metavar="LOGIN", help=N_("Whose customers."))
    ] = "",
    orphans: Annotated[
        bool, typer.Option("--orphans", help=N_("Customers nobody looks after instead."))
    ] = False,
    to: Annotated[
        list[str] | None,
        typer.Option(metavar="LOGIN", help=N_("Who may get them; may be given several times.")),
    ] = None,
    cause: Annotated[
        str, typer.Option(metavar="CAUSE", help=N_("left, rotation or load"))
    ] = "load",
    left_on: Annotated[
        str,
        typer.Option(metavar="DATE", help=N_("Last day of work of who leaves, written down too.")),
    ] = "",
    on: Annotated[
        str, typer.Option(metavar="DATE", help=N_("First day of the receivers; today without it."))
    ] = "",
    overlap_until: Annotated[
        str, typer.Option(metavar="DATE", help=N_("Until this day the former one stands in."))
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=N_("Only say what would be done."))
    ] = False,
) -> None:
    """Hand customers over as proposed: by load, skill, district and department."""
    if bool(giver) is orphans:
        raise UsageProblemError(_("Give either --from LOGIN or --orphans."))
    if cause not in _CAUSES:
        text = _("{option} may be: {choices}.")
        raise UsageProblemError(text.format(option="--cause", choices=", ".join(_CAUSES)))
    exit_day = parse_day(left_on) if left_on else None
    if exit_day is not None:
        cause = "left"
    first = parse_day(on) if on else None
    last = parse_day(overlap_until) if overlap_until else None
    from db import journal  # noqa: PLC0415
    from desktop_app.services import handovers  # noqa: PLC0415

    state = state_of(context)
    result: CommitResult | None = None
    with state.read() as session:
        draft = _draft(session, giver, to or [], cause, first, last)
        if cause == "left" and giver and exit_day is None:
            _require_exit(session, giver, draft)
        proposal = handovers.propose(session, draft)
        later = _given_on(session, draft)
    if giver and not proposal.lines:
        sentence = _nothing(giver, later)
        if exit_day is None or draft.from_id is None or dry_run:
            raise NotFoundError(sentence)
        with state.write() as session:
            handovers.record_exit(session, draft.from_id, _exit(exit_day))
            key = str(journal.buffer_of(session).id)
        if state.options.as_json:
            document = _document(proposal, None)
            output.say_json(document | {"is_dry_run": False, "change_set": key})
        else:
            _say_exit(sentence, key)
        return
    if not dry_run and any(line.to_id is not None for line in proposal.lines):
        with state.write() as session:
            if exit_day is not None and draft.from_id is not None:
                handovers.record_exit(session, draft.from_id, _exit(exit_day))
            proposal = handovers.propose(session, draft)
            result = handovers.hand_over(session, draft, proposal.choices)
    if state.options.as_json:
        output.say_json(_document(proposal, result))
        return
    headings = (_("Customer"), _("Seat"), _("Goes to"), _("Reason"), _("To put in order"))
    output.say_table(headings, [_shown(line) for line in proposal.lines], [False] * len(headings))
    _say_sums(proposal, result)


def _given_on(session: "Session", draft: "HandoverDraft") -> dt.date | None:
    """From which day on the last ones of somebody's customers are handed over already."""
    from desktop_app.services import charges  # noqa: PLC0415

    if draft.from_id is None:
        return None
    mine = charges.HoldingFilter(user_id=draft.from_id)
    found = charges.list_holdings(session, mine, limit=charges.count_holdings(session, mine))
    last = max((row.last_on for row in found if row.last_on is not None), default=None)
    return None if last is None else last + dt.timedelta(days=1)


def _nothing(login: str, later: dt.date | None) -> str:
    """Why nothing goes over."""
    if later is None:
        text = _("{login} has no customers to hand over, or none within your reach.")
        return text.format(login=login)
    text = _("The customers of {login} are handed over already, from {day} on.")
    return text.format(login=login, day=later)


def _say_exit(sentence: str, change_set: str) -> None:
    """Only the exit was written down; no customer goes over with it."""
    output.say(sentence)
    output.say(_("Only the last day of work was written down."))
    output.say(_("Change set: {key}").format(key=change_set))


def _require_exit(session: "Session", giver: str, draft: "HandoverDraft") -> None:
    """Refuse a cause that is not true: nobody has written down that this employee leaves."""
    from desktop_app.services import handovers  # noqa: PLC0415

    if not any(row.user_id == draft.from_id for row in handovers.exits(session)):
        text = _("{login} has not left: give --left-on DATE, or another --cause.")
        raise UsageProblemError(text.format(login=giver))


def _exit(day: dt.date) -> "ExitDraft":
    from desktop_app.domain.handover_drafts import ExitDraft  # noqa: PLC0415

    return ExitDraft(left_on=day)


def _draft(
    session: "Session",
    giver: str,
    to: Sequence[str],
    cause: str,
    first: dt.date | None,
    last: dt.date | None,
) -> "HandoverDraft":
    from pydantic import ValidationError  # noqa: PLC0415

    from db.vocabulary import HandoverCause  # noqa: PLC0415
    from desktop_app import clock  # noqa: PLC0415
    from desktop_app.domain.handover_drafts import HandoverDraft  # noqa: PLC0415

    try:
        return HandoverDraft(
            from_id=person(session, giver, active_only=False) if giver else None,
            cause=HandoverCause(cause) if giver else HandoverCause.ORPHANS,
            on=first or clock.today(),
            overlap_until=last,
            to_ids=tuple(person(session, each) for each in to),
        )
    except ValidationError as error:
        raise InvalidInputError(problems_from_validation(error)) from error


def _document(proposal: "Proposal", result: "CommitResult | None") -> dict[str, Any]:
    lines = [_line_document(line) for line in proposal.lines]
    return {
        "is_dry_run": result is None,
        "customers": len({line.customer_id for line in proposal.lines}),
        "without_receiver": dict(
            Counter(line.refusal.value for line in proposal.lines if line.refusal is not None)
        ),
        **dict(zip(("customers_left", "backups_left"), _left(proposal), strict=True)),
        "receivers": [
            {"name": one.name, "held": one.held, "gets": one.gets, "capacity": one.capacity}
            for one in proposal.receivers
            if one.gets
        ],
        "lines": lines,
        "moved": None if result is None else _moved(result),
        "handover": None if result is None else str(result.handover_id),
        "change_set": None if result is None else str(result.change_set),
    }


def _line_document(line: "ProposedLine") -> dict[str, Any]:
    return {
        "customer": line.number,
        "name": line.name,
        "class": line.klass.value,
        "value": output.yuan(line.value),
        "seat": line.seat.value,
        "from": line.holder,
        "to": line.to_name or None,
        "why": line.why,
        "refusal": line.refusal,
        "is_cross": line.is_cross,
        "was_backup": line.was_backup,
        "to_tidy": [one.value for one in line.to_tidy],
        "cases": line.cases,
        "visits": line.visits,
        "promises": line.promises,
        "tasks": line.tasks,
        "renewals": line.renewals,
    }


def _left(proposal: "Proposal") -> tuple[int, int]:
    """Customers whom nobody can take, and those for whom nobody can stand in."""
    from db.vocabulary import Seat  # noqa: PLC0415

    seats = Counter(line.seat for line in proposal.lines if line.to_id is None)
    return seats[Seat.PRIMARY], seats[Seat.BACKUP]


def _moved(result: "CommitResult") -> dict[str, int]:
    names = ("customers", "cases", "visits", "promises", "tasks", "renewals", "told", "left")
    return {name: getattr(result, name) for name in names}


def _shown(line: "ProposedLine") -> tuple[str, ...]:
    from desktop_app.domain.handover_tidy import tidy_word  # noqa: PLC0415
    from desktop_app.domain.handover_words import seat_word  # noqa: PLC0415

    to_tidy = "; ".join(tidy_word(one) for one in line.to_tidy)
    customer = f"{line.number} {line.name}"
    return customer, seat_word(line.seat), line.to_name or "—", line.why, to_tidy


def _say_sums(proposal: "Proposal", result: "CommitResult | None") -> None:
    for one in proposal.receivers:
        if one.gets:
            text = _("{name}: {gets} more, {held} now, {capacity} at most")
            output.say(
                text.format(name=one.name, gets=one.gets, held=one.held, capacity=one.capacity)
            )
    alone, unbacked = _left(proposal)
    if alone:
        text = ngettext("Nobody can take {n} customer.", "Nobody can take {n} customers.", alone)
        output.say(text.format(n=alone))
    if unbacked:
        text = ngettext(
            "Nobody can stand in for {n} customer.",
            "Nobody can stand in for {n} customers.",
            unbacked,
        )
        output.say(text.format(n=unbacked))
    if result is None:
        output.tell(_("Nothing was changed."))
    else:
        output.say(_("Change set: {key}").format(key=result.change_set))
