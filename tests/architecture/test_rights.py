import ast
from pathlib import Path

import pytest

from tests.architecture import rights_checks as rules
from tests.architecture.source_checks import sources

FRONT_ENDS = ("desktop_app/ui/", "desktop_app/cli/")


def test_that_front_ends_call_services_and_no_queries() -> None:
    queries = rules.functions(rules.QUERIES)
    found = [
        f"{path}:{line} {name}"
        for path, text in sources()
        if path.startswith(FRONT_ENDS)
        for line, name in rules.queries_used(text, queries)
    ]
    assert found == []


@pytest.mark.parametrize(
    "planted",
    [
        "from db.queries import customers",
        "from db.queries.customers import CustomerFilter, list_customers",
        "def f():\n    from db.queries.journal import record_history",
        "import db.queries.signals",
    ],
)
def test_that_a_query_in_a_front_end_is_found(planted: str) -> None:
    queries = rules.functions(rules.QUERIES)
    assert len(list(rules.queries_used(planted, queries))) == 1


def test_that_filters_and_rows_may_be_used_anywhere() -> None:
    source = "from db.queries.customers import CustomerFilter, CustomerRow\nimport db.queries_of"
    queries = rules.functions(rules.QUERIES)
    assert [name for _line, name in rules.queries_used(source, queries)] == ["db.queries_of"]
    assert {"list_customers", "search"} <= queries["customers"].keys()


def test_that_every_service_asks_for_a_right_first() -> None:
    found = rules.unasked(rules.functions(rules.SERVICES))
    assert [one for one in found if not rules.excused(one)] == []


def test_that_what_need_not_ask_is_there_and_does_not() -> None:
    found = set(rules.unasked(rules.functions(rules.SERVICES)))
    modules = {f"{one.partition('.')[0]}.*" for one in found}
    assert set(rules.WITHOUT_ASKING) - {"access.*"} <= found | modules
    assert all(reason.strip() for reason in rules.WITHOUT_ASKING.values())


PLANTED = """
def asks(session):
    '''Text.'''
    access.require(session, Action.VIEW)
    return session.get(Case, 1)

def leaves_it_to_the_next(session):
    return _narrowed(session)

def _narrowed(session):
    return access.limited(session, criteria)

def asks_in_another_module(session):
    return other.load(session)

def never(session):
    return session.get(Case, 1)

def too_late(session):
    case = session.get(Case, 1)
    access.require(session, Action.VIEW)

def gives_it_away(session):
    rows = query(session)
    access.require(session, Action.VIEW)

def nothing(session):
    pass

def without(other):
    return other
"""


def test_that_a_service_that_does_not_ask_is_found(tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text(PLANTED, encoding="utf-8")
    (tmp_path / "other.py").write_text("def load(session):\n    access.visible(session)\n", "utf-8")
    known = rules.functions(tmp_path)
    found = [one for one in rules.unasked(known) if one.startswith("planted.")]
    assert found == [f"planted.{one}" for one in ("never", "too_late", "gives_it_away", "nothing")]
    assert "without" not in known["planted"]
    assert isinstance(known["planted"]["never"], ast.FunctionDef)
