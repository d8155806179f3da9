"""Scripts: the list, their versions, snippets, and what a script looks at of a case."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from db.models import (
    Case,
    CaseEvent,
    CaseOffer,
    CaseReason,
    Complaint,
    ContactAttempt,
    Customer,
    CustomerStat,
    Offer,
    OfferRule,
    OrderLine,
    Promise,
    Reason,
    ReasonVersion,
    Script,
    ScriptRun,
    ScriptVersion,
    Snippet,
    Store,
    User,
)
from db.vocabulary import (
    CaseEventKind,
    Occasion,
    OfferState,
    ReasonLayer,
    ReasonOrigin,
    VersionState,
)


@dataclass(frozen=True, slots=True)
class ScriptRow:
    """A line of the list; `steps` are those of the version in use, else of the draft."""

    id: uuid.UUID
    code: str
    zh: str
    en: str
    occasion: Occasion
    origin: ReasonOrigin
    current_version: int | None
    current_id: uuid.UUID | None
    draft_id: uuid.UUID | None
    steps: int
    runs: int
    retired_on: dt.date | None

    def title(self, language: str) -> str:
        """The title in a language of the program."""
        return (self.zh if language.startswith("zh") else self.en) or self.zh or self.en


@dataclass(frozen=True, slots=True)
class ScriptVersionRow:
    """A version of a script, without its steps; `revision` rises when a draft is saved."""

    id: uuid.UUID
    script_id: uuid.UUID
    number: int
    state: VersionState
    edition: int | None
    steps: int
    runs: int
    note: str
    published_at: dt.datetime | None
    by: str
    revision: int


@dataclass(frozen=True, slots=True)
class SnippetRow:
    """Words called by `::` and their trigger."""

    id: uuid.UUID
    trigger: str
    zh: str
    en: str
    origin: ReasonOrigin
    retired_on: dt.date | None

    def words(self, language: str) -> str:
        """The words in a language, or in the other one if there are none."""
        return (self.zh if language.startswith("zh") else self.en) or self.zh or self.en


@dataclass(frozen=True, slots=True)
class ScriptSubject:
    """A case as its script sees it, as it is stored; days of orders are ordinals."""

    kind: str
    extent: str | None
    churn_type: str | None
    competitor: str
    value_at_stake: int | None
    left_on: dt.date | None
    attempts: int
    is_reopened: bool
    has_complaints: bool
    stated_code: str | None
    stated_group: str | None
    stated_zh: str | None
    stated_en: str | None
    root_code: str | None
    root_group: str | None
    root_zh: str | None
    root_en: str | None
    customer_name: str
    customer_kind: str
    joined_on: dt.date | None
    klass: str | None
    orders: int | None
    first_day: int | None
    last_day: int | None
    product: str | None
    store_name: str | None
    promise_words: str | None
    promise_due: dt.date | None
    offer_zh: str | None
    offer_en: str | None
    offer_ends: dt.date | None
    rule_offer_id: uuid.UUID | None


def list_scripts(
    session: Session, occasion: Occasion | None = None, *, with_retired: bool = False
) -> list[ScriptRow]:
    """The scripts, shipped ones first, then by code."""
    current, draft = (
        select(ScriptVersion).where(ScriptVersion.state == state).subquery()
        for state in (VersionState.PUBLISHED, VersionState.DRAFT)
    )
    runs = (
        select(func.count())
        .select_from(ScriptRun)
        .join(ScriptVersion, ScriptVersion.id == ScriptRun.script_version_id)
        .where(ScriptVersion.script_id == Script.id)
        .scalar_subquery()
    )
    statement = (
        select(
            Script,
            current.c.id,
            draft.c.id,
            current.c.content,
            draft.c.content,
            runs,
        )
        .outerjoin(
            current,
            and_(current.c.script_id == Script.id, current.c.number == Script.current_version),
        )
        .outerjoin(draft, draft.c.script_id == Script.id)
        .order_by(Script.origin != ReasonOrigin.SHIPPED, Script.code)
    )
    if occasion is not None:
        statement = statement.where(Script.occasion == occasion)
    if not with_retired:
        statement = statement.where(Script.retired_on.is_(None))
    return [
        ScriptRow(
            id=found.id,
            code=found.code,
            zh=found.zh,
            en=found.en,
            occasion=Occasion(found.occasion),
            origin=ReasonOrigin(found.origin),
            current_version=found.current_version,
            current_id=current_id,
            draft_id=draft_id,
            steps=_count(current_content or draft_content),
            runs=count,
            retired_on=found.retired_on,
        )
        for found, current_id, draft_id, current_content, draft_content, count in session.execute(
            statement
        )
    ]


def versions_of(session: Session, script_id: uuid.UUID) -> list[ScriptVersionRow]:
    """The versions of a script, the newest first."""
    runs = (
        select(func.count())
        .select_from(ScriptRun)
        .where(ScriptRun.script_version_id == ScriptVersion.id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(ScriptVersion, runs, func.coalesce(User.name, ""))
        .outerjoin(User, User.id == ScriptVersion.published_by_id)
        .where(ScriptVersion.script_id == script_id)
        .order_by(ScriptVersion.number.desc())
    )
    return [
        ScriptVersionRow(
            id=found.id,
            script_id=found.script_id,
            number=found.number,
            state=VersionState(found.state),
            edition=found.edition,
            steps=_count(found.content),
            runs=count,
            note=found.note,
            published_at=found.published_at,
            by=by,
            revision=found.version,
        )
        for found, count, by in rows
    ]


def _count(content: Mapping[str, Any] | None) -> int:
    steps = (content or {}).get("steps", ())
    return len(steps) if isinstance(steps, list) else 0


def list_snippets(session: Session, *, with_retired: bool = False) -> list[SnippetRow]:
    """The snippets by their trigger."""
    statement = select(Snippet).order_by(Snippet.trigger)
    if not with_retired:
        statement = statement.where(Snippet.retired_on.is_(None))
    return [
        SnippetRow(
            id=found.id,
            trigger=found.trigger,
            zh=found.zh,
            en=found.en,
            origin=ReasonOrigin(found.origin),
            retired_on=found.retired_on,
        )
        for found in session.scalars(statement)
    ]


# ---------------------------------------------------------------- the case


def script_subject(session: Session, case_id: uuid.UUID) -> ScriptSubject | None:
    """All that a script looks at of a case and its customer, by one statement."""
    stated, root = (_reason(layer) for layer in (ReasonLayer.STATED, ReasonLayer.ROOT))
    promise = aliased(Promise)
    offered = aliased(CaseOffer)
    is_reopened = or_(
        Case.follows_id.is_not(None),
        exists().where(CaseEvent.case_id == Case.id, CaseEvent.kind == CaseEventKind.REOPENED),
    )
    rule = _rule(stated, root)
    statement = (
        select(
            Case.kind,
            Case.extent,
            Case.churn_type,
            Case.competitor,
            Case.value_at_stake,
            Case.left_on,
            _count_of(ContactAttempt.case_id).label("attempts"),
            is_reopened.label("is_reopened"),
            exists().where(Complaint.customer_id == Case.customer_id).label("has_complaints"),
            *(
                column.label(f"{layer}_{name}")
                for layer, found in (("stated", stated), ("root", root))
                for name, column in found.columns()
            ),
            Customer.name.label("customer_name"),
            Customer.kind.label("customer_kind"),
            Customer.joined_on,
            CustomerStat.klass,
            CustomerStat.orders,
            CustomerStat.first_day,
            CustomerStat.last_day,
            _favourite().label("product"),
            Store.name.label("store_name"),
            promise.words.label("promise_words"),
            promise.due_on.label("promise_due"),
            Offer.zh.label("offer_zh"),
            Offer.en.label("offer_en"),
            offered.expires_on.label("offer_ends"),
            rule.label("rule_offer_id"),
        )
        .select_from(Case)
        .join(Customer, Customer.id == Case.customer_id)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Case.customer_id)
        .outerjoin(Store, Store.id == func.coalesce(Case.store_id, Customer.store_id))
        .outerjoin(stated.given, stated.joined())
        .outerjoin(stated.words, stated.words.id == stated.given.reason_version_id)
        .outerjoin(stated.reason, stated.reason.id == stated.words.reason_id)
        .outerjoin(root.given, root.joined())
        .outerjoin(root.words, root.words.id == root.given.reason_version_id)
        .outerjoin(root.reason, root.reason.id == root.words.reason_id)
        .outerjoin(promise, promise.id == _open_promise())
        .outerjoin(offered, offered.id == _newest_offer())
        .outerjoin(Offer, Offer.id == offered.offer_id)
        .where(Case.id == case_id)
    )
    row = session.execute(statement).one_or_none()
    return None if row is None else ScriptSubject(**row._mapping)  # noqa: SLF001  (public by documentation)


@dataclass(frozen=True, slots=True)
class _Reason:
    """The reason of a case in one layer, with its words, as tables to be joined."""

    layer: ReasonLayer
    given: Any
    words: Any
    reason: Any

    def joined(self) -> ColumnElement[bool]:
        """How the layer is found."""
        return and_(self.given.case_id == Case.id, self.given.layer == self.layer)

    def columns(self) -> list[tuple[str, Any]]:
        """What is told of it."""
        return [
            ("code", self.reason.code),
            ("group", self.reason.group_code),
            ("zh", self.words.zh),
            ("en", self.words.en),
        ]


def _reason(layer: ReasonLayer) -> _Reason:
    return _Reason(layer, aliased(CaseReason), aliased(ReasonVersion), aliased(Reason))


def _count_of(column: InstrumentedAttribute[uuid.UUID]) -> Any:
    return select(func.count()).where(column == Case.id).correlate(Case).scalar_subquery()


def _favourite() -> Any:
    """The product line, or else the product, that the customer spent most on."""
    name = func.coalesce(func.nullif(OrderLine.product_line, ""), OrderLine.product_name)
    statement = select(name).where(OrderLine.customer_id == Case.customer_id, name != "")
    return _first(statement.group_by(name).order_by(func.sum(OrderLine.amount).desc(), name))


def _open_promise() -> Any:
    """The promise to the customer that is due first and not answered."""
    statement = select(Promise.id).where(
        Promise.customer_id == Case.customer_id, Promise.answered_on.is_(None)
    )
    return _first(statement.order_by(Promise.due_on, Promise.id))


def _newest_offer() -> Any:
    """What was offered in the case last and may be said or was accepted."""
    statement = select(CaseOffer.id).where(
        CaseOffer.case_id == Case.id,
        CaseOffer.state.in_((OfferState.APPROVED, OfferState.ACCEPTED)),
    )
    return _first(statement.order_by(CaseOffer.proposed_at.desc(), CaseOffer.id.desc()))


def _rule(stated: _Reason, root: _Reason) -> Any:
    """The offer of the first rule that matches the case; none where it says so or none matches."""
    code = func.coalesce(root.reason.code, stated.reason.code)
    group = func.coalesce(root.reason.group_code, stated.reason.group_code)
    matches = [
        or_(column.is_(None), column == value)
        for column, value in (
            (OfferRule.reason_group, group),
            (OfferRule.reason_code, code),
            (OfferRule.klass, CustomerStat.klass),
            (OfferRule.kind, Case.kind),
        )
    ]
    least = or_(OfferRule.min_value.is_(None), OfferRule.min_value <= Case.value_at_stake)
    statement = select(OfferRule.offer_id).where(*matches, least)
    tables = (Case, CustomerStat, stated.reason, root.reason)
    return (
        statement.order_by(OfferRule.position, OfferRule.id)
        .limit(1)
        .correlate(*tables)
        .scalar_subquery()
    )


def _first(statement: Select[Any]) -> Any:
    return statement.limit(1).correlate(Case).scalar_subquery()
