"""Query plans: which statements go through an index and which read whole tables."""

from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.sql import Executable


def plan_of(session: Session, statement: Executable, values: dict[str, Any] | None = None) -> str:
    """The lines of EXPLAIN QUERY PLAN for a statement with its own values."""
    connection = session.connection()
    compiled = statement.compile(  # type: ignore[attr-defined]
        dialect=connection.dialect, compile_kwargs={"render_postcompile": True}
    )
    parameters = {**compiled.params, **(values or {})}
    ordered = [parameters[name] for name in compiled.positiontup or ()]
    processors = compiled._bind_processors
    bound = [
        processors[name](value) if name in processors else value
        for name, value in zip(compiled.positiontup or (), ordered, strict=True)
    ]
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", tuple(bound))
    return "\n".join(row[3] for row in rows)


def assert_uses_index(
    session: Session, statement: Executable, values: dict[str, Any] | None = None
) -> str:
    """No table is read whole; returns the plan. Indexes may be scanned in order (LIMIT)."""
    plan = plan_of(session, statement, values)
    whole = [
        line
        for line in plan.splitlines()
        if line.lstrip().startswith("SCAN ")
        and " USING " not in line
        and "VIRTUAL TABLE" not in line
        and "SCAN (" not in line
        and "CONSTANT ROW" not in line
    ]
    assert whole == [], plan
    return plan
