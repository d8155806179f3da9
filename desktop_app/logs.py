"""The program's log files: small, rotating, and without personal data."""

import faulthandler
import logging
import re
from logging.handlers import RotatingFileHandler
from pathlib import Path

from desktop_app import VERSION, paths

FILE_BYTES = 1_000_000
"""Size at which a log file is put aside."""
FILES_KEPT = 5
"""How many put-aside files are kept."""

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE_OR_CARD = re.compile(r"(?<![\w.-])\+?\d(?:[ -]?\d){6,}[Xx]?(?![\w-])")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SHOWN = 2
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


def _mask_digits(match: re.Match[str]) -> str:
    text = match.group()
    return text if _DATE.match(text) else "*" * (len(text) - _SHOWN) + text[-_SHOWN:]


def masked(text: str) -> str:
    """The text with mail addresses, phone, identity and card numbers made unreadable.

    Record keys (UUIDs) and dates stay readable: a log without them is of no use.
    """
    text = _EMAIL.sub("***@***", text)
    pieces: list[str] = []
    end = 0
    for key in _UUID.finditer(text):
        pieces += [_PHONE_OR_CARD.sub(_mask_digits, text[end : key.start()]), key.group()]
        end = key.end()
    return "".join([*pieces, _PHONE_OR_CARD.sub(_mask_digits, text[end:])])


class MaskingFormatter(logging.Formatter):
    """Masks the finished line, traceback included; its own time stamp is left alone."""

    def format(self, record: logging.LogRecord) -> str:
        """One log entry, masked."""
        moment = self.formatTime(record, "%Y-%m-%d %H:%M:%S")
        head = f"{moment}.{int(record.msecs):03d} {record.levelname} {record.name}: "
        return head + masked(super().format(record))


def start_logging(*, debug: bool = False, folder: Path | None = None) -> Path:
    """Log into a rotating file from now on; calling it again changes nothing but the level.

    Args:
        debug: Also write debug messages of our own packages.
        folder: Another folder than this machine's.

    Returns:
        The log file.
    """
    file = (folder or paths.log_dir()) / "winback.log"
    root = logging.getLogger()
    level = logging.DEBUG if debug else logging.INFO
    for name in ("desktop_app", "db"):
        logging.getLogger(name).setLevel(level)
    present = any(
        isinstance(handler, RotatingFileHandler) and Path(handler.baseFilename) == file.resolve()
        for handler in root.handlers
    )
    if not present:
        handler = RotatingFileHandler(
            file.resolve(),
            maxBytes=FILE_BYTES,
            backupCount=FILES_KEPT,
            encoding="utf-8",
            delay=True,
        )
        handler.setFormatter(MaskingFormatter())
        root.addHandler(handler)
        logging.getLogger(__name__).info("Winback Desk %s", VERSION)
    return file


def trace_crashes() -> Path:
    """If the interpreter itself breaks from now on, write where each thread was.

    Names of files and functions only: nothing of what the program works with.

    Returns:
        The file; what an earlier crash left stays in it.
    """
    file = paths.log_dir() / "crash.log"
    is_long = file.exists() and file.stat().st_size > FILE_BYTES
    stream = file.open("w" if is_long else "a", encoding="utf-8")
    faulthandler.enable(stream)  # keeps the stream
    return file


def stop_logging() -> None:
    """Close the log files (tests, and before a folder is deleted)."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, RotatingFileHandler):
            root.removeHandler(handler)
            handler.close()
