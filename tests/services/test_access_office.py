"""Who may do what with imports, exports, rules, reasons, people, stores and settings."""

import uuid
from types import ModuleType

import pytest

from db.models import Case, User
from db.queries.interviews import InterviewFilter
from db.session import Actor, Session
from db.vocabulary import CaseStage, ImportKind, MatchKey, QuestionnairePurpose, Role, RuleKind
from desktop_app.domain.questionnaires import LibraryDraft
from desktop_app.domain.reasons import ChurnType, NewReasonDraft
from desktop_app.domain.reminders import ReminderPolicy
from desktop_app.progress import Silent
from desktop_app.questionnaire.sheets import from_cells
from desktop_app.services import (
    answer_exports,
    assignment,
    detection,
    exports,
    import_customers,
    import_day_packs,
    import_orders,
    import_renewals,
    import_visits,
    imports,
    interviews,
    question_library,
    reasons,
    staff,
    workspace_settings,
)
from desktop_app.services.import_orders import OrderChoices
from desktop_app.services.imports import Outcome, Source
from desktop_app.services.questionnaires import EXIT_INTERVIEW
from desktop_app.services.staff import StoreDraft, UserDraft
from desktop_app.services.workspace_settings import WorkspaceSettings
from tests import factories
from tests.services import rights
from tests.services.rights import (
    ADMINISTRATORS,
    AGENTS,
    DECIDERS,
    EVERYBODY,
    OFFICE,
    TODAY,
    WORKERS,
    Entry,
    Filled,
    Prepared,
    numbers,
)

MODULES: tuple[ModuleType, ...] = (
    answer_exports, assignment, detection, exports, import_customers, import_day_packs,
    import_orders, import_renewals, import_visits, imports, question_library, reasons, staff,
    workspace_settings,
)  # fmt: skip
PLAIN = {
    # steps of services that have asked for the right, and what says something about given values
    "assignment.hand_out", "assignment.hand_over", "assignment.note_of", "assignment.standing_hits",
    # steps of an import, whose maker has asked for the right
    "imports.find_customers", "imports.finish_job", "imports.in_chunks", "imports.known_customers",
    "imports.name_phone", "imports.several", "imports.start_job",
}  # fmt: skip


PART = from_cells(
    {
        "survey": [
            ["type", "name", "label::Chinese (zh)", "label::English (en)"],
            ["text", "late", "送货晚到过吗?", "Was a delivery late?"],
        ]
    }
)
PDF = ["pdf"]

pytestmark = pytest.mark.usefixtures("fixed_time")


def own(session: Session, user: Actor) -> Prepared:
    """An interview of the user's own case, and a fresh case nobody works on."""
    customer, other = (
        factories.add_customer(session, store_id=user.store_id, owner_id=user.user_id)
        for _number in range(2)
    )
    case_id, fresh = (factories.open_case(session, each) for each in (customer, other))
    case = session.get_one(Case, case_id)
    case.owner_id, case.stage = user.user_id, CaseStage.ASSIGNED
    session.flush()
    return {
        "user": user.user_id,
        "case_id": case_id,
        "fresh": fresh,
        "run": interviews.start(session, case_id),
    }


def held(session: Session, user: Actor) -> Prepared:
    """A case that the screening holds back."""
    columns = {"store_id": user.store_id, "owner_id": user.user_id, "malicious_arrears": True}
    return {"held": factories.open_case(session, factories.add_customer(session, **columns))}


def nothing(session: Session, _user: Actor) -> Prepared:
    factories.name(session)
    return {"number": next(numbers)}


def office(session: Session, _user: Actor) -> Prepared:
    """Two reasons, a question, a user and a store that nobody else changes."""
    number = next(numbers)
    codes = [f"own_{number}_{name}" for name in "ab"]
    for code in codes:
        reasons.add(session, reason(code))
    login, store_code = f"u{number}", f"N{number}"
    question = LibraryDraft(code=f"own{number}", zh="问")
    return {
        "number": number,
        "codes": codes,
        "login": login,
        "person": staff.add_user(session, somebody(login)),
        "store_code": store_code,
        "store": staff.add_store(session, StoreDraft(code=store_code, name="店")),
        "question": question_library.save(session, question, PART),
    }


def reason(code: str) -> NewReasonDraft:
    return NewReasonDraft(
        code=code, zh=f"原因 {code}", en=code, group="quality", churn_type=ChurnType.ACTIVE_FAULT
    )


def somebody(login: str) -> UserDraft:
    return UserDraft(login=login, name=login, role=Role.TRAINER)


def incoming(kind: ImportKind) -> tuple[Source, MatchKey, Outcome]:
    return Source(kind, "x.csv", "", {}), MatchKey.NUMBER, Outcome(is_dry=True)


def orders(session: Session) -> import_orders.OrderImport:
    source, key, outcome = incoming(ImportKind.ORDERS)
    return import_orders.OrderImport(session, source, OrderChoices(key=key), outcome)


def hand_to_close(session: Session, case_id: uuid.UUID, user_id: uuid.UUID) -> None:
    """As `pool.claim`, which names the change."""
    factories.name(session)
    case, owner = session.get_one(Case, case_id), session.get_one(User, user_id)
    assignment.hand_to_close(session, case, owner)


READING: dict[str, Entry] = {
    "answer_exports.find_questionnaire": (
        EVERYBODY,
        own,
        lambda s, _p: answer_exports.find_questionnaire(s, EXIT_INTERVIEW),
    ),
    "answer_exports.gather": (
        DECIDERS,
        own,
        lambda s, _p: answer_exports.gather(s, EXIT_INTERVIEW, InterviewFilter()),
    ),
    "answer_exports.one": (DECIDERS, own, lambda s, p: answer_exports.one(s, p["run"])),
    "answer_exports.attached": (
        DECIDERS,
        own,
        lambda s, p: answer_exports.attached(s, str(p["run"]), "x.png"),
    ),
    "answer_exports.paper_subject": (
        EVERYBODY,
        own,
        lambda s, _p: answer_exports.paper_subject(s, None, None),
    ),
    "answer_exports.paper_subject of a case": (
        WORKERS,
        own,
        lambda s, p: answer_exports.paper_subject(s, None, p["case_id"]),
    ),
    "assignment.examine": (DECIDERS, own, lambda s, p: assignment.examine(s, [p["fresh"]])),
    "assignment.shown_notes": (
        EVERYBODY,
        own,
        lambda s, p: assignment.shown_notes(s, {p["case_id"]: "x"}),
    ),
    "detection.current_rules": (EVERYBODY, own, lambda s, _p: detection.current_rules(s)),
    "detection.reference_date": (EVERYBODY, own, lambda s, _p: detection.reference_date(s)),
    "exports.allow": (DECIDERS, own, lambda s, _p: exports.allow(s)),
    "import_customers.CustomerImport": (
        DECIDERS,
        own,
        lambda s, _p: import_customers.CustomerImport(s, *incoming(ImportKind.CUSTOMERS)),
    ),
    "import_day_packs.DayPackImport": (
        DECIDERS,
        own,
        lambda s, _p: import_day_packs.DayPackImport(s, *incoming(ImportKind.VISITS)[::2]),
    ),
    "import_orders.OrderImport": (DECIDERS, own, lambda s, _p: orders(s)),
    "import_renewals.RenewalImport": (
        DECIDERS,
        own,
        lambda s, _p: import_renewals.RenewalImport(s, *incoming(ImportKind.RENEWALS)),
    ),
    "import_visits.VisitImport": (
        DECIDERS,
        own,
        lambda s, _p: import_visits.VisitImport(s, *incoming(ImportKind.VISITS)),
    ),
    "imports.remembered_mapping": (DECIDERS, own, lambda s, _p: imports.remembered_mapping(s, "x")),
    "question_library.list_library": (
        EVERYBODY,
        own,
        lambda s, _p: question_library.list_library(s),
    ),
    "question_library.starting_form": (
        EVERYBODY,
        own,
        lambda s, _p: question_library.starting_form(s, QuestionnairePurpose.EXIT),
    ),
    "reasons.list_reasons": (EVERYBODY, own, lambda s, _p: reasons.list_reasons(s, "en")),
    "reasons.current_version": (
        EVERYBODY,
        own,
        lambda s, _p: reasons.current_version(s, "unknown_other"),
    ),
    "staff.list_users": (EVERYBODY, own, lambda s, _p: staff.list_users(s)),
    "staff.list_stores": (EVERYBODY, own, lambda s, _p: staff.list_stores(s)),
    "workspace_settings.read": (EVERYBODY, own, lambda s, _p: workspace_settings.read(s)),
    "workspace_settings.switch_limit": (
        EVERYBODY,
        own,
        lambda s, _p: workspace_settings.switch_limit(s),
    ),
    "workspace_settings.currency": (EVERYBODY, own, lambda s, _p: workspace_settings.currency(s)),
    "workspace_settings.free_currency": (
        EVERYBODY,
        own,
        lambda s, _p: workspace_settings.free_currency(s, None),
    ),
    "workspace_settings.import_currency": (
        DECIDERS,
        own,
        lambda s, _p: workspace_settings.import_currency(s, None),
    ),
    "workspace_settings.read_draft": (
        EVERYBODY,
        own,
        lambda s, _p: workspace_settings.read_draft(s, "reminders", ReminderPolicy),
    ),
}
WRITING: dict[str, Entry] = {
    "answer_exports.note_answers": (
        DECIDERS,
        nothing,
        lambda s, _p: answer_exports.note_answers(s, EXIT_INTERVIEW, PDF, 1),
    ),
    "answer_exports.note_questionnaire": (
        DECIDERS,
        nothing,
        lambda s, _p: answer_exports.note_questionnaire(s, EXIT_INTERVIEW, PDF),
    ),
    "answer_exports.note_interview": (
        DECIDERS,
        own,
        lambda s, p: answer_exports.note_interview(s, p["run"], PDF),
    ),
    "answer_exports.note_paper": (
        WORKERS,
        own,
        lambda s, p: answer_exports.note_paper(s, EXIT_INTERVIEW, p["case_id"]),
    ),
    "assignment.assign": (
        DECIDERS,
        own,
        lambda s, p: assignment.assign(s, [p["fresh"]], p["agent"]),
    ),
    "assignment.hand_to_close": (
        AGENTS,
        own,
        lambda s, p: hand_to_close(s, p["fresh"], p["user"]),
    ),
    "assignment.override_screening": (
        DECIDERS,
        held,
        lambda s, p: assignment.override_screening(s, p["held"], "x"),
    ),
    "detection.define_rule": (
        OFFICE,
        nothing,
        lambda s, _p: detection.define_rule(s, RuleKind.LAPSING, {}),
    ),
    "detection.scan": (DECIDERS, nothing, lambda s, _p: detection.scan(s, Silent())),
    "exports.note": (DECIDERS, nothing, lambda s, _p: exports.note(s, "x", 1)),
    "exports.note_report": (DECIDERS, nothing, lambda s, _p: exports.note_report(s, "x", PDF)),
    "exports.note_print": (DECIDERS, nothing, lambda s, _p: exports.note_print(s, "x")),
    "exports.note_rejects": (DECIDERS, nothing, lambda s, _p: exports.note_rejects(s, "x", 1)),
    "exports.note_pictures": (DECIDERS, nothing, lambda s, _p: exports.note_pictures(s)),
    "exports.note_copy": (EVERYBODY, nothing, lambda s, _p: exports.note_copy(s, "x", 1)),
    "exports.note_calendar": (EVERYBODY, nothing, lambda s, _p: exports.note_calendar(s, 1)),
    "question_library.save": (
        DECIDERS,
        office,
        lambda s, p: question_library.save(
            s, LibraryDraft(code=f"new{p['number']}", zh="问"), PART
        ),
    ),
    "question_library.remove": (
        DECIDERS,
        office,
        lambda s, p: question_library.remove(s, p["question"]),
    ),
    "reasons.add": (OFFICE, office, lambda s, p: reasons.add(s, reason(f"new_{p['number']}"))),
    "reasons.rename": (
        OFFICE,
        office,
        lambda s, p: reasons.rename(s, p["codes"][0], f"名 {p['number']}", f"N {p['number']}"),
    ),
    "reasons.retire": (OFFICE, office, lambda s, p: reasons.retire(s, p["codes"][0], TODAY)),
    "reasons.split": (
        OFFICE,
        office,
        lambda s, p: reasons.split(
            s, p["codes"][0], [reason(f"part_{p['number']}_{name}") for name in "ab"]
        ),
    ),
    "reasons.merge": (
        OFFICE,
        office,
        lambda s, p: reasons.merge(s, [p["codes"][0]], p["codes"][1]),
    ),
    "staff.add_user": (
        ADMINISTRATORS,
        nothing,
        lambda s, p: staff.add_user(s, somebody(f"n{p['number']}")),
    ),
    "staff.change_user": (
        ADMINISTRATORS,
        office,
        lambda s, p: staff.change_user(s, p["person"], 1, renamed(p)),
    ),
    "staff.require_changeable": (
        ADMINISTRATORS,
        office,
        lambda s, p: staff.require_changeable(s, p["person"], 1, renamed(p)),
    ),
    "staff.add_store": (
        ADMINISTRATORS,
        nothing,
        lambda s, p: staff.add_store(s, StoreDraft(code=f"X{p['number']}", name="店")),
    ),
    "staff.change_store": (
        ADMINISTRATORS,
        office,
        lambda s, p: staff.change_store(
            s, p["store"], 1, StoreDraft(code=p["store_code"], name="新店")
        ),
    ),
    "workspace_settings.change": (
        OFFICE,
        nothing,
        lambda s, p: workspace_settings.change(s, WorkspaceSettings(organisation=str(p["number"]))),
    ),
    "workspace_settings.change_draft": (
        OFFICE,
        nothing,
        lambda s, _p: workspace_settings.change_draft(s, "reminders", ReminderPolicy()),
    ),
}


def renamed(prepared: Prepared) -> UserDraft:
    draft = somebody(prepared["login"])
    return draft.model_copy(update={"name": "新名"})


@pytest.mark.parametrize("service", [*READING, *WRITING])
def test_that_each_role_may_do_what_it_should_and_nothing_else(
    filled_desk: Filled, service: str
) -> None:
    rights.check(filled_desk, service, READING, WRITING)


def test_that_every_public_service_is_in_the_matrix() -> None:
    assert rights.public(MODULES, makers="Import") - PLAIN == rights.tried(READING, WRITING)
