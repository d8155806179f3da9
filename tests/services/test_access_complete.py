"""Every service stands in a matrix of rights, or here with the reason why it does not."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import desktop_app
from desktop_app import services
from tests.services import (
    test_access_cases,
    test_access_charges,
    test_access_customers,
    test_access_duties,
    test_access_interviews,
    test_access_offers,
    test_access_office,
    test_access_plans,
    test_access_queue,
    test_access_scripts,
    test_access_visits,
)

MATRICES: Final = (
    test_access_cases, test_access_charges, test_access_customers, test_access_duties,
    test_access_interviews, test_access_offers, test_access_office, test_access_plans,
    test_access_queue, test_access_scripts, test_access_visits,
)  # fmt: skip
PARTS: Final = frozenset(
    {
        "agenda_board", "case_life", "case_reasons", "charge_book", "handover_begin",
        "handover_moves", "handover_tasks",
        "import_visit_cases", "interview_rows", "keyed_corrections", "numbers", "offer_limits",
        "offer_terms", "order_buyers", "order_rows", "phones", "queue_board", "script_answers",
        "script_facts", "script_state", "undo_rights", "version_life",
    }
)  # fmt: skip
"""Steps of services that have asked for the right: nothing outside services calls them."""
OTHERWISE: Final = {
    "access": "it is what the others ask; test_access.py tries it",
    "change_words": "words about given values, it reads no records",
    "journal": "what may be undone depends on what was changed; test_undo_rights.py tries it",
    "keys": "it takes an opened workspace, no session; test_keys.py tries it",
    "pictures": "it looks at the bytes of a file, it reads no records",
    "undo_words": "words about a plan of undo that the caller has made; test_undo_rights.py tries "
    "whom it names",
}
"""Services that are tried in another way, and how."""
PACKAGE: Final = Path(desktop_app.__file__).parent


def names() -> frozenset[str]:
    return frozenset(one.name for one in pkgutil.iter_modules(services.__path__))


def tried() -> frozenset[str]:
    modules = (module for matrix in MATRICES for module in matrix.MODULES)
    return frozenset(module.__name__.rsplit(".", 1)[1] for module in modules)


def imported(text: str) -> Iterator[tuple[str, str]]:
    """Services that a program text imports, with what it takes from each, if not all."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.ImportFrom):
            continue
        if node.module == "desktop_app.services":
            yield from ((alias.name, "") for alias in node.names)
        elif node.module and node.module.startswith("desktop_app.services."):
            module = node.module.removeprefix("desktop_app.services.")
            yield from ((module, alias.name) for alias in node.names)


def test_that_every_service_is_tried_or_said_why_not() -> None:
    elsewhere = PARTS | OTHERWISE.keys()
    assert tried() | elsewhere == names()
    assert not tried() & elsewhere
    assert not PARTS & OTHERWISE.keys()


def test_that_nothing_outside_services_calls_a_part() -> None:
    mentioned = re.compile(rf"\b({'|'.join(sorted(PARTS))})\b")
    for file in PACKAGE.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        if file.is_relative_to(PACKAGE / "services") or not mentioned.search(text):
            continue
        for name, taken in imported(text):
            if name in PARTS:  # a class of rows that somebody else has read is no call
                part = importlib.import_module(f"desktop_app.services.{name}")
                assert isinstance(getattr(part, taken, None), type), f"{file} {name} {taken}"
