"""How the reading child and the program talk: length-prefixed JSON, never pickle.

A frame is four bytes of length (big endian) and that many bytes of JSON. What JSON has no word
for travels as an object of one key: ``d`` date, ``t`` date and time, ``h`` time, ``s`` a span in
seconds, ``e`` an error cell.
"""

import json
import struct
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import IO, Any

MAX_FRAME_BYTES = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell that shows an error (``#REF!``) or a formula that was never calculated (``=?``)."""

    code: str

    def __str__(self) -> str:
        return self.code


Cell = str | int | float | bool | date | time | CellError | None
"""What a cell can hold; ``datetime`` is a ``date``; a span is given as seconds."""


class ParseProblem(Exception):  # noqa: N818  (raised only inside the child, sent as a frame)
    """The file cannot be read; ``code`` names the sentence, ``details`` fill its placeholders."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


def _pack(value: object) -> dict[str, Any]:
    match value:
        case CellError():
            return {"e": value.code}
        case datetime():
            return {"t": value.isoformat()}
        case date():
            return {"d": value.isoformat()}
        case time():
            return {"h": value.isoformat()}
        case timedelta():
            return {"s": value.total_seconds()}
    raise TypeError(f"cannot send {type(value).__name__}")


def unpack_cell(packed: dict[str, Any]) -> Cell:
    """Turn the object a cell travels as back into the cell."""
    ((kind, value),) = packed.items()
    match kind:
        case "t":
            return datetime.fromisoformat(value)
        case "d":
            return date.fromisoformat(value)
        case "h":
            return time.fromisoformat(value)
        case "s":
            return float(value)
        case _:
            return CellError(str(value))


def write_frame(stream: IO[bytes], message: dict[str, Any]) -> None:
    """Send one message."""
    body = json.dumps(message, default=_pack, separators=(",", ":")).encode("ascii")
    stream.write(struct.pack(">I", len(body)))
    stream.write(body)
    stream.flush()


def read_frame(stream: IO[bytes]) -> dict[str, Any] | None:
    """Receive one message, ``None`` at the end of the stream or when it is cut off.

    Raises:
        ValueError: the bytes are not a frame.
    """
    head = stream.read(4)
    if len(head) < 4:  # noqa: PLR2004  (the length's own length)
        return None
    (size,) = struct.unpack(">I", head)
    if size > MAX_FRAME_BYTES:
        raise ValueError("frame too long")
    body = stream.read(size)
    if len(body) < size:
        return None
    message = json.loads(body)
    if not isinstance(message, dict):
        raise TypeError("not a message")
    return message
