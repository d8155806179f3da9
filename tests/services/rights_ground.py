"""What each user has that services are tried on: cases, interviews, customers of one's own."""

import datetime as dt

from db.models import Case
from db.session import Actor, Session
from db.vocabulary import CaseStage, Outcome
from desktop_app.domain.cases import CloseDraft
from desktop_app.domain.contacts import VisitDraft
from desktop_app.services import cases, contacts, interview_end, interviews
from tests import factories
from tests.services.rights import TODAY, Prepared, numbers

PLAN = VisitDraft(planned_on=TODAY)


TOMORROW = dt.datetime(2026, 9, 16, 2, tzinfo=dt.UTC)


def fresh(session: Session, user: Actor) -> Prepared:
    """A case the user opened that nobody works on."""
    customer = factories.add_customer(session, store_id=user.store_id, owner_id=user.user_id)
    return {"case_id": factories.open_case(session, customer), "customer": customer}


def own(session: Session, user: Actor) -> Prepared:
    """A case that belongs to the user, whatever the role is."""
    found = fresh(session, user)
    cases.move(session, found["case_id"], CaseStage.SCREENED)
    case = session.get_one(Case, found["case_id"])
    assert case.owner_id is None
    case.owner_id, case.stage = user.user_id, CaseStage.ASSIGNED
    session.flush()
    return found | {"version": case.version}


def visited(session: Session, user: Actor) -> Prepared:
    found = own(session, user)
    return found | {"visit": contacts.plan_visit(session, None, found["customer"], PLAN)}


def interviewed(session: Session, user: Actor) -> Prepared:
    found = own(session, user)
    run = interviews.start(session, found["case_id"])
    for name, value in (("what_happened", "话"), ("stated_reason", "unknown_other")):
        interviews.save_answer(session, run, f"/data/{name}", value)
    return found | {"run": run}


def finished(session: Session, user: Actor) -> Prepared:
    found = interviewed(session, user)
    interview_end.finish(session, found["run"])
    return found


def closed(session: Session, user: Actor) -> Prepared:
    found = own(session, user)
    cases.close(session, found["case_id"], CloseDraft(outcome=Outcome.DUPLICATE))
    return found


def nothing(session: Session, user: Actor) -> Prepared:
    columns = {"store_id": user.store_id, "owner_id": user.user_id}
    number = f"M{next(numbers):05d}"
    return {
        "number": number,
        "customer": factories.add_customer(session, number, phone="13812348000", **columns),
    }
