"""Initial schema.

Revision: 0001, the first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cadence_line",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("klass", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("maximum", sa.Integer(), nullable=True),
        sa.Column("per_months", sa.Integer(), nullable=False),
        sa.Column("latest_months", sa.Integer(), nullable=True),
        sa.Column("condition", sa.String(length=32), nullable=True),
        sa.Column("shortest_gap", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cadence_line")),
        sa.UniqueConstraint("code", name=op.f("uq_cadence_line_code")),
        sa.UniqueConstraint(
            "klass", "role", "channel", name=op.f("uq_cadence_line_klass_role_channel")
        ),
    )
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_working", sa.Boolean(), nullable=False),
        sa.Column("is_festival", sa.Boolean(), nullable=False),
        sa.Column("zh", sa.String(length=80), nullable=False),
        sa.Column("en", sa.String(length=80), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_day")),
        sa.UniqueConstraint("day", name=op.f("uq_calendar_day_day")),
    )
    op.create_table(
        "change_set",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("device", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("args", sa.JSON(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("undoes", sa.Uuid(), nullable=True),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_set")),
        sa.UniqueConstraint("device", "seq", name=op.f("uq_change_set_device_seq")),
    )
    with op.batch_alter_table("change_set", schema=None) as batch_op:
        batch_op.create_index("ix_change_set_at", ["at"], unique=False)

    op.create_table(
        "defection_rule",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_defection_rule")),
        sa.UniqueConstraint(
            "kind", "rule_version", name=op.f("uq_defection_rule_kind_rule_version")
        ),
    )
    op.create_table(
        "experiment",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("arms", sa.JSON(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experiment")),
        sa.UniqueConstraint("code", name=op.f("uq_experiment_code")),
    )
    op.create_table(
        "import_job",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("file_name", sa.String(length=260), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("same", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_job")),
    )
    op.create_table(
        "library_question",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("zh", sa.String(length=200), nullable=False),
        sa.Column("en", sa.String(length=200), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_question")),
        sa.UniqueConstraint("code", name=op.f("uq_library_question_code")),
    )
    op.create_table(
        "offer",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("zh", sa.String(length=200), nullable=False),
        sa.Column("en", sa.String(length=200), nullable=False),
        sa.Column("zh_words", sa.Text(), nullable=False),
        sa.Column("en_words", sa.Text(), nullable=False),
        sa.Column("goal", sa.String(length=32), nullable=False),
        sa.Column("approach", sa.String(length=32), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("valid_days", sa.Integer(), nullable=False),
        sa.Column("cap_per_customer", sa.Integer(), nullable=False),
        sa.Column("is_coupon", sa.Boolean(), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("code", name=op.f("uq_offer_code")),
    )
    op.create_table(
        "questionnaire",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("zh", sa.String(length=200), nullable=False),
        sa.Column("en", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("current_version", sa.Integer(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaire")),
        sa.UniqueConstraint("code", name=op.f("uq_questionnaire_code")),
    )
    op.create_table(
        "reason",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("group_code", sa.String(length=64), nullable=False),
        sa.Column("current_version", sa.Integer(), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("replaced_by", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reason")),
        sa.UniqueConstraint("code", name=op.f("uq_reason_code")),
        sa.UniqueConstraint("number", name=op.f("uq_reason_number")),
    )
    with op.batch_alter_table("reason", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reason_group_code"), ["group_code"], unique=False)

    op.create_table(
        "script",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("zh", sa.String(length=200), nullable=False),
        sa.Column("en", sa.String(length=200), nullable=False),
        sa.Column("occasion", sa.String(length=32), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("current_version", sa.Integer(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_script")),
        sa.UniqueConstraint("code", name=op.f("uq_script_code")),
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting")),
        sa.UniqueConstraint("key", name=op.f("uq_setting_key")),
    )
    op.create_table(
        "snippet",
        sa.Column("trigger", sa.String(length=40), nullable=False),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snippet")),
        sa.UniqueConstraint("trigger", name=op.f("uq_snippet_trigger")),
    )
    op.create_table(
        "store",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("region", sa.String(length=80), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store")),
        sa.UniqueConstraint("code", name=op.f("uq_store_code")),
    )
    op.create_table(
        "theme",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("zh", sa.String(length=120), nullable=False),
        sa.Column("en", sa.String(length=120), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme")),
        sa.UniqueConstraint("code", name=op.f("uq_theme_code")),
    )
    op.create_table(
        "workspace_figures",
        sa.Column("reference_day", sa.Integer(), nullable=False),
        sa.Column("window_days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("reference_day", name=op.f("pk_workspace_figures")),
    )
    op.create_table(
        "app_user",
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_app_user_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_user")),
        sa.UniqueConstraint("login", name=op.f("uq_app_user_login")),
    )
    op.create_table(
        "change",
        sa.Column("change_set_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("row_id", sa.String(length=36), nullable=False),
        sa.Column("op", sa.String(length=32), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_set_id"], ["change_set.id"], name=op.f("fk_change_change_set_id")
        ),
        sa.PrimaryKeyConstraint("change_set_id", "position", name=op.f("pk_change")),
    )
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.create_index("ix_change_entity_row_id", ["entity", "row_id"], unique=False)

    op.create_table(
        "offer_budget",
        sa.Column("store_id", sa.Uuid(), nullable=True),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_offer_budget_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_budget")),
        sa.UniqueConstraint("store_id", "month", name=op.f("uq_offer_budget_store_id_month")),
    )
    op.create_table(
        "offer_rule",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("reason_group", sa.String(length=64), nullable=True),
        sa.Column("reason_code", sa.String(length=64), nullable=True),
        sa.Column("klass", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=True),
        sa.Column("min_value", sa.BigInteger(), nullable=True),
        sa.Column("offer_id", sa.Uuid(), nullable=True),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_offer_rule_offer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_rule")),
    )
    op.create_table(
        "reason_version",
        sa.Column("reason_id", sa.Uuid(), nullable=False),
        sa.Column("reason_version", sa.Integer(), nullable=False),
        sa.Column("zh", sa.String(length=200), nullable=False),
        sa.Column("en", sa.String(length=200), nullable=False),
        sa.Column("churn_type", sa.String(length=64), nullable=False),
        sa.Column("avoidable", sa.Boolean(), nullable=True),
        sa.Column("keaveney", sa.Integer(), nullable=True),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["reason_id"], ["reason.id"], name=op.f("fk_reason_version_reason_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reason_version")),
        sa.UniqueConstraint(
            "reason_id", "reason_version", name=op.f("uq_reason_version_reason_id_reason_version")
        ),
    )
    op.create_table(
        "absence",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_absence_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.create_index("ix_absence_user_id_first_on", ["user_id", "first_on"], unique=False)

    op.create_table(
        "customer",
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=400), nullable=False),
        sa.Column("district", sa.String(length=80), nullable=False),
        sa.Column("card_number", sa.String(length=64), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("joined_on", sa.Date(), nullable=True),
        sa.Column("is_identified", sa.Boolean(), nullable=False),
        sa.Column("do_not_contact", sa.Boolean(), nullable=False),
        sa.Column("is_deceased", sa.Boolean(), nullable=False),
        sa.Column("malicious_arrears", sa.Boolean(), nullable=False),
        sa.Column("upgrade_since", sa.Date(), nullable=True),
        sa.Column("switch_dates", sa.JSON(), nullable=False),
        sa.Column("attributes", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["app_user.id"], name=op.f("fk_customer_owner_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_customer_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("number", name=op.f("uq_customer_number")),
    )
    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.create_index("ix_customer_card_number", ["card_number"], unique=False)
        batch_op.create_index("ix_customer_owner_id", ["owner_id"], unique=False)
        batch_op.create_index("ix_customer_phone", ["phone"], unique=False)
        batch_op.create_index("ix_customer_store_id", ["store_id", "id"], unique=False)

    op.create_table(
        "employee_exit",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("destination", sa.String(length=32), nullable=False),
        sa.Column("destination_name", sa.String(length=120), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_employee_exit_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employee_exit")),
        sa.UniqueConstraint("user_id", name=op.f("uq_employee_exit_user_id")),
    )
    op.create_table(
        "handover",
        sa.Column("from_id", sa.Uuid(), nullable=True),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("overlap_until", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_handover_by_id")),
        sa.ForeignKeyConstraint(["from_id"], ["app_user.id"], name=op.f("fk_handover_from_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handover_from_id"), ["from_id"], unique=False)

    op.create_table(
        "questionnaire_version",
        sa.Column("questionnaire_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("xml", sa.Text(), nullable=False),
        sa.Column("itemsets", sa.Text(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("overruled", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["published_by_id"],
            ["app_user.id"],
            name=op.f("fk_questionnaire_version_published_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"],
            ["questionnaire.id"],
            name=op.f("fk_questionnaire_version_questionnaire_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaire_version")),
        sa.UniqueConstraint(
            "questionnaire_id",
            "number",
            name=op.f("uq_questionnaire_version_questionnaire_id_number"),
        ),
    )
    with op.batch_alter_table("questionnaire_version", schema=None) as batch_op:
        batch_op.create_index(
            "uq_questionnaire_version_draft",
            ["questionnaire_id"],
            unique=True,
            sqlite_where=sa.text("state = 'draft'"),
        )

    op.create_table(
        "reminder_mark",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_reminder_mark_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_mark")),
        sa.UniqueConstraint(
            "user_id",
            "kind",
            "key",
            "stage",
            "days",
            "minutes",
            name=op.f("uq_reminder_mark_user_id_kind_key_stage_days_minutes"),
        ),
    )
    op.create_table(
        "saved_view",
        sa.Column("page", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_saved_view_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_view_page"), ["page"], unique=False)

    op.create_table(
        "script_version",
        sa.Column("script_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["app_user.id"], name=op.f("fk_script_version_published_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["script_id"], ["script.id"], name=op.f("fk_script_version_script_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_script_version")),
        sa.UniqueConstraint("script_id", "number", name=op.f("uq_script_version_script_id_number")),
    )
    with op.batch_alter_table("script_version", schema=None) as batch_op:
        batch_op.create_index(
            "uq_script_version_draft",
            ["script_id"],
            unique=True,
            sqlite_where=sa.text("state = 'draft'"),
        )

    op.create_table(
        "skill",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_skill_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skill")),
        sa.UniqueConstraint("user_id", "kind", name=op.f("uq_skill_user_id_kind")),
    )
    op.create_table(
        "staff_profile",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("functions", sa.JSON(), nullable=False),
        sa.Column("department", sa.String(length=120), nullable=False),
        sa.Column("districts", sa.JSON(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=True),
        sa.Column("hired_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("visits_a_day", sa.Integer(), nullable=False),
        sa.Column("calls_a_day", sa.Integer(), nullable=False),
        sa.Column("visits_a_month", sa.Integer(), nullable=True),
        sa.Column("calls_a_month", sa.Integer(), nullable=True),
        sa.Column("most_customers", sa.Integer(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["app_user.id"], name=op.f("fk_staff_profile_manager_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_staff_profile_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_profile")),
        sa.UniqueConstraint("user_id", name=op.f("uq_staff_profile_user_id")),
    )
    op.create_table(
        "typed_draft",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=640), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_typed_draft_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f("pk_typed_draft")),
    )
    op.create_table(
        "cadence_override",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_cadence_override_by_id")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_cadence_override_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cadence_override")),
    )
    with op.batch_alter_table("cadence_override", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_cadence_override_customer_id"), ["customer_id"], unique=False
        )

    op.create_table(
        "contact",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("duty", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_contact_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_customer_id"), ["customer_id"], unique=False)

    op.create_table(
        "customer_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_customer_order_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_job.id"], name=op.f("fk_customer_order_import_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_order")),
    )
    with op.batch_alter_table("customer_order", schema=None) as batch_op:
        batch_op.create_index(
            "ix_customer_order_customer_id_day_amount",
            ["customer_id", "day", "amount"],
            unique=False,
        )
        batch_op.create_index("ix_customer_order_day", ["day"], unique=False)
        batch_op.create_index("ix_customer_order_import_id", ["import_id"], unique=False)
        batch_op.create_index("ix_customer_order_number", ["number"], unique=False)

    op.create_table(
        "customer_stat",
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("number_folded", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_folded", sa.String(length=200), nullable=False),
        sa.Column("phone_reversed", sa.String(length=40), nullable=False),
        sa.Column("card_reversed", sa.String(length=64), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("purchase_days", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Integer(), nullable=True),
        sa.Column("last_day", sa.Integer(), nullable=True),
        sa.Column("spend_total", sa.BigInteger(), nullable=False),
        sa.Column("spend_window", sa.BigInteger(), nullable=False),
        sa.Column("spend_before", sa.BigInteger(), nullable=False),
        sa.Column("klass", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_customer_stat_customer_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_customer_stat")),
        sa.UniqueConstraint("customer_id", name=op.f("uq_customer_stat_customer_id")),
    )
    with op.batch_alter_table("customer_stat", schema=None) as batch_op:
        batch_op.create_index("ix_customer_stat_card_reversed", ["card_reversed"], unique=False)
        batch_op.create_index("ix_customer_stat_last_day", ["last_day", "no"], unique=False)
        batch_op.create_index("ix_customer_stat_name", ["name", "no"], unique=False)
        batch_op.create_index("ix_customer_stat_number", ["number", "no"], unique=False)
        batch_op.create_index("ix_customer_stat_number_folded", ["number_folded"], unique=False)
        batch_op.create_index("ix_customer_stat_phone_reversed", ["phone_reversed"], unique=False)
        batch_op.create_index("ix_customer_stat_spend_total", ["spend_total", "no"], unique=False)

    op.create_table(
        "departure_case",
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("stage_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("owner_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pool_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("previous_owner_id", sa.Uuid(), nullable=True),
        sa.Column("kept_from_previous_until", sa.Date(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("churn_type", sa.String(length=64), nullable=True),
        sa.Column("extent", sa.String(length=64), nullable=True),
        sa.Column("state_of_mind", sa.String(length=64), nullable=True),
        sa.Column("competitor", sa.String(length=120), nullable=False),
        sa.Column("value_at_stake", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("approach", sa.String(length=32), nullable=True),
        sa.Column("offer_text", sa.Text(), nullable=False),
        sa.Column("what_happened", sa.Text(), nullable=False),
        sa.Column("next_step", sa.String(length=32), nullable=True),
        sa.Column("next_due", sa.Date(), nullable=True),
        sa.Column("callback_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("callback_for", sa.String(length=32), nullable=True),
        sa.Column("save_state", sa.String(length=32), nullable=True),
        sa.Column("watch_until", sa.Date(), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("follows_id", sa.Uuid(), nullable=True),
        sa.Column("close_note", sa.Text(), nullable=False),
        sa.Column("screening_note", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_departure_case_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["follows_id"], ["departure_case.id"], name=op.f("fk_departure_case_follows_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["app_user.id"], name=op.f("fk_departure_case_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["previous_owner_id"], ["app_user.id"], name=op.f("fk_departure_case_previous_owner_id")
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["store.id"], name=op.f("fk_departure_case_store_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departure_case")),
        sa.UniqueConstraint("number", name=op.f("uq_departure_case_number")),
    )
    with op.batch_alter_table("departure_case", schema=None) as batch_op:
        batch_op.create_index("ix_departure_case_closed_on", ["closed_on"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_departure_case_customer_id"), ["customer_id"], unique=False
        )
        batch_op.create_index("ix_departure_case_next_due", ["next_due", "id"], unique=False)
        batch_op.create_index("ix_departure_case_opened_on", ["opened_on", "id"], unique=False)
        batch_op.create_index(
            "ix_departure_case_owner_id_stage", ["owner_id", "stage"], unique=False
        )
        batch_op.create_index(
            "ix_departure_case_save_state", ["save_state", "watch_until"], unique=False
        )
        batch_op.create_index("ix_departure_case_stage", ["stage", "value_at_stake"], unique=False)
        batch_op.create_index(batch_op.f("ix_departure_case_store_id"), ["store_id"], unique=False)
        batch_op.create_index(
            "ix_departure_case_value_at_stake", ["value_at_stake", "id"], unique=False
        )
        batch_op.create_index(
            "uq_departure_case_open",
            ["customer_id", "kind"],
            unique=True,
            sqlite_where=sa.text("stage <> 'closed'"),
        )

    op.create_table(
        "handover_line",
        sa.Column("handover_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("seat", sa.String(length=32), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=True),
        sa.Column("is_cross", sa.Boolean(), nullable=False),
        sa.Column("fate", sa.String(length=32), nullable=False),
        sa.Column("checked", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_handover_line_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["handover.id"], name=op.f("fk_handover_line_handover_id")
        ),
        sa.ForeignKeyConstraint(["to_id"], ["app_user.id"], name=op.f("fk_handover_line_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_line")),
    )
    with op.batch_alter_table("handover_line", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_handover_line_customer_id"), ["customer_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_handover_line_handover_id"), ["handover_id"], unique=False
        )
        batch_op.create_index("ix_handover_line_to_id_state", ["to_id", "state"], unique=False)

    op.create_table(
        "holding",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("seat", sa.String(length=32), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_holding_customer_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_holding_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holding")),
    )
    with op.batch_alter_table("holding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_holding_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index("ix_holding_user_id_last_on", ["user_id", "last_on"], unique=False)
        batch_op.create_index(
            "uq_holding_open",
            ["customer_id", "seat"],
            unique=True,
            sqlite_where=sa.text("last_on IS NULL"),
        )

    op.create_table(
        "renewal",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("product", sa.String(length=200), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("notified_on", sa.Date(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_renewal_customer_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["app_user.id"], name=op.f("fk_renewal_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_renewal")),
        sa.UniqueConstraint(
            "customer_id",
            "product",
            "expires_on",
            name=op.f("uq_renewal_customer_id_product_expires_on"),
        ),
    )
    with op.batch_alter_table("renewal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_renewal_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index("ix_renewal_state_expires_on", ["state", "expires_on"], unique=False)

    op.create_table(
        "case_event",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("old_value", sa.String(length=64), nullable=False),
        sa.Column("new_value", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_case_event_by_id")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["departure_case.id"], name=op.f("fk_case_event_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_event")),
    )
    with op.batch_alter_table("case_event", schema=None) as batch_op:
        batch_op.create_index("ix_case_event_case_id_at", ["case_id", "at"], unique=False)

    op.create_table(
        "case_offer",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=True),
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("ceiling", sa.BigInteger(), nullable=True),
        sa.Column("justification", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_case_offer_by_id")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["departure_case.id"], name=op.f("fk_case_offer_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_case_offer_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["app_user.id"], name=op.f("fk_case_offer_decided_by_id")
        ),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_case_offer_offer_id")),
        sa.ForeignKeyConstraint(["rule_id"], ["offer_rule.id"], name=op.f("fk_case_offer_rule_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_case_offer_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_offer")),
    )
    with op.batch_alter_table("case_offer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_offer_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            "ix_case_offer_customer_id", ["customer_id", "proposed_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_case_offer_offer_id"), ["offer_id"], unique=False)
        batch_op.create_index("ix_case_offer_state", ["state", "proposed_at"], unique=False)

    op.create_table(
        "case_reason",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("layer", sa.String(length=32), nullable=False),
        sa.Column("reason_version_id", sa.Uuid(), nullable=False),
        sa.Column("verbatim", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["departure_case.id"], name=op.f("fk_case_reason_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["reason_version_id"],
            ["reason_version.id"],
            name=op.f("fk_case_reason_reason_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_reason")),
        sa.UniqueConstraint("case_id", "layer", name=op.f("uq_case_reason_case_id_layer")),
    )
    with op.batch_alter_table("case_reason", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_case_reason_reason_version_id"), ["reason_version_id"], unique=False
        )

    op.create_table(
        "case_review",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("was_avoidable", sa.Boolean(), nullable=True),
        sa.Column("lesson", sa.Text(), nullable=False),
        sa.Column("improvement", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_case_review_by_id")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["departure_case.id"], name=op.f("fk_case_review_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_review")),
        sa.UniqueConstraint("case_id", name=op.f("uq_case_review_case_id")),
    )
    op.create_table(
        "complaint",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("listened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_true", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.String(length=32), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_words", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["departure_case.id"], name=op.f("fk_complaint_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_complaint_customer_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["app_user.id"], name=op.f("fk_complaint_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
    )
    with op.batch_alter_table("complaint", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_complaint_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_complaint_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index("ix_complaint_due_on", ["answered_at", "due_on"], unique=False)

    op.create_table(
        "contact_attempt",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("result", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration_seconds", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("next_step", sa.String(length=32), nullable=True),
        sa.Column("next_due", sa.Date(), nullable=True),
        sa.Column("is_informal", sa.Boolean(), nullable=False),
        sa.Column("by_customer", sa.Boolean(), nullable=False),
        sa.Column("proof", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_contact_attempt_by_id")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["departure_case.id"], name=op.f("fk_contact_attempt_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_contact_attempt_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_attempt")),
    )
    with op.batch_alter_table("contact_attempt", schema=None) as batch_op:
        batch_op.create_index("ix_contact_attempt_case_id_at", ["case_id", "at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_contact_attempt_customer_id"), ["customer_id"], unique=False
        )

    op.create_table(
        "defection_signal",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("measured", sa.Double(), nullable=True),
        sa.Column("limit", sa.Double(), nullable=True),
        sa.Column("sentence_zh", sa.String(length=400), nullable=False),
        sa.Column("sentence_en", sa.String(length=400), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("state_note", sa.Text(), nullable=False),
        sa.Column("snoozed_until", sa.Date(), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["departure_case.id"], name=op.f("fk_defection_signal_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_defection_signal_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["app_user.id"], name=op.f("fk_defection_signal_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["defection_rule.id"], name=op.f("fk_defection_signal_rule_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_defection_signal")),
    )
    with op.batch_alter_table("defection_signal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_defection_signal_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            "ix_defection_signal_customer_id_kind", ["customer_id", "kind"], unique=False
        )
        batch_op.create_index("ix_defection_signal_state", ["state", "as_of"], unique=False)

    op.create_table(
        "exit_registration",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("reason_version_id", sa.Uuid(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("arrears", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("gift", sa.String(length=120), nullable=False),
        sa.Column("gift_given", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["app_user.id"], name=op.f("fk_exit_registration_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["departure_case.id"], name=op.f("fk_exit_registration_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_exit_registration_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["reason_version_id"],
            ["reason_version.id"],
            name=op.f("fk_exit_registration_reason_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exit_registration")),
    )
    with op.batch_alter_table("exit_registration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_exit_registration_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_exit_registration_customer_id"), ["customer_id"], unique=False
        )

    op.create_table(
        "experiment_arm",
        sa.Column("experiment_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("arm", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["departure_case.id"], name=op.f("fk_experiment_arm_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_experiment_arm_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["experiment.id"], name=op.f("fk_experiment_arm_experiment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experiment_arm")),
        sa.UniqueConstraint(
            "experiment_id", "customer_id", name=op.f("uq_experiment_arm_experiment_id_customer_id")
        ),
    )
    with op.batch_alter_table("experiment_arm", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_experiment_arm_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_experiment_arm_customer_id"), ["customer_id"], unique=False
        )

    op.create_table(
        "interview",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("questionnaire_version_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=64), nullable=False),
        sa.Column("review", sa.String(length=32), nullable=True),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("structure", sa.String(length=36), nullable=False),
        sa.Column("verifies_id", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_interview_by_id")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["departure_case.id"], name=op.f("fk_interview_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["questionnaire_version_id"],
            ["questionnaire_version.id"],
            name=op.f("fk_interview_questionnaire_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["verifies_id"], ["interview.id"], name=op.f("fk_interview_verifies_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview")),
    )
    with op.batch_alter_table("interview", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interview_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_interview_questionnaire_version_id"),
            ["questionnaire_version_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_interview_verifies_id"), ["verifies_id"], unique=False)

    op.create_table(
        "order_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("product_code", sa.String(length=64), nullable=False),
        sa.Column("product_name", sa.String(length=200), nullable=False),
        sa.Column("product_line", sa.String(length=120), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_order_line_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_job.id"], name=op.f("fk_order_line_import_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["customer_order.id"], name=op.f("fk_order_line_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
    )
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.create_index(
            "ix_order_line_customer_id_product_line_day",
            ["customer_id", "product_line", "day", "amount"],
            unique=False,
        )
        batch_op.create_index("ix_order_line_import_id", ["import_id"], unique=False)
        batch_op.create_index("ix_order_line_order_id", ["order_id"], unique=False)

    op.create_table(
        "probe_step",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("reason_version_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["departure_case.id"], name=op.f("fk_probe_step_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["reason_version_id"],
            ["reason_version.id"],
            name=op.f("fk_probe_step_reason_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_probe_step")),
        sa.UniqueConstraint("case_id", "step", name=op.f("uq_probe_step_case_id_step")),
    )
    op.create_table(
        "promise",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("chase_count", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=32), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["departure_case.id"], name=op.f("fk_promise_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_promise_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["app_user.id"], name=op.f("fk_promise_made_by_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["app_user.id"], name=op.f("fk_promise_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise")),
    )
    with op.batch_alter_table("promise", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_promise_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_promise_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index("ix_promise_due_on", ["answered_on", "due_on"], unique=False)

    op.create_table(
        "task",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("follows_id", sa.Uuid(), nullable=True),
        sa.Column("handover_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["departure_case.id"], name=op.f("fk_task_case_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_task_customer_id")),
        sa.ForeignKeyConstraint(["follows_id"], ["task.id"], name=op.f("fk_task_follows_id")),
        sa.ForeignKeyConstraint(["handover_id"], ["handover.id"], name=op.f("fk_task_handover_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["app_user.id"], name=op.f("fk_task_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_task_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_handover_id"), ["handover_id"], unique=False)
        batch_op.create_index(
            "ix_task_owner_id_state", ["owner_id", "state", "due_on"], unique=False
        )
        batch_op.create_index("ix_task_state_due_on", ["state", "due_on"], unique=False)

    op.create_table(
        "visit",
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.Time(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=True),
        sa.Column("rule_purpose", sa.String(length=32), nullable=True),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("is_fixed", sa.Boolean(), nullable=False),
        sa.Column("is_informal", sa.Boolean(), nullable=False),
        sa.Column("met", sa.String(length=200), nullable=False),
        sa.Column("gift", sa.String(length=200), nullable=False),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_visit_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["departure_case.id"], name=op.f("fk_visit_case_id")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_visit_customer_id")
        ),
        sa.ForeignKeyConstraint(["import_id"], ["import_job.id"], name=op.f("fk_visit_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index("ix_visit_by_id", ["by_id", "customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index("ix_visit_done_on", ["done_on", "by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_import_id"), ["import_id"], unique=False)
        batch_op.create_index("ix_visit_planned_on", ["planned_on", "by_id"], unique=False)
        batch_op.create_index("ix_visit_state_planned_on", ["state", "planned_on"], unique=False)

    op.create_table(
        "answer",
        sa.Column("interview_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interview.id"], name=op.f("fk_answer_interview_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint("interview_id", "address", name=op.f("uq_answer_interview_id_address")),
    )
    op.create_table(
        "answer_theme",
        sa.Column("interview_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("theme_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_answer_theme_by_id")),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interview.id"], name=op.f("fk_answer_theme_interview_id")
        ),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"], name=op.f("fk_answer_theme_theme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_theme")),
        sa.UniqueConstraint(
            "interview_id",
            "address",
            "by_id",
            "theme_id",
            name=op.f("uq_answer_theme_interview_id_address_by_id_theme_id"),
        ),
    )
    with op.batch_alter_table("answer_theme", schema=None) as batch_op:
        batch_op.create_index("ix_answer_theme_theme_id", ["theme_id"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("interview_id", sa.Uuid(), nullable=True),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_attachment_by_id")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["departure_case.id"], name=op.f("fk_attachment_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_attachment_customer_id")
        ),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interview.id"], name=op.f("fk_attachment_interview_id")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_attachment_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_attachment_customer_id"), ["customer_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_attachment_interview_id"), ["interview_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_attachment_visit_id"), ["visit_id"], unique=False)

    op.create_table(
        "cost_entry",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("case_offer_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_cost_entry_by_id")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["departure_case.id"], name=op.f("fk_cost_entry_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["case_offer_id"], ["case_offer.id"], name=op.f("fk_cost_entry_case_offer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_entry")),
    )
    with op.batch_alter_table("cost_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cost_entry_case_id"), ["case_id"], unique=False)

    op.create_table(
        "coupon",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("case_offer_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("redeemed_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_offer_id"], ["case_offer.id"], name=op.f("fk_coupon_case_offer_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_coupon_customer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon")),
        sa.UniqueConstraint("code", name=op.f("uq_coupon_code")),
    )
    with op.batch_alter_table("coupon", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_coupon_case_offer_id"), ["case_offer_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_coupon_customer_id"), ["customer_id"], unique=False)

    op.create_table(
        "interview_review",
        sa.Column("interview_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_interview_review_by_id")),
        sa.ForeignKeyConstraint(
            ["interview_id"], ["interview.id"], name=op.f("fk_interview_review_interview_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview_review")),
    )
    with op.batch_alter_table("interview_review", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_interview_review_interview_id"), ["interview_id"], unique=False
        )

    op.create_table(
        "recovery",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("complaint_id", sa.Uuid(), nullable=True),
        sa.Column("promise_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("loss", sa.BigInteger(), nullable=True),
        sa.Column("compensation", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["departure_case.id"], name=op.f("fk_recovery_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaint.id"], name=op.f("fk_recovery_complaint_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["app_user.id"], name=op.f("fk_recovery_owner_id")),
        sa.ForeignKeyConstraint(
            ["promise_id"], ["promise.id"], name=op.f("fk_recovery_promise_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery")),
    )
    with op.batch_alter_table("recovery", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_case_id"), ["case_id"], unique=False)

    op.create_table(
        "script_run",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("script_version_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=True),
        sa.Column("path", sa.JSON(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["contact_attempt.id"], name=op.f("fk_script_run_attempt_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_script_run_by_id")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["departure_case.id"], name=op.f("fk_script_run_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["script_version_id"],
            ["script_version.id"],
            name=op.f("fk_script_run_script_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_script_run")),
    )
    with op.batch_alter_table("script_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_script_run_attempt_id"), ["attempt_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_script_run_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            "ix_script_run_script_version_id", ["script_version_id"], unique=False
        )

    op.create_table(
        "win_back_step",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_win_back_step_by_id")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["departure_case.id"], name=op.f("fk_win_back_step_case_id")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_win_back_step_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_win_back_step")),
        sa.UniqueConstraint("case_id", "step", name=op.f("uq_win_back_step_case_id_step")),
    )
    with op.batch_alter_table("win_back_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_win_back_step_visit_id"), ["visit_id"], unique=False)

    op.create_table(
        "recovery_step",
        sa.Column("recovery_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name=op.f("fk_recovery_step_by_id")),
        sa.ForeignKeyConstraint(
            ["recovery_id"], ["recovery.id"], name=op.f("fk_recovery_step_recovery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_step")),
        sa.UniqueConstraint("recovery_id", "step", name=op.f("uq_recovery_step_recovery_id_step")),
    )
    op.execute(
        "CREATE VIRTUAL TABLE customer_fts USING fts5(tokens, content='', contentless_delete=1,"
        " detail=none, tokenize='ascii')"
    )
    op.execute("CREATE INDEX ix_customer_stat_rank ON customer_stat (spend_window DESC, number)")
    op.execute(
        "CREATE INDEX ix_customer_stat_klass ON customer_stat (klass, spend_window DESC, number)"
    )


def downgrade() -> None:
    op.execute("DROP TABLE customer_fts")
    op.drop_table("recovery_step")
    with op.batch_alter_table("win_back_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_win_back_step_visit_id"))

    op.drop_table("win_back_step")
    with op.batch_alter_table("script_run", schema=None) as batch_op:
        batch_op.drop_index("ix_script_run_script_version_id")
        batch_op.drop_index(batch_op.f("ix_script_run_case_id"))
        batch_op.drop_index(batch_op.f("ix_script_run_attempt_id"))

    op.drop_table("script_run")
    with op.batch_alter_table("recovery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recovery_case_id"))

    op.drop_table("recovery")
    with op.batch_alter_table("interview_review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_interview_review_interview_id"))

    op.drop_table("interview_review")
    with op.batch_alter_table("coupon", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_coupon_customer_id"))
        batch_op.drop_index(batch_op.f("ix_coupon_case_offer_id"))

    op.drop_table("coupon")
    with op.batch_alter_table("cost_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cost_entry_case_id"))

    op.drop_table("cost_entry")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachment_visit_id"))
        batch_op.drop_index(batch_op.f("ix_attachment_interview_id"))
        batch_op.drop_index(batch_op.f("ix_attachment_customer_id"))
        batch_op.drop_index(batch_op.f("ix_attachment_case_id"))

    op.drop_table("attachment")
    with op.batch_alter_table("answer_theme", schema=None) as batch_op:
        batch_op.drop_index("ix_answer_theme_theme_id")

    op.drop_table("answer_theme")
    op.drop_table("answer")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index("ix_visit_state_planned_on")
        batch_op.drop_index("ix_visit_planned_on")
        batch_op.drop_index(batch_op.f("ix_visit_import_id"))
        batch_op.drop_index("ix_visit_done_on")
        batch_op.drop_index(batch_op.f("ix_visit_customer_id"))
        batch_op.drop_index(batch_op.f("ix_visit_case_id"))
        batch_op.drop_index("ix_visit_by_id")

    op.drop_table("visit")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index("ix_task_state_due_on")
        batch_op.drop_index("ix_task_owner_id_state")
        batch_op.drop_index(batch_op.f("ix_task_handover_id"))
        batch_op.drop_index(batch_op.f("ix_task_customer_id"))
        batch_op.drop_index(batch_op.f("ix_task_case_id"))

    op.drop_table("task")
    with op.batch_alter_table("promise", schema=None) as batch_op:
        batch_op.drop_index("ix_promise_due_on")
        batch_op.drop_index(batch_op.f("ix_promise_customer_id"))
        batch_op.drop_index(batch_op.f("ix_promise_case_id"))

    op.drop_table("promise")
    op.drop_table("probe_step")
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.drop_index("ix_order_line_order_id")
        batch_op.drop_index("ix_order_line_import_id")
        batch_op.drop_index("ix_order_line_customer_id_product_line_day")

    op.drop_table("order_line")
    with op.batch_alter_table("interview", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_interview_verifies_id"))
        batch_op.drop_index(batch_op.f("ix_interview_questionnaire_version_id"))
        batch_op.drop_index(batch_op.f("ix_interview_case_id"))

    op.drop_table("interview")
    with op.batch_alter_table("experiment_arm", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_experiment_arm_customer_id"))
        batch_op.drop_index(batch_op.f("ix_experiment_arm_case_id"))

    op.drop_table("experiment_arm")
    with op.batch_alter_table("exit_registration", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_exit_registration_customer_id"))
        batch_op.drop_index(batch_op.f("ix_exit_registration_case_id"))

    op.drop_table("exit_registration")
    with op.batch_alter_table("defection_signal", schema=None) as batch_op:
        batch_op.drop_index("ix_defection_signal_state")
        batch_op.drop_index("ix_defection_signal_customer_id_kind")
        batch_op.drop_index(batch_op.f("ix_defection_signal_case_id"))

    op.drop_table("defection_signal")
    with op.batch_alter_table("contact_attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_attempt_customer_id"))
        batch_op.drop_index("ix_contact_attempt_case_id_at")

    op.drop_table("contact_attempt")
    with op.batch_alter_table("complaint", schema=None) as batch_op:
        batch_op.drop_index("ix_complaint_due_on")
        batch_op.drop_index(batch_op.f("ix_complaint_customer_id"))
        batch_op.drop_index(batch_op.f("ix_complaint_case_id"))

    op.drop_table("complaint")
    op.drop_table("case_review")
    with op.batch_alter_table("case_reason", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_reason_reason_version_id"))

    op.drop_table("case_reason")
    with op.batch_alter_table("case_offer", schema=None) as batch_op:
        batch_op.drop_index("ix_case_offer_state")
        batch_op.drop_index(batch_op.f("ix_case_offer_offer_id"))
        batch_op.drop_index("ix_case_offer_customer_id")
        batch_op.drop_index(batch_op.f("ix_case_offer_case_id"))

    op.drop_table("case_offer")
    with op.batch_alter_table("case_event", schema=None) as batch_op:
        batch_op.drop_index("ix_case_event_case_id_at")

    op.drop_table("case_event")
    with op.batch_alter_table("renewal", schema=None) as batch_op:
        batch_op.drop_index("ix_renewal_state_expires_on")
        batch_op.drop_index(batch_op.f("ix_renewal_owner_id"))

    op.drop_table("renewal")
    with op.batch_alter_table("holding", schema=None) as batch_op:
        batch_op.drop_index("uq_holding_open", sqlite_where=sa.text("last_on IS NULL"))
        batch_op.drop_index("ix_holding_user_id_last_on")
        batch_op.drop_index(batch_op.f("ix_holding_customer_id"))

    op.drop_table("holding")
    with op.batch_alter_table("handover_line", schema=None) as batch_op:
        batch_op.drop_index("ix_handover_line_to_id_state")
        batch_op.drop_index(batch_op.f("ix_handover_line_handover_id"))
        batch_op.drop_index(batch_op.f("ix_handover_line_customer_id"))

    op.drop_table("handover_line")
    with op.batch_alter_table("departure_case", schema=None) as batch_op:
        batch_op.drop_index("uq_departure_case_open", sqlite_where=sa.text("stage <> 'closed'"))
        batch_op.drop_index("ix_departure_case_value_at_stake")
        batch_op.drop_index(batch_op.f("ix_departure_case_store_id"))
        batch_op.drop_index("ix_departure_case_stage")
        batch_op.drop_index("ix_departure_case_save_state")
        batch_op.drop_index("ix_departure_case_owner_id_stage")
        batch_op.drop_index("ix_departure_case_opened_on")
        batch_op.drop_index("ix_departure_case_next_due")
        batch_op.drop_index(batch_op.f("ix_departure_case_customer_id"))
        batch_op.drop_index("ix_departure_case_closed_on")

    op.drop_table("departure_case")
    with op.batch_alter_table("customer_stat", schema=None) as batch_op:
        batch_op.drop_index("ix_customer_stat_spend_total")
        batch_op.drop_index("ix_customer_stat_phone_reversed")
        batch_op.drop_index("ix_customer_stat_number_folded")
        batch_op.drop_index("ix_customer_stat_number")
        batch_op.drop_index("ix_customer_stat_name")
        batch_op.drop_index("ix_customer_stat_last_day")
        batch_op.drop_index("ix_customer_stat_card_reversed")

    op.drop_table("customer_stat")
    with op.batch_alter_table("customer_order", schema=None) as batch_op:
        batch_op.drop_index("ix_customer_order_number")
        batch_op.drop_index("ix_customer_order_import_id")
        batch_op.drop_index("ix_customer_order_day")
        batch_op.drop_index("ix_customer_order_customer_id_day_amount")

    op.drop_table("customer_order")
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_customer_id"))

    op.drop_table("contact")
    with op.batch_alter_table("cadence_override", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cadence_override_customer_id"))

    op.drop_table("cadence_override")
    op.drop_table("typed_draft")
    op.drop_table("staff_profile")
    op.drop_table("skill")
    with op.batch_alter_table("script_version", schema=None) as batch_op:
        batch_op.drop_index("uq_script_version_draft", sqlite_where=sa.text("state = 'draft'"))

    op.drop_table("script_version")
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_view_page"))

    op.drop_table("saved_view")
    op.drop_table("reminder_mark")
    with op.batch_alter_table("questionnaire_version", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_questionnaire_version_draft", sqlite_where=sa.text("state = 'draft'")
        )

    op.drop_table("questionnaire_version")
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handover_from_id"))

    op.drop_table("handover")
    op.drop_table("employee_exit")
    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.drop_index("ix_customer_store_id")
        batch_op.drop_index("ix_customer_phone")
        batch_op.drop_index("ix_customer_owner_id")
        batch_op.drop_index("ix_customer_card_number")

    op.drop_table("customer")
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.drop_index("ix_absence_user_id_first_on")

    op.drop_table("absence")
    op.drop_table("reason_version")
    op.drop_table("offer_rule")
    op.drop_table("offer_budget")
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.drop_index("ix_change_entity_row_id")

    op.drop_table("change")
    op.drop_table("app_user")
    op.drop_table("workspace_figures")
    op.drop_table("theme")
    op.drop_table("store")
    op.drop_table("snippet")
    op.drop_table("setting")
    op.drop_table("script")
    with op.batch_alter_table("reason", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reason_group_code"))

    op.drop_table("reason")
    op.drop_table("questionnaire")
    op.drop_table("offer")
    op.drop_table("library_question")
    op.drop_table("import_job")
    op.drop_table("experiment")
    op.drop_table("defection_rule")
    with op.batch_alter_table("change_set", schema=None) as batch_op:
        batch_op.drop_index("ix_change_set_at")

    op.drop_table("change_set")
    op.drop_table("calendar_day")
    op.drop_table("cadence_line")
