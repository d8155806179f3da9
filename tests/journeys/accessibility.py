"""The accessibility tree of a running program, as a screen reader gets it over D-Bus."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from jeepney import (
    DBusAddress,
    HeaderFields,
    MatchRule,
    Message,
    MessageType,
    Properties,
    message_bus,
    new_method_call,
)
from jeepney.io.blocking import DBusConnection, open_dbus_connection

ACCESSIBLE: Final = "org.a11y.atspi.Accessible"
ACTION: Final = "org.a11y.atspi.Action"
_ROOT: Final = ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")
FOCUSABLE, FOCUSED, SHOWING, ENABLED, DEFUNCT = 11, 12, 25, 8, 6
"""Bits of the state, as numbered by AT-SPI."""

_LABELLED_BY: Final = 2
Place = tuple[str, str]
"""Bus name of the program and path of the object."""


@dataclass(frozen=True)
class Control:
    """One node of the tree."""

    place: Place
    role: str
    name: str
    description: str
    states: frozenset[int]
    trail: tuple[str, ...]

    @property
    def is_focusable(self) -> bool:
        """Whether the keyboard can reach it."""
        return FOCUSABLE in self.states


def open_bus(session_address: str) -> "Accessibility":
    """Connect to the accessibility bus, which the session bus starts when asked."""
    session = open_dbus_connection(bus=session_address)
    asked = new_method_call(DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus"),
                            "GetAddress")  # fmt: skip
    address = session.send_and_get_reply(asked, timeout=30).body[0]
    session.close()
    return Accessibility(open_dbus_connection(bus=address))


class Accessibility:
    """What a screen reader can ask and do."""

    def __init__(self, connection: DBusConnection) -> None:
        self._bus = connection
        self._focus: Place | None = None
        rule = MatchRule(type="signal", interface="org.a11y.atspi.Event.Object",
                         member="StateChanged")  # fmt: skip
        self._call(message_bus.AddMatch(rule))
        registry = DBusAddress("/org/a11y/atspi/registry", "org.a11y.atspi.Registry",
                               "org.a11y.atspi.Registry")  # fmt: skip
        self._call(new_method_call(registry, "RegisterEvent", "s", ("object:state-changed",)))

    def close(self) -> None:
        """Leave the bus."""
        self._bus.close()

    # ------------------------------------------------------------------ talking

    def _call(self, message: Message) -> Any:
        return self._many([message])[0]

    def _many(self, messages: list[Message]) -> list[Any]:
        """Send all, then take all answers: one round trip for a whole level of the tree."""
        waiting: dict[int, int] = {}
        answers: list[Any] = [None] * len(messages)
        for number, message in enumerate(messages):
            serial = next(self._bus.outgoing_serial)
            waiting[serial] = number
            self._bus.send(message, serial=serial)
        while waiting:
            got = self._bus.receive(timeout=30)
            serial = got.header.fields.get(HeaderFields.reply_serial, -1)
            if serial in waiting:
                is_error = got.header.message_type is MessageType.error
                answers[waiting.pop(serial)] = None if is_error else got.body
            else:
                self._notice(got)
        return answers

    def _notice(self, message: Message) -> None:
        fields = message.header.fields
        if fields.get(HeaderFields.member) == "StateChanged" and message.body[:2] == ("focused", 1):
            self._focus = (fields[HeaderFields.sender], fields[HeaderFields.path])

    def _drain(self) -> None:
        while True:
            try:
                self._notice(self._bus.receive(timeout=0.01))
            except TimeoutError:
                return

    @staticmethod
    def _of(place: Place, interface: str = ACCESSIBLE) -> DBusAddress:
        return DBusAddress(place[1], place[0], interface)

    # ------------------------------------------------------------------ the tree

    def programs(self) -> list[Place]:
        """The programs that take part."""
        found = self._call(new_method_call(self._of(_ROOT), "GetChildren"))
        return [tuple(each) for each in found[0]]

    def describe(self, places: list[Place], trails: list[tuple[str, ...]]) -> list[Control]:
        """Role, name, description and states of objects; those that are gone are left out."""
        asked: list[Message] = []
        for place in places:
            properties = Properties(self._of(place))
            asked += [
                new_method_call(self._of(place), "GetRoleName"),
                properties.get("Name"),
                properties.get("Description"),
                new_method_call(self._of(place), "GetState"),
            ]
        answers = self._many(asked)
        made = []
        for number, place in enumerate(places):
            role, name, description, state = answers[4 * number : 4 * number + 4]
            if role is None or name is None or state is None:
                continue
            low, high = state[0]
            bits = frozenset(n for n in range(64) if (low | high << 32) >> n & 1)
            said = description[0][1] if description else ""
            made.append(Control(place, role[0], name[0][1], said, bits, trails[number]))
        return made

    def walk(self, start: Place, *, only_showing: bool = True) -> Iterator[Control]:
        """Everything below an object, level by level."""
        level, trails = [start], [()]
        while level:
            controls = self.describe(level, trails)
            yield from controls
            parents = [
                c for c in controls if not only_showing or SHOWING in c.states or not c.trail
            ]
            lists = self._many([new_method_call(self._of(c.place), "GetChildren") for c in parents])
            level, trails = [], []
            for parent, children in zip(parents, lists, strict=True):
                if parent.role in {"table", "tree"}:
                    continue  # cells are rows of data, not controls
                for child in children[0] if children else ():
                    level.append(tuple(child))
                    trails.append((*parent.trail, f"{parent.role} “{parent.name}”"))

    def label_of(self, place: Place) -> str:
        """What labels an object: the name of a combo box, whose own name is its choice."""
        found = self._call(new_method_call(self._of(place), "GetRelationSet"))
        labels = [
            tuple(other)
            for kind, others in (found[0] if found else ())
            if kind == _LABELLED_BY
            for other in others
        ]
        return " ".join(label.name for label in self.describe(labels, [()] * len(labels)))

    def actions(self, place: Place) -> list[str]:
        """Names of what can be done with an object."""
        found = self._call(new_method_call(self._of(place, ACTION), "GetActions"))
        return [each[0] for each in found[0]] if found else []

    def act(self, place: Place, action: str) -> None:
        """Do something with an object, as a screen reader does."""
        number = self.actions(place).index(action)
        done = self._call(new_method_call(self._of(place, ACTION), "DoAction", "i", (number,)))
        assert done == (True,)

    # ------------------------------------------------------------------ the keyboard

    def focus(self) -> tuple[str, str]:
        """Role and name of what has the keyboard, or empty words."""
        return self.focus_place()[1:]

    def focus_place(self) -> tuple[Place | None, str, str]:
        """What has the keyboard, its role and name."""
        self._drain()
        place = self._focus  # it may move on while we ask
        found = self.describe([place], [()]) if place is not None else []
        return (place, found[0].role, found[0].name) if found else (None, "", "")


def wait(condition: Callable[[], Any], what: str, seconds: float = 30) -> Any:
    """Wait until something is so; what it was is given back."""
    end = time.monotonic() + seconds
    while True:
        begin = time.monotonic()
        found = condition()
        now = time.monotonic()
        if found:
            return found
        if now > end:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(max(0.02, now - begin))  # the program needs the machine, too
