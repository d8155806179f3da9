"""What an interview shows in which order: the lines of its list, and its screens of questions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from desktop_app.questionnaire import screen
from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.form import SILENT, Item, Question, Repeat
from desktop_app.questionnaire.screen import ScreenItem

FIELD_LIST = "field-list"
"""Appearance of a group whose questions stand on one screen."""


class LineKind(Enum):
    """What a line of the list is."""

    HEAD = "head"
    QUESTION = "question"
    MORE = "more"
    """A place where an instance of a repeat can be added."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list of questions.

    Attributes:
        kind: Head, question, or a place to add to a repeat.
        address: Of the question, the instance, the group, or the repeat.
        item: What it shows.
        depth: How many groups it stands in.
        number: Place among the questions; 0 for what is none.
    """

    kind: LineKind
    address: str
    item: Item
    depth: int
    number: int = 0

    @property
    def key(self) -> tuple[LineKind, str, int]:
        """What makes it the same line after a change; groups without a node share an address."""
        return self.kind, self.address, id(self.item)


@dataclass(frozen=True, slots=True)
class Screen:
    """What is asked at one time.

    Attributes:
        key: What makes it the same screen after a change.
        addresses: Its questions in order; none where something can be added to a repeat.
        title: The group whose questions these are, if they stand together.
        more: The repeat that an instance can be added to here.
    """

    key: str
    addresses: tuple[str, ...] = ()
    title: Line | None = None
    more: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """Lines and screens of an interview as it is now, and the screen of each question."""

    lines: tuple[Line, ...]
    screens: tuple[Screen, ...]
    places: Mapping[str, int]

    @property
    def questions(self) -> tuple[str, ...]:
        """The questions to be asked now, in order."""
        return tuple(self.places)

    def place_of(self, key: str) -> int | None:
        """Where a screen is now."""
        return next((at for at, each in enumerate(self.screens) if each.key == key), None)


@dataclass(slots=True)
class _Builder:
    lines: list[Line] = field(default_factory=list)
    screens: list[Screen] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    heads: list[Line] = field(default_factory=list)
    repeats: list[Line] = field(default_factory=list)
    together: Line | None = None
    gathered: list[str] = field(default_factory=list)

    def add(self, found: ScreenItem) -> None:
        """Take the next thing of the order up."""
        self.close(found)
        if isinstance(found.item, Question):
            self.question(found, found.item)
        else:
            self.head(found)

    def close(self, found: ScreenItem | None) -> None:
        """End the screens and repeats that do not reach so far."""
        depth = -1 if found is None else found.depth
        if self.together is not None and depth <= self.together.depth:
            self.end_together()
        while self.repeats and depth <= self.repeats[-1].depth:
            last = self.repeats[-1]
            if found is not None and found.is_head and found.item is last.item:
                above = found.address.rpartition("[")[0]
                if above == last.address:
                    return
            self.repeats.pop()
            self.heads = [head for head in self.heads if head.depth < last.depth]
            self.more(last)

    def end_together(self) -> None:
        if self.together is not None and self.gathered:
            at = len(self.screens)
            key = f"{self.together.address}#{self.gathered[0]}"
            if self.together.item.path:
                key = self.together.address
            self.screens.append(Screen(key, tuple(self.gathered), self.together))
            self.places.update(dict.fromkeys(self.gathered, at))
        self.together, self.gathered = None, []

    def head(self, found: ScreenItem) -> None:
        line = Line(LineKind.HEAD, found.address, found.item, found.depth)
        self.heads = [head for head in self.heads if head.depth < found.depth]
        if isinstance(found.item, Repeat):
            repeat, _bracket, number = found.address.rpartition("[")
            is_listed = self.together is not None or not found.item.may_change
            holder = Line(LineKind.MORE, repeat if number else found.address, found.item,
                          found.depth)  # fmt: skip
            if not found.address.endswith("]"):
                if not is_listed:
                    self.more(Line(LineKind.MORE, found.address, found.item, found.depth))
                return
            if not is_listed and holder not in self.repeats:
                self.repeats.append(holder)
        self.heads.append(line)
        if self.together is None and FIELD_LIST in found.item.appearance.split():
            self.together = line

    def show_heads(self) -> None:
        self.lines += self.heads
        self.heads = []

    def question(self, found: ScreenItem, question: Question) -> None:
        if question.kind in SILENT:
            return
        self.show_heads()
        number = len(self.places) + len(self.gathered) + 1
        self.lines.append(Line(LineKind.QUESTION, found.address, question, found.depth, number))
        if self.together is not None:
            self.gathered.append(found.address)
            return
        self.places[found.address] = len(self.screens)
        self.screens.append(Screen(found.address, (found.address,)))

    def more(self, line: Line) -> None:
        self.show_heads()
        self.lines.append(line)
        self.screens.append(Screen(f"{line.address}[+]", (), line, line.address))


def lay_out(filling: Filling) -> Layout:
    """Put the lines and screens of an interview in order, as it is now."""
    builder = _Builder()
    for found in screen.order(filling):
        builder.add(found)
    builder.close(None)
    return Layout(tuple(builder.lines), tuple(builder.screens), builder.places)


def instance_of(filling: Filling, address: str) -> str:
    """The innermost instance of a repeat around a question that may be taken away; empty: none."""
    parts = address.split("/")
    for end in range(len(parts), 1, -1):
        above = "/".join(parts[:end])
        if above.endswith("]"):
            node = filling.node(above)
            path = filling.states[node].path if node is not None else ""
            if path in filling.form.repeats and filling.form.repeats[path].may_change:
                return above
    return ""


def moved(address: str, removed: str) -> str | None:
    """Where something is after an instance of a repeat went; None when it went, too."""
    repeat, _bracket, number = removed.rpartition("[")
    gone = int(number.rstrip("]"))
    rest = address.removeprefix(f"{repeat}[")
    if rest == address:
        return address
    place, _close, inner = rest.partition("]")
    if int(place) == gone:
        return None
    return address if int(place) < gone else f"{repeat}[{int(place) - 1}]{inner}"


def pages_of(layout: Layout, most: int) -> Iterator[tuple[str, ...]]:
    """The questions in portions of at most so many; a group on top is parted only when larger."""
    portion: list[str] = []
    block: list[str] = []
    top = min((line.depth for line in layout.lines), default=0)
    for line in (*layout.lines, None):
        if line is None or line.depth == top:
            if portion and len(portion) + len(block) > most:
                yield tuple(portion)
                portion = []
            portion += block
            block = []
        if line is not None and line.kind is LineKind.QUESTION:
            block.append(line.address)
        while len(portion) > most:
            yield tuple(portion[:most])
            portion = portion[most:]
    if portion:
        yield tuple(portion)
