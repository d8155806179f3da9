"""`remind`: what the signed-in person is to be reminded of, on the terminal and the desktop."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from desktop_app.cli import output
from desktop_app.cli.state import state_of
from desktop_app.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from desktop_app.services.reminders import ReminderLine

_SINGLE: Final = 3  # more at once are one notification
_DISPLAYS: Final = ("DISPLAY", "WAYLAND_DISPLAY")


def remind(
    context: typer.Context,
    now: Annotated[
        bool,
        typer.Option("--now", help=N_("Only what is due now; shown on the desktop, too.")),
    ] = False,
) -> None:
    """List the reminders of whoever signs in, and what others have not done in time."""
    from desktop_app import clock  # noqa: PLC0415
    from desktop_app.services import reminders  # noqa: PLC0415

    state, moment = state_of(context), clock.now()
    with state.read() as session:
        board = reminders.board(session, moment)
    lines = board.due(moment) if now else board.lines
    inbox = board.inbox(moment)
    notes = _show(lines) if now else 0
    if state.options.as_json:
        document = {"due": [_document(line) for line in lines]}
        inboxed = [_document(line) for line in inbox]
        output.say_json(document | {"inbox": inboxed, "notifications": notes})
        return
    headings = (_("Since"), _("What"), _("When"), _("About"), _("Who"))
    output.say_table(headings, [_shown(line) for line in lines], [False] * len(headings))
    output.tell(ngettext("{n} reminder", "{n} reminders", len(lines)).format(n=len(lines)))
    if inbox:
        text = ngettext(
            "{n} thing is overdue with others", "{n} things are overdue with others", len(inbox)
        )
        output.tell(text.format(n=len(inbox)))


def _show(lines: "Sequence[ReminderLine]") -> int:
    """Show notifications where there is a desktop; how many."""
    if not lines or not any(os.environ.get(name) for name in _DISPLAYS):
        return 0
    from desktop_app.session_bus import Note, open_bus  # noqa: PLC0415

    bus = open_bus()
    if bus is None:
        return 0
    if len(lines) <= _SINGLE:
        notes = [Note(line.title, line.text) for line in lines]
    else:
        title = ngettext("{n} reminder", "{n} reminders", len(lines)).format(n=len(lines))
        notes = [Note(title, "\n".join(line.title for line in lines[:_SINGLE]))]
    for note in notes:
        bus.show(note)
    bus.close()
    return len(notes)


def _document(line: "ReminderLine") -> dict[str, Any]:
    from desktop_app import clock  # noqa: PLC0415

    return {
        "kind": line.kind.value,
        "stage": line.id.stage.value,
        "at": clock.local(line.at),
        "key": str(line.key),
        "customer": line.customer_number,
        "case": line.case_number,
        "title": line.title,
        "when": line.sentence,
        "words": line.words,
        "person": line.person,
    }


def _shown(line: "ReminderLine") -> tuple[str, ...]:
    from desktop_app import labels  # noqa: PLC0415

    return labels.moment_text(line.at), line.title, line.sentence, line.words, line.person
