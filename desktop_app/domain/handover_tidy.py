"""What is to be put in order before a customer goes to somebody else (S3-49: tidy the data)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from db.vocabulary import CustomerKind
from desktop_app.i18n import N_, _


class Tidy(StrEnum):
    """One thing that is missing or doubtful."""

    STOPPED = "stopped"
    NO_PHONE = "no_phone"
    DOUBLE = "double"
    NO_ADDRESS = "no_address"
    NO_DISTRICT = "no_district"
    NO_CONTACT = "no_contact"
    NO_STEP = "no_step"


_WORDS: Final[Mapping[Tidy, str]] = {
    Tidy.STOPPED: N_("Not to be contacted any more"),
    Tidy.NO_PHONE: N_("No phone"),
    Tidy.DOUBLE: N_("Another customer has the same phone: possibly the same one twice"),
    Tidy.NO_ADDRESS: N_("No address"),
    Tidy.NO_DISTRICT: N_("No district"),
    Tidy.NO_CONTACT: N_("Nobody to talk to is known"),
    Tidy.NO_STEP: N_("An open case has no next step"),
}
_DONE: Final[Mapping[Tidy, str]] = {
    Tidy.STOPPED: N_("wish for no contact"),
    Tidy.NO_PHONE: N_("phone"),
    Tidy.DOUBLE: N_("double record"),
    Tidy.NO_ADDRESS: N_("address"),
    Tidy.NO_DISTRICT: N_("district"),
    Tidy.NO_CONTACT: N_("person to talk to"),
    Tidy.NO_STEP: N_("next step"),
}


def tidy_word(tidy: Tidy) -> str:
    """What is missing or doubtful, in words."""
    return _(_WORDS[tidy])


def done_word(tidy: Tidy) -> str:
    """What was ticked as in order, in a word."""
    return _(_DONE[tidy])


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What is known of a customer's record; `shared_phone`: another customer has the same."""

    kind: CustomerKind
    phone: str
    address: str
    district: str
    shared_phone: bool = False
    contacts: int = 0
    cases_without_step: int = 0
    is_stopped: bool = False


def to_tidy(facts: RecordFacts, *, by_district: bool = False) -> tuple[Tidy, ...]:
    """All that is to be put in order, in the order of `Tidy`.

    Args:
        facts: What is known.
        by_district: Whether people go by districts, so that one is needed.
    """
    found = {
        Tidy.STOPPED: facts.is_stopped,
        Tidy.NO_PHONE: not facts.phone,
        Tidy.DOUBLE: facts.shared_phone and bool(facts.phone),
        Tidy.NO_ADDRESS: not facts.address,
        Tidy.NO_DISTRICT: by_district and not facts.district,
        Tidy.NO_CONTACT: facts.kind is CustomerKind.COMPANY and not facts.contacts,
        Tidy.NO_STEP: facts.cases_without_step > 0,
    }
    return tuple(tidy for tidy in Tidy if found[tidy])
