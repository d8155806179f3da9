"""The radar of interview quality over the finished interviews that the actor sees."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from db.queries import quality as queries
from db.queries.quality import FinishedRow, QualityFilter
from desktop_app import clock
from desktop_app.domain.interview_quality import radar as judge
from desktop_app.domain.permissions import Action
from desktop_app.domain.quality_findings import FinishedInterview, QualityFinding, QualityLimits
from desktop_app.questionnaire.answer_places import AnswerPlaces, places_of
from desktop_app.services import access, questionnaires

__all__ = ["QualityFilter", "Radar", "flags", "half_a_year_ago", "radar"]

FLAGGED_DAYS: Final = 183
"""How far back the reviewer's flags look: what is older was reviewed or never will be."""


@dataclass(frozen=True, slots=True)
class Radar:
    """What was found, and the interviews that were looked at, by their keys as text."""

    findings: tuple[QualityFinding, ...]
    interviews: Mapping[str, FinishedRow]
    agents: Mapping[str, str]


def half_a_year_ago() -> dt.date:
    """The first day the flags look at."""
    return clock.today() - dt.timedelta(days=FLAGGED_DAYS)


def radar(session: Session, criteria: QualityFilter, limits: QualityLimits | None = None) -> Radar:
    """Look through finished interviews; each questionnaire is judged by itself."""
    access.require(session, Action.VIEW)
    return _look(session, access.limited(session, criteria), limits)


def flags(session: Session) -> dict[uuid.UUID, list[QualityFinding]]:
    """What the radar says of the interviews of the last half year, for who reviews them."""
    access.require(session, Action.REVIEW_INTERVIEW)
    recent = QualityFilter(finished_from=half_a_year_ago())
    found = _look(session, access.limited(session, recent), None)
    by_interview: dict[uuid.UUID, list[QualityFinding]] = defaultdict(list)
    for finding in found.findings:
        for key in finding.interviews:
            by_interview[uuid.UUID(key)].append(finding)
    return dict(by_interview)


def _look(session: Session, criteria: QualityFilter, limits: QualityLimits | None) -> Radar:
    by_questionnaire: dict[uuid.UUID, list[FinishedInterview]] = defaultdict(list)
    rows: dict[str, FinishedRow] = {}
    for questionnaire_id, version_id in queries.versions_used(session, criteria):
        places = places_of(questionnaires.form_of(session, version_id))
        found = queries.finished(session, criteria, version_id, places.silent)
        rows |= {str(row.id): row for row in found}
        wanted = dict.fromkeys((*places.choices, *places.own_words, *places.why))
        values = queries.answers_at(session, criteria, version_id, list(wanted))
        by_questionnaire[questionnaire_id] += [
            _judged(row, values.get(row.id, {}), places) for row in found
        ]
    findings = [finding for every in by_questionnaire.values() for finding in judge(every, limits)]
    agents = {str(row.by_id): row.by for row in rows.values()}
    return Radar(tuple(findings), rows, agents)


def _judged(row: FinishedRow, values: Mapping[str, str], places: AnswerPlaces) -> FinishedInterview:
    return FinishedInterview(
        interview=str(row.id),
        case=str(row.case_id),
        agent=str(row.by_id),
        finished=clock.local(row.finished_at).date(),
        seconds=float(row.seconds) if row.seconds else None,
        answered=row.answered,
        choices={path: values[path] for path in places.choices if path in values},
        verbatims=tuple(values[path] for path in places.own_words if path in values),
        reason=_reason(values, places),
        probed=sum(1 for path in places.why if path in values) if places.why else None,
    )


def _reason(values: Mapping[str, str], places: AnswerPlaces) -> str | None:
    """The deepest reason that was recorded: of the last why-question, else the stated one."""
    coded = [values[path] for path in (*places.stated, *places.why_reasons) if path in values]
    return coded[-1] if coded else None
