"""What the reports on cases have in common: period, store and kind, in words and as criteria."""

from datetime import date
from typing import TypedDict
from uuid import UUID

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Store
from db.queries.scope import Reach
from db.vocabulary import RuleKind
from desktop_app.domain.permissions import Action
from desktop_app.errors import InvalidInputError, NotFoundError, Problem
from desktop_app.i18n import N_, _
from desktop_app.labels import label
from desktop_app.reports.base import ReportParams, period_text
from desktop_app.services import access


class ClosedParams(ReportParams):
    """Which cases, by the day they were closed."""

    start: date | None = Field(None, title=N_("Closed from"))
    end: date | None = Field(None, title=N_("Closed until"))
    store: UUID | None = Field(None, title=N_("Store"))


class Head(TypedDict):
    """What stands on every page of a report about a store and a period."""

    store: str
    period: str


def begin(session: Session, start: date | None, end: date | None, store: UUID | None) -> Head:
    """What every such report asks first; returns what `new_document` says on every page.

    Raises:
        InvalidInputError: the period ends before it starts.
        NotAllowedError: the role may not see reports.
        NotFoundError: there is no such store.
    """
    require_period(session, start, end)
    return {"store": store_name(session, store), "period": period_text(start, end)}


def require_period(session: Session, start: date | None, end: date | None) -> None:
    """Refuse who may not see reports, and a period that ends before it starts.

    Raises:
        InvalidInputError: it does.
        NotAllowedError: the role may not see reports.
    """
    access.require(session, Action.REPORT)
    if start is not None and end is not None and end < start:
        raise InvalidInputError([Problem("end", _("The period ends before it starts."))])


def store_name(session: Session, store: UUID | None) -> str:
    """Name of the store a report is limited to, *all stores* without one.

    Raises:
        NotFoundError: there is no such store.
    """
    if store is None:
        return _("All stores")
    name = session.scalar(select(Store.name).where(Store.id == store))
    if name is None:
        raise NotFoundError(_("There is no such store."))
    return name


def scope_filters(session: Session, kind: RuleKind | None) -> list[tuple[str, str]]:
    """Kind of departure, and whose cases the reader may see where that is not everybody's."""
    filters = [(_("Kind of departure"), _("All kinds") if kind is None else label(kind))]
    match access.visible(session).reach:
        case Reach.ALL:
            pass
        case Reach.STORE:
            filters.append((_("Visible to you"), _("cases of your store")))
        case Reach.POOL:
            filters.append((_("Visible to you"), _("your cases and those nobody works on")))
        case Reach.OWN:
            filters.append((_("Visible to you"), _("your cases")))
    return filters


def visible_filters(session: Session) -> list[tuple[str, str]]:
    """Whose figures the reader sees where that is not everybody's: the own ones, or the store's."""
    match access.visible(session).reach:
        case Reach.ALL:
            return []
        case Reach.STORE:
            return [(_("Visible to you"), _("cases of your store"))]
        case _:
            return [(_("Visible to you"), _("your cases"))]


def criteria_of(
    start: date | None, end: date | None, store: UUID | None, kind: RuleKind | None
) -> dict[str, str]:
    """The same filter for the list of cases, by the names of its fields."""
    given = {
        "opened_from": start.isoformat() if start else "",
        "opened_until": end.isoformat() if end else "",
        "store_id": str(store) if store else "",
        "kind": kind.value if kind else "",
    }
    return {name: value for name, value in given.items() if value}
