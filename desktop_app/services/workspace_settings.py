"""Settings of the workspace, shared by its users; each is one validated value under a key."""

from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.derived import CLASS_WINDOW_KEY, DEFAULT_WINDOW
from db.models import Setting
from desktop_app.domain.drafts import Draft, Text
from desktop_app.domain.permissions import Action
from desktop_app.domain.screening import SwitchLimit
from desktop_app.i18n import N_
from desktop_app.services import access

_SWITCH_KEY = "switch_limit"
_ORGANISATION_KEY = "organisation"


class WorkspaceSettings(Draft):
    """What head office sets once for everybody."""

    organisation: Annotated[Text, Field(max_length=200, title=N_("Organisation"))] = ""
    class_window_days: Annotated[
        int, Field(ge=30, le=3650, title=N_("Days of spend that classes are ranked by"))
    ] = DEFAULT_WINDOW
    switch_years: Annotated[
        int, Field(ge=1, le=20, title=N_("Do-not-pursue: years looked back"))
    ] = SwitchLimit().years
    switch_limit: Annotated[
        int, Field(ge=0, le=50, title=N_("Do-not-pursue: supplier changes allowed"))
    ] = SwitchLimit().limit


def read(session: Session) -> WorkspaceSettings:
    """The settings as they are."""
    stored = {row.key: row.value for row in session.scalars(select(Setting))}
    window = stored.get(CLASS_WINDOW_KEY, {})
    switches = stored.get(_SWITCH_KEY, {})
    return WorkspaceSettings(
        organisation=stored.get(_ORGANISATION_KEY, {}).get("name", ""),
        class_window_days=window.get("days", DEFAULT_WINDOW),
        switch_years=switches.get("years", SwitchLimit().years),
        switch_limit=switches.get("limit", SwitchLimit().limit),
    )


def switch_limit(session: Session) -> SwitchLimit:
    """The do-not-pursue limit of F-13 as set for this workspace."""
    settings = read(session)
    return SwitchLimit(years=settings.switch_years, limit=settings.switch_limit)


def change(session: Session, draft: WorkspaceSettings) -> None:
    """Store the settings that differ; classes are recomputed with the same change set."""
    access.require(session, Action.EDIT_SETTINGS)
    journal.name_change(session, N_("Change the settings of the workspace"))
    _store(session, _ORGANISATION_KEY, {"name": draft.organisation})
    _store(session, CLASS_WINDOW_KEY, {"days": draft.class_window_days})
    _store(session, _SWITCH_KEY, {"years": draft.switch_years, "limit": draft.switch_limit})


def load(session: Session, key: str) -> dict[str, Any] | None:
    """A stored value by key, e.g. a remembered import mapping; None when there is none."""
    value = session.scalar(select(Setting.value).where(Setting.key == key))
    return dict(value) if value is not None else None


def remember(session: Session, key: str, value: dict[str, Any]) -> None:
    """Store a value under a key within a named change of the caller."""
    _store(session, key, value)


def _store(session: Session, key: str, value: dict[str, Any]) -> None:
    row = session.scalar(select(Setting).where(Setting.key == key))
    if row is None:
        session.add(Setting(key=key, value=value))
    elif row.value != value:
        row.value = value
    session.flush()
