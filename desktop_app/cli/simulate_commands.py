"""`simulate`: a task force at work in a throw-away workspace, and the rules it broke: none."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from desktop_app.cli import output
from desktop_app.cli.figures_commands import experiment_document
from desktop_app.cli.state import state_of
from desktop_app.errors import UserError
from desktop_app.i18n import N_, ngettext

if TYPE_CHECKING:
    from desktop_app.demo.simulation import Simulated

_SHARE = 100


def simulate(
    context: typer.Context,
    agents: Annotated[int, typer.Option(min=1, max=200, help=N_("People who work on cases."))] = 5,
    days: Annotated[int, typer.Option(min=1, max=365, help=N_("Days of the calendar."))] = 14,
    seed: Annotated[int, typer.Option(help=N_("Same seed, same simulation."))] = 1,
    difference: Annotated[
        float,
        typer.Option(
            min=-50,
            max=50,
            help=N_("By how many points the second of two scripts is better; 0: not at all."),
        ),
    ] = 10.0,
) -> None:
    """Let simulated people work with the program; exit status 1 when a rule was broken."""
    from desktop_app.demo.simulation import simulate as simulated  # noqa: PLC0415

    with output.TerminalProgress() as progress:
        found = simulated(agents, days, seed, difference=difference / _SHARE, progress=progress)
    document = _document(found)
    if state_of(context).options.as_json:
        output.say_json(document)
    else:
        output.say_tree(document)
    if found.breaks:
        text = ngettext("{n} rule was broken.", "{n} rules were broken.", len(found.breaks))
        raise UserError(text.format(n=len(found.breaks)))


def _document(found: "Simulated") -> dict[str, Any]:
    return {
        "agents": found.agents,
        "days": found.days,
        "seed": found.seed,
        "difference": found.difference,
        **found.counts,
        "told": dict(found.told),
        "broken_rules": len(found.breaks),
        "breaks": [output.plain(one) for one in found.breaks],
        "experiment": experiment_document(found.experiment),
    }
