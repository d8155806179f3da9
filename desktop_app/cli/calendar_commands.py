"""The calendar on the command line: contacts as a file for other calendar programs."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop_app.cli import output
from desktop_app.cli.options import UsageProblemError
from desktop_app.cli.places import require_place
from desktop_app.cli.state import parse_day, state_of
from desktop_app.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from db.session import Session
    from desktop_app.services.agenda_board import Person


def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.ics", help=N_("The file to write."))],
    start: Annotated[
        str, typer.Option("--from", metavar="DATE", help=N_("First day; today without it."))
    ] = "",
    end: Annotated[
        str, typer.Option("--to", metavar="DATE", help=N_("Last day; a year later without it."))
    ] = "",
    employee: Annotated[
        str,
        typer.Option(metavar="NAME", help=N_("Login or name; all in reach without it.")),
    ] = "",
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help=N_("Replace files that are there."))
    ] = False,
) -> None:
    """Write visits, calls and callbacks as an iCalendar file."""
    from desktop_app import clock  # noqa: PLC0415
    from desktop_app.reports import ics  # noqa: PLC0415
    from desktop_app.services import agenda, exports  # noqa: PLC0415
    from desktop_app.services.agenda_board import AgendaFilter  # noqa: PLC0415

    first = parse_day(start) if start else clock.today()
    last = parse_day(end) if end else first + dt.timedelta(days=365)
    if last < first:
        raise UsageProblemError(_("The period ends before it starts."))
    require_place(file, overwrite=overwrite)
    state = state_of(context)
    with state.read() as session:
        person = _person(session, employee) if employee else None
        keys = None if person is None else frozenset({person.id})
        found = agenda.for_file(session, AgendaFilter(first, last, keys))
    with state.write() as session:  # first: what cannot be written down does not go out
        exports.note_calendar(session, len(found))
    title = _("Visits and calls")
    if person is not None:
        title = _("Visits and calls of {name}").format(name=person.name)
    ics.write_ics(found, file, title, overwrite=overwrite)
    if state.options.as_json:
        output.say_json(
            {
                "file": str(file),
                "from": first,
                "to": last,
                "employee": None if person is None else person.login,
                "events": len(found),
                "cancelled": sum(each.is_cancelled for each in found),
            }
        )
        return
    output.say(str(file))
    output.tell(ngettext("{n} contact", "{n} contacts", len(found)).format(n=len(found)))


def _person(session: "Session", text: str) -> "Person":
    """Somebody by login or name, among those whose calendars the user sees."""
    from desktop_app.services import agenda  # noqa: PLC0415

    wanted = text.strip().casefold()
    known = agenda.people(session)
    found = [one for one in known if one.login.casefold() == wanted]
    found = found or [one for one in known if one.name.casefold() == wanted]
    if not found:
        raise UsageProblemError(
            _("You see no calendar of anybody called {name}.").format(name=text)
        )
    if len(found) > 1:
        sentence = _("Several people are called {name}. Give the login.")
        raise UsageProblemError(sentence.format(name=text))
    return found[0]
