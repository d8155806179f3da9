"""Settings of the workspace, shared by its users; each is one validated value under a key."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import derived, journal
from db.derived import CLASS_WINDOW_KEY, CURRENCY_KEY, DEFAULT_CURRENCY, DEFAULT_WINDOW
from db.models import Setting
from desktop_app.domain import currencies
from desktop_app.domain.drafts import Draft, Text
from desktop_app.domain.permissions import Action
from desktop_app.domain.screening import SwitchLimit
from desktop_app.errors import InvalidInputError, Problem
from desktop_app.i18n import N_, _
from desktop_app.services import access

_SWITCH_KEY = "switch_limit"
_ORGANISATION_KEY = "organisation"
DraftT = TypeVar("DraftT", bound=Draft)


class WorkspaceSettings(Draft):
    """What head office sets once for everybody."""

    organisation: Annotated[Text, Field(max_length=200, title=N_("Organisation"))] = ""
    currency: Annotated[
        Text,
        AfterValidator(currencies.checked),
        Field(
            max_length=20,
            title=N_("Currency"),
            description=N_("Of all amounts. The first orders or cases settle it."),
        ),
    ] = DEFAULT_CURRENCY
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
    access.require(session, Action.VIEW)
    stored = {row.key: row.value for row in session.scalars(select(Setting))}
    window = stored.get(CLASS_WINDOW_KEY, {})
    switches = _switch_limit(stored.get(_SWITCH_KEY))
    return WorkspaceSettings(
        organisation=stored.get(_ORGANISATION_KEY, {}).get("name", ""),
        currency=derived.currency(session),
        class_window_days=window.get("days", DEFAULT_WINDOW),
        switch_years=switches.years,
        switch_limit=switches.limit,
    )


def switch_limit(session: Session) -> SwitchLimit:
    """The do-not-pursue limit of F-13 as set for this workspace."""
    access.require(session, Action.VIEW)
    return _switch_limit(derived.setting(session, _SWITCH_KEY))


def _switch_limit(stored: Mapping[str, Any] | None) -> SwitchLimit:
    return SwitchLimit.model_validate(stored or {})


def change(session: Session, draft: WorkspaceSettings) -> None:
    """Store the settings that differ; classes are recomputed with the same change set.

    Raises:
        InvalidInputError: another currency, after orders or cases have settled it.
    """
    access.require(session, Action.EDIT_SETTINGS)
    settled = derived.settled_currency(session)
    if settled not in (None, draft.currency):
        text = _(
            "There are orders or cases in {own}, and amounts of two currencies are never added. "
            "Make another workspace for {currency}."
        )
        message = text.format(own=settled, currency=draft.currency)
        raise InvalidInputError([Problem("currency", message)])
    journal.name_change(session, N_("Change the settings of the workspace"))
    _store(session, _ORGANISATION_KEY, {"name": draft.organisation})
    _store(session, CURRENCY_KEY, {"code": draft.currency})
    _store(session, CLASS_WINDOW_KEY, {"days": draft.class_window_days})
    _store(session, _SWITCH_KEY, {"years": draft.switch_years, "limit": draft.switch_limit})


def currency(session: Session) -> str:
    """The one currency of all amounts of the workspace."""
    access.require(session, Action.VIEW)
    return derived.currency(session)


def free_currency(session: Session, wanted: str | None) -> str:
    """The currency to offer for an order import: the one wanted while nothing has settled it."""
    access.require(session, Action.VIEW)
    return derived.settled_currency(session) or wanted or derived.currency(session)


def import_currency(session: Session, wanted: str | None) -> str:
    """The currency of an order import: the workspace's, or the one wanted by its first orders.

    Raises:
        InvalidInputError: orders or cases have settled another one.
    """
    access.require(session, Action.IMPORT)
    settled = derived.settled_currency(session)
    if settled is not None and wanted not in (None, settled):
        text = _(
            "This workspace counts in {own}, settled by its orders and cases. Convert the amounts "
            "to {own}, or import them into a workspace that counts in {currency}."
        )
        raise InvalidInputError([Problem("currency", text.format(own=settled, currency=wanted))])
    return settled or wanted or derived.currency(session)


def read_draft(session: Session, key: str, kind: type[DraftT]) -> DraftT:
    """The numbers of one part of the program as set under a key; its defaults if never set."""
    access.require(session, Action.VIEW)
    value = derived.setting(session, key)
    return kind.model_validate(value or {})


def change_draft(session: Session, key: str, draft: Draft) -> None:
    """Set the numbers of one part of the program for everybody."""
    access.require(session, Action.EDIT_SETTINGS)
    journal.name_change(session, N_("Change the settings of the workspace"))
    _store(session, key, draft.model_dump(mode="json"))


def _store(session: Session, key: str, value: dict[str, Any]) -> None:
    row = session.scalar(select(Setting).where(Setting.key == key))
    if row is None:
        session.add(Setting(key=key, value=value))
    elif row.value != value:
        row.value = value
    session.flush()
