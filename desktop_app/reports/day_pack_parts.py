"""Parts of the day pack on paper: facts in two columns, questions with room, boxes to tick."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from desktop_app.i18n import _
from desktop_app.labels import day_text
from desktop_app.reports import fonts
from desktop_app.reports.day_pack_words import Question, ToDo
from desktop_app.reports.figures import FAINT, GRID, INK, SOFT, Stroke
from desktop_app.reports.pages import GAP, HINT, MARGIN, Style
from desktop_app.reports.paper_strips import ROOM, Strip, Strips, ending, gap

TEXT: Final = Style(fonts.REGULAR, 9, 13.5)
STRONG: Final = TEXT._replace(font=fonts.BOLD)
BOX: Final = 9.0
NUMBER: Final = 24.0
"""Room for the place in the route."""
_FACT: Final = 17.0
_ANSWER: Final = 22.0
_RESULT: Final = 20.0
_SIGNATURE: Final = 46.0
_DIGIT_WIDTH, _DIGIT = 13.0, 15.0
_DAY: Final = (4, 2, 2)
_RIGHT: Final = MARGIN + ROOM


def column(
    strips: Strips, strip: Strip, x: float, width: float, texts: Iterable[tuple[str, Style]]
) -> float:
    """Put texts below each other on a strip; gives where they end."""
    y = 2.0
    for text, style in texts:
        for line in strips.lines(text, style, width, text):
            strip.drawn.put(style, x, y + style.size * 1.1, line)
            y += style.leading
    return y


def facts(strips: Strips, pairs: Sequence[tuple[str, str]]) -> Iterator[Strip]:
    """Facts two beside each other, a long one alone; a line to fill in what is not known."""
    half = (ROOM - 4 * GAP) / 2
    label = max(strips.measure(fonts.boxed(name), HINT) for name, _value in pairs)
    label = min(label, half / 2) + 2 * GAP
    strip, place = Strip(_FACT), 0
    for name, value in pairs:
        is_long = len(strips.lines(value, STRONG, half - label, name)) > 1
        if place > 1 or (place and is_long):
            yield strip
            strip, place = Strip(_FACT), 0
        x, room = MARGIN + place * (half + 4 * GAP), ROOM if is_long else half
        strip.drawn.put(HINT, x, 11.0, strips.one_line(name, HINT, label - GAP, name))
        if not value:
            strip.drawn.strokes.append(_line(x + label, x + room, 13.0))
        for at, line in enumerate(strips.lines(value, STRONG, room - label, name)):
            strip.drawn.put(STRONG, x + label, 11.0 + at * STRONG.leading, line)
            strip.height = max(strip.height, _FACT + at * STRONG.leading)
        place = 2 if is_long else place + 1
    yield strip
    yield gap(GAP)


def question(strips: Strips, asked: Question) -> list[Strip]:
    """A question with room for its answer behind it, or below it when it takes more."""
    strip = Strip(_ANSWER)
    text = strips.one_line(asked.text, STRONG, ROOM, asked.text)
    strip.drawn.put(STRONG, MARGIN, _ANSWER - 6, text)
    x = MARGIN + strips.measure(text, STRONG) + 3 * GAP
    below = [ruled() for _n in range(asked.lines if asked.lines > 1 else 0)]
    if asked.choices:
        wide = sum(_choice_width(strips, choice) for choice in asked.choices) - 5 * GAP
        target = strip
        if x + wide > _RIGHT:
            target, x = Strip(_ANSWER - 4), MARGIN
            below.append(target)
        for choice in asked.choices:
            target.drawn.strokes.append(square(x, target.height - 14))
            target.drawn.put(TEXT, x + BOX + GAP, target.height - 6, choice)
            x += _choice_width(strips, choice)
    elif asked.lines == 1:
        end = _day(strips, strip, asked.day) if asked.day else _RIGHT
        strip.drawn.strokes.append(_line(x, end, _ANSWER - 4))
    return ending([strip, *below])


def _choice_width(strips: Strips, choice: str) -> float:
    return BOX + 6 * GAP + strips.measure(fonts.boxed(choice), TEXT)


def _day(strips: Strips, strip: Strip, title: str) -> float:
    """Boxes for a day at the right end, with their title; gives where they begin."""
    width = strips.measure(title, STRONG) + 2 * GAP
    boxes = sum(_DAY) * _DIGIT_WIDTH + (len(_DAY) - 1) * 2 * GAP
    left = _RIGHT - boxes - width
    strip.drawn.put(STRONG, left, _ANSWER - 6, title)
    strip.drawn.strokes += _day_boxes(left + width, _ANSWER - _DIGIT - 2)
    return left - 3 * GAP


def ruled() -> Strip:
    """A line to write on over the whole width."""
    strip = Strip(_ANSWER)
    strip.drawn.strokes.append(_line(MARGIN, _RIGHT, _ANSWER - 4))
    return strip


def signatures(strips: Strips, labels: Sequence[str]) -> Strip:
    """Lines to sign on, beside each other."""
    strip = Strip(_SIGNATURE, keeps=False)
    width = (ROOM - 4 * GAP * (len(labels) - 1)) / len(labels)
    for place, label in enumerate(labels):
        x, y = MARGIN + place * (width + 4 * GAP), _SIGNATURE - HINT.leading - GAP
        strip.drawn.strokes.append(_line(x, x + width, y, SOFT))
        text = strips.one_line(label, HINT, width, label)
        strip.drawn.put(HINT, x, y + HINT.leading, text)
    return strip


def step(strips: Strips, todo: ToDo) -> Strip:
    """A box to tick, crossed when it was done before."""
    text = todo.text
    strip, top = Strip(0, keeps=False), 4.0
    strip.drawn.strokes.append(square(MARGIN, top))
    if todo.done_on is not None:
        text = _("{text} (done on {day})").format(text=text, day=day_text(todo.done_on))
        for high, low in ((top, top + BOX), (top + BOX, top)):
            strip.drawn.strokes.append(Stroke(((MARGIN, high), (MARGIN + BOX, low)), INK, 0.9))
    texts = [(text, TEXT), *([(todo.detail, HINT)] if todo.detail else [])]
    x = MARGIN + BOX + 2 * GAP
    strip.height = column(strips, strip, x, _RIGHT - x, texts) + 2.0
    return strip


def result(strips: Strips) -> Strip:
    """What became of a call, to tick, and a line."""
    strip = Strip(_RESULT + GAP, keeps=False)
    x = MARGIN + NUMBER
    for text in (_("reached"), _("not reached"), _("call again on")):
        strip.drawn.strokes.append(square(x, 6.0))
        strip.drawn.put(TEXT, x + BOX + GAP, 14.0, text)
        x += BOX + 4 * GAP + strips.measure(text, TEXT)
    strip.drawn.strokes.append(_line(x, _RIGHT, 16.0, SOFT))
    strip.drawn.strokes.append(_line(MARGIN, _RIGHT, strip.height, GRID))
    return strip


def square(x: float, y: float, width: float = BOX, height: float = BOX) -> Stroke:
    """An empty box."""
    right, low = x + width, y + height
    return Stroke(((x, y), (right, y), (right, low), (x, low), (x, y)), INK, 0.7)


def _line(start: float, end: float, y: float, colour: str = FAINT) -> Stroke:
    return Stroke(((start, y), (end, y)), colour, 0.6)


def _day_boxes(x: float, y: float) -> list[Stroke]:
    """Boxes for year, month and day."""
    found = []
    for digits in _DAY:
        found += [
            square(x + place * _DIGIT_WIDTH, y, _DIGIT_WIDTH, _DIGIT) for place in range(digits)
        ]
        x += digits * _DIGIT_WIDTH + 2 * GAP
    return found
