"""Who may do what, service by service and role by role, and whose cases each role sees."""

import dataclasses
import datetime as dt
import functools
import itertools
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from db.models import Case, DefectionSignal, Interview, QuestionnaireVersion, SavedView
from db.queries.cases import CaseFilter
from db.queries.customer_card import OrderFilter
from db.queries.customers import CustomerFilter
from db.queries.interviews import InterviewFilter
from db.queries.journal import ChangeSetFilter
from db.queries.scope import Reach, Visible
from db.queries.scripts import ScriptRow
from db.queries.signals import SignalFilter
from db.queries.visits import VisitFilter
from db.questionnaires import shipped
from db.session import SYSTEM, Actor, Session
from db.vocabulary import (
    AttemptResult,
    CallbackFor,
    CaseStage,
    ChangeKind,
    Channel,
    ExperimentKind,
    InterviewMode,
    Occasion,
    Outcome,
    QuestionnairePurpose,
    ReasonLayer,
    ReviewState,
    Role,
    RuleKind,
)
from desktop_app.domain.cases import CaseDraft, CloseDraft, OpenDraft, ReopenDraft
from desktop_app.domain.contact_rules import ContactPolicy
from desktop_app.domain.contacts import AttemptDraft, VisitDraft, WrapUpDraft
from desktop_app.domain.customers import ContactDraft, CustomerDraft
from desktop_app.domain.exit_registration import ExitDraft
from desktop_app.domain.permissions import Action
from desktop_app.domain.pool import PoolPolicy
from desktop_app.domain.questionnaires import QuestionnaireDraft, TitleDraft
from desktop_app.domain.reasons import ReasonDraft, WhyChainDraft
from desktop_app.domain.script_drafts import ScriptDraft, SnippetDraft
from desktop_app.domain.scripts import Script
from desktop_app.errors import NotAllowedError
from desktop_app.services import (
    access,
    assignment,
    attachments,
    calendar,
    calls,
    case_reviews,
    cases,
    coding,
    contact_permission,
    contacts,
    customers,
    day,
    double_entry,
    drafts,
    exit_registration,
    experiments,
    history,
    insights,
    interview_drop,
    interview_end,
    interviews,
    outcome_settings,
    paper_entry,
    pool,
    quality,
    questionnaire_life,
    questionnaires,
    queue,
    repeats,
    reviews,
    script_authoring,
    script_runs,
    script_start,
    scripts,
    skills,
    snippets,
    spreading,
    team_figures,
    team_work,
    triage,
    views,
    watch,
    work,
)
from desktop_app.services.calendar import DayDraft, HoursDraft
from desktop_app.services.case_reviews import ReviewDraft
from desktop_app.services.coding import ThemeDraft, Wanted
from desktop_app.services.experiments import ArmDraft, ExperimentDraft
from desktop_app.services.insights import ClosedFilter
from desktop_app.services.outcome_settings import OutcomeSettings
from desktop_app.services.quality import QualityFilter
from desktop_app.services.questionnaires import FormSource, in_use
from desktop_app.services.skills import SkillsDraft
from desktop_app.services.team_figures import TeamFilter
from tests import factories
from tests.conftest import actors_of
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)
MODULES = (
    attachments, calendar, calls, cases, coding, contact_permission, contacts, customers, day,
    double_entry, drafts, exit_registration,
    history, insights, interview_drop, interview_end, interviews, paper_entry, pool, quality,
    questionnaire_life, questionnaires, queue, repeats, reviews, skills, triage, views, work,
    script_authoring, script_runs, script_start, spreading, scripts, snippets,
    case_reviews, experiments, outcome_settings, team_figures, team_work, watch,
)  # fmt: skip
_numbers = itertools.count(1)
PLAN = VisitDraft(planned_on=TODAY)
TOMORROW = dt.datetime(2026, 9, 16, 2, tzinfo=dt.UTC)
WRAPPED = WrapUpDraft(
    attempt=AttemptDraft(
        channel=Channel.CALL,
        result=AttemptResult.REACHED,
        at=dt.datetime(2026, 9, 15, 2, tzinfo=dt.UTC),
    )
)

pytestmark = pytest.mark.usefixtures("fixed_time")

# Written by hand from the product's roles, not from the program's table.
EVERYBODY = frozenset(Role)
MANAGERS = frozenset({Role.STORE_MANAGER, Role.DEPT_MANAGER, Role.ADMINISTRATOR})
AGENTS = MANAGERS | {Role.AGENT}
WORKERS = AGENTS | {Role.FIELD_STAFF}
DECIDERS = MANAGERS | {Role.HEAD_OFFICE}
WRITERS = DECIDERS | {Role.TRAINER}
COMPARERS = DECIDERS - {Role.STORE_MANAGER}  # a comparison is one of all stores
SETTERS = frozenset({Role.HEAD_OFFICE, Role.ADMINISTRATOR})

Prepared = dict[str, Any]


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


def filed(session: Session, user: Actor) -> Prepared:
    """An interview of the user's own case with a file."""
    found = interviewed(session, user)
    row = attachments.add(
        session, found["case_id"], b"x", "a.png", interview_id=found["run"], address="/data/x"
    )
    return found | {"file": row.id}


def keyed(session: Session, user: Actor) -> Prepared:
    """A finished paper interview that nobody in particular has keyed."""
    found = own(session, user)
    run = interviews.start(session, found["case_id"], mode=InterviewMode.PAPER)
    for name, value in (("what_happened", "话"), ("stated_reason", "unknown_other")):
        interviews.save_answer(session, run, f"/data/{name}", value)
    interview_end.finish(session, run)
    session.get_one(Interview, run).by_id = None
    return found | {"run": run}


def keyed_twice(session: Session, user: Actor) -> Prepared:
    found = keyed(session, user)
    return found | {"second": double_entry.begin(session, found["run"])}


def compared(session: Session, user: Actor) -> Prepared:
    found = keyed_twice(session, user)
    double_entry.compare(session, found["second"])
    return found


def new_draft(found: Prepared) -> QuestionnaireDraft:
    return QuestionnaireDraft(code=f"q{found['number']}", zh="问卷", en="Form")


def drafted(session: Session, user: Actor) -> Prepared:
    """A questionnaire of one's own with a draft that could be published."""
    found = nothing(session, user)
    draft = QuestionnaireDraft(
        code=f"s{uuid.uuid4().hex[:8]}", zh="回访", purpose=QuestionnairePurpose.SATISFACTION
    )
    form = next(each for each in shipped() if each.code == "satisfaction")
    version_id = questionnaire_life.create(session, draft, form.content, FormSource(form.xml))
    version = session.get_one(QuestionnaireVersion, version_id)
    return found | {"draft": version_id, "questionnaire": version.questionnaire_id}


PERSON = "/data/person"
REPEATING = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
<h:head><h:title>x</h:title><model><instance><data id="x"><person><name/></person></data></instance>
<bind nodeset="/data/person/name" type="string"/></model></h:head><h:body><group ref="/data/person">
<label>P</label><repeat nodeset="/data/person"><input ref="/data/person/name"><label>N</label>
</input></repeat></group></h:body></h:html>"""


def counting(session: Session, user: Actor) -> Prepared:
    """An interview with a repeat."""
    found = own(session, user)
    draft = QuestionnaireDraft(
        code=f"r{uuid.uuid4().hex[:8]}", zh="名单", purpose=QuestionnairePurpose.SATISFACTION
    )
    version_id = questionnaire_life.create(session, draft, {}, FormSource(REPEATING))
    questionnaire_life.publish(session, version_id)
    key = session.get_one(QuestionnaireVersion, version_id).questionnaire_id
    return found | {"run": interviews.start(session, found["case_id"], questionnaire_id=key)}


def scripted(session: Session, user: Actor) -> Prepared:
    """A script of one's own with a draft, and a run of a shipped one in the user's case."""
    found = own(session, user)
    shipped_one = scripts.find(session, "win_back")
    head = ScriptDraft(code=f"s{uuid.uuid4().hex[:8]}", zh="话术", occasion=Occasion.PRICE)
    content = scripts.load_version(session, current_of(shipped_one)).script
    draft = scripts.create(session, head, content)
    snippet = snippets.save_snippet(session, SnippetDraft(trigger=head.code, zh="话"))
    run = script_runs.begin(session, found["case_id"], current_of(shipped_one))
    key = scripts.load_version(session, draft).row.id
    return found | {"script": key, "draft": draft, "head": head, "snippet": snippet, "run": run}


def current_of(row: ScriptRow) -> uuid.UUID:
    assert row.current_id is not None
    return row.current_id


def called(session: Session, user: Actor) -> Prepared:
    """A run whose first step is answered, and a call."""
    found = scripted(session, user)
    script_runs.answer(session, found["run"], "greet", "yes")
    return found | {"attempt": factories.attempt(session, found["case_id"])}


def try_experiment(session: Session) -> None:
    """Begin a comparison and end it, so that others can."""
    arms = tuple(ArmDraft(code=code, target=code) for code in ("price", "win_back"))
    code = f"e{uuid.uuid4().hex[:8]}"
    draft = ExperimentDraft(code=code, title="x", kind=ExperimentKind.SCRIPT, arms=arms)
    experiments.end(session, experiments.create(session, draft))


def finished(session: Session, user: Actor) -> Prepared:
    found = interviewed(session, user)
    interview_end.finish(session, found["run"])
    return found


def themed(session: Session, user: Actor) -> Prepared:
    """Two themes of one's own and a finished interview."""
    found = finished(session, user)
    number = next(_numbers)
    names = ("theme", "other")
    made = {name: coding.add_theme(session, ThemeDraft(zh=f"{name} {number}")) for name in names}
    return found | made | {"number": f"M{number:05d}"}


def retired(session: Session, user: Actor) -> Prepared:
    found = themed(session, user)
    coding.retire_theme(session, found["theme"])
    return found


def closed(session: Session, user: Actor) -> Prepared:
    found = own(session, user)
    cases.close(session, found["case_id"], CloseDraft(outcome=Outcome.DUPLICATE))
    return found


def looked_back(session: Session, user: Actor) -> Prepared:
    found = closed(session, user)
    case_reviews.save(session, found["case_id"], ReviewDraft(lesson="x"))
    return found


def held(session: Session, user: Actor) -> Prepared:
    customer = factories.add_customer(
        session, store_id=user.store_id, owner_id=user.user_id, malicious_arrears=True
    )
    return {"case_id": factories.open_case(session, customer)}


def nothing(session: Session, user: Actor) -> Prepared:
    columns = {"store_id": user.store_id, "owner_id": user.user_id}
    number = f"M{next(_numbers):05d}"
    return {
        "number": number,
        "customer": factories.add_customer(session, number, phone="13812348000", **columns),
    }


def talked_to(session: Session, user: Actor) -> Prepared:
    found = nothing(session, user)
    contact = customers.add_contact(session, found["customer"], ContactDraft(name="甲"))
    return found | {"contact": contact}


def signalled(session: Session, user: Actor) -> Prepared:
    found = nothing(session, user)
    signal = DefectionSignal(
        customer_id=found["customer"],
        kind=RuleKind.LAPSING,
        as_of=TODAY,
        sentence_zh="",
        sentence_en="",
    )
    session.add(signal)
    session.flush()
    return found | {"signal": signal.id}


def viewed(session: Session, user: Actor) -> Prepared:
    factories.name(session)
    view = SavedView(page="cases", name="x", user_id=user.user_id, criteria={})
    session.add(view)
    session.flush()
    return {"view": view.id}


Call = Callable[[Session, Prepared], object]

REASON = ReasonDraft(layer=ReasonLayer.STATED, reason="unknown_other")

MATRIX: dict[str, tuple[frozenset[Role], Callable[[Session, Actor], Prepared], Call]] = {
    "open": (
        WORKERS | {Role.HEAD_OFFICE},
        nothing,
        lambda s, p: cases.open_case(s, p["customer"], OpenDraft(kind=RuleKind.LAPSING)),
    ),
    "assign": (DECIDERS, fresh, lambda s, p: cases.assign(s, [p["case_id"]], p["agent"])),
    "take": (AGENTS, fresh, lambda s, p: cases.take(s, p["case_id"])),
    "override": (DECIDERS, held, lambda s, p: cases.override_screening(s, p["case_id"], "x")),
    "move": (WORKERS, own, lambda s, p: cases.move(s, p["case_id"], CaseStage.CONTACTING)),
    "change": (
        WORKERS,
        own,
        lambda s, p: cases.change(s, p["case_id"], p["version"], CaseDraft(competitor="x")),
    ),
    "note": (WORKERS, own, lambda s, p: cases.add_note(s, p["case_id"], "x")),
    "reason": (WORKERS, own, lambda s, p: cases.set_reason(s, p["case_id"], REASON)),
    "clear reason": (
        WORKERS,
        finished,
        lambda s, p: cases.clear_reason(s, p["case_id"], ReasonLayer.STATED),
    ),
    "why": (WORKERS, own, lambda s, p: cases.set_why_chain(s, p["case_id"], WhyChainDraft())),
    "close": (
        WORKERS,
        own,
        lambda s, p: cases.close(s, p["case_id"], CloseDraft(outcome=Outcome.DUPLICATE)),
    ),
    "reopen": (
        AGENTS | {Role.HEAD_OFFICE},
        closed,
        lambda s, p: cases.reopen(s, p["case_id"], ReopenDraft(stage=CaseStage.ASSIGNED, note="x")),
    ),
    "attempt": (WORKERS, own, lambda s, p: factories.attempt(s, p["case_id"])),
    "plan visit": (
        WORKERS,
        own,
        lambda s, p: contacts.plan_visit(s, p["case_id"], p["customer"], PLAN),
    ),
    "finish visit": (WORKERS, visited, lambda s, p: contacts.finish_visit(s, p["visit"], TODAY)),
    "cancel visit": (WORKERS, visited, lambda s, p: contacts.cancel_visit(s, p["visit"])),
    "start interview": (WORKERS, own, lambda s, p: interviews.start(s, p["case_id"])),
    "answer": (
        WORKERS,
        interviewed,
        lambda s, p: interviews.save_answer(s, p["run"], "/data/left_on", "2026-08-01"),
    ),
    "paper versions": (EVERYBODY, own, lambda s, p: paper_entry.offered(s, p["case_id"])),
    "key paper in": (WORKERS, own, lambda s, p: paper_entry.begin(s, p["case_id"], "1")),
    "keep typed": (
        WORKERS,
        interviewed,
        lambda s, p: repeats.keep_typed(s, p["run"], "/data/left_on", "2026", ""),
    ),
    "set typed aside": (
        WORKERS,
        interviewed,
        lambda s, p: repeats.set_aside(s, p["run"], ["/data/left_on"]),
    ),
    "answers": (WORKERS, interviewed, lambda s, p: interviews.save_answers(s, p["run"], {})),
    "accept a warning": (
        WORKERS,
        interviewed,
        lambda s, p: interviews.accept(s, p["run"], "/data/what_happened"),
    ),
    "add to a repeat": (WORKERS, counting, lambda s, p: interviews.add_repeat(s, p["run"], PERSON)),
    "take from a repeat": (
        WORKERS,
        counting,
        lambda s, p: interviews.remove_repeat(s, p["run"], f"{PERSON}[1]"),
    ),
    "mark a question": (
        WORKERS,
        interviewed,
        lambda s, p: interviews.set_mark(s, p["run"], "/data/left_on", is_on=True),
    ),
    "language": (WORKERS, interviewed, lambda s, p: interviews.set_language(s, p["run"], "en")),
    "held already": (EVERYBODY, own, lambda s, p: interviews.held_already(s, p["case_id"])),
    "holdable": (EVERYBODY, own, lambda s, p: interviews.holdable(s, p["case_id"])),
    "purpose of a version": (
        EVERYBODY,
        nothing,
        lambda s, _p: questionnaires.purpose_of(s, in_use(s)),
    ),
    "often next": (EVERYBODY, nothing, lambda s, _p: interviews.often_next(s)),
    "drop interview": (WORKERS, interviewed, lambda s, p: interview_drop.drop(s, p["run"])),
    "finish": (WORKERS, interviewed, lambda s, p: interview_end.finish(s, p["run"])),
    "reopen interview": (WORKERS, finished, lambda s, p: interview_end.reopen(s, p["run"], "x")),
    "questionnaires": (EVERYBODY, nothing, lambda s, _p: questionnaires.list_questionnaires(s)),
    "versions": (
        EVERYBODY,
        nothing,
        lambda s, _p: questionnaires.versions_of(s, uuid.uuid4()),
    ),
    "version": (EVERYBODY, drafted, lambda s, p: questionnaires.load_version(s, p["draft"])),
    "form": (EVERYBODY, nothing, lambda s, _p: questionnaires.form_of(s, in_use(s))),
    "in use": (EVERYBODY, nothing, lambda s, _p: in_use(s)),
    "is used": (EVERYBODY, drafted, lambda s, p: questionnaires.is_used(s, p["draft"])),
    "version to be written": (
        EVERYBODY,
        drafted,
        lambda s, p: questionnaires.written(s, p["draft"]),
    ),
    "files of a version": (
        EVERYBODY,
        drafted,
        lambda s, p: questionnaires.used_files(s, p["draft"]),
    ),
    "files of a form": (EVERYBODY, nothing, lambda s, _p: questionnaires.files_of(s)),
    "make a questionnaire": (
        DECIDERS,
        nothing,
        lambda s, p: questionnaire_life.create(s, new_draft(p), {}),
    ),
    "begin a version": (
        DECIDERS,
        drafted,
        lambda s, p: questionnaire_life.begin_draft(s, p["questionnaire"]),
    ),
    "save a version": (
        DECIDERS,
        drafted,
        lambda s, p: questionnaire_life.save_draft(s, p["draft"], {"survey": [["name"]]}, None),
    ),
    "title": (
        DECIDERS,
        drafted,
        lambda s, p: questionnaire_life.set_title(
            s, p["questionnaire"], TitleDraft(zh="乙", en="b")
        ),
    ),
    "publish": (DECIDERS, drafted, lambda s, p: questionnaire_life.publish(s, p["draft"])),
    "discard a version": (
        DECIDERS,
        drafted,
        lambda s, p: questionnaire_life.discard_draft(s, p["draft"]),
    ),
    "retire a questionnaire": (
        DECIDERS,
        drafted,
        lambda s, p: questionnaire_life.retire(s, p["questionnaire"]),
    ),
    "restore a questionnaire": (
        DECIDERS,
        drafted,
        lambda s, p: questionnaire_life.restore(s, p["questionnaire"]),
    ),
    "save draft": (
        EVERYBODY - {Role.AUDITOR},
        nothing,
        lambda s, _p: drafts.save_draft(s, "x", {}),
    ),
    "discard draft": (
        EVERYBODY - {Role.AUDITOR},
        nothing,
        lambda s, _p: drafts.discard_draft(s, "x"),
    ),
    "save view": (
        EVERYBODY - {Role.AUDITOR},
        nothing,
        lambda s, _p: views.save_view(s, "cases", "y", {}),
    ),
    "share view": (
        DECIDERS,
        nothing,
        lambda s, _p: views.save_view(s, "cases", "y", {}, shared=True),
    ),
    "remove view": (
        EVERYBODY - {Role.AUDITOR},
        viewed,
        lambda s, p: views.remove_view(s, p["view"]),
    ),
    "count cases": (EVERYBODY, own, lambda s, _p: cases.count_cases(s, CaseFilter())),
    "list cases": (EVERYBODY, own, lambda s, _p: cases.list_cases(s, CaseFilter())),
    "count by stage": (EVERYBODY, own, lambda s, _p: cases.count_by_stage(s, CaseFilter())),
    "case file": (EVERYBODY, own, lambda s, p: cases.case_file(s, p["case_id"])),
    "find": (EVERYBODY, own, lambda s, _p: cases.find(s, "2026-00001")),
    "propose": (
        EVERYBODY,
        own,
        lambda s, p: contacts.propose(s, p["case_id"], AttemptResult.REACHED, TODAY),
    ),
    "list visits": (EVERYBODY, visited, lambda s, _p: contacts.list_visits(s, VisitFilter())),
    "count visits": (EVERYBODY, visited, lambda s, _p: contacts.count_visits(s, VisitFilter())),
    "interview": (EVERYBODY, interviewed, lambda s, p: interviews.load(s, p["run"])),
    "list interviews": (
        EVERYBODY,
        own,
        lambda s, _p: interviews.list_interviews(s, InterviewFilter()),
    ),
    "count interviews": (
        EVERYBODY,
        own,
        lambda s, _p: interviews.count_interviews(s, InterviewFilter()),
    ),
    "today": (EVERYBODY, own, lambda s, _p: work.lines(s)),
    "counts of the day": (EVERYBODY, own, lambda s, _p: work.counts(s)),
    "count the day": (EVERYBODY, own, lambda s, _p: work.count(s)),
    "load draft": (EVERYBODY, nothing, lambda s, _p: drafts.load_draft(s, "x")),
    "open drafts": (EVERYBODY, nothing, lambda s, _p: drafts.open_drafts(s)),
    "list views": (EVERYBODY, viewed, lambda s, _p: views.list_views(s, "cases")),
    "case timeline": (EVERYBODY, own, lambda s, p: cases.timeline(s, p["case_id"])),
    # double entry
    "begin double entry": (WORKERS, keyed, lambda s, p: double_entry.begin(s, p["run"])),
    "compare keyings": (WORKERS, keyed_twice, lambda s, p: double_entry.compare(s, p["second"])),
    "give up keying": (WORKERS, keyed_twice, lambda s, p: double_entry.give_up(s, p["second"])),
    "settle": (
        WORKERS,
        compared,
        lambda s, p: double_entry.settle(s, p["run"], "/data/what_happened", "话"),
    ),
    "discrepancies": (EVERYBODY, compared, lambda s, p: double_entry.discrepancies(s, p["run"])),
    "double entry": (EVERYBODY, compared, lambda s, p: double_entry.overview(s, p["run"])),
    # exits at the counter
    "register exit": (
        WORKERS,
        nothing,
        lambda s, p: exit_registration.register(s, p["customer"], ExitDraft()),
    ),
    "standing": (EVERYBODY, nothing, lambda s, p: exit_registration.standing(s, p["customer"])),
    "exits of a case": (EVERYBODY, own, lambda s, p: exit_registration.of_case(s, p["case_id"])),
    "exits of a customer": (
        EVERYBODY,
        nothing,
        lambda s, p: exit_registration.of_customer(s, p["customer"]),
    ),
    # files
    "add file": (WORKERS, own, lambda s, p: attachments.add(s, p["case_id"], b"x", "a.txt")),
    "add file to a visit": (
        WORKERS,
        visited,
        lambda s, p: attachments.add_to_visit(s, p["visit"], b"x", "a.png"),
    ),
    "files of a visit": (EVERYBODY, visited, lambda s, p: attachments.rows_of_visit(s, p["visit"])),
    "remove file": (WORKERS, filed, lambda s, p: attachments.remove(s, p["file"])),
    "take file out": (
        MANAGERS | {Role.HEAD_OFFICE},
        filed,
        lambda s, p: attachments.take_out(s, p["file"]),
    ),
    "export file": (
        MANAGERS | {Role.HEAD_OFFICE},
        filed,
        lambda s, p: attachments.read_for_export(s, p["run"], "a.png"),
    ),
    "read file": (EVERYBODY, filed, lambda s, p: attachments.read(s, p["file"])),
    "find file": (EVERYBODY, filed, lambda s, p: attachments.find(s, p["run"], "a.png")),
    "files of a case": (EVERYBODY, filed, lambda s, p: attachments.rows_of_case(s, p["case_id"])),
    "files of an interview": (
        EVERYBODY,
        filed,
        lambda s, p: attachments.rows_of_interview(s, p["run"]),
    ),
    # customers
    "count customers": (
        EVERYBODY,
        nothing,
        lambda s, _p: customers.count_customers(s, CustomerFilter()),
    ),
    "list customers": (
        EVERYBODY,
        nothing,
        lambda s, _p: customers.list_customers(s, CustomerFilter(), None, 0, 5),
    ),
    "export customers": (
        MANAGERS,
        nothing,
        lambda s, _p: customers.export_customers(s, CustomerFilter(), None, 0, 5),
    ),
    "search": (EVERYBODY, nothing, lambda s, _p: customers.search(s, "8000")),
    "find customer": (EVERYBODY, nothing, lambda s, p: customers.find(s, p["number"])),
    "class sizes": (EVERYBODY, nothing, lambda s, _p: customers.class_sizes(s)),
    "card": (EVERYBODY, own, lambda s, p: customers.card(s, p["customer"])),
    "timeline": (EVERYBODY, nothing, lambda s, p: customers.timeline(s, p["customer"])),
    "count orders": (
        EVERYBODY,
        nothing,
        lambda s, p: customers.count_orders(s, OrderFilter(p["customer"])),
    ),
    "list orders": (
        EVERYBODY,
        nothing,
        lambda s, p: customers.list_orders(s, OrderFilter(p["customer"])),
    ),
    "reveal": (WORKERS, nothing, lambda s, p: customers.reveal_phone(s, p["customer"])),
    "reveal contact": (
        WORKERS,
        talked_to,
        lambda s, p: customers.reveal_contact_phone(s, p["contact"]),
    ),
    "create customer": (
        WORKERS,
        nothing,
        lambda s, _p: customers.create(s, CustomerDraft(name="x")),
    ),
    "change customer": (
        WORKERS,
        nothing,
        lambda s, p: customers.change(s, p["customer"], 1, CustomerDraft(name="y")),
    ),
    "change remark": (
        WORKERS,
        nothing,
        lambda s, p: customers.change_note(s, p["customer"], 1, "y"),
    ),
    "add contact": (
        WORKERS,
        nothing,
        lambda s, p: customers.add_contact(s, p["customer"], ContactDraft(name="乙")),
    ),
    "change contact": (
        WORKERS,
        talked_to,
        lambda s, p: customers.change_contact(s, p["contact"], 1, ContactDraft(name="乙")),
    ),
    "remove contact": (
        WORKERS,
        talked_to,
        lambda s, p: customers.remove_contact(s, p["contact"]),
    ),
    # signals
    "count signals": (EVERYBODY, nothing, lambda s, _p: triage.count_signals(s, SignalFilter())),
    "list signals": (EVERYBODY, nothing, lambda s, _p: triage.list_signals(s, SignalFilter())),
    "count by kind": (EVERYBODY, nothing, lambda s, _p: triage.count_by_kind(s, SignalFilter())),
    "waiting": (EVERYBODY, nothing, lambda s, _p: triage.waiting_ids(s)),
    "accept": (
        AGENTS | {Role.HEAD_OFFICE},
        signalled,
        lambda s, p: triage.accept(s, [p["signal"]]),
    ),
    "dismiss": (
        AGENTS | {Role.HEAD_OFFICE},
        signalled,
        lambda s, p: triage.dismiss(s, [p["signal"]], "x"),
    ),
    "snooze": (
        AGENTS | {Role.HEAD_OFFICE},
        signalled,
        lambda s, p: triage.snooze(s, [p["signal"]], TODAY + dt.timedelta(days=1)),
    ),
    "wake": (EVERYBODY, nothing, lambda s, _p: triage.wake(s, TODAY)),
    "begin the day": (EVERYBODY, nothing, lambda s, _p: triage.begin_day(s, TODAY)),
    "recycle at the start of the day": (EVERYBODY, nothing, lambda s, _p: day.recycle(s)),
    "recover at the start of the day": (EVERYBODY, nothing, lambda s, _p: day.recover(s)),
    "judge at the start of the day": (EVERYBODY, nothing, lambda s, _p: day.judge(s)),
    # the journal
    "count changes": (
        EVERYBODY,
        nothing,
        lambda s, _p: history.count_change_sets(s, ChangeSetFilter()),
    ),
    "list changes": (
        EVERYBODY,
        nothing,
        lambda s, _p: history.list_change_sets(s, ChangeSetFilter(kind=ChangeKind.EDIT)),
    ),
    "changes of one": (
        DECIDERS | {Role.AUDITOR},
        nothing,
        lambda s, _p: history.changes_of(s, uuid.uuid4()),
    ),
    "find change": (EVERYBODY, nothing, lambda s, _p: history.find(s, None, "1")),
    "list imports": (EVERYBODY, nothing, lambda s, _p: history.list_imports(s, "", 0, 5)),
    "history of a record": (
        EVERYBODY,
        nothing,
        lambda s, p: history.record_history(s, "customer", p["customer"]),
    ),
    # after the interview
    "review": (
        DECIDERS,
        finished,
        lambda s, p: reviews.set_state(s, p["run"], ReviewState.HAS_ISSUES, "x"),
    ),
    "review sheet": (EVERYBODY, finished, lambda s, p: reviews.sheet(s, p["run"])),
    "reviews": (EVERYBODY, finished, lambda s, p: reviews.history(s, p["run"])),
    "count reviews": (EVERYBODY, finished, lambda s, _p: reviews.count_by_state(s)),
    "questions in words": (DECIDERS, finished, lambda s, _p: coding.questions(s, "zh")),
    "answers to code": (DECIDERS, finished, lambda s, _p: coding.queue(s, Wanted(), "zh")),
    "progress of coding": (DECIDERS, finished, lambda s, _p: coding.progress(s, Wanted())),
    "learned themes": (DECIDERS, nothing, lambda s, _p: coding.learned(s)),
    "code": (
        DECIDERS,
        themed,
        lambda s, p: coding.code_answer(s, p["run"], "/data/what_happened", [p["theme"]]),
    ),
    "list themes": (DECIDERS, nothing, lambda s, _p: coding.list_themes(s)),
    "add theme": (
        DECIDERS,
        nothing,
        lambda s, p: coding.add_theme(s, ThemeDraft(zh=f"主题 {p['number']}")),
    ),
    "rename theme": (
        DECIDERS,
        themed,
        lambda s, p: coding.rename_theme(s, p["theme"], ThemeDraft(zh=f"改 {p['number']}")),
    ),
    "retire theme": (DECIDERS, themed, lambda s, p: coding.retire_theme(s, p["theme"])),
    "restore theme": (DECIDERS, retired, lambda s, p: coding.restore_theme(s, p["theme"])),
    "merge themes": (
        DECIDERS,
        themed,
        lambda s, p: coding.merge_themes(s, [p["theme"]], p["other"]),
    ),
    "radar": (EVERYBODY, finished, lambda s, _p: quality.radar(s, QualityFilter())),
    "radar flags": (DECIDERS, finished, lambda s, _p: quality.flags(s)),
    "rates": (EVERYBODY, closed, lambda s, _p: insights.rates(s, ClosedFilter())),
    # outcomes and figures
    "judge saves": (DECIDERS, closed, lambda s, _p: watch.judge_all(s)),
    "watch a save": (
        WORKERS,
        own,
        lambda s, p: watch.saved(s, s.get_one(Case, p["case_id"])),
    ),
    "earlier saves": (
        WORKERS | {Role.HEAD_OFFICE},
        closed,
        lambda s, _p: watch.earlier_saves(s, []),
    ),
    "outcome settings": (EVERYBODY, nothing, lambda s, _p: outcome_settings.read(s)),
    "set outcomes": (
        SETTERS,
        nothing,
        lambda s, _p: outcome_settings.change(
            s, OutcomeSettings(watch_days_a=next(_numbers) % 700 + 1)
        ),
    ),
    "look at a save": (EVERYBODY, own, lambda s, p: watch.look(s, p["case_id"])),
    "end of a watch": (EVERYBODY, own, lambda s, p: watch.ends_on(s, p["case_id"])),
    "decide after a case": (
        DECIDERS,
        looked_back,
        lambda s, p: case_reviews.decide(s, p["case_id"], f"x{next(_numbers)}"),
    ),
    "cases to review": (EVERYBODY, closed, lambda s, _p: case_reviews.due(s)),
    "count cases to review": (EVERYBODY, closed, lambda s, _p: case_reviews.count(s)),
    "review of a case": (EVERYBODY, closed, lambda s, p: case_reviews.load(s, p["case_id"])),
    "review a case": (
        WORKERS,
        closed,
        lambda s, p: case_reviews.save(s, p["case_id"], ReviewDraft(lesson="x")),
    ),
    "cost of the loss": (EVERYBODY, own, lambda s, p: case_reviews.cost_of_loss(s, p["case_id"])),
    "begin an experiment": (COMPARERS, nothing, lambda s, _p: try_experiment(s)),
    "end an experiment": (COMPARERS, nothing, lambda s, _p: try_experiment(s)),
    "draw for an experiment": (
        WORKERS,
        own,
        lambda s, p: experiments.arm_for(s, p["case_id"], ExperimentKind.OFFER),
    ),
    "part in an experiment": (
        EVERYBODY,
        own,
        lambda s, p: experiments.part_of(s, p["case_id"], ExperimentKind.OFFER),
    ),
    "experiments": (EVERYBODY, nothing, lambda s, _p: experiments.list_experiments(s)),
    "read-out": (EVERYBODY, nothing, lambda s, _p: experiments.figures(s)),
    "team figures": (EVERYBODY, closed, lambda s, _p: team_figures.figures(s)),
    "whose team figures": (EVERYBODY, nothing, lambda s, _p: team_figures.limited(s, TeamFilter())),
    "team work": (EVERYBODY, closed, lambda s, _p: team_work.work(s)),
    # scripts
    "list scripts": (EVERYBODY, nothing, lambda s, _p: scripts.list_scripts(s)),
    "find script": (EVERYBODY, nothing, lambda s, _p: scripts.find(s, "price")),
    "script versions": (EVERYBODY, nothing, lambda s, _p: scripts.versions_of(s, uuid.uuid4())),
    "script version": (EVERYBODY, scripted, lambda s, p: scripts.load_version(s, p["draft"])),
    "compare scripts": (
        EVERYBODY,
        scripted,
        lambda s, p: scripts.compare(s, p["draft"], p["draft"]),
    ),
    "script findings": (EVERYBODY, nothing, lambda s, _p: scripts.findings(s, Script())),
    "make a script": (
        WRITERS,
        nothing,
        lambda s, p: scripts.create(
            s, ScriptDraft(code=p["number"], zh="话", occasion=Occasion.PRICE), Script()
        ),
    ),
    "begin script draft": (WRITERS, scripted, lambda s, p: scripts.begin_draft(s, p["script"])),
    "save script draft": (
        WRITERS,
        scripted,
        lambda s, p: scripts.save_draft(s, p["draft"], Script()),
    ),
    "title of a script": (
        WRITERS,
        scripted,
        lambda s, p: scripts.set_title(s, p["script"], p["head"]),
    ),
    "publish script": (WRITERS, scripted, lambda s, p: scripts.publish(s, p["draft"])),
    "discard script draft": (
        WRITERS,
        scripted,
        lambda s, p: scripts.discard_draft(s, p["draft"]),
    ),
    "retire script": (WRITERS, scripted, lambda s, p: scripts.retire(s, p["script"])),
    "restore script": (WRITERS, scripted, lambda s, p: scripts.restore(s, p["script"])),
    "take scripts out": (WRITERS, nothing, lambda s, _p: scripts.allow_export(s)),
    "note a script that goes out": (
        WRITERS,
        nothing,
        lambda s, _p: scripts.note_export(s, "price", ["xlsx"]),
    ),
    "what a script may name": (EVERYBODY, nothing, lambda s, _p: script_authoring.offered(s, "en")),
    "example of a script": (
        EVERYBODY,
        own,
        lambda s, p: script_authoring.example_of(s, p["case_id"]),
    ),
    "list snippets": (EVERYBODY, nothing, lambda s, _p: snippets.list_snippets(s)),
    "spoken snippets": (EVERYBODY, own, lambda s, p: snippets.spoken(s, p["case_id"])),
    "save snippet": (
        WRITERS,
        nothing,
        lambda s, p: snippets.save_snippet(s, SnippetDraft(trigger=p["number"], zh="话")),
    ),
    "retire snippet": (WRITERS, scripted, lambda s, p: snippets.retire_snippet(s, p["snippet"])),
    "restore snippet": (
        WRITERS,
        scripted,
        lambda s, p: snippets.restore_snippet(s, p["snippet"]),
    ),
    "left alone": (EVERYBODY, own, lambda s, p: script_runs.left_alone(s, p["case_id"])),
    "best script": (EVERYBODY, own, lambda s, p: script_runs.best_version(s, p["case_id"])),
    "open run": (EVERYBODY, scripted, lambda s, p: script_runs.open_run(s, p["case_id"])),
    "state of a run": (EVERYBODY, scripted, lambda s, p: script_runs.state(s, p["run"])),
    "compared scripts": (EVERYBODY, own, lambda s, p: script_runs.is_compared(s, p["case_id"])),
    "script shown": (WORKERS, own, lambda s, p: script_start.shown(s, p["case_id"])),
    "first answer": (
        WORKERS,
        scripted,
        lambda s, p: script_start.answer(s, script_runs.state(s, p["run"]), "greet", "yes"),
    ),
    "end what is shown": (
        WORKERS,
        scripted,
        lambda s, p: script_start.end(s, script_runs.state(s, p["run"])),
    ),
    "begin a script": (WORKERS, own, lambda s, p: script_runs.begin(s, p["case_id"])),
    "answer in a script": (
        WORKERS,
        scripted,
        lambda s, p: script_runs.answer(s, p["run"], "greet", "yes"),
    ),
    "back in a script": (WORKERS, called, lambda s, p: script_runs.back_to(s, p["run"], 0)),
    "change in a script": (
        WORKERS,
        called,
        lambda s, p: script_runs.change(s, p["run"], 0, "later"),
    ),
    "link a run": (WORKERS, called, lambda s, p: script_runs.link(s, p["run"], p["attempt"])),
    "end a script": (WORKERS, scripted, lambda s, p: script_runs.end(s, p["run"])),
    # the queue
    "queue": (EVERYBODY, own, lambda s, _p: queue.queue(s)),
    "tallies": (EVERYBODY, own, lambda s, _p: queue.tallies(s)),
    "still in the queue": (EVERYBODY, own, lambda s, p: queue.standing(s, [p["case_id"]])),
    "helpers": (DECIDERS, fresh, lambda s, p: spreading.helpers(s, [p["case_id"]])),
    "plan to spread": (
        DECIDERS,
        fresh,
        lambda s, p: spreading.plan(s, [p["case_id"]], [p["agent"]]),
    ),
    "spread": (
        DECIDERS,
        fresh,
        lambda s, p: spreading.spread(s, [p["case_id"]], [p["agent"]]),
    ),
    "before a call": (EVERYBODY, own, lambda s, p: calls.before(s, p["case_id"])),
    "dial": (WORKERS, fresh, lambda s, p: calls.dial(s, p["customer"])),
    "copy the number": (WORKERS, fresh, lambda s, p: calls.copy_number(s, p["customer"])),
    "notes of the screening": (
        EVERYBODY,
        own,
        lambda s, p: assignment.shown_notes(s, {p["case_id"]: ""}),
    ),
    "asks to cancel": (
        WORKERS | {Role.HEAD_OFFICE},
        fresh,
        lambda s, p: calls.cancel_request(s, p["customer"]),
    ),
    "wrap up a call": (WORKERS, own, lambda s, p: calls.wrap_up(s, p["case_id"], WRAPPED)),
    "next steps": (
        EVERYBODY,
        own,
        lambda s, p: contacts.proposals(s, p["case_id"], TODAY),
    ),
    "claim": (AGENTS, fresh, lambda s, p: pool.claim(s, p["case_id"])),
    "give back": (WORKERS, own, lambda s, p: pool.give_back(s, p["case_id"], "x")),
    "untouched cases": (EVERYBODY, own, lambda s, _p: pool.recycling(s, TODAY)),
    "recycle": (DECIDERS, own, lambda s, _p: pool.recycle(s, TODAY + dt.timedelta(days=400))),
    "set callback": (
        WORKERS,
        own,
        lambda s, p: pool.set_callback(s, p["case_id"], TOMORROW, CallbackFor.ME),
    ),
    "drop callback": (WORKERS, own, lambda s, p: pool.drop_callback(s, p["case_id"])),
    "pool numbers": (EVERYBODY, nothing, lambda s, _p: pool.policy(s)),
    "change pool numbers": (
        SETTERS,
        nothing,
        lambda s, p: pool.change_policy(
            s, ROOMY.model_copy(update={"capacity": ROOMY.capacity - int(p["number"][1:])})
        ),
    ),
    "skills": (EVERYBODY, nothing, lambda s, p: skills.read(s, p["agent"])),
    "skills of all": (EVERYBODY, nothing, lambda s, _p: skills.list_people(s)),
    "change skills": (
        DECIDERS,
        nothing,
        lambda s, p: skills.change(s, p["agent"], SkillsDraft(service=2)),
    ),
    "suggest owner": (DECIDERS, fresh, lambda s, p: skills.suggest_owner(s, p["case_id"])),
    "may contact": (
        EVERYBODY,
        nothing,
        lambda s, p: contact_permission.may_contact(s, p["customer"], TOMORROW, Channel.CALL),
    ),
    "contact numbers": (EVERYBODY, nothing, lambda s, _p: contact_permission.policy(s)),
    "change contact numbers": (
        SETTERS,
        nothing,
        lambda s, _p: contact_permission.change_policy(s, ContactPolicy(short_days=6)),
    ),
    "calendar days": (EVERYBODY, nothing, lambda s, _p: calendar.list_days(s)),
    "working calendar": (EVERYBODY, nothing, lambda s, _p: calendar.work_calendar(s)),
    "festivals": (EVERYBODY, nothing, lambda s, _p: calendar.festivals(s)),
    "working hours": (EVERYBODY, nothing, lambda s, _p: calendar.hours(s)),
    "change working hours": (
        SETTERS,
        nothing,
        lambda s, _p: calendar.change_hours(s, HoursDraft(start=dt.time(8))),
    ),
    "set day": (
        SETTERS,
        nothing,
        lambda s, _p: calendar.set_day(s, DayDraft(day=TODAY, is_working=False)),
    ),
    "remove day": (
        SETTERS,
        nothing,
        lambda s, _p: calendar.remove_day(s, dt.date(2026, 10, 1)),
    ),
}


READING = frozenset(
    {
        "discrepancies", "double entry", "standing", "exits of a case",
        "exits of a customer", "read file", "find file", "files of a case",
        "files of an interview", "files of a visit",
        "count cases", "list cases", "count by stage", "case file", "find", "propose",
        "list visits", "count visits", "interview", "list interviews", "count interviews",
        "today", "counts of the day", "count the day", "load draft", "open drafts",
        "list views", "case timeline",
        "count customers", "list customers", "export customers", "search", "find customer",
        "class sizes", "card", "timeline", "count orders", "list orders", "count signals",
        "list signals", "count by kind", "waiting", "count changes", "list changes",
        "changes of one", "find change", "list imports", "history of a record",
        "questionnaires", "versions", "version", "form", "in use", "is used", "files of a form",
        "review sheet", "reviews", "count reviews", "questions in words", "answers to code",
        "progress of coding", "learned themes", "list themes", "radar", "radar flags", "rates",
        "judge saves", "watch a save", "look at a save", "end of a watch", "earlier saves",
        "outcome settings", "cases to review",
        "count cases to review", "review of a case", "cost of the loss", "experiments",
        "draw for an experiment", "read-out", "team figures", "whose team figures", "team work",
        "list scripts", "find script", "script versions", "script version", "compare scripts",
        "script findings", "what a script may name", "example of a script", "list snippets",
        "spoken snippets",
        "best script", "left alone",
        "part in an experiment", "open run", "state of a run",
        "queue", "tallies", "still in the queue", "helpers", "plan to spread",
        "untouched cases", "pool numbers", "skills", "skills of all", "suggest owner",
        "may contact",
        "contact numbers", "calendar days", "working calendar", "festivals", "working hours",
    }
)  # fmt: skip


ROOMY = PoolPolicy(capacity=100_000, claims_per_day=100_000)


def prepare_all(
    session: Session,
    prepare: Callable[[Session, Actor], Prepared],
    actors: dict[Role, Actor],
) -> dict[Role, Prepared]:
    """Make everybody's own in their names but as administrators: only the role is in question."""
    found: dict[Role, Prepared] = {}
    for role, user in actors.items():
        session.info["actor"] = dataclasses.replace(user, role=Role.ADMINISTRATOR)
        found[role] = prepare(session, user) | {"agent": actors[Role.AGENT].user_id}
    return found


@pytest.fixture(scope="module", autouse=True)
def roomy(lasting_desk: Desk, lasting_actors: dict[Role, Actor]) -> None:
    """Nobody holds too many cases here, however many tests went before."""
    lasting_desk.do(lasting_actors[Role.ADMINISTRATOR], pool.change_policy, ROOMY)


@pytest.fixture(scope="module")
def to_read(
    lasting_desk: Desk, lasting_actors: dict[Role, Actor]
) -> Callable[[Callable[[Session, Actor], Prepared]], dict[Role, Prepared]]:
    """What services that only read are tried on: made once by each way to prepare it."""

    @functools.cache
    def made(prepare: Callable[[Session, Actor], Prepared]) -> dict[Role, Prepared]:
        return lasting_desk.do(SYSTEM, prepare_all, prepare, lasting_actors)

    return made


def fill(desk: Desk, prepare: Callable[[Session, Actor], Prepared]) -> dict[Role, Prepared]:
    """Let there be room, and what is prepared for everybody."""
    actors = actors_of(desk.database)
    desk.do(actors[Role.ADMINISTRATOR], pool.change_policy, ROOMY)
    return desk.do(SYSTEM, prepare_all, prepare, actors)


@pytest.mark.parametrize("service", sorted(MATRIX.keys() & READING))
def test_that_each_role_may_read_what_it_should_and_nothing_else(
    lasting_desk: Desk,
    lasting_actors: dict[Role, Actor],
    to_read: Callable[[Callable[[Session, Actor], Prepared]], dict[Role, Prepared]],
    service: str,
) -> None:
    prepared = to_read(MATRIX[service][1])
    check_roles(lasting_desk, lasting_actors, prepared, service)


@pytest.mark.parametrize("service", sorted(MATRIX.keys() - READING))
def test_that_each_role_may_do_what_it_should_and_nothing_else(
    filled_desk: Callable[..., tuple[Desk, dict[Role, Prepared]]],
    lasting_actors: dict[Role, Actor],
    service: str,
) -> None:
    desk, prepared = filled_desk(fill, MATRIX[service][1])
    check_roles(desk, lasting_actors, prepared, service)


def check_roles(
    desk: Desk, actors: dict[Role, Actor], prepared: dict[Role, Prepared], service: str
) -> None:
    """Call a service as each role: who may not is told so, and changes nothing."""
    may, _prepare, call = MATRIX[service]
    run = desk.look if service in READING else desk.do
    for role, user in actors.items():
        made = len(desk.made)
        if role in may:
            run(user, call, prepared[role])
        else:
            with pytest.raises(NotAllowedError, match="Your role"):
                run(user, call, prepared[role])
            assert len(desk.made) == made


def test_that_every_public_service_is_in_the_matrix() -> None:
    public = {
        f"{module.__name__.rsplit('.', 1)[1]}.{name}"
        for module in MODULES
        for name, value in vars(module).items()
        if callable(value)
        and not name.startswith("_")
        and getattr(value, "__module__", "").startswith("desktop_app.services")
        and getattr(value, "__module__", "") != "desktop_app.services.interview_rows"
        and not isinstance(value, type)
    }
    plain = {
        "interviews.draft_key", "interviews.draft_prefix", "interview_end.draft_prefix",
        "interview_end.finishing_problems", "interview_end.said_of",
        "interview_end.copy_corrected", "double_entry.draft_prefix",
        "interview_end.put_why_chain", "questionnaires.remarks_of", "questionnaires.remark_key",
        "questionnaires.with_title", "repeats.new_structure", "repeats.refuse_moved",
        "repeats.refuse_other", "repeats.restructure", "repeats.typed_at",
        "keyed_corrections.correct", "keyed_corrections.take_blank_away",
        "views.to_json", "views.from_json", "cases.next_case_numbers", "cases.note_of",
        "cases.standing_hits", "customers.as_draft", "customers.next_customer_number",
        "contact_permission.verdict", "contact_permission.first_day", "contact_permission.read",
        "contact_permission.contacts_of", "contact_permission.as_json",
        "triage.next_case_numbers", "insights.counts_of", "quality.half_a_year_ago",
        "watch.next_case_numbers", "watch.history_line",
    }  # fmt: skip
    assert len(public - plain) == len(MATRIX) - 1  # sharing a view is saving one


def test_that_without_anybody_signed_in_nothing_is_allowed(desk: Desk) -> None:
    with desk.database.read() as session:
        assert not access.may(session, Action.VIEW)
        with pytest.raises(NotAllowedError, match="Nobody is signed in"):
            cases.count_cases(session, CaseFilter())
    with desk.database.read() as session:
        session.info["actor"] = SYSTEM
        assert access.may(session, Action.VIEW)
        assert access.actor(session) is SYSTEM


# ---------------------------------------------------------------- whose records


@pytest.fixture
def board(desk: Desk, actors: dict[Role, Actor]) -> dict[str, uuid.UUID]:
    """Cases of all sorts around the agent and the field staff of the store S01."""
    return desk.do(SYSTEM, lay_out, actors)


def lay_out(session: Session, actors: dict[Role, Actor]) -> dict[str, uuid.UUID]:
    agent, field = actors[Role.AGENT], actors[Role.FIELD_STAFF]
    here, there = agent.store_id, factories.add_store(session)
    colleague = factories.add_user(session, Role.AGENT, here)
    mine = {"store_id": here, "owner_id": field.user_id}
    found = {
        "agent": factories.assigned_case(session, agent.user_id, store_id=there),
        "colleague": factories.assigned_case(session, colleague.user_id, store_id=here),
        "pool": factories.open_case(session, store_id=here),
        "nowhere": factories.open_case(session),
        "far": factories.open_case(session, store_id=there),
        "field": factories.assigned_case(session, field.user_id, store_id=here),
        "field's customer": factories.open_case(session, **mine),
    }
    for user, name in ((field, "opened by field"), (agent, "opened by agent")):
        session.info["actor"] = user
        found[name] = moved_away(session, user, there)
    return found


def moved_away(session: Session, user: Actor, store_id: uuid.UUID) -> uuid.UUID:
    """A case that a user opened for a customer who belongs to another store by now."""
    mine = factories.add_customer(session, store_id=user.store_id, owner_id=user.user_id)
    case_id = factories.open_case(session, mine)
    factories.change_customer(session, mine, store_id=store_id, owner_id=None)
    session.get_one(Case, case_id).store_id = store_id
    session.flush()
    return case_id


EVERY_CASE = {
    "agent", "colleague", "pool", "nowhere", "far", "field", "field's customer",
    "opened by field", "opened by agent",
}  # fmt: skip
SEEN = {
    Role.AGENT: {"agent", "pool", "nowhere", "field's customer", "opened by agent"},
    Role.FIELD_STAFF: {"field", "field's customer", "opened by field"},
    Role.STORE_MANAGER: {"colleague", "pool", "nowhere", "field", "field's customer"},
}


@pytest.mark.parametrize("role", Role)
def test_that_each_role_sees_its_cases_and_touches_no_others(
    desk: Desk, actors: dict[Role, Actor], board: dict[str, uuid.UUID], role: Role
) -> None:
    user, expected = actors[role], SEEN.get(role, EVERY_CASE)
    names = {case_id: name for name, case_id in board.items()}
    rows = desk.look(user, cases.list_cases, CaseFilter())
    assert {names[row.id] for row in rows} == expected
    assert desk.look(user, cases.count_cases, CaseFilter()) == len(expected)
    assert sum(desk.look(user, cases.count_by_stage, CaseFilter()).values()) == len(expected)
    for name, case_id in board.items():
        if name in expected:
            assert desk.look(user, cases.case_file, case_id).row.id == case_id
            continue
        for service in (cases.case_file, factories.attempt, interviews.start):
            with pytest.raises(NotAllowedError):
                desk.do(user, service, case_id)


def test_that_a_manager_assigns_nothing_of_another_store(
    desk: Desk, actors: dict[Role, Actor], board: dict[str, uuid.UUID]
) -> None:
    manager, agent = actors[Role.STORE_MANAGER], actors[Role.AGENT]
    made = len(desk.made)
    with pytest.raises(NotAllowedError, match="somebody else"):
        desk.do(manager, cases.assign, [board["pool"], board["far"]], agent.user_id)
    assert len(desk.made) == made
    assert desk.do(manager, cases.assign, [board["pool"]], agent.user_id).assigned == 1


def test_that_a_user_without_a_store_is_not_bound_to_one(
    desk: Desk, admin: Actor, board: dict[str, uuid.UUID]
) -> None:
    free = desk.do(admin, factories.add_user, Role.STORE_MANAGER)
    assert desk.look(free, access.visible) == Visible(Reach.STORE, free.user_id, None)
    assert desk.look(free, cases.count_cases, CaseFilter()) == len(board)
    agent = desk.do(admin, factories.add_user, Role.AGENT)
    rows = desk.look(agent, cases.list_cases, CaseFilter())
    assert all(row.owner_id is None for row in rows)
    assert len(rows) == 6


def test_that_visits_without_a_case_follow_the_store_too(
    desk: Desk, admin: Actor, actors: dict[Role, Actor]
) -> None:
    here = actors[Role.AGENT].store_id
    there = desk.do(admin, factories.add_store)
    field = actors[Role.FIELD_STAFF]
    made = {
        name: desk.do(SYSTEM, planned, store_id=store_id, owner_id=owner_id)
        for name, store_id, owner_id in (
            ("here", here, None),
            ("there", there, None),
            ("field's", there, field.user_id),
        )
    }
    names = {visit: name for name, visit in made.items()}
    homeless = desk.do(admin, factories.add_user, Role.AGENT)
    for user, expected in (
        (actors[Role.AGENT], {"here"}),
        (actors[Role.STORE_MANAGER], {"here"}),
        (field, {"field's"}),
        (actors[Role.AUDITOR], set(made)),
        (homeless, set(made)),
    ):
        rows = desk.look(user, contacts.list_visits, VisitFilter())
        assert {names[row.id] for row in rows} == expected


def planned(session: Session, **columns: object) -> uuid.UUID:
    customer = factories.add_customer(session, **columns)
    return contacts.plan_visit(session, None, customer, PLAN)
