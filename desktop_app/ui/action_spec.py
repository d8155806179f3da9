"""What an action of the window is: text, icon, shortcut, menu, pages and permission."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
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
    OFFER = "offer"
    PROMISE = "promise"
    CHARGE = "charge"
    INTERVIEW = "interview"
    SCRIPT = "script"
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
        Menu.OFFER: N_("&Offer"),
        Menu.PROMISE: N_("&Promise"),
        Menu.CHARGE: N_("In char&ge"),
        Menu.INTERVIEW: N_("&Interview"),
        Menu.SCRIPT: N_("&Script"),
        Menu.REPORT: N_("&Report"),
        Menu.TOOLS: N_("&Tools"),
        Menu.HELP: N_("&Help"),
    }
)


class Subject(StrEnum):
    """What a part of a long menu is about, in order: what cannot be done now stands under it."""

    CASES = "cases"
    FILES = "files"
    VISITS = "visits"
    SIGNALS = "signals"
    INTERVIEW = "interview"
    PAPER = "paper"
    QUESTIONNAIRES = "questionnaires"
    QUESTIONS = "questions"
    REVIEW = "review"
    CODING = "coding"
    SCRIPTS = "scripts"
    STEPS = "steps"
    SNIPPETS = "snippets"
    CASE_OFFERS = "case_offers"
    APPROVALS = "approvals"
    LIBRARY = "library"
    PROMISES = "promises"
    DUTIES = "duties"
    CADENCE = "cadence"
    CHARGES = "charges"
    HANDOVER = "handover"
    CALENDAR = "calendar"


SUBJECT_TITLES = MappingProxyType(
    {
        Subject.CASES: N_("Ot&her case actions"),
        Subject.FILES: N_("Files and &pictures"),
        Subject.VISITS: N_("&Visits"),
        Subject.SIGNALS: N_("Si&gnals"),
        Subject.INTERVIEW: N_("&Interview being held"),
        Subject.PAPER: N_("Pap&er, PDF and Excel"),
        Subject.QUESTIONNAIRES: N_("&Questionnaires"),
        Subject.QUESTIONS: N_("Questi&ons"),
        Subject.REVIEW: N_("Revie&w"),
        Subject.CODING: N_("&Coding"),
        Subject.SCRIPTS: N_("&Scripts and versions"),
        Subject.STEPS: N_("Steps of t&he script"),
        Subject.SNIPPETS: N_("Snipp&ets"),
        Subject.CASE_OFFERS: N_("&In a case"),
        Subject.APPROVALS: N_("De&ciding"),
        Subject.LIBRARY: N_("&Library, rules, budgets"),
        Subject.PROMISES: N_("Promises and &complaints"),
        Subject.DUTIES: N_("Tasks and rene&wals"),
        Subject.CADENCE: N_("Cadence and plan &of visits"),
        Subject.CHARGES: N_("Who is in char&ge"),
        Subject.HANDOVER: N_("Handover being &made"),
        Subject.CALENDAR: N_("In &the calendar"),
    }
)

INSIDE = MappingProxyType({Subject.QUESTIONS: Subject.QUESTIONNAIRES})
"""Subjects that are a part of another one."""


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
        subject: What it is about, in a menu that is too long for all; ``None``: always on top.
        is_folded: Whether it stays with its subject although it can be done now.
    """

    id: str
    text: str
    icon: str
    shortcut: str
    menu: Menu
    pages: tuple[str, ...] = ()
    permission: Action | None = None
    starts_group: bool = False
    subject: Subject | None = None
    is_folded: bool = False

    def is_on_top(self, *, can_be_done: bool) -> bool:
        """Whether it stands in its menu itself, not under its subject."""
        if self.subject is None:
            return True
        return can_be_done and bool(self.pages) and not self.is_folded

    def shares_scope(self, other: "ActionSpec") -> bool:
        """Whether both can be reached from one page."""
        return not self.pages or not other.pages or bool(set(self.pages) & set(other.pages))


def about(
    subject: Subject, specs: Iterable[ActionSpec], folded: Collection[str] = ()
) -> Iterator[ActionSpec]:
    """Say what actions are about, and which of them stay with their subject."""
    for spec in specs:
        yield replace(spec, subject=subject, is_folded=spec.id in folded)
