"""What an action of the window is: text, icon, shortcut, menu, pages and permission."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from desktop_app.domain.permissions import Action
from desktop_app.i18n import N_


class Menu(StrEnum):
    """The menus of the menu bar, in order."""

    FILE = "file"
    EDIT = "edit"
    VIEW = "view"
    CUSTOMER = "customer"
    CASE = "case"
    INTERVIEW = "interview"
    REPORT = "report"
    TOOLS = "tools"
    HELP = "help"


MENU_TITLES = MappingProxyType(
    {
        Menu.FILE: N_("&File"),
        Menu.EDIT: N_("&Edit"),
        Menu.VIEW: N_("&View"),
        Menu.CUSTOMER: N_("&Customer"),
        Menu.CASE: N_("C&ase"),
        Menu.INTERVIEW: N_("&Interview"),
        Menu.REPORT: N_("&Report"),
        Menu.TOOLS: N_("&Tools"),
        Menu.HELP: N_("&Help"),
    }
)


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action.

    Attributes:
        id: Name a page connects by.
        text: English text with its mnemonic, marked with ``N_``.
        icon: Name of a file in ``resources/icons``; empty for none.
        shortcut: Key sequence in Qt's portable form; empty for none.
        menu: Where it stands in the menu bar.
        pages: Ids of the pages that know it; empty: the whole window.
        permission: What the role must be allowed; ``None``: everybody.
        starts_group: Whether a line stands above it in its menu.
    """

    id: str
    text: str
    icon: str
    shortcut: str
    menu: Menu
    pages: tuple[str, ...] = ()
    permission: Action | None = None
    starts_group: bool = False

    def shares_scope(self, other: "ActionSpec") -> bool:
        """Whether both can be reached from one page."""
        return not self.pages or not other.pages or bool(set(self.pages) & set(other.pages))
