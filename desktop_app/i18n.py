"""Translation of every text a person sees, without Qt.

English is the source; a catalogue in ``resources/locale/<language>/LC_MESSAGES`` gives the other
languages. The language is one for the process (:func:`set_language`); :func:`in_language` changes
it for the calling thread only, so that a report can be in another language than the window.
"""

import gettext as _gettext
import io
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LANGUAGES = {"en": "English", "zh_CN": "简体中文"}
"""Language code to the name its speakers give it, in the order of the settings page."""

_SOURCE_LANGUAGE = "en"
_override: ContextVar[str | None] = ContextVar("language", default=None)


def locale_dir() -> Path:
    """Folder with the catalogues, in the source tree or in a frozen program."""
    frozen = getattr(sys, "_MEIPASS", None)
    root = Path(frozen) if frozen else Path(__file__).resolve().parent.parent
    return root / "resources" / "locale"


def read_catalogue(po_file: Path) -> _gettext.NullTranslations:
    """Read one catalogue, compiled beside the text if that is current, else compiled in memory.

    Raises:
        OSError: neither the compiled nor the text file can be read.
    """
    mo_file = po_file.with_suffix(".mo")
    try:
        current = mo_file.stat().st_mtime_ns >= po_file.stat().st_mtime_ns
    except FileNotFoundError:
        current = not po_file.exists()
    if current:
        with mo_file.open("rb") as stream:
            return _gettext.GNUTranslations(stream)
    from babel.messages.mofile import write_mo  # noqa: PLC0415  (slow; only a fresh checkout)
    from babel.messages.pofile import read_po  # noqa: PLC0415

    compiled = io.BytesIO()
    with po_file.open("rb") as text:
        write_mo(compiled, read_po(text))
    compiled.seek(0)
    return _gettext.GNUTranslations(compiled)


@cache
def _catalogue(code: str) -> _gettext.NullTranslations:
    if code == _SOURCE_LANGUAGE:
        return _gettext.NullTranslations()
    try:
        return read_catalogue(locale_dir() / code / "LC_MESSAGES" / "messages.po")
    except OSError:
        logging.getLogger(__name__).warning("no catalogue for %s, texts stay English", code)
        return _gettext.NullTranslations()


def _windows_language() -> str:
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415  (Windows only)
        import locale  # noqa: PLC0415

        return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")
    return ""


def system_language() -> str:
    """Language for a person who has chosen none: Chinese on a Chinese system, else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            break
    else:
        value = _windows_language()
    return "zh_CN" if value.lower().startswith("zh") else _SOURCE_LANGUAGE


class _Process:
    """The one piece of state: the language of the process, ``None`` until first asked for."""

    language: str | None = None


def _known(code: str) -> str:
    if code not in LANGUAGES:
        raise ValueError(f"unknown language {code!r}; known: {', '.join(LANGUAGES)}")
    return code


def set_language(code: str | None) -> None:
    """Set the language of the process; ``None`` follows the system.

    Raises:
        ValueError: the code is not in :data:`LANGUAGES`.
    """
    _Process.language = system_language() if code is None else _known(code)


def language() -> str:
    """Code of the language texts are shown in now, in this thread."""
    override = _override.get()
    if override is not None:
        return override
    if _Process.language is None:
        _Process.language = system_language()
    return _Process.language


@contextmanager
def in_language(code: str) -> Iterator[None]:
    """Use another language inside the block, in this thread only.

    Raises:
        ValueError: the code is not in :data:`LANGUAGES`.
    """
    token = _override.set(_known(code))
    try:
        yield
    finally:
        _override.reset(token)


def _(text: str) -> str:
    """Translate a text now; never call it while a module is imported (use :func:`N_`)."""
    return _catalogue(language()).gettext(text) if text else ""


def ngettext(one: str, many: str, n: int) -> str:
    """Translate a text that depends on a number; put the number in with ``format`` afterwards."""
    return _catalogue(language()).ngettext(one, many, n)


def N_(text: str) -> str:  # noqa: N802  (the name every translation tool knows)
    """Mark a module level text for translation; show it later with ``_(text)``."""
    return text
