"""What the sign-in dialog checks, and what it does in the background; knows no widget."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from db.keys import MIN_PASSWORD
from desktop_app.errors import Problem
from desktop_app.i18n import _
from desktop_app.ui.loading import load_program

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the dialog paints without it
    from db.workspace import Opened
    from desktop_app.progress import Progress

Values = dict[str, Any]
"""What stands in a form, by field."""


# ---------------------------------------------------------------- what is wrong with a form
# Checked by hand: pydantic takes as long to load as the rest of the dialog.


def entry_problems(values: Values) -> list[Problem]:
    """What is missing to sign in."""
    return _missing(values, "login", "password")


def recovery_problems(values: Values) -> list[Problem]:
    """What is wrong with the recovery code and the new password."""
    return _with_password(values, _missing(values, "code", "password"))


def new_problems(values: Values) -> list[Problem]:
    """What is wrong with the fields of a new workspace."""
    found = _missing(values, "folder", "name", "login", "password")
    if len((values["login"] or "").split()) > 1:
        found.append(Problem("login", _("This does not have the expected form.")))
    return _with_password(values, found)


def _missing(values: Values, *fields: str) -> list[Problem]:
    return [Problem(name, _("This field is needed.")) for name in fields if values[name] is None]


def _with_password(values: Values, found: list[Problem]) -> list[Problem]:
    """What was found, and what is wrong with a new password that is typed twice."""
    password = values["password"]
    if password is not None and len(password) < MIN_PASSWORD:
        too_short = _("Enter at least {min_length} characters.").format(min_length=MIN_PASSWORD)
        return [*found, Problem("password", too_short)]
    if not found and password != values["again"]:
        return [Problem("", _("The two passwords differ."))]
    return found


# ---------------------------------------------------------------- what runs in the background


def open_folder(folder: Path, login: str, password: str) -> "Opened":
    """Open a workspace (slow: key derivation, and SQLAlchemy at the first time).

    Both are done at the same time: the derivation lets the interpreter go.
    """
    from db import keys  # noqa: PLC0415  (needs no SQLAlchemy)

    def derive() -> tuple[bytes, ...]:
        return keys.open_keys(keys.load(folder / keys.KEYS), login, password)

    with ThreadPoolExecutor(1, thread_name_prefix="key") as beside:
        deriving = beside.submit(derive)
        load_program()
        from db import workspace  # noqa: PLC0415  (see above)

        return workspace.open_workspace(folder, login, password, lambda *_: deriving.result())


def open_demo(folder: Path) -> "Opened":
    """Open a demo workspace, which carries its own password."""
    from db import keys  # noqa: PLC0415  (needs no SQLAlchemy)

    return open_folder(folder, *keys.demo_entry(folder))


def is_demo(folder: Path) -> bool:
    """Whether the folder holds a demo: a look into a small file, without SQLAlchemy."""
    try:
        wraps = json.loads((folder / "keys.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(wraps, dict) and bool(wraps.get("demo"))


def list_logins(folder: Path) -> list[str]:
    """Who can open the workspace."""
    from db import keys  # noqa: PLC0415  (needs no SQLAlchemy)

    return keys.load(folder / keys.KEYS).logins()


def create(folder: Path, login: str, name: str, password: str) -> "tuple[Opened, str]":
    """Make a workspace; gives it, open, with its recovery code."""
    from db import workspace  # noqa: PLC0415

    load_program()
    return workspace.create(folder, login, name, password)


def recover(folder: Path, code: str, password: str) -> "Opened":
    """Open a workspace by its recovery code; its first administrator gets the new password."""
    from desktop_app.services import keys  # noqa: PLC0415

    load_program()
    return keys.recover(folder, code, password)


def build_demo(progress: "Progress", folder: Path) -> "Opened":
    """Open the demo of this machine; made first if it is not there."""
    from desktop_app import demo  # noqa: PLC0415

    if (folder / "keys.json").exists():
        return open_demo(folder)
    return demo.make_demo(folder, progress=progress).opened
