"""Reminders as notifications of the desktop, from the command line, and what the person answers."""

import os
import select
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from desktop_app.services.reminders import ReminderLine
    from desktop_app.session_bus import NotificationBus

_DISPLAYS: Final = ("DISPLAY", "WAYLAND_DISPLAY")


class Choice(NamedTuple):
    """What was chosen of which reminders: to be told again after minutes, or (None) to see them."""

    lines: "tuple[ReminderLine, ...]"
    minutes: int | None


@dataclass(slots=True)
class DesktopNotes:
    """Notifications that stand on the desktop. `lines`: of each by its number."""

    bus: "NotificationBus"
    lines: "dict[int, tuple[ReminderLine, ...]]" = field(default_factory=dict)

    def choices(self) -> Iterator[Choice]:
        """What the person chooses, until all are answered, put away, or the desktop is gone."""
        from desktop_app.domain.reminder_words import read_choice  # noqa: PLC0415

        while self.lines:
            try:
                answers = list(self.bus.pump())
            except OSError:
                return
            for note, word in answers:
                lines = self.lines.pop(note, None)
                if lines is not None and word:
                    self.bus.withdraw(note)
                    yield Choice(lines, read_choice(word))
            if self.lines and not answers:
                select.select([self.bus.handle], [], [])

    def close(self) -> None:
        """Take away what was not answered: nobody would hear its buttons any more."""
        try:
            for note in self.lines:
                self.bus.withdraw(note)
        except OSError:
            pass  # the desktop is gone, and with it what stood there
        self.bus.close()


def show(lines: "Sequence[ReminderLine]", minutes: Sequence[int]) -> DesktopNotes | None:
    """Show what is due where there is a desktop.

    Args:
        lines: what is due.
        minutes: for how long a button puts off; empty: without buttons.
    """
    if not lines or not any(os.environ.get(name) for name in _DISPLAYS):
        return None
    from desktop_app import paths  # noqa: PLC0415
    from desktop_app.domain.reminder_words import note_choices  # noqa: PLC0415
    from desktop_app.services.reminders import Notice  # noqa: PLC0415
    from desktop_app.session_bus import Note, open_bus  # noqa: PLC0415

    bus = open_bus()
    if bus is None:
        return None
    choices = note_choices(minutes) if minutes else []
    icon = str(paths.resource("icons", "app.svg"))
    made = DesktopNotes(bus)
    for each in Notice.of(lines):
        made.lines[bus.show(Note(each.title, each.text, choices, icon))] = each.lines
    return made
