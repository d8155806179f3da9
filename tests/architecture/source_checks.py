"""What a linter of imports cannot see: each check reads one file's syntax tree and names lines.

A check has homes, the files that are allowed to do it; one that ends in `/` is a folder.
`test_source_rules.py` runs every check over the whole tree and over a planted violation.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("desktop_app", "db")

Place = tuple[int, str]
Finder = Callable[[ast.Module], Iterator[Place]]


@dataclass(frozen=True)
class SourceCheck:
    """One rule: `find` yields line and what was found; the files of `homes` may do it."""

    name: str
    find: Finder
    homes: tuple[str, ...]
    planted: str
    where: str = "desktop_app/services/planted.py"

    def problems(self, path: str, source: str) -> list[str]:
        """Violations in one file, `path:line what`."""
        if any(path == home or (home[-1] == "/" and path.startswith(home)) for home in self.homes):
            return []
        return [f"{path}:{line} {what}" for line, what in self.find(parsed(source))]


@lru_cache(maxsize=1)
def parsed(source: str) -> ast.Module:
    """The tree of a file; the checks of one file after the other ask for it again and again."""
    return ast.parse(source)


@lru_cache(maxsize=1)
def walk(tree: ast.AST) -> list[ast.AST]:
    """Every node of a file."""
    return list(ast.walk(tree))


def sources(packages: Iterable[str] = PACKAGES) -> Iterator[tuple[str, str]]:
    """Path and text of every Python file of the program, or of other folders."""
    for package in packages:
        for file in sorted((ROOT / package).rglob("*.py")):
            yield file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")


def project_files() -> list[Path]:
    """Every file that belongs to the project: not made, not hidden, not the environment."""
    skipped = {".venv", ".git", "build", "dist", "__pycache__", ".hypothesis"}
    skipped |= {f".{tool}_cache" for tool in ("mypy", "ruff", "pytest", "import_linter")}
    return [
        file
        for file in sorted(ROOT.rglob("*"))
        if file.is_file() and not skipped & set(file.relative_to(ROOT).parts)
    ]


# Finders -----------------------------------------------------------------------------------------


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def method_calls(*names: str) -> Finder:
    """Calls of a method with one of the names, on anything."""

    def find(tree: ast.Module) -> Iterator[Place]:
        for node in walk(tree):
            match node:
                case ast.Call(func=ast.Attribute(attr=name)) if name in names:
                    yield node.lineno, f".{name}("

    return find


def function_calls(*names: str) -> Finder:
    """Calls of a plain function with one of the names."""

    def find(tree: ast.Module) -> Iterator[Place]:
        for node in walk(tree):
            match node:
                case ast.Call(func=ast.Name(id=name)) if name in names:
                    yield node.lineno, f"{name}("

    return find


def uses(*names: str) -> Finder:
    """Any mention of a name: imported, read, or as an attribute."""

    def find(tree: ast.Module) -> Iterator[Place]:
        for node in walk(tree):
            match node:
                case ast.Name(id=name) | ast.Attribute(attr=name) if name in names:
                    yield node.lineno, name
                case ast.ImportFrom(names=imported):
                    for alias in imported:
                        if alias.name in names:
                            yield node.lineno, alias.name

    return find


def write_transactions(tree: ast.Module) -> Iterator[Place]:
    """`with database.write(...)`: a file's `write` is never entered."""
    for node in walk(tree):
        entered: Iterable[ast.expr] = ()
        match node:
            case ast.With(items=items):
                entered = [item.context_expr for item in items]
            case ast.Call(func=ast.Attribute(attr="enter_context"), args=args):
                entered = args
        for expression in entered:
            match expression:
                case ast.Call(func=ast.Attribute(attr="write")):
                    yield expression.lineno, "a write transaction"


def time_sources(tree: ast.Module) -> Iterator[Place]:
    """`datetime.now`, `utcnow`, `today`, `date.today`, `time.time`, called or passed on."""
    for node in walk(tree):
        match node:
            case ast.Attribute(attr="now" | "utcnow" | "today" as attr, value=owner) if _name(
                owner
            ) in {"datetime", "date"}:
                yield node.lineno, f"{_name(owner)}.{attr}"
            case ast.Attribute(attr="time" | "time_ns", value=ast.Name(id="time")):
                yield node.lineno, "time.time"


_TRANSLATORS = {"_", "ngettext"}
_MOMENTS = {"now", "utcnow", "today"}


def _at_import(node: ast.AST) -> Iterator[ast.AST]:
    """Every node that runs while the module is imported: no bodies of functions."""
    yield node
    match node:
        case (
            ast.FunctionDef(args=args, decorator_list=decorators)
            | ast.AsyncFunctionDef(args=args, decorator_list=decorators)
        ):
            children: Iterable[ast.AST] = [*decorators, args]
        case ast.Lambda(args=args):
            children = [args]
        case _:
            children = ast.iter_child_nodes(node)
    for child in children:
        yield from _at_import(child)


def import_time_texts(tree: ast.Module) -> Iterator[Place]:
    """`_()` that runs while the module is imported, before the language is known."""
    for node in _at_import(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in _TRANSLATORS:
                yield node.lineno, f"{name}() at import time"


def import_time_days(tree: ast.Module) -> Iterator[Place]:
    """`clock.today()` and the like while the module is imported: yesterday, after midnight."""
    for node in _at_import(tree):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in _MOMENTS:
                yield node.lineno, f"{name}() at import time"


def raw_sql(tree: ast.Module) -> Iterator[Place]:
    """SQL written as text."""
    for node in walk(tree):
        match node:
            case ast.ImportFrom(module="sqlalchemy", names=names) if any(
                alias.name == "text" for alias in names
            ):
                yield node.lineno, "sqlalchemy.text"
            case ast.Attribute(attr="exec_driver_sql"):
                yield node.lineno, "exec_driver_sql"
            case ast.Attribute(attr="text", value=ast.Name(id="sa" | "sqlalchemy")):
                yield node.lineno, "sqlalchemy.text"


def blind_excepts(tree: ast.Module) -> Iterator[Place]:
    """`except Exception`, `except BaseException` and a bare `except`."""
    for node in walk(tree):
        match node:
            case ast.ExceptHandler(type=None):
                yield node.lineno, "bare except"
            case ast.ExceptHandler(type=ast.expr() as kind):
                kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
                for one in kinds:
                    if _name(one) in {"Exception", "BaseException"}:
                        yield node.lineno, f"except {_name(one)}"


_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")


def colours(tree: ast.Module) -> Iterator[Place]:
    """Colours written as text."""
    for node in walk(tree):
        match node:
            case ast.Constant(value=str(text)) if _COLOUR.fullmatch(text):
                yield node.lineno, f"colour {text}"


# Checks ------------------------------------------------------------------------------------------

UI = "desktop_app/ui/planted.py"

CHECKS = (
    SourceCheck(
        "only the session commits",
        method_calls("commit", "rollback"),
        ("db/session.py", "db/migrations/"),
        "def f(session):\n    session.commit()\n",
    ),
    SourceCheck(
        "write transactions are opened by tasks, the command line and the demo",
        write_transactions,
        (
            "desktop_app/ui/tasks.py",
            "desktop_app/cli/",
            "desktop_app/demo/",
            "db/workspace.py",
            "db/session.py",  # brings the figures up to date before the first reading of a day
            "db/shipped.py",  # takes over what is new before anybody has signed in
            "db/attachments.py",  # the lock under which stray files are taken away
            "db/check.py",  # a trial rebuild that is never committed
            "desktop_app/services/keys.py",  # the event is committed before a file is touched
        ),
        "def f(database):\n    with database.write(actor) as session:\n        pass\n",
    ),
    SourceCheck(
        "only the command line prints",
        function_calls("print"),
        ("desktop_app/cli/",),
        "print('x')\n",
    ),
    SourceCheck(
        "message boxes come from dialogs and errors",
        uses("QMessageBox"),
        ("desktop_app/ui/dialogs.py", "desktop_app/ui/errors.py"),
        "from PySide6.QtWidgets import QMessageBox\n",
        UI,
    ),
    SourceCheck(
        "no thread subclass, no slow proxy, no item widgets",
        uses(
            "QThread", "QSortFilterProxyModel", "QTableWidget", "QStandardItemModel", "QTreeWidget"
        ),
        (),
        "from PySide6 import QtCore\nclass Worker(QtCore.QThread): ...\n",
        UI,
    ),
    SourceCheck(
        "style sheets are set by the theme",
        method_calls("setStyleSheet"),
        ("desktop_app/ui/theme.py", "desktop_app/ui/app.py"),
        "def f(label):\n    label.setStyleSheet('color: red')\n",
        UI,
    ),
    SourceCheck(
        "colours come from the theme",
        colours,
        ("desktop_app/ui/theme.py", "desktop_app/reports/"),
        "RED = '#ff0000'\n",
        UI,
    ),
    SourceCheck(
        "time comes from the clock",
        time_sources,
        ("desktop_app/clock.py", "db/base.py"),
        "import datetime\nd = datetime.date.today()\n",
    ),
    SourceCheck(
        "nothing is translated at import time",
        import_time_texts,
        (),
        "from desktop_app.i18n import _\nclass Page:\n    TITLE = _('Cases')\n",
    ),
    SourceCheck(
        "nobody asks the day at import time",
        import_time_days,
        (),
        "from desktop_app import clock\ndef f(day=clock.today()): ...\n",
    ),
    SourceCheck(
        "text SQL stays in db",
        raw_sql,
        ("db/",),
        "from sqlalchemy import text\n",
    ),
    SourceCheck(
        "blind excepts only where a thread of control ends",
        blind_excepts,
        (
            "desktop_app/__main__.py",
            "desktop_app/ui/errors.py",
            "desktop_app/ui/background.py",
            "desktop_app/cli/",
            "desktop_app/importing/",
        ),
        "try:\n    f()\nexcept (KeyError, Exception):\n    pass\n",
    ),
)

# Files -------------------------------------------------------------------------------------------

_HOSTS = ("pypi" + ".org", "python" + "hosted.org", "registry" + ".npmjs", "deb.debian" + ".org")
_PLACES = re.compile(
    r"(?<![\w./@<)\]-])/(?:work|root|opt|tmp/bash|home/\w+|Users/\w+)/[\w.]"
    + "".join("|" + re.escape(host) for host in _HOSTS)
)
_VAGUE = {"utils", "helpers", "common", "manager", "misc", "util", "helper"}


def places(text: str) -> list[str]:
    """Paths of one machine and hosts of package registries in a text."""
    return [found.group() for found in _PLACES.finditer(text)]


def unwanted_file(path: str) -> bool:
    """Whether a file of this name must not be in the project."""
    pure = PurePosixPath(path)
    return pure.suffix in {".ui", ".qrc", ".rcc"} or (
        pure.suffix == ".py" and pure.stem.lower() in _VAGUE
    )
