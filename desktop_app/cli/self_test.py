"""The whole loop in a small way, to see whether an installation works."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.orm import Session

from db import migrate, workspace
from db.check import check
from db.queries.cases import CaseFilter
from db.vocabulary import ImportKind
from db.workspace import Opened
from desktop_app import clock
from desktop_app.cli.state import Windows
from desktop_app.errors import UserError
from desktop_app.i18n import N_, _
from desktop_app.importing import load
from desktop_app.progress import Silent
from desktop_app.reports import report
from desktop_app.reports.json import to_json
from desktop_app.reports.pdf import write_pdf
from desktop_app.reports.xlsx import write_xlsx
from desktop_app.services import cases, detection, journal, triage

_CUSTOMERS = 6
_EVERY = 10  # days between the orders of the test's customers
_SILENT = 60  # days since the last order of those who left
_STEPS = {
    "workspace": N_("workspace made"),
    "import": N_("orders imported"),
    "scan": N_("departing customers found"),
    "cases": N_("cases opened"),
    "report": N_("report written as Excel, PDF and JSON"),
    "undo": N_("change undone"),
    "check": N_("workspace checked"),
    "window": N_("window opened and closed"),
}


def run(folder: Path, windows: Windows) -> list[str]:
    """Try everything in an empty folder; gives what was done.

    Raises:
        UserError: a step gave another result than it must.
    """
    opened, _code = workspace.create(folder / "workspace", "test", "Test", "test", demo=True)
    done = [_(_STEPS["workspace"])]
    steps: dict[str, Callable[[Opened, Path], bool]] = {
        "import": _import,
        "scan": _scan,
        "cases": _open_cases,
        "report": _report,
        "undo": _undo,
        "check": _check,
    }
    try:
        for name, step in steps.items():
            _require(name, is_good=step(opened, folder))
            done.append(_(_STEPS[name]))
    finally:
        opened.database.close()
    windows.check_window(opened.folder)
    return [*done, _(_STEPS["window"])]


def _require(name: str, *, is_good: bool) -> None:
    if not is_good:
        text = _("The self-test failed at: {step}.")
        raise UserError(text.format(step=_(_STEPS[name])))


def _import(opened: Opened, folder: Path) -> bool:
    file = folder / "orders.csv"
    last = clock.today() - dt.timedelta(days=_SILENT)
    lines = ["订单号,客户编号,下单日期,金额"]
    for customer in range(_CUSTOMERS):
        days = [last - dt.timedelta(days=_EVERY * back) for back in range(6)]
        if customer == 0:  # somebody who stays, so that there is a newest order
            days = [day + dt.timedelta(days=_SILENT) for day in days]
        lines += [f"{customer}-{day},C{customer},{day},12.50" for day in days]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with opened.database.read(opened.actor) as session:
        mapping = load.suggest_mapping(session, ImportKind.ORDERS, file)[1]
    with opened.database.write(opened.actor) as session:
        result = load.import_file(session, Silent(), file, mapping)
    return result.new == result.rows == len(lines) - 1


def _scan(opened: Opened, folder: Path) -> bool:  # noqa: ARG001  (all steps are called alike)
    with opened.database.write(opened.actor) as session:
        return sum(detection.scan(session, Silent()).new.values()) >= _CUSTOMERS - 1


def _open_cases(opened: Opened, folder: Path) -> bool:  # noqa: ARG001
    with opened.database.write(opened.actor) as session:
        return bool(triage.accept(session, triage.waiting_ids(session)).case_ids)


def _report(opened: Opened, folder: Path) -> bool:
    chosen = report("case-list")
    with opened.database.read(opened.actor) as session:
        document = chosen.build(session, chosen.Params())
    write_xlsx(document, folder / "cases.xlsx")
    write_pdf(document, folder / "cases.pdf")
    return bool(to_json(document)) and (folder / "cases.pdf").stat().st_size > 0


def _undo(opened: Opened, folder: Path) -> bool:  # noqa: ARG001
    with opened.database.read(opened.actor) as session:
        newest = journal.last_own(session)
    if newest is None:
        return False
    with opened.database.write(opened.actor) as session:
        journal.undo(session, newest)
    with opened.database.read(opened.actor) as session:
        return _cases(session) == 0


def _cases(session: Session) -> int:
    return cases.count_cases(session, CaseFilter())


def _check(opened: Opened, folder: Path) -> bool:  # noqa: ARG001
    is_current = migrate.require_current(opened.database.path, opened.database.key)
    return is_current and check(opened.database, opened.actor).is_sound
