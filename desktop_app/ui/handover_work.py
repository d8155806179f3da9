"""A handover while it is being made: what was proposed, what was chosen instead, what comes of it.

Qt-free. Lines are changed in place, so that lists of hundreds keep their selection.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from db.vocabulary import Fate, HandoverCause, Seat
from desktop_app import labels
from desktop_app.i18n import _, ngettext

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from desktop_app.domain.handover_tidy import Tidy
    from desktop_app.services.handovers import Proposal, ProposedLine, ReceiverLoad

Key = tuple[uuid.UUID, Seat]
"""A seat of a customer."""
Choice = uuid.UUID | Fate | None
"""Who gets it, what became of it instead, or nobody."""


@dataclass(frozen=True, slots=True)
class HandoverTarget:
    """What the page of a handover begins with.

    Attributes:
        cause: Why.
        from_id: Who hands over; none for customers nobody looks after.
        customer_ids: Only these; none: all.
    """

    cause: HandoverCause
    from_id: uuid.UUID | None = None
    customer_ids: tuple[uuid.UUID, ...] | None = None


@dataclass(slots=True)
class Line:
    """A seat that is handed over, and what was chosen for it."""

    id: int
    proposed: "ProposedLine"
    choice: Choice
    to_name: str
    is_cross: bool = False
    is_checked: bool = False
    is_moot: bool = False
    """The seat of a backup who was to move up and does not: it stays where it is."""

    @property
    def key(self) -> Key:
        """Which seat of which customer."""
        return self.proposed.customer_id, self.proposed.seat

    @property
    def customer_id(self) -> uuid.UUID:
        """Key of the customer."""
        return self.proposed.customer_id

    @property
    def is_suggested(self) -> bool:
        """Whether it stands as the program suggested."""
        return self.choice == self.proposed.to_id


@dataclass(frozen=True, slots=True)
class Load:
    """Somebody who may take customers over: how many they hold now and afterwards."""

    id: uuid.UUID
    receiver: "ReceiverLoad"
    gets: int

    @property
    def after(self) -> int:
        """Customers held afterwards."""
        return self.receiver.held + self.gets

    @property
    def is_over(self) -> bool:
        """Whether that is more than they may hold."""
        return self.after > self.receiver.capacity


@dataclass(frozen=True, slots=True)
class Sums:
    """What a handover comes to."""

    customers: int = 0
    receivers: int = 0
    cross: int = 0
    unattended: int = 0
    taken: int = 0
    nobody: int = 0
    unchecked: int = 0
    cases: int = 0
    visits: int = 0
    promises: int = 0
    tasks: int = 0
    renewals: int = 0


@dataclass(slots=True)
class HandoverWork:
    """The lines of one handover; proposed again, they keep what was chosen and ticked.

    `department`: that of who hands over, to tell who is of another one; none: nobody does.
    """

    lines: list[Line] = field(default_factory=list)
    receivers: "Sequence[ReceiverLoad]" = ()
    department: str | None = None
    left_out: set[uuid.UUID] = field(default_factory=set)

    def propose(self, proposal: "Proposal") -> None:
        """Take over what is proposed; what was chosen for the same seat before stays."""
        before = {line.key: line for line in self.lines}
        self.receivers = proposal.receivers
        known = {each.user_id for each in self.receivers}
        lines: list[Line] = []
        for proposed in proposal.lines:
            if proposed.customer_id in self.left_out:
                continue
            line = Line(len(lines), proposed, proposed.to_id, proposed.to_name, proposed.is_cross)
            old = before.get(line.key)
            if old is not None:
                line.is_checked = old.is_checked
                if not old.is_suggested and (old.choice in known or not _is_person(old.choice)):
                    self._place(line, old.choice)
            lines.append(line)
        self.lines = lines
        self._settle()

    def _settle(self) -> None:
        """A backup who does not move up stays, and nobody gets that seat."""
        stay = {
            line.customer_id
            for line in self.lines
            if line.proposed.was_backup and not line.is_suggested
        }
        for line in self.lines:
            line.is_moot = line.proposed.seat is Seat.BACKUP and line.customer_id in stay

    def _live(self) -> list[Line]:
        return [line for line in self.lines if not line.is_moot]

    def customers(self) -> list[Line]:
        """One line a customer, for what concerns the customer and not the seat."""
        found: dict[uuid.UUID, Line] = {}
        for line in self.lines:
            found.setdefault(line.customer_id, line)
        return list(found.values())

    def leave_out(self, customer_ids: Iterable[uuid.UUID]) -> None:
        """Take customers off the handover."""
        self.left_out |= set(customer_ids)
        self.lines = [line for line in self.lines if line.customer_id not in self.left_out]

    def check(self, customer_ids: Iterable[uuid.UUID], *, is_checked: bool) -> None:
        """Tick customers as in order, or take the tick away."""
        chosen = set(customer_ids)
        for line in self.lines:
            if line.customer_id in chosen:
                line.is_checked = is_checked

    def choose(self, lines: Iterable[Line], choice: Choice) -> None:
        """Give seats to somebody, or say what became of them."""
        for line in lines:
            self._place(line, choice)
        self._settle()

    def _place(self, line: Line, choice: Choice) -> None:
        receiver = next((each for each in self.receivers if each.user_id == choice), None)
        line.choice = choice
        line.to_name = "" if receiver is None else receiver.name
        line.is_cross = (
            receiver is not None
            and self.department is not None
            and receiver.department != self.department
        )

    def suggest(self, lines: Iterable[Line]) -> None:
        """Take what the program suggested."""
        for line in lines:
            line.choice, line.to_name = line.proposed.to_id, line.proposed.to_name
            line.is_cross = line.proposed.is_cross
        self._settle()

    def choices(self) -> dict[Key, Choice]:
        """What was chosen for each seat."""
        return {line.key: line.choice for line in self._live()}

    def checked(self) -> "dict[uuid.UUID, tuple[Tidy, ...]]":
        """What was missing of each customer who was ticked as in order all the same."""
        return {
            line.customer_id: tuple(line.proposed.to_tidy) for line in self.lines if line.is_checked
        }

    def loads(self) -> list[Load]:
        """Everybody who may get customers; those who get most stand first."""
        held = {(line.customer_id, line.proposed.holder_id) for line in self.lines}
        gets = Counter(
            line.choice for line in self._live() if (line.customer_id, line.choice) not in held
        )
        found = [Load(each.user_id, each, gets[each.user_id]) for each in self.receivers]
        return sorted(found, key=lambda each: (-each.gets, each.receiver.name))

    def now(self) -> "list[ReceiverLoad]":
        """Everybody who may get customers, with what was chosen so far as if it were held."""
        return [replace(each.receiver, held=each.after, gets=each.gets) for each in self.loads()]

    def sums(self) -> Sums:
        """What it comes to."""
        customers = self.customers()
        primary = [line for line in self.lines if line.proposed.seat is Seat.PRIMARY]
        people = {line.choice for line in self._live() if _is_person(line.choice)}
        moving = [line for line in primary if _is_person(line.choice)]
        return Sums(
            customers=len(customers),
            receivers=len(people),
            cross=len({line.customer_id for line in self._live() if line.is_cross}),
            unattended=sum(line.choice is Fate.LEFT_UNATTENDED for line in primary),
            taken=sum(line.choice is Fate.TAKEN_ALONG for line in primary),
            nobody=sum(line.choice is None for line in primary),
            unchecked=sum(bool(one.proposed.to_tidy) and not one.is_checked for one in customers),
            cases=sum(line.proposed.cases for line in moving),
            visits=sum(line.proposed.visits for line in moving),
            promises=sum(line.proposed.promises for line in moving),
            tasks=sum(line.proposed.tasks for line in moving),
            renewals=sum(line.proposed.renewals for line in moving),
        )


def _is_person(choice: Choice) -> bool:
    return isinstance(choice, uuid.UUID)


def choice_words(line: Line) -> str:
    """Who gets a seat, or what became of it."""
    if line.is_moot:
        return line.proposed.holder
    if isinstance(line.choice, Fate):
        return labels.label(line.choice)
    return line.to_name or _("nobody")


def why_words(line: Line) -> str:
    """Why somebody is suggested or nobody is; what was chosen by hand needs no reason."""
    if line.is_moot:
        return _("Stays the backup")
    if not line.is_suggested:
        return _("Chosen by hand")
    return line.proposed.why


def customers_words(count: int) -> str:
    """So many customers."""
    return ngettext("{n} customer", "{n} customers", count).format(n=labels.number(count))


def summary(sums: Sums, from_name: str, day: str, overlap: str) -> str:
    """The handover in one sentence.

    Args:
        sums: What it comes to.
        from_name: Who hands over; empty where nobody was in charge.
        day: From when on.
        overlap: Until when both come; empty: not at all.
    """
    people = ngettext("{n} person", "{n} people", sums.receivers).format(n=sums.receivers)
    given = sums.customers - sums.unattended - sums.taken - sums.nobody
    words = {
        "customers": customers_words(given),
        "name": from_name,
        "people": people,
        "day": day,
    }
    if from_name:
        said = _("{customers} of {name} go to {people} on {day}.").format(**words)
    else:
        said = _("{customers} without anybody in charge go to {people} on {day}.").format(**words)
    if overlap:
        text = _("Both look after them until {day}.").format(day=overlap)
        said = _("{sentence} {next}").format(sentence=said, next=text)
    return said
