"""How the cells of each field of an import are read."""

import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from db.vocabulary import Channel, CustomerKind, DateOrder
from desktop_app.domain import currencies
from desktop_app.domain.channel_words import channel_of
from desktop_app.i18n import _
from desktop_app.importing import values
from desktop_app.importing.values import Bad
from desktop_app.importing.wire import Cell

Parse = Callable[[Cell], Any]
_PERSON = frozenset({"个人", "自然人", "散客", "个人客户", "person", "individual", "private", "p"})
_COMPANY = frozenset(
    {
        "企业",
        "公司",
        "单位",
        "企业客户",
        "团体",
        "机构",
        "组织",
        "company",
        "business",
        "enterprise",
    }
    | {"corporate", "organisation", "organization", "c"}
)


def _text(most: int) -> Parse:
    return lambda cell: values.text(cell, most)


def _kind(cell: Cell) -> CustomerKind | Bad | None:
    words = values.text(cell, 40)
    if isinstance(words, Bad) or not words:
        return words or None
    folded = unicodedata.normalize("NFKC", words).casefold()
    if folded in _PERSON:
        return CustomerKind.PERSON
    if folded in _COMPANY:
        return CustomerKind.COMPANY
    return Bad(_("{text} is neither a person nor a company.").format(text=words))


def _currency(cell: Cell) -> str | Bad:
    words = values.text(cell, 40)
    if isinstance(words, Bad) or not words:
        return words
    code = currencies.code_of(words)
    return code or Bad(_("{text} is not a currency code of three letters.").format(text=words))


def _channel(cell: Cell) -> Channel | Bad | None:
    words = values.text(cell, 40)
    if isinstance(words, Bad) or not words:
        return words or None
    return channel_of(words) or Bad(_("{text} is neither a visit nor a call.").format(text=words))


def _stars(cell: Cell) -> int | Bad | None:
    found = values.number(cell)
    if found is None or isinstance(found, Bad):
        return found
    if found not in range(1, 6):
        return Bad(_("Satisfaction is a whole number from 1 to 5, not {text}.").format(text=found))
    return int(found)


def parsers(order: DateOrder | None = None, *, decimal_comma: bool = False) -> dict[str, Parse]:
    """How the cells of each field are read."""

    def day(cell: Cell) -> date | Bad | None:
        return values.day(cell, order)

    def number(cell: Cell) -> Decimal | Bad | None:
        return values.number(cell, decimal_comma=decimal_comma)

    return {
        "number": values.identifier,
        "name": _text(200),
        "phone": values.phone,
        "email": _text(200),
        "address": _text(400),
        "district": _text(80),
        "card_number": values.identifier,
        "kind": _kind,
        "store": _text(200),
        "owner": _text(120),
        "joined_on": day,
        "contact_name": _text(120),
        "note": lambda cell: values.text(cell, 4000, single_line=False),
        "do_not_contact": values.boolean,
        "order_number": values.identifier,
        "customer_number": values.identifier,
        "customer_phone": values.phone,
        "customer_card": values.identifier,
        "customer_name": _text(200),
        "ordered_on": day,
        "amount": number,
        "unit_price": number,
        "quantity": number,
        "product_code": _text(64),
        "product_name": _text(200),
        "product_line": _text(120),
        "currency": _currency,
        "visited_on": day,
        "employee": _text(120),
        "channel": _channel,
        "satisfaction": _stars,
        "informal": values.boolean,
        "met": _text(200),
        "gift": _text(200),
        "gift_amount": number,
        "next_step": lambda cell: values.text(cell, 1900, single_line=False),
        "next_due": day,
        "visit_mark": _text(40),
        "form_field": _text(80),
        "form_answer": lambda cell: cell,
        "product": _text(200),
        "expires_on": day,
        "fee": number,
    }


def fits(field_name: str, cells: Sequence[Cell]) -> bool:
    """Whether at least half of some cells can be read as a field."""
    parse = parsers(DateOrder.DAY_FIRST)[field_name]
    found = [parse(cell) for cell in cells if values.shown(cell).strip()]
    return sum(isinstance(each, Bad) for each in found) * 2 <= len(found)
