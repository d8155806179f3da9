"""The customers of an order file: found by their key, or made as unidentified."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.models import Customer
from db.vocabulary import MatchKey, NoCustomer, UnknownCustomer
from desktop_app.domain.permissions import Action
from desktop_app.i18n import _
from desktop_app.services import access
from desktop_app.services.imports import Outcome, Source, find_customers, several, start_job
from desktop_app.services.numbers import next_customer_number
from desktop_app.services.order_rows import BuyerFacts, OrderChoices, OrderRow

WALK_IN_NUMBER: Final = "WALK-IN"


class Buyers:
    """Finds the customers of an import.

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

    def find(
        self, rows: Sequence[OrderRow], buyers: Mapping[str, BuyerFacts]
    ) -> dict[str, uuid.UUID]:
        """Customer of every key; rows whose customer cannot be told are missing, and rejected.

        Args:
            rows: Every row that was understood.
            buyers: What the file says about its customers, by key.
        """
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
