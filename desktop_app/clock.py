"""The only place that asks what time it is, so that tests can fix it."""

from datetime import UTC, date, datetime

from db.moment import travelled, travelling

__all__ = ["local", "now", "today", "travelling"]


def now() -> datetime:
    """This moment, aware, in UTC: what is stored."""
    return travelled() or datetime.now(UTC)


def today() -> date:
    """Today's date where the person sits: what business dates are compared with."""
    return now().astimezone().date()


def local(moment: datetime) -> datetime:
    """A stored moment in the time zone of this machine: what is shown.

    Raises:
        ValueError: the moment has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a stored moment must carry its time zone")
    return moment.astimezone()
