"""`remind`: what the signed-in person is to be reminded of, on the terminal and the desktop."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desktop_app.cli import output
from desktop_app.cli.state import State, state_of
from desktop_app.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from desktop_app.cli.desktop_notes import Choice, DesktopNotes
    from desktop_app.services.reminders import ReminderLine


def remind(
    context: typer.Context,
    now: Annotated[
        bool,
        typer.Option(
            "--now",
            help=N_(
                "Only what is due now; shown on the desktop, too. The command then waits until "
                "each notification is opened, put off or closed."
            ),
        ),
    ] = False,
    wait: Annotated[
        bool,
        typer.Option(
            help=N_("Wait for answers; without it the notifications have no buttons."),
        ),
    ] = True,
) -> None:
    """List the reminders of whoever signs in, and what others have not done in time."""
    from desktop_app import clock  # noqa: PLC0415
    from desktop_app.cli import desktop_notes  # noqa: PLC0415
    from desktop_app.domain.reminders import SNOOZE_MINUTES  # noqa: PLC0415
    from desktop_app.services import reminders  # noqa: PLC0415

    state, moment = state_of(context), clock.now()
    with state.read() as session:
        board = reminders.board(session, moment)
    lines = board.due(moment) if now else board.listed(moment)
    notes = desktop_notes.show(lines, SNOOZE_MINUTES if wait else ()) if now else None
    _say(state, lines, board.inbox(moment), 0 if notes is None else len(notes.lines))
    if notes is None:
        return
    if not wait or not notes.bus.takes_actions:
        notes.bus.close()
        return
    _answer(state, notes)


def _say(
    state: State,
    lines: "tuple[ReminderLine, ...]",
    inbox: "tuple[ReminderLine, ...]",
    notes: int,
) -> None:
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


def _answer(state: State, notes: "DesktopNotes") -> None:
    """Do what the person chooses; the window, once it is wanted, reminds of the rest by itself."""
    sys.stdout.flush()  # who reads it need not wait, too
    wanted: Choice | None = None
    try:
        for choice in notes.choices():
            if choice.minutes is None:
                wanted = choice
                break
            _snooze(state, choice.lines, choice.minutes)
    except KeyboardInterrupt:
        output.tell(_("Stopped waiting; what was not answered comes again."))
    finally:
        notes.close()
    if wanted is not None:
        raise typer.Exit(_open(state, wanted.lines))


def _snooze(state: State, lines: "tuple[ReminderLine, ...]", minutes: int) -> None:
    from desktop_app.domain.reminder_words import snooze_text  # noqa: PLC0415
    from desktop_app.services import reminders  # noqa: PLC0415

    with state.write() as session:
        reminders.snooze(session, [line.id for line in lines], minutes)
    for line in lines:
        output.tell(_("{name}: {value}").format(name=line.title, value=snooze_text(minutes)))


def _open(state: State, lines: "tuple[ReminderLine, ...]") -> int:
    """Show it in the window; it counts as seen. Many are shown as the list of reminders."""
    from desktop_app.domain.addresses import REMINDERS, write_address  # noqa: PLC0415
    from desktop_app.services import reminders  # noqa: PLC0415

    address = REMINDERS
    if len(lines) == 1:
        address = write_address(*lines[0].place)
        with state.write() as session:
            reminders.mark_seen(session, [lines[0].id])
    folder = state.folder
    state.close()
    return state.windows.show_place(folder, address)


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

    return labels.moment_text(line.at), line.what, line.sentence, line.words, line.person
