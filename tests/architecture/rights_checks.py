"""Rights are asked for in the services: nobody goes round them, and each of them asks first.

Two checks over syntax trees, run by `test_rights.py` over the whole tree and planted violations.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.architecture.source_checks import ROOT

QUERIES = ROOT / "db" / "queries"
SERVICES = ROOT / "desktop_app" / "services"

WITHOUT_ASKING: Mapping[str, str] = {
    "access.*": "is the asking itself",
    "assignment.hand_over": "a step of assigning and claiming, which have asked for the right",
    "assignment.hand_out": "a step of assigning, claiming and spreading, which have asked",
    "assignment.standing_hits": "a step of services on one case, which they have loaded in scope",
    "case_life.*": "shared by the services on cases, which have asked for the right",
    "charge_book.*": "shared by the services on customers and charges, which have asked",
    "handover_moves.move": "a step of handovers, which have asked for the right",
    "handover_tasks.*": "a step of handovers and charges, which have asked for the right",
    "case_reasons.put_why_chain": "shared with the interview; gets a case in scope",
    "interview_end.copy_corrected": "shared with the double entry; gets a case in scope",
    "interview_rows.*": "shared by the services on interviews, which have asked for the right",
    "keyed_corrections.*": "shared with the double entry, which has asked; gets a case in scope",
    "imports.*": "steps of the import classes, which ask when they are made",
    "journal.undo": "whose change set it is decides which right is asked for",
    "numbers.*": "the next free number, for services that have asked",
    "offer_terms.*": "shared by the services on offers, which have asked for the right",
    "script_facts.*": "shared by the services on scripts, which have asked for the right",
    "script_state.*": "shared by the services on scripts, which have asked for the right",
    "version_life.*": "shared by questionnaires and scripts, which have asked for the right",
}
"""Public functions of services, or whole modules, that do not ask first, and why."""

Functions = Mapping[str, Mapping[str, ast.FunctionDef]]


def _takes_session(node: ast.AST) -> bool:
    if not isinstance(node, ast.FunctionDef):
        return False
    return "session" in {one.arg for one in (*node.args.args, *node.args.kwonlyargs)}


def functions(folder: Path) -> Functions:
    """Functions that take a session, by module and name."""
    return {
        file.stem: {
            node.name: node
            for node in ast.parse(file.read_text(encoding="utf-8")).body
            if isinstance(node, ast.FunctionDef) and _takes_session(node)
        }
        for file in sorted(folder.glob("*.py"))
    }


# Going round the services ------------------------------------------------------------------------


def queries_used(source: str, queries: Functions) -> Iterator[tuple[int, str]]:
    """Where a source imports a query, or a whole module of queries: line and name."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ImportFrom(module="db.queries", names=names):
                yield from ((node.lineno, name.name) for name in names)
            case ast.ImportFrom(module=str(module), names=names) if module.startswith(
                "db.queries."
            ):
                known = queries.get(module.removeprefix("db.queries."), {})
                yield from ((node.lineno, name.name) for name in names if name.name in known)
            case ast.Import(names=names):
                found = [name.name for name in names if name.name.startswith("db.queries")]
                yield from ((node.lineno, name) for name in found)


# Asking first ------------------------------------------------------------------------------------


def asks_first(name: str, module: str, known: Functions) -> bool:
    """Whether the first thing a function does with its session is to ask for a right.

    It may leave that to the function it calls first.
    """
    calls = [node for node in ast.walk(known[module][name]) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda one: (one.lineno, one.col_offset)):
        if not _gets_session(call):
            continue
        match call.func:
            case ast.Attribute(value=ast.Name(id="access")):
                return True
            case ast.Attribute(value=ast.Name(id=other), attr=called) if called in known.get(
                other, {}
            ):
                return asks_first(called, other, known)
            case ast.Name(id=called) if called in known[module] and called != name:
                return asks_first(called, module, known)
            case _:
                return False
    return False


def _gets_session(call: ast.Call) -> bool:
    given = [*call.args, *(one.value for one in call.keywords)]
    owner = call.func.value if isinstance(call.func, ast.Attribute) else call.func
    return any(isinstance(one, ast.Name) and one.id == "session" for one in (*given, owner))


def unasked(known: Functions) -> list[str]:
    """Public functions that do not ask first, as `module.name`."""
    return [
        f"{module}.{name}"
        for module, found in known.items()
        for name in found
        if not name.startswith("_") and not asks_first(name, module, known)
    ]


def excused(function: str) -> bool:
    """Whether a function stands in the list of those that do not ask, itself or its module."""
    module, _dot, _name = function.partition(".")
    return function in WITHOUT_ASKING or f"{module}.*" in WITHOUT_ASKING
