"""What an order import is given: the understood rows and the choices that go with them."""

from dataclasses import dataclass

from db.vocabulary import MatchKey, NoCustomer, UnknownCustomer


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
        currency: Three letters, or the sign or word at the amount when it means another one.
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
    """Choices of an order import: see `MatchKey`, `UnknownCustomer`, `NoCustomer`.

    The currency is that of the workspace; the first orders may settle another one.
    """

    key: MatchKey = MatchKey.NUMBER
    unknown_customer: UnknownCustomer = UnknownCustomer.CREATE
    no_customer: NoCustomer = NoCustomer.REJECT
    currency: str | None = None
