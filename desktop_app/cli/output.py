"""What the command line writes: results on standard output, everything else on standard error."""

import io
import sys
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from json.encoder import encode_basestring
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from desktop_app.labels import money

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

MONEY_FIELDS = frozenset(
    {"amount", "average_order", "spend", "spend_total", "spend_window", "trend", "value_at_stake"}
)
"""Fields of rows that hold minor units and are written in yuan."""
_GAP = "  "


def use_utf8() -> None:
    """Write UTF-8 whatever the console of the machine is set to."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def say(text: str) -> None:
    """A line of the result."""
    print(text)


def tell(text: str) -> None:
    """A line for the person that is not part of the result."""
    print(text, file=sys.stderr)


# JSON --------------------------------------------------------------------------------------------


def say_json(value: object) -> None:
    """The one JSON document of a command; a list has one element a line."""
    if isinstance(value, list) and value:
        print("[" + ",\n".join(to_json(item) for item in value) + "]")
    else:
        print(to_json(value))


def to_json(value: object) -> str:
    """A value as JSON. Amounts (Decimal) keep their two digits, which `json.dumps` cannot."""
    if isinstance(value, Mapping):
        pairs = (f"{encode_basestring(str(_key(k)))}: {to_json(v)}" for k, v in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, (list, tuple, set, frozenset)):
        return "[" + ", ".join(to_json(item) for item in value) + "]"
    return _scalar(value)


def _scalar(value: object) -> str:
    match value:
        case None | bool():
            text = {None: "null", True: "true", False: "false"}[value]
        case Enum():
            text = encode_basestring(str(value.value))
        case Decimal():
            text = f"{value:f}"
        case int():
            text = str(value)
        case float():
            text = repr(value) if value - value == 0 else "null"  # no infinity in JSON
        case datetime() | date():
            text = f'"{value.isoformat()}"'
        case _:
            text = encode_basestring(str(value))
    return text


def yuan(minor: int | None) -> Decimal | None:
    """Minor units (fen) as yuan with two digits."""
    return None if minor is None else Decimal(minor).scaleb(-2)


def plain(value: object) -> Any:
    """Any row or record as JSON types: enum members by value, money fields in yuan."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _plain_field(field.name, getattr(value, field.name))
            for field in fields(value)
        }
    if isinstance(value, Mapping):
        return {str(_key(k)): _plain_field(str(_key(k)), v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, uuid.UUID):
        return str(value)
    return value


def _plain_field(name: str, value: object) -> Any:
    if name in MONEY_FIELDS and isinstance(value, int) and not isinstance(value, bool):
        return yuan(value)
    if name in MONEY_FIELDS and isinstance(value, tuple):
        return [yuan(one) for one in value]
    return plain(value)


def _key(value: object) -> object:
    return value.value if isinstance(value, Enum) else value


# Text --------------------------------------------------------------------------------------------


def say_table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[bool]
) -> None:
    """A table with columns as wide as their content; Chinese characters take two places."""
    from rich.cells import cell_len  # noqa: PLC0415  (only where a table is shown)

    lines = [[_one_line(cell) for cell in row] for row in [headings, *rows]]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = [
            " " * (width - cell_len(cell)) + cell
            if is_right
            else cell + " " * (width - cell_len(cell))
            for cell, width, is_right in zip(line, widths, right, strict=True)
        ]
        print(_GAP.join(cells).rstrip())


def say_facts(pairs: Iterable[tuple[str, object]]) -> None:
    """Names and values, one a line."""
    for name, value in pairs:
        print(f"{name}: {value}")


def say_tree(value: object, indent: int = 0, currency: str = "") -> None:
    """A record with its parts, indented; what is empty is left out.

    Amounts have the sign of the currency that the record, or what it is part of, names.
    """
    if isinstance(value, Mapping):
        currency = str(value.get("currency", currency))
    pairs = value.items() if isinstance(value, Mapping) else enumerate(_items(value), 1)
    for name, one in pairs:
        if one in (None, "", [], {}):
            continue
        if isinstance(one, (Mapping, list, tuple)):
            print(f"{_GAP * indent}{name}:")
            say_tree(one, indent + 1, currency)
        else:
            print(f"{_GAP * indent}{name}: {_leaf(one, currency)}")


def _leaf(value: object, currency: str) -> object:
    match value:
        case Enum():
            return value.value
        case Decimal():
            return money(int(value.scaleb(2)), currency)
        case _:
            return value


def _items(value: object) -> Iterable[object]:
    return value if isinstance(value, (list, tuple)) else [value]


def _one_line(text: str) -> str:
    return " ".join(text.split())


# Progress ----------------------------------------------------------------------------------------


class TerminalProgress:
    """A progress bar on standard error when that is a terminal; silent otherwise."""

    def __init__(self) -> None:
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        """Begin; the bar appears with the first step."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()

    def step(self, done: int, total: int | None, text: str = "") -> None:
        """Show how far the work is (see `desktop_app.progress`)."""
        if not sys.stderr.isatty():
            return
        if self._bar is None:
            self._bar = _new_bar()
            self._task = self._bar.add_task(text, total=total)
            self._bar.start()
        if self._task is not None:
            self._bar.update(self._task, completed=done, total=total, **_description(text))


def _description(text: str) -> dict[str, Any]:
    return {"description": text} if text else {}


def _new_bar() -> "Bar":
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    return Progress(console=Console(stderr=True), transient=True)
