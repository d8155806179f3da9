"""What is typed into a form and not saved yet: kept within a second, offered again, never applied.

A key has one draft for each time it was typed: while an earlier one is on offer, new typing is
kept beside it (``key``, ``key~1``, …), so that neither is lost.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel
from shiboken6 import isValid

from desktop_app import labels
from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.form import Form
from desktop_app.ui.panels import button, text_label
from desktop_app.ui.tasks import Tasks

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session
    from desktop_app.services.drafts import SavedDraft

_TYPING_MS = 600
"""What is typed is kept at most this long after the first key."""
_BESIDE = "~"

_KINDS: Mapping[str, tuple[type, Callable[[str], Any]]] = {
    "moment": (datetime, datetime.fromisoformat),  # before date: a datetime is one, too
    "date": (date, date.fromisoformat),
    "uuid": (UUID, UUID),
    "number": (Decimal, Decimal),
    "file": (Path, Path),
}


def to_json(value: Any) -> Any:
    """A value of an editor as plain JSON; enums become their text, tuples lists."""
    if isinstance(value, Mapping):
        return {str(name): to_json(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [to_json(each) for each in value]
    for name, (kind, _read) in _KINDS.items():
        if isinstance(value, kind):
            return {f"${name}": value.isoformat() if isinstance(value, date) else str(value)}
    return str(value) if isinstance(value, str) else value


def from_json(value: Any) -> Any:
    """The value `to_json` was given, fit for ``set_value``; lists come back as tuples."""
    if isinstance(value, list):
        return tuple(from_json(each) for each in value)
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        name, text = next(iter(value.items()))
        if name.startswith("$") and name[1:] in _KINDS:
            return _KINDS[name[1:]][1](text)
    return {name: from_json(each) for name, each in value.items()}


@dataclass(frozen=True, slots=True)
class DraftKey:
    """Where the typing of a form is kept.

    Attributes:
        tasks: Reads and writes the drafts.
        key: Form and record, for example ``close-case:<case id>``.
        version: Of the record the form shows; ``None`` where there is none yet.
    """

    tasks: Tasks
    key: str
    version: int | str | None = None


def find_drafts(session: "Session", key: str) -> "list[SavedDraft]":
    """What the user typed under a key, the newest first."""
    from desktop_app.services import drafts  # noqa: PLC0415  (slow to import)

    return [
        draft
        for draft in drafts.open_drafts(session, key)
        if draft.key == key or draft.key.startswith(key + _BESIDE)
    ]


def keep(session: "Session", key: str, content: Mapping[str, Any]) -> None:
    """Keep what is typed now, or forget it when nothing is."""
    from desktop_app.services import drafts  # noqa: PLC0415  (slow to import)

    if content:
        drafts.save_draft(session, key, content)
    else:
        drafts.discard_draft(session, key)


class DraftStrip(QFrame):
    """Keeps what is typed into a form; a strip above it offers what was typed before."""

    appeared = Signal()

    def __init__(self, form: Form, key: DraftKey, may_discard: Callable[[], bool]) -> None:
        super().__init__()
        self.setObjectName("card")
        self._form, self._key, self._may_discard = form, key, may_discard
        self._slot: str | None = None  # not known before the drafts are read
        self._offers: list[SavedDraft] = []
        self._kept: dict[str, Any] = {}
        self._is_over = False
        self.words = text_label()
        self.restore_button = button(_("Restore"), self.restore, "restore")
        self.discard_button = button(_("Discard"), self.discard, role="quiet")
        self._arrange()
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._typing.timeout.connect(self.keep)
        form.changed.connect(self._on_changed)
        self.hide()

    def _arrange(self) -> None:
        icon = QLabel()
        icon.setPixmap(theme.icon("warning", "warn").pixmap(18, 18))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP_M, theme.GAP_XS, theme.GAP_S, theme.GAP_XS)
        row.setSpacing(theme.GAP_S)
        row.addWidget(icon)
        row.addWidget(self.words, 1)
        row.addWidget(self.restore_button)
        row.addWidget(self.discard_button)

    # ------------------------------------------------------------------ offering

    def offer(self) -> None:
        """Look for what was typed before; call when the form is filled."""
        self._key.tasks.read(self, find_drafts, self._key.key).then(self._on_found)

    def _on_found(self, found: "Sequence[SavedDraft]") -> None:
        key = self._key.key
        taken = {draft.key for draft in found}
        names = itertools.chain((key,), (f"{key}{_BESIDE}{n}" for n in itertools.count(1)))
        self._slot = next(name for name in names if name not in taken)
        self._offers = list(found)
        self._show()

    def _show(self) -> None:
        if not self._offers:
            self.hide()
            return
        draft = self._offers[0]
        text = _("You typed this here at {moment} and did not save it.").format(
            moment=labels.moment_text(draft.saved_at)
        )
        if draft.content.get("version") != self._key.version:
            text += " " + _("It was typed for another version of this record.")
        self.words.setText(text)
        self.words.setAccessibleName(text)
        if self.isHidden():
            self.show()
            self.appeared.emit()

    def restore(self) -> None:
        """Put what was typed before into the form; what stands there now is kept, too."""
        if not self._offers:
            return
        self.keep()
        draft = self._offers.pop(0)
        self._slot, self._kept = draft.key, dict(draft.content.get("typed", {}))
        self._offers = []  # another one is offered the next time
        self._form.restore({name: from_json(value) for name, value in self._kept.items()})
        self.hide()
        self._form.focus_first()

    def discard(self) -> None:
        """Ask, then forget what was typed before."""
        if self._offers and self._may_discard():
            self._write(self._offers.pop(0).key, {})
            self._show()

    # ------------------------------------------------------------------ keeping

    def rebase(self, version: int | str | None) -> None:
        """What is typed from now on is typed for this version of the record."""
        self._key = replace(self._key, version=version)

    def _on_changed(self) -> None:
        if not self._typing.isActive() and not self._is_over:
            self._typing.start()

    def keep(self) -> None:
        """Keep what stands in the form now."""
        self._typing.stop()
        if self._is_over:
            return
        if self._slot is None:
            self._typing.start()
            return
        typed = {name: to_json(value) for name, value in self._form.typed().items()}
        if typed != self._kept:
            self._kept = typed
            content = {"version": self._key.version, "typed": typed} if typed else {}
            self._write(self._slot, content)

    def forget(self) -> None:
        """What was typed is saved, or not wanted."""
        self._typing.stop()
        if self._slot is not None and self._kept:
            self._kept = {}
            self._write(self._slot, {})

    def finish(self) -> None:
        """Forget, and keep nothing any more: the form goes away."""
        self.forget()
        self._is_over = True

    def _write(self, key: str, content: Mapping[str, Any]) -> None:
        tasks = self._key.tasks
        if isValid(tasks):  # its own owner: the write outlives the dialog
            tasks.write(tasks, keep, key, content).quiet()
