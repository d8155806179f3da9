import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from db import keys, workspace
from desktop_app.settings import Settings, save_settings

ROOT = Path(__file__).resolve().parents[2]

HEAVY = ("openpyxl", "reportlab", "pyqtgraph", "numpy", "scipy", "pandas", "python_calamine")
BEHIND = (
    *HEAVY,
    "lxml",
    "pypinyin",
    "regex",
    "urllib.request",
    "desktop_app.domain.script_checks",
    "desktop_app.questionnaire",
    "desktop_app.services.attachments",
    "desktop_app.services.calls",
    "desktop_app.services.cases",
    "desktop_app.services.customers",
    "desktop_app.services.day",
    "desktop_app.services.interviews",
    "desktop_app.services.offer_limits",
    "desktop_app.services.offer_terms",
    "desktop_app.services.offers",
    "desktop_app.services.questionnaires",
    "desktop_app.services.script_runs",
    "desktop_app.services.triage",
    "desktop_app.services.win_back",
    "desktop_app.ui.attempt_logger",
    "desktop_app.ui.case_flows",
    "desktop_app.ui.case_view",
    "desktop_app.ui.interview_begin",
    "desktop_app.ui.wrap_up",
)
"""Loaded behind the first page: together they take as long to load as the page to be made."""
SLOW = (*HEAVY, "sqlalchemy", "alembic", "lxml", "pydantic", "typer")

IMPORTED = """
import json, sys
import desktop_app.ui.sign_in
print(json.dumps([name for name in sys.argv[1].split() if name in sys.modules]))
"""

STARTED = """
import json, sys
from desktop_app import __main__
from desktop_app.ui import app
names, sys.argv = sys.argv[1].split(), ["winback"]
app.run = lambda folder: 0
assert __main__.main() == 0
print(json.dumps([name for name in names if name in sys.modules]))
"""

SIGN_IN = """
import json, sys
from desktop_app.settings import Settings
from desktop_app.ui import app
made = app.make_app(Settings())
application = app.Application(made, Settings(), None, keeps_settings=False)
application.start()
made.processEvents()
loaded = [name for name in sys.argv[1].split() if name in sys.modules]
application.shut_down()
print(json.dumps(loaded))
"""

WINDOW = """
import json, sys
from pathlib import Path
from db import keys, workspace
keys.OPS, keys.MEMORY = 1, 8 * 1024 * 1024
from desktop_app.ui import app
workspace.create(Path(sys.argv[2]), "demo", "Demo", "demo-demo", demo=True)[0].database.close()
app.open_and_close(Path(sys.argv[2]))
print(json.dumps([name for name in sys.argv[1].split() if name in sys.modules]))
"""

OPENED = """
import json, sys
from pathlib import Path
from desktop_app.ui.loading import load_program
load_program()
from db import keys, workspace
keys.OPS, keys.MEMORY = 1, 8 * 1024 * 1024
before = set(sys.modules)
workspace.create(Path(sys.argv[2]), "li", "Li", "password")[0].database.close()
workspace.open_workspace(Path(sys.argv[2]), "li", "password").database.close()
print(json.dumps([name for name in set(sys.modules) - before if name.startswith("nacl")]))
"""


PAINTED = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QEventLoop
from db import keys
from desktop_app.settings import Settings
from desktop_app.ui import app
from desktop_app.ui.sign_in_work import open_demo
keys.OPS, keys.MEMORY = 1, 8 * 1024 * 1024
made, loop, loaded = app.make_app(Settings()), QEventLoop(), []

def look(application):
    loaded.append([name for name in sys.argv[1].split() if name in sys.modules])
    loop.quit()

app.Application._begin_work = look
application = app.Application(made, Settings(), None, keeps_settings=False)
application.open_window(open_demo(Path(sys.argv[2])))
loop.exec()
application.shut_down()
print(json.dumps(loaded[0]))
"""

VISITED = """
import json, sys
import importlib
from desktop_app.ui.loading import load_program, load_rest, page_modules
load_program()
load_rest()
for name in page_modules():
    importlib.import_module(name)
print(json.dumps([name for name in sys.argv[1].split() if name in sys.modules]))
"""

BY_THREADS = """
import importlib, json, sys
import desktop_app.ui.sign_in
from desktop_app.ui import app, loading

def added(load):
    before = set(sys.modules)
    load()
    return [name for name in sys.modules if name not in before]

def import_all(names):
    for name in names:
        importlib.import_module(name)

def is_of_qt(name):
    return name.startswith(("desktop_app.ui", "PySide6", "shiboken"))

wrong = [name for name in added(loading.load_program) if is_of_qt(name)]
wrong += [name for name in added(lambda: import_all(loading.WINDOW)) if not is_of_qt(name)]
wrong += [name for name in added(loading.load_rest) if is_of_qt(name)]
wrong += [name for name in added(lambda: import_all(loading.page_modules())) if not is_of_qt(name)]
print(json.dumps(wrong))
"""


def loaded_by(program: str, names: tuple[str, ...], *arguments: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", program, " ".join(names), *arguments],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "QThread" not in done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("program", [IMPORTED, STARTED, SIGN_IN])
def test_that_the_sign_in_shows_without_any_slow_library(program: str) -> None:
    assert loaded_by(program, SLOW) == []


def test_that_what_the_key_needs_is_loaded_while_the_password_is_typed(tmp_path: Path) -> None:
    assert loaded_by(OPENED, (), str(tmp_path / "shop")) == []


def test_that_what_the_first_interview_needs_is_loaded_behind_the_first_page() -> None:
    names = ("desktop_app.ui.pages.interview", "lxml.etree", "pypinyin")
    assert loaded_by(VISITED, names) == list(names)


def test_that_threads_load_all_that_knows_no_qt_and_nothing_else() -> None:
    """Widgets in a thread could end the program; all else beside the window would stop it."""
    assert loaded_by(BY_THREADS, ()) == []


def test_that_the_first_page_is_painted_without_what_an_interview_or_an_offer_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "OPS", 1)
    monkeypatch.setattr(keys, "MEMORY", 8 * 1024 * 1024)
    opened, _code = workspace.create(tmp_path / "shop", "demo", "Demo", "demo-demo", demo=True)
    opened.database.close()
    assert loaded_by(PAINTED, BEHIND, str(tmp_path / "shop")) == []


def test_that_the_window_opens_without_the_libraries_that_write_files(tmp_path: Path) -> None:
    assert loaded_by(WINDOW, HEAVY, str(tmp_path / "shop")) == []


@pytest.mark.slow
def test_that_500_starts_end_cleanly(tmp_path: Path) -> None:
    for number in range(500):
        assert loaded_by(SIGN_IN, HEAVY) == [], number


def test_that_calls_into_qt_keep_the_references_to_none() -> None:
    """PySide6 6.12.0 on Python 3.11 lost one a call: the program died after an hour of work."""
    program = """
import json, sys
kept = [None] * 10_000
from PySide6.QtCore import QObject
made, before = QObject(), sys.getrefcount(None)
for _ in range(1000):
    made.setObjectName("x")
print(json.dumps([] if sys.getrefcount(None) > before - 100 else ["lost"]))
"""
    assert loaded_by(program, ()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="there is always a display elsewhere")
def test_that_without_a_display_a_sentence_in_the_chosen_language_says_so(home: Path) -> None:
    save_settings(Settings(language="zh_CN"))
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "WINBACK_WORKSPACE"}
    env = {name: text for name, text in os.environ.items() if name not in hidden}
    done = subprocess.run(
        [sys.executable, "-m", "desktop_app"],
        cwd=ROOT,
        env={**env, "LANG": "en_US.UTF-8"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "没有显示器，请使用命令行：winback --help\n"
    assert (home / "logs" / "winback.log").exists()
