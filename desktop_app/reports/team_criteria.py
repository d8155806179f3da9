"""Which cases stand behind a number of the team: filters of the list of cases, by name and text.

An empty value takes away what the document's own filter says.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from db.queries.closed import ClosedGroup
from db.vocabulary import SaveState
from desktop_app.services.team_figures import AfterSave, TeamFilter, Unit
from desktop_app.services.team_work import Load, Speed

Criteria = Mapping[str, str]
_SAVED: Final = {"closed_group": ClosedGroup.SAVED.value}
_OF_COLUMN: Final[Mapping[str, Criteria]] = MappingProxyType(
    {
        "name": {"closed_group": ClosedGroup.CLOSED.value},
        "closed": {"closed_group": ClosedGroup.CLOSED.value},
        "saved": _SAVED,
        "saves": _SAVED,
        "confirmed": _SAVED | {"save_state": SaveState.CONFIRMED.value},
        "failed": _SAVED | {"save_state": SaveState.LOST_DEFLECT.value},
    }
)
_CONTACTED: Final = {"closed_group": ClosedGroup.CONTACTED.value}
NOT_CLOSED: Final = {"closed_from": "", "closed_until": "", "closed_group": ""}


def closed_cases(criteria: TeamFilter) -> dict[str, str]:
    """The closed cases that the figures are made of."""
    found = {
        "closed_from": criteria.start,
        "closed_until": criteria.end,
        "store_id": criteria.store_id,
        "owner_id": criteria.owner_id,
    }
    text = {name: str(value) for name, value in found.items() if value is not None}
    return text | {"closed_group": ClosedGroup.CLOSED.value}


def of_unit(key: str) -> Callable[[Unit, str], Criteria]:
    """The cases behind a cell of the table of persons or stores; `key` is ``owner_id`` or so."""

    def cases(unit: Unit, column: str) -> Criteria:
        if unit.name.id is None:
            return {}
        return {key: str(unit.name.id)} | dict(_OF_COLUMN.get(column, _CONTACTED))

    return cases


def of_approach(one: AfterSave, _column: str) -> Criteria:
    """The saves of an approach."""
    return _SAVED if one.approach is None else _SAVED | {"approach": one.approach.value}


def of_load(load: Load, _column: str) -> Criteria:
    """The open cases of a person."""
    return NOT_CLOSED | {"owner_id": str(load.name.id), "open_only": "true"}


def among(case_ids: Sequence[uuid.UUID]) -> Criteria:
    """These cases and no others, whatever else the document's own filter says."""
    return NOT_CLOSED | {"among": " ".join(str(key) for key in case_ids)}


def of_speed(criteria: TeamFilter) -> Callable[[Speed, str], Criteria]:
    """The cases of a class opened in the period; those that a cell counts by themselves."""
    days = {"opened_from": criteria.start, "opened_until": criteria.end}
    opened = NOT_CLOSED | {name: str(day) for name, day in days.items() if day is not None}

    def cases(speed: Speed, column: str) -> Criteria:
        counted = {
            "contacted": speed.called,
            "median": speed.called,
            "quartiles": speed.called,
            "in_time": speed.timely,
            "in_time_n": speed.timed,
        }
        if column in counted:
            return among(counted[column]) if counted[column] else {}
        found = dict(opened)
        if speed.klass is not None:
            found["klass"] = speed.klass.value
        if column == "waiting":
            found |= {"open_only": "true", "attempts": "0"}
        return found

    return cases
