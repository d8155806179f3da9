"""What starting costs: nothing heavy is loaded before it is needed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "PySide6", "openpyxl", "reportlab", "scipy", "pyqtgraph", "rustpy_xlsxwriter",
    "lxml", "pyxform",
)  # fmt: skip
CHECK = """
import sys
from desktop_app.__main__ import main
sys.argv = ["winback", *sys.argv[1:]]
status = main()
print(status, *[name for name in {heavy!r} if name in sys.modules], file=sys.stderr)
"""


def started(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CHECK.format(heavy=HEAVY), *arguments],
        capture_output=True, text=True, encoding="utf-8", check=False, cwd=ROOT,
        env={**os.environ, **variables}, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize("arguments", [("--help",), ("list", "customers", "--json")])
def test_that_short_commands_load_nothing_heavy(folder: Path, arguments: tuple[str, ...]) -> None:
    done = started(*arguments, WINBACK_PASSWORD="correct horse", WINBACK_WORKSPACE=str(folder))
    assert done.stderr.split() == ["0"], done.stderr


def test_that_output_is_utf8_whatever_the_console_says(folder: Path) -> None:
    done = started(
        "list", "reasons", "--lang", "zh", PYTHONIOENCODING="ascii",
        WINBACK_PASSWORD="correct horse", WINBACK_WORKSPACE=str(folder),
    )  # fmt: skip
    assert done.returncode == 0
    assert "价格调整" in done.stdout
