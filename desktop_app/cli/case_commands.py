"""Finding who is leaving, and opening cases for them."""

from typing import Annotated

import typer

from desktop_app.cli import output
from desktop_app.cli.options import UsageProblemError
from desktop_app.cli.state import change_set_of, parse_day, state_of
from desktop_app.i18n import N_, _


def scan(
    context: typer.Context,
    as_of: Annotated[
        str, typer.Option(metavar="DATE", help=N_("As of this day; the newest order without it."))
    ] = "",
) -> None:
    """Run every rule over all customers."""
    day = parse_day(as_of) if as_of else None
    from desktop_app.labels import label  # noqa: PLC0415
    from desktop_app.services import detection  # noqa: PLC0415

    state = state_of(context)
    with output.TerminalProgress() as progress, state.write() as session:
        result = detection.scan(session, progress, day)
    change_set = change_set_of(session)
    if result.newer is not None:
        output.tell(result.warning())
    if state.options.as_json:
        output.say_json(
            {
                "as_of": result.as_of,
                **{kind.value: count for kind, count in result.found.items()},
                "new": {kind.value: count for kind, count in result.new.items()},
                "cleared": result.cleared,
                "customers": result.customers,
                "newer": result.newer,
                "change_set": change_set,
            }
        )
        return
    output.say(
        _("As of {day}, {n} customers looked at.").format(day=result.as_of, n=result.customers)
    )
    rows = [
        (label(kind), str(found), str(result.new[kind])) for kind, found in result.found.items()
    ]
    output.say_table((_("Departure"), _("Found"), _("New")), rows, (False, True, True))
    output.say(_("No longer found: {n}").format(n=result.cleared))


def open_cases(
    context: typer.Context,
    kind: Annotated[str, typer.Option(help=N_("Only this kind of departure."))] = "",
    limit: Annotated[
        int, typer.Option(min=0, help=N_("At most so many, the highest spend first."))
    ] = 0,
) -> None:
    """Accept the open signals: one case for each customer and kind of departure."""
    from db.queries.signals import SignalFilter  # noqa: PLC0415
    from db.vocabulary import RuleKind  # noqa: PLC0415
    from desktop_app.services import triage  # noqa: PLC0415

    state = state_of(context)
    if kind and kind not in set(RuleKind):
        text = _("{option} may be: {choices}.")
        raise UsageProblemError(text.format(option="--kind", choices=", ".join(RuleKind)))
    criteria = SignalFilter(kind=RuleKind(kind) if kind else None)
    with state.write() as session:
        waiting = triage.waiting_ids(session, criteria)
        chosen = waiting[:limit] if limit else waiting
        accepted = triage.accept(session, chosen) if chosen else triage.Accepted((), 0)
    change_set = change_set_of(session)
    if state.options.as_json:
        output.say_json(
            {
                "signals": len(chosen),
                "cases": len(accepted.case_ids),
                "joined": accepted.joined,
                "change_set": change_set,
            }
        )
        return
    output.say_facts(
        [
            (_("Cases opened"), len(accepted.case_ids)),
            (_("Added to open cases"), accepted.joined),
            (_("Change set"), change_set or "-"),
        ]
    )
