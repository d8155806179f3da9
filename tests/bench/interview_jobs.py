"""An interview of many questions on the screen, against the bare toolkit with as many lines."""

import subprocess
import sys
from pathlib import Path

from tests.bench.jobs import Result, home_of

_QUESTIONS = 300


def interview_open(folder: Path) -> Result:
    """A form of 300 questions, until it is on the screen.

    The limit shows as many lines in Qt's own list beside one line to type into.
    """
    seconds, limit, _key, _bare = _interview(folder)
    return Result("interview open", seconds, limit, 14, f"{_QUESTIONS} questions")


def interview_key(folder: Path) -> Result:
    """A key in a form of 300 questions, until all that follows from it is on the screen."""
    _open, _bare, seconds, limit = _interview(folder)
    return Result("interview keystroke", seconds, limit, 8, f"{_QUESTIONS} questions")


def _interview(folder: Path) -> list[float]:
    command = [sys.executable, "-m", "tests.bench.interview", str(_QUESTIONS)]
    done = subprocess.run(
        command, env=home_of(folder), check=True, timeout=120, capture_output=True, text=True
    )
    return [float(number) for number in done.stdout.split()]
