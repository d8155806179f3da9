"""Coupons: given with an accepted offer, redeemed at any counter, counted by offer (F-39)."""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.models import CaseOffer, Coupon
from db.queries import offer_money
from db.queries.offer_money import CouponRow
from desktop_app import clock
from desktop_app.domain import coupon_codes
from desktop_app.domain.offer_value import coupon_response, is_responsive
from desktop_app.domain.permissions import Action
from desktop_app.domain.rates import Rate
from desktop_app.errors import ConflictError, NotFoundError
from desktop_app.i18n import N_, _
from desktop_app.services import access, case_life

__all__ = ["CouponRow", "Response", "find", "issue", "of_case", "redeem", "response"]


@dataclass(frozen=True, slots=True)
class Response:
    """Coupons of one offer that came back; `pays` from 20 % on."""

    offer_code: str
    zh: str
    en: str
    rate: Rate

    @property
    def pays(self) -> bool:
        """Whether the response reaches 20 %."""
        return is_responsive(self.rate)


def issue(session: Session, made: CaseOffer, valid_days: int) -> str:
    """Give a coupon with an accepted offer; returns its code. For the service that accepts."""
    access.require(session, Action.WORK_CASE)
    today = clock.today()
    coupon = Coupon(
        code=_new_code(session),
        case_offer_id=made.id,
        customer_id=made.customer_id,
        issued_on=today,
        expires_on=today + dt.timedelta(days=valid_days),
    )
    session.add(coupon)
    session.flush()
    return coupon.code


def find(session: Session, code: str) -> CouponRow:
    """The coupon with a code, whosoever it was given to. Raises NotFoundError."""
    access.require(session, Action.VIEW)
    found = offer_money.coupons(session, Coupon.code == _typed(code))
    if not found:
        raise NotFoundError(_("There is no coupon {code}.").format(code=_typed(code)))
    return found[0]


def redeem(session: Session, code: str) -> CouponRow:
    """Take a coupon at the counter, today.

    Raises:
        NotFoundError: there is no such coupon.
        ConflictError: it was redeemed before, or it has run out.
    """
    access.require(session, Action.WORK_CASE)
    found = find(session, code)
    if found.redeemed_on is not None:
        text = _("Coupon {code} was redeemed on {day}.")
        raise ConflictError(text.format(code=found.code, day=found.redeemed_on))
    if found.expires_on < clock.today():
        text = _("Coupon {code} was good until {day}.")
        raise ConflictError(text.format(code=found.code, day=found.expires_on))
    journal.name_change(session, N_("Redeem coupon {code}"), code=found.code)
    session.get_one(Coupon, found.id).redeemed_on = clock.today()
    session.flush()
    return find(session, code)


def of_case(session: Session, case_id: uuid.UUID) -> tuple[CouponRow, ...]:
    """The coupons given in a case.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    case = case_life.load(session, case_id)
    return offer_money.coupons(session, offer_money.coupon_of_case(case.id))


def response(
    session: Session, start: dt.date | None = None, end: dt.date | None = None
) -> tuple[Response, ...]:
    """How many of the coupons given in a period came back, by offer, of cases the actor sees."""
    access.require(session, Action.REPORT)
    counts = offer_money.coupon_counts(session, start, end, access.visible(session))
    return tuple(
        Response(each.offer_code, each.zh, each.en, coupon_response(each.redeemed, each.issued))
        for each in counts
    )


def _typed(code: str) -> str:
    return code.strip().upper()


def _new_code(session: Session) -> str:
    while True:
        code = coupon_codes.new_code()
        if session.scalar(select(Coupon.id).where(Coupon.code == code)) is None:
            return code
