"""The report sheet of a day pack, filled in on the way: a row for each question of each visit.

A row is known by the code of its visit and its field. A visit of which anything is filled in was
made: on the day that is filled in, else on the day it was planned for; what follows is what follows
from its report. A blank row takes nothing away. A row that cannot be taken is rejected alone, for
the others of its visit hold without it.

Whoever imports plans visits over others, so may report every visit they see; another one is as
unknown as one that does not exist.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db import journal
from db.models import Case, Customer, Visit
from db.queries import visit_marks
from db.queries.scope import Reach
from db.queries.visits import visible_visits
from db.vocabulary import VisitState
from desktop_app import clock
from desktop_app.domain import visits as rules
from desktop_app.domain.permissions import Action
from desktop_app.i18n import _
from desktop_app.progress import Progress
from desktop_app.services import access
from desktop_app.services.import_visit_cases import OfCase, follow, with_day
from desktop_app.services.imports import (
    Outcome,
    People,
    RowStatus,
    Source,
    in_chunks,
    start_job,
)
from desktop_app.services.visit_view import NotAsked, fields_of, goers, none_asked

HEAD: Final = "visit"
"""Field of the row with which a visit begins."""
FORM: Final = "form."
"""What the fields of a visit's own form begin with."""
_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class PackLine:
    """One understood row.

    Attributes:
        row: Number of the row in the file.
        mark: Code of the visit, as `visit_marks.canonical` gives it.
        field: What is answered.
        value: The answer, of the type of its field; None for a blank one.
    """

    row: int
    mark: str
    field: str
    value: Any = None


@dataclass(slots=True)
class _Plan:
    updates: list[dict[str, Any]] = field(default_factory=list)
    of_cases: list[OfCase] = field(default_factory=list)


class DayPackImport:
    """Takes all rows of a filled-in report sheet at once.

    Args:
        session: A writing session, or any session for a dry run.
        source: The file.
        outcome: Counts and rejects are added here.
    """

    def __init__(self, session: Session, source: Source, outcome: Outcome) -> None:
        access.require(session, Action.IMPORT)
        self._session = session
        self._source = source
        self._outcome = outcome
        self._people = People(session)
        self._not_asked: Mapping[uuid.UUID, NotAsked] = {}

    def take(self, rows: Iterable[PackLine], progress: Progress) -> None:
        """Sort the rows into changed, same and rejected, and store them unless it is dry.

        Raises:
            CancelledError: the person asked to stop; the transaction must be given up.
        """
        groups: dict[str, list[PackLine]] = defaultdict(list)
        for row in rows:
            groups[row.mark].append(row)
        visits = self._visits(groups)
        self._not_asked = none_asked(self._session, {one.customer_id for one in visits.values()})
        unknown = _("There is no visit {mark}.")
        if access.visible(self._session).reach is not Reach.ALL:
            unknown = _("There is no visit {mark} within your reach.")
        plan, done = _Plan(), 0
        for mark, lines in groups.items():
            said = self._said(lines)
            visit = visits.get(mark)
            if visit is None:
                self._reject(said.values(), unknown.format(mark=mark))
            elif said:
                self._place(plan, visit, said)
            done += len(lines)
            progress.step(done, None)
        if not self._outcome.is_dry and plan.updates:
            start_job(self._session, self._source, self._outcome)
            journal.bulk_update(self._session, Visit, plan.updates)
            follow(self._session, plan.of_cases)

    def _visits(self, marks: Iterable[str]) -> dict[str, Visit]:
        found: dict[str, Visit] = {}
        seen = visible_visits(access.visible(self._session))
        statement = (
            select(Visit)
            .join(Customer, Customer.id == Visit.customer_id)
            .outerjoin(Case, Case.id == Visit.case_id)
            .where(seen)
        )
        for part in in_chunks(marks, _AT_ONCE):
            conditions = [one for mark in part if (one := visit_marks.marked(mark)) is not None]
            for visit in self._session.scalars(statement.where(or_(*conditions))):
                found[visit_marks.mark_of(visit.id)] = visit
        return found

    def _said(self, lines: Sequence[PackLine]) -> dict[str, PackLine]:
        """The rows that say something, by field; the others are as before."""
        said: dict[str, PackLine] = {}
        for line in lines:
            first = said.setdefault(line.field, line) if line.value is not None else None
            if first is None or (first is not line and first.value == line.value):
                self._outcome.statuses[RowStatus.SAME] += 1
            elif first is not line:
                text = _("Row {row} answers the same question differently.")
                self._reject([line], text.format(row=first.row))
        return said

    def _place(self, plan: _Plan, visit: Visit, said: dict[str, PackLine]) -> None:
        day = self._day(visit, said)
        if isinstance(day, str):
            self._reject(said.values(), day)
            return
        for name, line in list(said.items()):
            if reason := self._refusal(visit, line):
                self._reject([said.pop(name)], reason)
        if not said:
            return
        given = {name: line.value for name, line in said.items()}
        wanted = {"state": VisitState.DONE, "done_on": day} | self._values(visit, given)
        differing = {name: one for name, one in wanted.items() if getattr(visit, name) != one}
        status = RowStatus.CHANGED if differing else RowStatus.SAME
        self._outcome.statuses[status] += len(said)
        if not differing:
            return
        plan.updates.append({"id": visit.id} | differing)
        if visit.case_id is not None:
            plan.of_cases.append(
                OfCase(
                    visit_id=visit.id,
                    case_id=visit.case_id,
                    was_planned=visit.state == VisitState.PLANNED,
                    next_step=given.get("next_step", ""),
                    next_due=given.get("next_on") if "next_step" in differing else None,
                )
            )

    def _day(self, visit: Visit, said: Mapping[str, PackLine]) -> dt.date | str:
        """When a visit was made, or why nothing of it can be taken."""
        if visit.state == VisitState.CANCELLED:
            return _("This visit was cancelled. Plan a new one.")
        known = visit.done_on or visit.planned_on
        day: dt.date = said["made_on"].value if "made_on" in said else known
        if day > clock.today():
            return _("The day of the visit lies in the future.")
        return rules.too_early(visit.planned_on, day) or day

    def _refusal(self, visit: Visit, line: PackLine) -> str:
        """Why an answer is not taken; empty when it is."""
        if line.field == "calm":
            return _("This is said with the steps of winning back: enter it at the case.")
        if line.field == "satisfaction":
            refusal = self._not_asked.get(visit.customer_id)
            return "" if refusal is None else refusal.why
        if line.field == "by":
            found = self._people.find(line.value)
            if isinstance(found, str):
                return found
            may_have = dict(goers(self._session, visit))
            return "" if found in may_have else _("Choose somebody who may have made it.")
        if line.field.startswith(FORM):
            code = line.field.removeprefix(FORM)
            fields = fields_of(self._session, visit)
            if rules.wrong_answers(fields, {code: line.value}):
                text = _("These answers do not fit the form of the visit: {codes}")
                return text.format(codes=code)
        return ""

    def _values(self, visit: Visit, given: Mapping[str, Any]) -> dict[str, Any]:
        """What is said, as columns."""
        values = {name: given[name] for name in ("met", "satisfaction", "gift") if name in given}
        if "note" in given or "agreed" in given:
            parts = (given.get("note", ""), given.get("agreed", ""))
            values["note"] = "\n".join(part for part in parts if part)
        if "next_step" in given or "next_on" in given:
            values["next_step"] = with_day(given.get("next_step", ""), given.get("next_on"))
        if "by" in given and (person := self._people.find(given["by"])) != visit.by_id:
            values |= {"by_id": person, "rule": None}
        form = {
            name.removeprefix(FORM): one for name, one in given.items() if name.startswith(FORM)
        }
        if form:
            values["answers"] = visit.answers | form
        return values

    def _reject(self, lines: Iterable[PackLine], reason: str) -> None:
        self._outcome.rejected += [(line.row, reason) for line in lines]
