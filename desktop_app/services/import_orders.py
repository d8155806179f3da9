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
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import journal
from db.models import Customer, Order, OrderLine
from desktop_app.domain.permissions import Action
from desktop_app.i18n import _
from desktop_app.progress import Progress
from desktop_app.services import access
from desktop_app.services.imports import (
    MatchKey,
    NoCustomer,
    Outcome,
    RowStatus,
    Source,
    UnknownCustomer,
    find_customers,
    in_chunks,
    several,
    start_job,
)
from desktop_app.services.numbers import next_customer_number

WALK_IN_NUMBER: Final = "WALK-IN"
CHUNK = 5000
_IN_LIST = 500


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One understood row of an order file.

    Attributes:
        row: Number of the row in the file.
        customer: What its customer is known by (the key of the import), or empty.
        number: Order number, or empty.
        day: Ordinal of the day.
        amount: Minor units; negative for a return.
        quantity: Thousandths of a unit, or not known.
        currency: Three letters.
        product: Code, name and product line; all empty when the file does not say.
    """

    row: int
    customer: str
    number: str
    day: int
    amount: int
    quantity: int | None
    currency: str
    product: tuple[str, str, str] = ("", "", "")

    @property
    def figures(self) -> tuple[tuple[str, str, str], int | None, int]:
        """What makes two lines of an order equal."""
        return self.product, self.quantity, self.amount


@dataclass(frozen=True, slots=True)
class BuyerFacts:
    """What an order file says about a customer who is not known yet."""

    name: str = ""
    phone: str = ""
    card_number: str = ""


@dataclass(frozen=True, slots=True)
class OrderChoices:
    """Choices of an order import: see `MatchKey`, `UnknownCustomer`, `NoCustomer`."""

    key: MatchKey = MatchKey.NUMBER
    unknown_customer: UnknownCustomer = UnknownCustomer.CREATE
    no_customer: NoCustomer = NoCustomer.REJECT


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
    """

    def __init__(
        self, session: Session, source: Source, choices: OrderChoices, outcome: Outcome
    ) -> None:
        access.require(session, Action.IMPORT)
        self._session = session
        self._source = source
        self._choices = choices
        self._outcome = outcome
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
        customers = self._customers(rows, buyers)
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

    # Customers

    def _customers(
        self, rows: Sequence[OrderRow], buyers: dict[str, BuyerFacts]
    ) -> dict[str, uuid.UUID]:
        """Customer of every key; rows whose customer cannot be told are missing."""
        keys = {row.customer for row in rows if row.customer}
        found = find_customers(self._session, self._choices.key, keys, (Customer.id,))
        known = {key: hits[0].id for key, hits in found.items() if len(hits) == 1}
        ambiguous = {key for key, hits in found.items() if len(hits) > 1}
        unknown = [
            key
            for key in dict.fromkeys(row.customer for row in rows if row.customer)
            if key not in found
        ]
        rejecting = self._choices.unknown_customer is UnknownCustomer.REJECT
        for row in rows:
            if row.customer in ambiguous:
                self._outcome.rejected.append((row.row, several(row.customer)))
            elif row.customer and rejecting and row.customer not in known:
                shown = row.customer.replace("\x1f", " ").strip()
                self._outcome.rejected.append(
                    (row.row, _("There is no customer {key}.").format(key=shown))
                )
            elif not row.customer and self._choices.no_customer is NoCustomer.REJECT:
                self._outcome.rejected.append((row.row, _("The row names no customer.")))
        if not rejecting:
            known |= self._create([(key, buyers.get(key, BuyerFacts())) for key in unknown])
        if self._choices.no_customer is NoCustomer.WALK_IN and not all(
            row.customer for row in rows
        ):
            known[""] = self._walk_in()
        return known

    def _create(self, unknown: Sequence[tuple[str, BuyerFacts]]) -> dict[str, uuid.UUID]:
        self._outcome.customers_created += len(unknown)
        if self._outcome.is_dry:
            return {key: uuid.uuid4() for key, _facts in unknown}
        if not unknown:
            return {}
        start_job(self._session, self._source, self._outcome)
        by_number = self._choices.key is MatchKey.NUMBER
        first = int(next_customer_number(self._session)[1:])
        rows = []
        for offset, (key, facts) in enumerate(unknown):
            number = key if by_number else f"K{first + offset:06d}"
            row = {
                "number": number,
                "name": facts.name or number,
                "phone": facts.phone,
                "card_number": facts.card_number,
                "is_identified": False,
            }
            rows.append(row)
        ids = journal.bulk_insert(self._session, Customer, rows)
        return {key: made for (key, _facts), made in zip(unknown, ids, strict=True)}

    def _walk_in(self) -> uuid.UUID:
        found = self._session.scalar(select(Customer.id).where(Customer.number == WALK_IN_NUMBER))
        if found is not None:
            return found
        self._outcome.customers_created += 1
        if self._outcome.is_dry:
            return uuid.uuid4()
        start_job(self._session, self._source, self._outcome)
        row = {
            "number": WALK_IN_NUMBER,
            "name": _("Walk-in customers"),
            "is_identified": False,
            "do_not_contact": True,
        }
        return journal.bulk_insert(self._session, Customer, [row])[0]

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
