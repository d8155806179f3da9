"""Bulk facts: orders and their lines. Integer keys, `import_id`, outside the row journal.

A day is the proleptic Gregorian ordinal (`date.toordinal`); money is integer minor units (fen).
`CustomerStat` is derived from them and from `Customer` by `db.derived`, never edited.
"""

import uuid

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, desc
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, word


class Order(Base):
    """One purchase (or return, with a negative amount) of one customer on one day."""

    __tablename__ = "customer_order"
    __journalled__ = False
    __table_args__ = (
        Index("ix_customer_order_customer_id_day_amount", "customer_id", "day", "amount"),
        Index("ix_customer_order_number", "number"),
        Index("ix_customer_order_import_id", "import_id"),
        Index("ix_customer_order_day", "day"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    customer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("customer.id"))
    number: Mapped[str] = mapped_column(String(64))
    day: Mapped[int]
    amount: Mapped[int] = mapped_column(BigInteger)
    quantity: Mapped[int | None] = mapped_column(BigInteger)  # thousandths of a unit
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    import_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("import_job.id"))


class OrderLine(Base):
    """One product within an order."""

    __tablename__ = "order_line"
    __journalled__ = False
    __table_args__ = (
        Index("ix_order_line_order_id", "order_id"),
        Index("ix_order_line_import_id", "import_id"),
        Index(
            "ix_order_line_customer_id_product_line_day",
            "customer_id",
            "product_line",
            "day",
            "amount",
        ),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("customer_order.id"))
    customer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("customer.id"))
    day: Mapped[int]
    product_code: Mapped[str] = mapped_column(String(64), default="")
    product_name: Mapped[str] = mapped_column(String(200), default="")
    product_line: Mapped[str] = mapped_column(String(120), default="")
    quantity: Mapped[int | None] = mapped_column(BigInteger)  # thousandths of a unit
    amount: Mapped[int] = mapped_column(BigInteger)
    import_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("import_job.id"))


class CustomerStat(Base):
    """Maintained figures of one customer as of the workspace's reference day (`db.derived`)."""

    __tablename__ = "customer_stat"
    __journalled__ = False
    __table_args__ = (
        Index("ix_customer_stat_rank", desc("spend_window"), "number"),
        Index("ix_customer_stat_spend_total", "spend_total", "no"),
        Index("ix_customer_stat_last_day", "last_day", "no"),
        Index("ix_customer_stat_name", "name", "no"),
        Index("ix_customer_stat_number", "number", "no"),
        Index("ix_customer_stat_number_folded", "number_folded"),
        Index("ix_customer_stat_klass", "klass", desc("spend_window"), "number"),
        Index("ix_customer_stat_phone_reversed", "phone_reversed"),
        Index("ix_customer_stat_card_reversed", "card_reversed"),
    )

    no: Mapped[int] = mapped_column(Integer, primary_key=True)  # row id of the search index
    customer_id: Mapped[uuid.UUID] = mapped_column(
        # deferred: a customer goes first, the figures follow before the commit
        ForeignKey("customer.id", deferrable=True, initially="DEFERRED"),
        unique=True,
    )
    number: Mapped[str] = mapped_column(String(64), default="")
    number_folded: Mapped[str] = mapped_column(String(64), default="")
    name: Mapped[str] = mapped_column(String(200), default="")
    name_folded: Mapped[str] = mapped_column(String(200), default="")
    phone_reversed: Mapped[str] = mapped_column(String(40), default="")
    card_reversed: Mapped[str] = mapped_column(String(64), default="")
    orders: Mapped[int] = mapped_column(default=0)
    purchase_days: Mapped[int] = mapped_column(default=0)
    first_day: Mapped[int | None]
    last_day: Mapped[int | None]
    spend_total: Mapped[int] = mapped_column(BigInteger, default=0)
    spend_window: Mapped[int] = mapped_column(BigInteger, default=0)
    spend_before: Mapped[int] = mapped_column(BigInteger, default=0)
    klass: Mapped[str] = mapped_column(word(), default="c")


class WorkspaceFigures(Base):
    """As of which day and over which window the figures in `CustomerStat` stand; one row."""

    __tablename__ = "workspace_figures"
    __journalled__ = False

    reference_day: Mapped[int] = mapped_column(Integer, primary_key=True)
    window_days: Mapped[int]
