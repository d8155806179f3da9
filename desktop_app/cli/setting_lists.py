"""The lists of users, stores, reasons and rules on the command line."""

from collections.abc import Sequence
from typing import Any

from db.session import Session
from desktop_app.cli.entities import Document, Entity, by, short
from desktop_app.columns import Align, Column
from desktop_app.columns.staff import STORE_COLUMNS, USER_COLUMNS
from desktop_app.i18n import N_, language
from desktop_app.services import detection, reasons, staff

_RULE_COLUMNS: tuple[Column[Any], ...] = (
    Column("kind", N_("Departure"), lambda row: row.kind),
    Column("version", N_("Version"), lambda row: row.rule_version, align=Align.RIGHT),
    Column("is_enabled", N_("Switched on"), lambda row: row.is_enabled),
    Column(
        "params",
        N_("Parameters"),
        lambda row: ", ".join(f"{name} = {value}" for name, value in row.params.items()),
    ),
)
_REASON_COLUMNS: tuple[Column[Any], ...] = (
    Column("code", N_("Code"), lambda row: row.code),
    Column("text", N_("Reason"), lambda row: row.text),
    Column("churn_type", N_("Churn type"), lambda row: row.churn_type),
    Column("version", N_("Version"), lambda row: row.version, align=Align.RIGHT),
    Column("retired_on", N_("Retired on"), lambda row: row.retired_on),
)


def _reasons(session: Session) -> Sequence[Any]:
    groups = reasons.list_reasons(session, language(), include_retired=True)
    return [row for group in groups for row in group.reasons]


def _rules(session: Session) -> Sequence[Any]:
    return list(detection.current_rules(session).values())


def _rule_document(row: Any) -> Document:
    return {
        "kind": row.kind,
        "version": row.rule_version,
        "is_enabled": row.is_enabled,
        "params": dict(row.params),
    }


_USERS, _STORES = short(staff.list_users), short(staff.list_stores)
_REASONS, _RULES = short(_reasons), short(_rules)

ENTITIES = {
    "users": Entity(_USERS, lambda: USER_COLUMNS, by("login", _USERS, "app_user")),
    "stores": Entity(_STORES, lambda: STORE_COLUMNS, by("code", _STORES, "store")),
    "reasons": Entity(_REASONS, lambda: _REASON_COLUMNS, by("code", _REASONS, "reason")),
    "rules": Entity(
        _RULES, lambda: _RULE_COLUMNS, by("kind", _RULES, "defection_rule"), _rule_document
    ),
}
