"""What a script looks at of a case: facts for its branches, values for its words.

Only services call these functions, after they have asked for the right to do what they do.
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from db.queries import script_subject as queries
from db.queries.script_subject import ScriptSubject
from desktop_app import clock
from desktop_app.domain import script_words
from desktop_app.domain.script_occasions import spoken_day
from desktop_app.domain.scripts import FactValue
from desktop_app.errors import NotFoundError
from desktop_app.i18n import _
from desktop_app.services import access
from desktop_app.services.interview_rows import NEW_DAYS

_MINOR = 100


@dataclass(frozen=True, slots=True)
class CaseWords:
    """A case as a script sees it.

    Attributes:
        facts: What conditions may ask, named as in `desktop_app.domain.scripts.FACTS`.
        values: By language ``zh`` and ``en``, what stands for the placeholders.
    """

    facts: Mapping[str, FactValue]
    values: Mapping[str, Mapping[str, str]]

    def render(self, zh: str, en: str, language: str) -> str:
        """A text in a language, with the case put in."""
        words = script_words.in_language(zh, en, language)
        spoken = "zh" if language.lower().startswith("zh") else "en"
        return script_words.render(words, self.values[spoken], language)


def case_words(session: Session, case_id: uuid.UUID) -> CaseWords:
    """The facts and values of a case as it is now, by one statement. Raises NotFoundError."""
    session.flush()
    subject = queries.script_subject(session, case_id)
    if subject is None:
        raise NotFoundError(_("This case is gone."))
    agent = access.actor(session).name
    values = {code: _values(subject, agent, code) for code in ("zh", "en")}
    return CaseWords(_facts(subject, clock.today()), values)


def _facts(subject: ScriptSubject, today: dt.date) -> dict[str, FactValue]:
    value = subject.value_at_stake
    since = [subject.first_day] if subject.first_day is not None else []
    since += [subject.joined_on.toordinal()] if subject.joined_on is not None else []
    return {
        "case.kind": subject.kind,
        "case.extent": subject.extent,
        "case.churn_type": subject.churn_type,
        "case.stated_reason": subject.stated_code,
        "case.root_reason": subject.root_code,
        "case.reason_group": subject.root_group or subject.stated_group,
        "case.competitor": subject.competitor.strip(),
        "case.value": None if value is None else value // _MINOR,
        "case.days_gone": _days_gone(subject, today),
        "case.attempts": subject.attempts,
        "case.is_reopened": subject.is_reopened,
        "case.has_complaints": subject.has_complaints,
        "case.has_promises": subject.promise_due is not None,
        "case.has_orders": bool(subject.orders),
        "case.may_offer": subject.rule_offer_id is not None,
        "customer.class": subject.klass,
        "customer.kind": subject.customer_kind,
        "customer.is_new": bool(since) and today.toordinal() - min(since) < NEW_DAYS,
    }


def _days_gone(subject: ScriptSubject, today: dt.date) -> int | None:
    """Days since the customer left: the day that is known, else the last purchase."""
    if subject.left_on is not None:
        return max((today - subject.left_on).days, 0)
    return None if subject.last_day is None else max(today.toordinal() - subject.last_day, 0)


def _values(subject: ScriptSubject, agent: str, code: str) -> dict[str, str]:
    is_zh = code == "zh"
    since = subject.joined_on or _day(subject.first_day)
    days = _days_gone(subject, clock.today())
    reason = (subject.root_zh or subject.stated_zh, subject.root_en or subject.stated_en)
    offer = (subject.offer_zh, subject.offer_en)
    found = {
        "customer.name": subject.customer_name,
        "agent.name": agent,
        "store.name": subject.store_name,
        "customer.since": spoken_day(since, code),
        "customer.last_order_on": spoken_day(_day(subject.last_day), code),
        "customer.product": subject.product,
        "case.left_on": spoken_day(subject.left_on, code),
        "case.competitor": subject.competitor.strip(),
        "case.reason": reason[0] if is_zh else reason[1],
        "case.days_gone": None if days is None else str(days),
        "promise.words": subject.promise_words,
        "promise.due_on": spoken_day(subject.promise_due, code),
        "offer.name": offer[0] if is_zh else offer[1],
        "offer.ends_on": spoken_day(subject.offer_ends, code),
    }
    return {name: value for name, value in found.items() if value}


def _day(ordinal: int | None) -> dt.date | None:
    return None if ordinal is None else dt.date.fromordinal(ordinal)
