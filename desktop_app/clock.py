"""The only place that asks what time it is, so that tests can fix it."""

from datetime import UTC, date, datetime, timedelta, tzinfo

from typing_extensions import override

from db.moment import travelled, travelling

__all__ = ["HERE", "local", "now", "today", "travelling"]


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


class _Here(tzinfo):
    """The time zone of this machine with its rules; `local` knows one moment's offset."""

    @override
    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        return None if dt is None else dt.replace(tzinfo=None).astimezone().utcoffset()

    @override
    def dst(self, dt: datetime | None) -> timedelta | None:
        return None

    @override
    def tzname(self, dt: datetime | None) -> str | None:
        return None if dt is None else dt.replace(tzinfo=None).astimezone().tzname()

    @override
    def fromutc(self, dt: datetime) -> datetime:
        there = dt.replace(tzinfo=UTC).astimezone()
        found = there.replace(tzinfo=self)
        is_second = self.utcoffset(found) != there.utcoffset()  # of an hour that is there twice
        return found.replace(fold=1) if is_second else found


HERE: tzinfo = _Here()
"""For wall times of other days: the clock may have been set forward or back until then."""
