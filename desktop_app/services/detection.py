"""Rules and the scan: define a version of a rule, find who is leaving.

A scan is idempotent: what it found before and still stands is left as it is; the same departure
is not reported twice. A signal that was dismissed or became a case stays quiet until the
customer has bought again since; a snoozed one comes back on its day; one that is no longer true
is cleared.
"""

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import derived, journal
from db.models import CustomerStat, DefectionRule, DefectionSignal
from db.queries import activity as bought_queries
from db.queries import signals as signal_queries
from db.vocabulary import ChangeKind, CustomerClass, RuleKind, SignalState
from desktop_app import clock, labels
from desktop_app.domain.classes import classify
from desktop_app.domain.detection import RULES
from desktop_app.domain.detection.base import Finding, Rule
from desktop_app.domain.permissions import Action
from desktop_app.domain.purchases import build_activity
from desktop_app.errors import InvalidInputError, Problem, problems_from_validation
from desktop_app.i18n import N_, _
from desktop_app.progress import Progress
from desktop_app.services import access, watch


@dataclass(frozen=True, slots=True)
class RuleRow:
    """The version of a rule that is in force; `id` is None while it is the built-in default."""

    kind: RuleKind
    id: uuid.UUID | None
    rule_version: int
    params: Mapping[str, Any]
    is_enabled: bool
    rule: Rule
    since: dt.datetime | None = None


@dataclass(slots=True)
class ScanResult:
    """What a scan found: customers per kind, how many of these are news, what was cleared."""

    as_of: dt.date
    found: dict[RuleKind, int] = field(default_factory=dict)
    new: dict[RuleKind, int] = field(default_factory=dict)
    cleared: int = 0
    customers: int = 0
    newer: dt.date | None = None
    """The day of a later scan whose signals are there, beside which those of this day stand."""

    def warning(self) -> str:
        """What a person should know of a scan of an older day, or empty."""
        if self.newer is None:
            return ""
        text = _("Signals as of {newer} are there already; those of {day} stand beside them.")
        days = {"newer": labels.day_text(self.newer), "day": labels.day_text(self.as_of)}
        return text.format(**days)


def current_rules(session: Session) -> dict[RuleKind, RuleRow]:
    """The version in force of every automatic rule."""
    access.require(session, Action.VIEW)
    newest: dict[str, DefectionRule] = {
        row.kind: row
        for row in session.scalars(select(DefectionRule).order_by(DefectionRule.rule_version))
    }
    rows = {}
    for kind, rule_type in RULES.items():
        stored = newest.get(kind)
        rule = rule_type.model_validate(stored.params if stored else {})
        rows[kind] = RuleRow(
            kind,
            stored.id if stored else None,
            stored.rule_version if stored else 0,
            rule.model_dump(mode="json"),
            stored.is_enabled if stored else True,
            rule,
            stored.created_at if stored else None,
        )
    return rows


def define_rule(
    session: Session, kind: RuleKind, params: Mapping[str, Any], *, enabled: bool = True
) -> int:
    """Put a new version of a rule in force; older versions and their signals stay as they are.

    Returns:
        The number of the version.

    Raises:
        InvalidInputError: a parameter is outside its limits.
    """
    access.require(session, Action.EDIT_RULES)
    try:
        rule = RULES[kind].model_validate(dict(params))
    except ValidationError as error:
        raise InvalidInputError(problems_from_validation(error)) from error
    journal.name_change(session, N_("Change the rule “{rule}”"), rule=kind)
    return _store_rule(session, kind, rule, enabled=enabled).rule_version


def scan(session: Session, progress: Progress, as_of: dt.date | None = None) -> ScanResult:
    """Run every enabled rule over all customers as of a day (default: the newest order's day).

    Saves that are watched are judged first: who did not stay is no news then.

    Raises:
        InvalidInputError: the day lies in the future: everybody would seem to have left.
        CancelledError: stopped; nothing was stored.
    """
    access.require(session, Action.SCAN)
    if as_of is not None and as_of > clock.today():
        text = _("{day} lies in the future: every customer would seem to have left.")
        raise InvalidInputError([Problem("as_of", text.format(day=as_of.isoformat()))])
    day = as_of or reference_date(session)
    journal.name_change(
        session, N_("Scan as of {day}: {new} new signals"), kind=ChangeKind.SCAN, day=day, new=0
    )
    watch.judge_all(session, day)
    rules = _rules_with_versions(session)
    result = ScanResult(day, dict.fromkeys(RULES, 0), dict.fromkeys(RULES, 0))
    book = _Book(session, day, {kind: row.id for kind, row in rules.items()}, result)
    enabled = [row.rule for row in rules.values() if row.is_enabled]
    total = session.scalar(select(func.count()).select_from(CustomerStat)) or 0
    for customer_id, last_day, findings in _findings(session, day, enabled):
        result.customers += 1
        if result.customers % 500 == 0:
            progress.step(result.customers, total, _("Looking for departing customers"))
        for kind, finding in findings:
            book.enter(customer_id, kind, finding, last_day)
    book.write()
    result.newer = book.newer()
    journal.retitle_args(session, new=sum(result.new.values()))
    return result


def reference_date(session: Session) -> dt.date:
    """The newest order's day, at most today; today when there are no orders."""
    access.require(session, Action.VIEW)
    today = clock.today()
    newest = bought_queries.newest_order_day(session, today.toordinal())
    return dt.date.fromordinal(newest) if newest else today


def _findings(
    session: Session, day: dt.date, rules: list[Rule]
) -> Iterator[tuple[uuid.UUID, int | None, list[tuple[RuleKind, Finding]]]]:
    """Customer, last purchase day, and what the rules say, for every customer with orders."""
    window = next(
        (
            getattr(rule, "window_days", 0)
            for rule in rules
            if rule.kind == RuleKind.VALUE_DOWNGRADE
        ),
        0,
    )
    now, before = _classes(session, day, window) if window else ({}, {})
    currency = derived.currency(session)
    for bought in bought_queries.all_bought(session, day.toordinal()):
        key = bought.customer_id
        known = build_activity(
            bought.orders,
            bought.lines,
            class_before=before.get(key),
            class_now=now.get(key),
            currency=currency,
        )
        findings = [
            (rule.kind, finding)
            for rule in rules
            if (finding := rule.check(known, day)) is not None
        ]
        days = known.total.purchase_days
        yield key, days[-1] if days else None, findings


def _classes(
    session: Session, day: dt.date, window: int
) -> tuple[dict[uuid.UUID, CustomerClass], dict[uuid.UUID, CustomerClass]]:
    spends = bought_queries.spends(session, day.toordinal(), window)
    ids = {spend.number: spend.customer_id for spend in spends}
    now = classify((spend.number, spend.now) for spend in spends)
    before = classify((spend.number, spend.before) for spend in spends)
    return (
        {ids[number]: klass for number, klass in now.items()},
        {ids[number]: klass for number, klass in before.items()},
    )


class _Book:
    """Collects what a scan changes and writes it at the end."""

    def __init__(
        self,
        session: Session,
        day: dt.date,
        rule_ids: Mapping[RuleKind, uuid.UUID | None],
        result: ScanResult,
    ) -> None:
        self._session = session
        self._day = day
        self._rule_ids = rule_ids
        self._result = result
        self._last = signal_queries.last_signals(session)
        self._open_cases = signal_queries.open_cases(session)
        self._seen: set[tuple[uuid.UUID, RuleKind]] = set()
        self._new: list[dict[str, Any]] = []
        self._updates: list[dict[str, Any]] = []

    def newer(self) -> dt.date | None:
        """The latest day of the signals that still wait, if it comes after this one."""
        waiting = (SignalState.OPEN, SignalState.SNOOZED)
        days = [last.as_of for last in self._last.values() if last.state in waiting]
        latest = max(days, default=self._day)
        return latest if latest > self._day else None

    def enter(
        self, customer_id: uuid.UUID, kind: RuleKind, finding: Finding, last_day: int | None
    ) -> None:
        """Take a finding down: new, refreshed, or known and quiet."""
        self._result.found[kind] += 1
        key = (customer_id, kind)
        self._seen.add(key)
        values = {
            "rule_id": self._rule_ids[kind],
            "as_of": self._day,
            "measured": finding.measured,
            "limit": finding.limit,
            "sentence_zh": finding.sentence_zh,
            "sentence_en": finding.sentence_en,
            "detail": finding.detail,
        }
        last = self._last.get(key)
        if last is None or self._is_news(key, last, last_day):
            self._result.new[kind] += 1
            self._new.append({"customer_id": customer_id, "kind": kind, **values})
        elif last.state in (SignalState.OPEN, SignalState.SNOOZED) and last.as_of <= self._day:
            self._updates.append({"id": last.id, **values, **self._awake(last)})

    def _awake(self, last: signal_queries.LastSignal) -> dict[str, Any]:
        """What changes about a snoozed signal whose day has come."""
        latest = max(self._day, clock.today())  # orders may end before the day comes
        due = last.snoozed_until is not None and last.snoozed_until <= latest
        if last.state is not SignalState.SNOOZED or not due:
            return {}
        return {"state": SignalState.OPEN, "snoozed_until": None}

    def write(self) -> None:
        """Store new signals, refresh the standing ones, clear those that are no longer true."""
        for key, last in self._last.items():
            standing = last.state in (SignalState.OPEN, SignalState.SNOOZED)
            if last.as_of > self._day:  # found as of a later day: only its own day may have come
                awake = self._awake(last)
                self._updates += [{"id": last.id, **awake}] if awake else []
            elif standing and key[1] in RULES and key not in self._seen:
                self._updates.append({"id": last.id, "state": SignalState.CLEARED})
                self._result.cleared += 1
        journal.bulk_insert(self._session, DefectionSignal, self._new)
        journal.bulk_update(self._session, DefectionSignal, self._updates)

    def _is_news(
        self,
        key: tuple[uuid.UUID, RuleKind],
        last: signal_queries.LastSignal,
        last_day: int | None,
    ) -> bool:
        """Whether a finding is a departure of its own and not the one already decided about."""
        if key in self._open_cases or last.state in (SignalState.OPEN, SignalState.SNOOZED):
            return False
        if last.state is SignalState.CLEARED:
            return last.as_of < self._day
        return last_day is not None and last_day > last.as_of.toordinal()


def _rules_with_versions(session: Session) -> dict[RuleKind, RuleRow]:
    """The rules in force, each stored with a version, so that signals can name it."""
    rows = current_rules(session)
    for kind, row in rows.items():
        if row.id is None:
            stored = _store_rule(session, kind, row.rule, enabled=True)
            rows[kind] = replace(row, id=stored.id, rule_version=stored.rule_version)
    return rows


def _store_rule(session: Session, kind: RuleKind, rule: Rule, *, enabled: bool) -> DefectionRule:
    newest = session.scalar(
        select(func.max(DefectionRule.rule_version)).where(DefectionRule.kind == kind)
    )
    stored = DefectionRule(
        kind=kind,
        rule_version=(newest or 0) + 1,
        params=rule.model_dump(mode="json"),
        is_enabled=enabled,
    )
    session.add(stored)
    session.flush()
    return stored
