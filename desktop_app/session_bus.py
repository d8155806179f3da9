"""Notifications of a Linux desktop, over D-Bus (org.freedesktop.Notifications); no Qt.

Qt's own D-Bus sends no unsigned numbers from Python, which a notification needs, and the command
line has no Qt; see decision 0015. What is sent is not waited for: answers come with `pump`.
"""

import html
import os
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:  # loaded with the first notification
    from jeepney import Message
    from jeepney.io.blocking import DBusConnection

_PLACE: Final = "/org/freedesktop/Notifications"
_NAME: Final = "org.freedesktop.Notifications"
_PATIENCE: Final = 5.0
"""Seconds for the first answer: the desktop may have to start what shows notifications."""
_STAYS: Final = 0  # until somebody answers


@dataclass(frozen=True, slots=True)
class Note:
    """What is shown. `choices`: word of an action and what its button says; *default*: a click."""

    title: str
    text: str = ""
    choices: Sequence[tuple[str, str]] = ()
    icon: str = ""


class Answer(NamedTuple):
    """What became of a note: an action was chosen, or (without one) it is gone."""

    note: int
    action: str = ""


@dataclass(slots=True)
class NotificationBus:
    """A connection to whatever shows notifications on this desktop.

    Attributes:
        connection: To the session bus.
        takes_markup: Whether a text is read as markup.
        takes_actions: Whether buttons are shown.
    """

    connection: "DBusConnection"
    takes_markup: bool = False
    takes_actions: bool = False
    _next: int = 0
    _sent: dict[int, int] = field(default_factory=dict)  # serial -> note
    _shown: dict[int, int] = field(default_factory=dict)  # the desktop's number -> note

    @property
    def handle(self) -> int:
        """The file descriptor that says when `pump` has something to read."""
        return int(self.connection.sock.fileno())

    def show(self, note: Note) -> int:
        """Show a note; returns its number, by which answers name it."""
        self._next += 1
        text = html.escape(note.text, quote=False) if self.takes_markup else note.text
        choices = [word for pair in note.choices for word in pair] if self.takes_actions else []
        hints = {"urgency": ("y", 1), "desktop-entry": ("s", "winback-desk")}
        body = ("Winback Desk", 0, note.icon, note.title, text, choices, hints, _STAYS)
        serial = next(self.connection.outgoing_serial)
        self._sent[serial] = self._next
        self.connection.send(_call("Notify", "susssasa{sv}i", body), serial=serial)
        return self._next

    def withdraw(self, note: int) -> None:
        """Take a note away."""
        for number in [shown for shown, own in self._shown.items() if own == note]:
            self.connection.send(_call("CloseNotification", "u", (number,)))

    def pump(self) -> Iterator[Answer]:
        """What has come since the last time; does not wait.

        Raises:
            OSError: the desktop has gone away.
        """
        while True:
            try:
                message = self.connection.receive(timeout=0)
            except TimeoutError:
                return
            answer = self._read(message)
            if answer is not None:
                yield answer

    def _read(self, message: "Message") -> Answer | None:
        from jeepney import HeaderFields, MessageType  # noqa: PLC0415

        fields = message.header.fields
        note = self._sent.pop(fields.get(HeaderFields.reply_serial, -1), None)
        if note is not None:
            if message.header.message_type is MessageType.error:
                return Answer(note)
            self._shown[message.body[0]] = note
            return None
        member = fields.get(HeaderFields.member)
        if fields.get(HeaderFields.interface) != _NAME or message.body[0] not in self._shown:
            return None
        if member == "ActionInvoked":
            return Answer(self._shown[message.body[0]], message.body[1])
        if member == "NotificationClosed":
            return Answer(self._shown.pop(message.body[0]))
        return None

    def close(self) -> None:
        """Leave the bus; what is shown stays."""
        self.connection.close()


def open_bus() -> NotificationBus | None:
    """Connect to the desktop's notifications; None where there are none. May take seconds."""
    if not os.environ.get("DBUS_SESSION_BUS_ADDRESS") or not hasattr(socket, "AF_UNIX"):
        return None
    from jeepney import MatchRule, MessageType, message_bus  # noqa: PLC0415
    from jeepney.auth import AuthenticationError  # noqa: PLC0415
    from jeepney.io.blocking import open_dbus_connection  # noqa: PLC0415

    try:
        connection = open_dbus_connection(bus="SESSION")
    except (OSError, ValueError, KeyError, AuthenticationError):
        return None
    try:
        answer = connection.send_and_get_reply(_call("GetCapabilities"), timeout=_PATIENCE)
        rule = MatchRule(type="signal", interface=_NAME, path=_PLACE)
        connection.send_and_get_reply(message_bus.AddMatch(rule), timeout=_PATIENCE)
    except OSError:  # a timeout is one, too
        connection.close()
        return None
    if answer.header.message_type is MessageType.error:  # nobody shows any here
        connection.close()
        return None
    found = set(answer.body[0])
    return NotificationBus(connection, "body-markup" in found, "actions" in found)


def _call(method: str, signature: str | None = None, body: tuple[object, ...] = ()) -> "Message":
    from jeepney import DBusAddress, new_method_call  # noqa: PLC0415

    return new_method_call(DBusAddress(_PLACE, _NAME, _NAME), method, signature, body)
