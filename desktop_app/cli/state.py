"""What a running command knows: the global options, and the workspace once it is open."""

import datetime as dt
import getpass
import os
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.cli.options import Globals
from desktop_app.domain import currencies
from desktop_app.errors import NotAllowedError, UserError
from desktop_app.i18n import _

if TYPE_CHECKING:
    import typer

    from db.keys import KeyFile
    from db.session import Session
    from db.workspace import Opened


@dataclass(frozen=True, slots=True)
class Windows:
    """What needs Qt, handed in from above: the command line itself does not know it."""

    open_window: Callable[[Path | None], int]
    screenshots: Callable[[Path, Path], list[Path]]
    check_window: Callable[[Path], None]
    has_window: Callable[[Path], bool]
    show_place: Callable[[Path, str], int]
    """Show what is at an address, in the window that is open or a new one."""


@dataclass(slots=True)
class State:
    """Global options and the open workspace of one command."""

    options: Globals
    windows: Windows
    _opened: "Opened | None" = field(default=None)

    @property
    def folder(self) -> Path:
        """The folder of the workspace. Raises UserError when none was named."""
        if self.options.workspace is None:
            raise UserError(
                _("Name the workspace: --workspace FOLDER, or set WINBACK_WORKSPACE to it.")
            )
        return self.options.workspace

    def login(self) -> str:
        """Who signs in: the user of the options, else the only or first one."""
        from db import workspace  # noqa: PLC0415  (`--help` needs no database)

        return self.options.user or workspace.logins(self.folder)[0]

    def password(self, login: str) -> str:
        """The password of a user; a demo carries that of its whole team."""
        from db import keys, workspace  # noqa: PLC0415

        return self.password_for(keys.load(self.folder / workspace.KEYS), login)

    def password_for(self, file: "KeyFile", login: str) -> str:
        """The password of a user of a key file."""
        from db import keys  # noqa: PLC0415

        carried = keys.carried_password(file, login)
        if carried is not None:
            return carried
        return os.environ.get("WINBACK_PASSWORD") or ask_password(login)

    def open(self) -> "Opened":
        """Open the workspace, once; closed at the end of the command."""
        from db import workspace  # noqa: PLC0415

        if self._opened is None:
            login = self.login()
            password = self.password(login)
            self._opened = workspace.open_workspace(self.folder, login, password)
            self._opened.database.refresh_figures()
        return self._opened

    def close(self) -> None:
        """Let go of the workspace."""
        if self._opened is not None:
            self._opened.database.close()
            self._opened = None

    @contextmanager
    def read(self) -> Iterator["Session"]:
        """A reading session of the signed-in user."""
        opened = self.open()
        with opened.database.read(opened.actor) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator["Session"]:
        """A writing session of the signed-in user; see `change_set_of` for what became of it."""
        opened = self.open()
        with opened.database.write(opened.actor) as session:
            yield session


def state_of(context: "typer.Context") -> State:
    """The state of the running command."""
    state = context.obj
    if not isinstance(state, State):
        msg = "the command line was started without a state"
        raise TypeError(msg)
    return state


def change_set_of(session: "Session") -> uuid.UUID | None:
    """The change set that a finished write became, None when it changed nothing."""
    found: uuid.UUID | None = session.info["changes"].change_set_id
    return found


def ask_password(login: str) -> str:
    """Ask for a password at the terminal.

    Raises:
        NotAllowedError: nobody can be asked.
    """
    if not sys.stdin.isatty():
        raise NotAllowedError(_("No password: set WINBACK_PASSWORD, or run it in a terminal."))
    return getpass.getpass(_("Password of {login}: ").format(login=login))


def parse_currency(text: str) -> str:
    """The code of a currency as typed.

    Raises:
        UserError: there is no such currency.
    """
    try:
        return currencies.checked(text)
    except ValueError as error:
        raise UserError(str(error)) from error


def parse_day(text: str) -> dt.date:
    """A day as typed.

    Raises:
        UserError: there is no such day, e.g. 2026-02-30.
    """
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError as error:
        message = _("“{text}” is not a date. Write it like 2026-08-31.").format(text=text)
        raise UserError(message) from error
