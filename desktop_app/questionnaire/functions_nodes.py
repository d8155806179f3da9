"""Functions of lists of nodes, of choices and of places on the map."""

import math
from typing import Any

from desktop_app.questionnaire import geometry, values
from desktop_app.questionnaire.surroundings import surroundings

_MODULUS = 2_147_483_647
_MULTIPLIER = 16_807


def shown(nodes: Any) -> list[Any]:
    """The nodes that are relevant now; a plain value counts as one."""
    if not isinstance(nodes, list):
        return [values.text_of(nodes)]
    is_hidden = surroundings().is_hidden
    return [node for node in nodes if not is_hidden(node)]


def _numbers(arguments: tuple[Any, ...]) -> list[float]:
    found: list[float] = []
    for argument in arguments:
        if isinstance(argument, list):
            found.extend(values.text_number(values.node_text(node)) for node in shown(argument))
        else:
            found.append(values.number_of(argument))
    return found


def count(_context: Any, nodes: Any) -> float:
    """How many relevant nodes there are."""
    return float(len(shown(nodes)))


def count_non_empty(_context: Any, nodes: Any) -> float:
    """How many of them have an answer."""
    return float(sum(values.node_text(node) != "" for node in shown(nodes)))


def sum_(_context: Any, nodes: Any) -> float:
    """The sum; not a number as soon as one is none (XPath 1.0)."""
    return math.fsum(_numbers((nodes,)))


def min_(_context: Any, *arguments: Any) -> float:
    """The smallest; blanks are left out."""
    found = [each for each in _numbers(arguments) if not math.isnan(each)]
    return min(found, default=math.nan)


def max_(_context: Any, *arguments: Any) -> float:
    """The largest; blanks are left out."""
    found = [each for each in _numbers(arguments) if not math.isnan(each)]
    return max(found, default=math.nan)


def concat(_context: Any, *arguments: Any) -> str:
    """Everything one after another, each node of a list too."""
    return "".join(_texts(arguments))


def join(_context: Any, separator: Any, *arguments: Any) -> str:
    """Everything with a separator between."""
    return values.text_of(separator).join(_texts(arguments))


def _texts(arguments: tuple[Any, ...]) -> list[str]:
    return values.texts_of(shown(each) if isinstance(each, list) else each for each in arguments)


def position(_context: Any, nodes: Any) -> float:
    """Which of its equally named neighbours a node is, from 1."""
    if not isinstance(nodes, list) or not nodes:
        return math.nan
    node = nodes[0]
    return 1.0 + sum(1 for _each in node.itersiblings(node.tag, preceding=True))


def randomize(_context: Any, nodes: Any, _seed: Any = None) -> Any:
    """The nodes: inside another function their order is lost (see `shuffled`)."""
    return nodes


def shuffled(nodes: Any, seed: Any = None) -> list[Any]:
    """The nodes in another order; the same seed gives the same order on every machine."""
    found = list(nodes) if isinstance(nodes, list) else []
    if seed is None:
        import random  # noqa: PLC0415  (only here)

        random.shuffle(found)
        return found
    state = _seed(seed)
    mixed: list[Any] = []
    for place, node in enumerate(found):  # "inside-out" Fisher-Yates with Park and Miller's numbers
        state = state * _MULTIPLIER % _MODULUS
        other = int((state - 1) / (_MODULUS - 1) * (place + 1))
        mixed.append(mixed[other] if other < place else node)
        mixed[other] = node
    return mixed


def _seed(seed: Any) -> int:
    number = values.number_of(seed)
    if math.isnan(number):
        text = values.text_of(seed).encode()
        number = float(int.from_bytes(text[:7], "big")) if text else 42.0
    state = int(number) % _MODULUS
    return state if state > 0 else state + _MODULUS - 1


# Choices -----------------------------------------------------------------------------------------


def selected(_context: Any, chosen: Any, value: Any) -> bool:
    """Whether a value is among the chosen ones."""
    return values.text_of(value).strip() in values.text_of(chosen).split()


def selected_at(_context: Any, chosen: Any, index: Any) -> str:
    """The chosen value at a place, from 0; empty when there is none."""
    found = values.text_of(chosen).split()
    place = values.number_of(index)
    if math.isnan(place) or not 0 <= place < len(found):
        return ""
    return found[int(place)]


def count_selected(_context: Any, chosen: Any) -> float:
    """How many values are chosen."""
    return float(len(values.text_of(chosen).split()))


def choice_name(_context: Any, value: Any, path: Any) -> str:
    """What a choice is called in the present language."""
    return surroundings().choice_label(values.text_of(path), values.text_of(value))


def itext(_context: Any, text_id: Any) -> str:
    """A text of the form in the present language."""
    return surroundings().itext(values.text_of(text_id))


def checklist(_context: Any, least: Any, most: Any, *arguments: Any) -> bool:
    """Whether so many are true; -1 sets no limit."""
    found = sum(_is_yes(text) for text in values.texts_of(arguments))
    return _between(found, least, most)


def weighted_checklist(_context: Any, least: Any, most: Any, *arguments: Any) -> bool:
    """Like checklist, each value with the weight that follows it."""
    flags = values.texts_of(arguments[::2])
    weights = [values.text_number(text) for text in values.texts_of(arguments[1::2])]
    found = sum(weight for flag, weight in zip(flags, weights, strict=False) if _is_yes(flag))
    return _between(found, least, most)


def _is_yes(text: str) -> bool:
    return text == "true" or values.text_number(text) > 0


def _between(found: float, least: Any, most: Any) -> bool:
    low, high = values.number_of(least), values.number_of(most)
    return (low < 0 or found >= low) and (high < 0 or found <= high)


# Lists -------------------------------------------------------------------------------------------


def pulldata(context: Any, which: Any, wanted: Any, column: Any, value: Any) -> str:
    """One cell of a list: the wanted column of the first row where a column has a value."""
    wanted_name, column_name = values.text_of(wanted), values.text_of(column)
    looked_for, list_id = values.text_of(value), values.text_of(which)
    root = context.context_node.getroottree().getroot()
    for item in root.iterfind(f"i[@id='{list_id}']/*/*") if "'" not in list_id else ():
        if any(cell.tag == column_name and (cell.text or "") == looked_for for cell in item):
            return next((cell.text or "" for cell in item if cell.tag == wanted_name), "")
    return ""


# Places ------------------------------------------------------------------------------------------


def _points(arguments: tuple[Any, ...]) -> list[geometry.Point] | None:
    found: list[geometry.Point] = []
    for text in _texts(arguments):
        points = geometry.points_of(text)
        if points is None:
            return None
        found.extend(points)
    return found


def distance(_context: Any, *arguments: Any) -> float:
    """Metres along a line or a row of points."""
    points = _points(arguments)
    return math.nan if points is None else geometry.distance(points)


def area(_context: Any, nodes: Any) -> float:
    """Square metres inside a shape or a row of points."""
    points = _points((nodes,))
    return math.nan if points is None else geometry.area(points)


def enclosed(_context: Any, point: Any, shape: Any) -> bool:
    """Whether a point lies inside a shape."""
    inner, ring = _points((point,)), _points((shape,))
    return bool(inner and ring) and geometry.encloses((inner or [])[0], ring or [])
