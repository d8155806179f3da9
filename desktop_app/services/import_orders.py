"""Orders of a foreign file meet the database: rows become lines, lines become orders.

Rows with the same customer, order number and day are one order. An order that is known already is
compared line by line: equal lines are *same*, a line of the same product with other figures is
*changed*, others are *new*. Lines that the file does not name are left as they are, so that a
file of corrected rejects completes an order instead of replacing it.
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import journal
from db.models import Order, OrderLine
from desktop_app.domain.permissions import Action
from desktop_app.i18n import _
from desktop_app.progress import Progress
from desktop_app.services import access
from desktop_app.services.imports import (
    Outcome,
    RowStatus,
    Source,
    in_chunks,
    start_job,
)
from desktop_app.services.order_buyers import Buyers
from desktop_app.services.order_rows import BuyerFacts, OrderChoices, OrderRow
from desktop_app.services.workspace_settings import import_currency

__all__ = ["BuyerFacts", "OrderChoices", "OrderImport", "OrderRow"]

CHUNK = 5000
_IN_LIST = 500


@dataclass(slots=True)
class _Stored:
    """An order that is in the database, with its lines."""

    id: int
    day: int
    amount: int
    quantity: int | None
    currency: str
    lines: list[Any] = field(default_factory=list)


@dataclass(slots=True)
class _Plan:
    orders: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    order_updates: list[dict[str, Any]] = field(default_factory=list)
    line_updates: list[dict[str, Any]] = field(default_factory=list)


Group = list[OrderRow]
GroupKey = tuple[uuid.UUID, str, int]
"""Customer, order number, day."""


class OrderImport:
    """Takes all rows of an order file at once.

    Args:
        session: A writing session, or any session for a dry run.
        source: The file.
        choices: How customers are found and made.
        outcome: Counts and rejects are added here.

    Raises:
        InvalidInputError: the workspace counts in another currency than the one chosen.
    """

    def __init__(
        self, session: Session, source: Source, choices: OrderChoices, outcome: Outcome
    ) -> None:
        access.require(session, Action.IMPORT)
        self._session = session
        self._source = source
        self._choices = choices
        self._outcome = outcome
        self.currency = import_currency(session, choices.currency)
        self._next_order = (session.scalar(select(func.max(Order.id))) or 0) + 1
        self._days: Counter[tuple[uuid.UUID, str]] = Counter()
        self._next_line = (session.scalar(select(func.max(OrderLine.id))) or 0) + 1

    def take(
        self,
        rows: Sequence[OrderRow],
        buyers: dict[str, BuyerFacts],
        incomplete: set[str],
        progress: Progress,
    ) -> None:
        """Sort the rows into new, changed, same and rejected, and store them unless it is dry.

        Args:
            rows: Every row that was understood.
            buyers: What the file says about its customers, by key.
            incomplete: Numbers of orders of which a row was rejected; they keep their lines.
            progress: Told after every few thousand orders.

        Raises:
            CancelledError: the person asked to stop; the transaction must be given up.
        """
        rows, incomplete = self._of_currency(rows, incomplete)
        known = Buyers(self._session, self._source, self._choices, self._outcome)
        customers = known.find(rows, buyers)
        groups = self._groups(rows, customers)
        self._days = Counter(key[:2] for key in groups)
        done = 0
        for chunk in in_chunks(groups.items(), CHUNK):
            stored = self._stored(chunk)
            plan = _Plan()
            for key, group in chunk:
                self._place(plan, key, group, stored, has_rejects=key[1] in incomplete)
            if not self._outcome.is_dry:
                self._store(plan)
            done += len(chunk)
            progress.step(done, len(groups), _("Storing orders"))

    def _of_currency(
        self, rows: Sequence[OrderRow], incomplete: set[str]
    ) -> tuple[Sequence[OrderRow], set[str]]:
        """The rows in the currency of the import; the others are rejected, never added up."""
        others = [row for row in rows if row.currency != self.currency]
        if not others:
            return rows, incomplete
        text = _(
            "The amount is in {currency}, but this workspace counts in {own}. Convert it to {own}, "
            "or import it into a workspace that counts in {currency}."
        )
        self._outcome.rejected += [
            (row.row, text.format(currency=row.currency, own=self.currency)) for row in others
        ]
        numbers = {row.number for row in others}
        return [row for row in rows if row.currency == self.currency], incomplete | numbers

    # Orders

    def _groups(
        self, rows: Iterable[OrderRow], customers: dict[str, uuid.UUID]
    ) -> dict[GroupKey, Group]:
        groups: dict[GroupKey, Group] = defaultdict(list)
        nameless: dict[tuple[uuid.UUID, int], int] = defaultdict(int)
        for row in rows:
            customer = customers.get(row.customer)
            if customer is None:
                continue
            number = row.number
            if not number:  # the n-th purchase of that day, the same at every import
                nameless[customer, row.day] += 1
                number = f"~{row.day}-{nameless[customer, row.day]}"
            groups[customer, number, row.day].append(row)
        return groups

    def _stored(
        self, chunk: Sequence[tuple[GroupKey, Group]]
    ) -> dict[tuple[uuid.UUID, str], list[_Stored]]:
        """Known orders of the chunk's numbers, by customer and number, with their lines."""
        numbers = sorted({key[1] for key, _group in chunk})
        found: dict[tuple[uuid.UUID, str], list[_Stored]] = defaultdict(list)
        by_id: dict[int, _Stored] = {}
        columns = (Order.id, Order.customer_id, Order.number, Order.day, Order.amount)
        for part in in_chunks(numbers, _IN_LIST):
            statement = select(*columns, Order.quantity, Order.currency, Order.import_id)
            for row in self._session.execute(statement.where(Order.number.in_(part))):
                if self._outcome.job_id is not None and row.import_id == self._outcome.job_id:
                    continue  # an order of this file with the same number, of another customer
                by_id[row.id] = _Stored(row.id, row.day, row.amount, row.quantity, row.currency)
                found[row.customer_id, row.number].append(by_id[row.id])
        lines = OrderLine.__table__
        for ids in in_chunks(by_id, _IN_LIST):
            statement = select(lines).where(lines.c.order_id.in_(ids)).order_by(lines.c.id)
            for line in self._session.execute(statement):
                by_id[line.order_id].lines.append(line)
        return found

    def _place(
        self,
        plan: _Plan,
        key: GroupKey,
        group: Group,
        stored: dict[tuple[uuid.UUID, str], list[_Stored]],
        *,
        has_rejects: bool,
    ) -> None:
        self._outcome.returns += sum(row.amount < 0 for row in group)
        candidates = stored.get(key[:2], [])
        known = next((order for order in candidates if order.day == key[2]), None)
        if known is None and len(candidates) == 1 and self._days[key[:2]] == 1:
            known = candidates[0]  # the same order, its day corrected
        if known is None:
            self._insert(plan, key, group, has_rejects=has_rejects)
            return
        candidates.remove(known)
        self._compare(plan, key, group, known)

    def _insert(self, plan: _Plan, key: GroupKey, group: Group, *, has_rejects: bool) -> None:
        quantities = [row.quantity for row in group]
        plan.orders.append(
            {
                "id": self._next_order,
                "customer_id": key[0],
                "number": key[1],
                "day": key[2],
                "amount": sum(row.amount for row in group),
                "quantity": _sum(quantities),
                "currency": group[0].currency,
            }
        )
        if len(group) > 1 or has_rejects or any(group[0].product):
            for row in group:
                plan.lines.append(self._line(row, key, self._next_order))
        self._next_order += 1
        self._outcome.statuses[RowStatus.NEW] += len(group)

    def _line(self, row: OrderRow, key: GroupKey, order_id: int) -> dict[str, Any]:
        self._next_line += 1
        return {
            "id": self._next_line - 1,
            "order_id": order_id,
            "customer_id": key[0],
            "day": key[2],
            "product_code": row.product[0],
            "product_name": row.product[1],
            "product_line": row.product[2],
            "quantity": row.quantity,
            "amount": row.amount,
        }

    def _compare(self, plan: _Plan, key: GroupKey, group: Group, known: _Stored) -> None:
        header = {"day": key[2], "currency": group[0].currency}
        if known.lines:
            amounts, quantities = self._compare_lines(plan, key, group, known)
        else:
            amounts = [row.amount for row in group]
            quantities = [row.quantity for row in group]
            has_lines = len(group) > 1 or any(group[0].product)
            is_same = (sum(amounts), _sum(quantities)) == (known.amount, known.quantity)
            is_same = is_same and known.day == key[2] and not has_lines
            status = RowStatus.SAME if is_same else RowStatus.CHANGED
            self._outcome.statuses[status] += len(group)
            if has_lines:
                plan.lines += [self._line(row, key, known.id) for row in group]
        header |= {"amount": sum(amounts), "quantity": _sum(quantities)}
        if any(getattr(known, name) != value for name, value in header.items()):
            plan.order_updates.append(header | {"id": known.id})

    def _compare_lines(
        self, plan: _Plan, key: GroupKey, group: Group, known: _Stored
    ) -> tuple[list[int], list[int | None]]:
        """Place each row of a known order; gives amounts and quantities of the order afterwards."""
        equal: dict[Any, list[Any]] = defaultdict(list)
        for line in known.lines:
            product = (line.product_code, line.product_name, line.product_line)
            equal[product, line.quantity, line.amount].append(line)
        taken: set[int] = set()
        left = []
        for row in group:
            lines = equal.get(row.figures)
            if lines:
                taken.add(lines.pop(0).id)
                moved = known.day != key[2]
                self._outcome.statuses[RowStatus.CHANGED if moved else RowStatus.SAME] += 1
            else:
                left.append(row)
        rest = [line for line in known.lines if line.id not in taken]
        figures = {line.id: (line.amount, line.quantity) for line in known.lines}
        updates: dict[int, dict[str, Any]] = {}
        for row in left:
            same_product = [
                line
                for line in rest
                if (line.product_code, line.product_name) == row.product[:2] and any(row.product)
            ]
            values = self._line(row, key, known.id)
            figures_of = (row.amount, row.quantity)
            if not same_product:
                plan.lines.append(values)
                figures[values["id"]] = figures_of
                self._outcome.statuses[RowStatus.NEW] += 1
                continue
            line = same_product[0]
            rest.remove(line)
            figures[line.id] = figures_of
            updates[line.id] = values | {"id": line.id}
            self._outcome.statuses[RowStatus.CHANGED] += 1
        if known.day != key[2]:
            for line in known.lines:
                updates.setdefault(line.id, {"id": line.id, "day": key[2]})
        plan.line_updates += updates.values()
        return [pair[0] for pair in figures.values()], [pair[1] for pair in figures.values()]

    def _store(self, plan: _Plan) -> None:
        if not (plan.orders or plan.lines or plan.order_updates or plan.line_updates):
            return
        start_job(self._session, self._source, self._outcome)
        journal.insert_facts(self._session, Order, plan.orders)
        journal.insert_facts(self._session, OrderLine, plan.lines)
        journal.bulk_update(self._session, Order, plan.order_updates)
        journal.bulk_update(self._session, OrderLine, plan.line_updates)


def _sum(quantities: Sequence[int | None]) -> int | None:
    known = [quantity for quantity in quantities if quantity is not None]
    return sum(known) if len(known) == len(quantities) else None
