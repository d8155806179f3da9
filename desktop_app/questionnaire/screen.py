"""The order of an interview: what is on the screen, what comes next, how far it is."""

from collections.abc import Iterator
from dataclasses import dataclass

from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.form import Item, Kind, Question, Repeat, names_of


@dataclass(frozen=True, slots=True)
class ScreenItem:
    """One thing on the screen: a question, or the head of a group or of an instance of a repeat.

    Attributes:
        address: Where its answer is; of a repeat without instances the repeat itself.
        item: What is asked.
        depth: How many groups it stands in.
        is_head: Whether it is a head and not a question.
    """

    address: str
    item: Item
    depth: int
    is_head: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an interview is: questions that have an answer, of those that are asked now."""

    answered: int
    asked: int


def order(filling: Filling, *, heads: bool = True) -> Iterator[ScreenItem]:
    """Everything that is relevant now, in order; heads of groups and instances only when asked."""
    for item in _walk(filling, filling.form.items, f"/{filling.primary.tag}", 0):
        if heads or not item.is_head:
            yield item


def _walk(
    filling: Filling, items: tuple[Item, ...], above: str, depth: int
) -> Iterator[ScreenItem]:
    for item in items:
        if not isinstance(item, Question) and not item.path:
            yield ScreenItem(above, item, depth, is_head=True)
            yield from _walk(filling, item.items, above, depth + 1)
            continue
        address = _inside(above, item.path)
        if isinstance(item, Repeat):
            yield from _instances(filling, item, address, depth)
            continue
        node = filling.node(address)
        if node is None or not filling.states[node].shown:
            continue
        if isinstance(item, Question):
            yield ScreenItem(address, item, depth, is_head=False)
        else:
            yield ScreenItem(address, item, depth, is_head=True)
            yield from _walk(filling, item.items, address, depth + 1)


def _instances(filling: Filling, repeat: Repeat, address: str, depth: int) -> Iterator[ScreenItem]:
    count = filling.count_of(address)
    if count == 0:
        yield ScreenItem(address, repeat, depth, is_head=True)
    for place in range(1, count + 1):
        instance = f"{address}[{place}]"
        if filling.state(instance).shown:
            yield ScreenItem(instance, repeat, depth, is_head=True)
            yield from _walk(filling, repeat.items, instance, depth + 1)


def _inside(above: str, path: str) -> str:
    """The address of a definition inside an instance of what stands around it."""
    if "[" not in above:
        return path
    parts = above.split("/")[1:]
    names = names_of(path)
    common = 0
    while common < min(len(parts), len(names)) and parts[common].partition("[")[0] == names[common]:
        common += 1
    return "/" + "/".join([*parts[:common], *names[common:]])


def following(filling: Filling, address: str | None) -> str | None:
    """The next question that is asked, the first one after None; None at the end."""
    addresses = [item.address for item in order(filling, heads=False)]
    if address is None:
        return addresses[0] if addresses else None
    if address in addresses:
        place = addresses.index(address) + 1
        return addresses[place] if place < len(addresses) else None
    return addresses[0] if addresses else None


def preceding(filling: Filling, address: str) -> str | None:
    """The question before; None at the beginning."""
    addresses = [item.address for item in order(filling, heads=False)]
    place = addresses.index(address) if address in addresses else 0
    return addresses[place - 1] if place > 0 else None


def progress(filling: Filling) -> Progress:
    """How many of the questions that can be answered now have an answer."""
    asked = [
        item.address
        for item in order(filling, heads=False)
        if isinstance(item.item, Question)
        and item.item.kind is not Kind.NOTE
        and not filling.is_readonly(item.address)
    ]
    answered = sum(1 for address in asked if filling.answer(address).strip())
    return Progress(answered, len(asked))
