"""Columns of users and stores."""

from db.queries.staff import StoreRow, UserRow
from desktop_app.columns import Column
from desktop_app.i18n import N_, _

USER_COLUMNS: tuple[Column[UserRow], ...] = (
    Column("name", N_("Name"), lambda row: row.name),
    Column("login", N_("Login name"), lambda row: row.login),
    Column("role", N_("Role"), lambda row: row.role),
    Column("store", N_("Store"), lambda row: row.store),
    Column(
        "is_active", N_("May sign in"), lambda row: row.is_active,
        text=lambda row: _("Yes") if row.is_active else _("No"),
    ),
)  # fmt: skip

STORE_COLUMNS: tuple[Column[StoreRow], ...] = (
    Column("code", N_("Code"), lambda row: row.code),
    Column("name", N_("Name"), lambda row: row.name),
    Column("city", N_("City"), lambda row: row.city),
    Column("region", N_("Region"), lambda row: row.region),
)
