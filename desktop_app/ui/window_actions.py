"""What the window itself can do: where it has been, its look, its help, what it asks for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtWidgets import QApplication, QWidget

from desktop_app import i18n
from desktop_app.settings import Density, Settings, Theme, save_settings
from desktop_app.ui import crash_dialog, help_dialogs, theme
from desktop_app.ui.command_palette import SearchFn
from desktop_app.ui.undo_bar import UndoFn

if TYPE_CHECKING:  # the window is made of these, not the other way round; SQLAlchemy is slow
    from db.session import Session
    from desktop_app.ui.main_window import MainWindow
    from desktop_app.ui.page import PageContext, PageSpec
    from desktop_app.ui.record_table import RecordTable

Place = tuple[str, object]


def _never() -> None:
    return None


@dataclass(frozen=True, slots=True)
class WindowServices:
    """What the window itself asks the program for; pages call services on their own.

    Attributes:
        undo: Undoes a change set.
        title_text: A change set's title in the language of the moment.
        search: Finds customers and cases for the palette.
        due: Page id to the number in its badge.
        last_backup: When the last backup was made; quick, no database.
        search_keys: Pinyin and initials of a text.
        export: Writes what a table shows to a file.
    """

    undo: UndoFn
    title_text: Callable[[str, Mapping[str, Any]], str]
    search: SearchFn | None = None
    due: "Callable[[Session], Mapping[str, int]] | None" = None
    last_backup: Callable[[], datetime | None] = _never
    search_keys: Callable[[str], str] = str
    export: "Callable[[PageContext, RecordTable], None] | None" = None


@dataclass
class Trail:
    """Where the user has been, for back and forward."""

    places: list[Place] = field(default_factory=list)
    at: int = -1

    def visit(self, place: Place) -> None:
        """Go to a new place; what was ahead is forgotten."""
        if self.at < 0 or self.places[self.at] != place:
            self.places = [*self.places[: self.at + 1], place]
            self.at = len(self.places) - 1

    def can_go(self, by: int) -> bool:
        """Whether there is a place so many steps ahead (negative: back)."""
        return 0 <= self.at + by < len(self.places)

    def there(self, by: int) -> Place:
        """The place so many steps ahead."""
        return self.places[self.at + by]

    def go(self, by: int) -> None:
        """Be there."""
        self.at += by


def look_slots(
    settings: Settings, let_go: Callable[[], bool], restart: Callable[[], object]
) -> Mapping[str, Callable[[], object]]:
    """Light or dark, dense or airy, and the language.

    Args:
        settings: Keeps the choice.
        let_go: Whether the window may be left; it keeps what was typed.
        restart: Builds the window anew.
    """
    app = cast("QApplication", QApplication.instance())

    def toggle_theme() -> None:
        settings.theme = Theme.LIGHT if theme.is_dark() else Theme.DARK
        save_settings(settings)
        theme.apply(app, settings)

    def toggle_density() -> None:
        is_compact = settings.density is Density.COMPACT
        settings.density = Density.COMFORTABLE if is_compact else Density.COMPACT
        save_settings(settings)
        theme.apply(app, settings)

    def next_language() -> None:
        if not let_go():
            return
        codes = list(i18n.LANGUAGES)
        settings.language = codes[(codes.index(i18n.language()) + 1) % len(codes)]
        save_settings(settings)
        i18n.set_language(settings.language)
        restart()

    return {
        "view.theme": toggle_theme,
        "view.density": toggle_density,
        "view.language": next_language,
    }


def help_slots(
    window: "MainWindow", pages: "Sequence[PageSpec]"
) -> Mapping[str, Callable[[], object]]:
    """The help menu."""
    specs = window.actions_by_id.specs

    def explain() -> None:
        page = window.current_page()
        if page is not None:
            help_dialogs.page_help(window, page.SPEC, specs).open()

    parent: QWidget = window
    return {
        "help.page": explain,
        "help.shortcuts": lambda: help_dialogs.shortcuts(parent, pages, specs).open(),
        "help.logs": crash_dialog.open_logs,
        "help.about": lambda: help_dialogs.about(parent).open(),
    }
