"""Who may do what with questionnaires, scripts, snippets and comparisons."""

import uuid
from types import ModuleType

import pytest

from db.models import QuestionnaireVersion
from db.queries.scripts import ScriptRow
from db.questionnaires import shipped
from db.session import Actor, Session
from db.vocabulary import ExperimentKind, Occasion, QuestionnairePurpose
from desktop_app.domain.questionnaires import QuestionnaireDraft, TitleDraft
from desktop_app.domain.script_drafts import ScriptDraft, SnippetDraft
from desktop_app.domain.scripts import Script
from desktop_app.services import (
    experiments,
    questionnaire_life,
    questionnaires,
    script_authoring,
    script_runs,
    script_start,
    scripts,
    snippets,
)
from desktop_app.services.experiments import ArmDraft, ExperimentDraft
from desktop_app.services.questionnaires import FormSource, in_use
from tests import factories
from tests.services import rights
from tests.services.rights import (
    COMPARERS,
    DECIDERS,
    EVERYBODY,
    WORKERS,
    WRITERS,
    Entry,
    Filled,
    Prepared,
)
from tests.services.rights_ground import nothing, own

MODULES: tuple[ModuleType, ...] = (
    questionnaires, questionnaire_life, scripts, script_authoring, script_runs, script_start,
    snippets, experiments,
)  # fmt: skip
PLAIN = {
    "questionnaires.remark_key", "questionnaires.remarks_of", "questionnaires.with_title",
}  # fmt: skip

pytestmark = pytest.mark.usefixtures("fixed_time")


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


READING: dict[str, Entry] = {
    "questionnaires.list_questionnaires": (
        EVERYBODY,
        nothing,
        lambda s, _p: questionnaires.list_questionnaires(s),
    ),
    "questionnaires.versions_of": (
        EVERYBODY,
        nothing,
        lambda s, _p: questionnaires.versions_of(s, uuid.uuid4()),
    ),
    "questionnaires.load_version": (
        EVERYBODY,
        drafted,
        lambda s, p: questionnaires.load_version(s, p["draft"]),
    ),
    "questionnaires.form_of": (
        EVERYBODY,
        nothing,
        lambda s, _p: questionnaires.form_of(s, in_use(s)),
    ),
    "questionnaires.in_use": (EVERYBODY, nothing, lambda s, _p: in_use(s)),
    "questionnaires.is_used": (
        EVERYBODY,
        drafted,
        lambda s, p: questionnaires.is_used(s, p["draft"]),
    ),
    "questionnaires.files_of": (EVERYBODY, nothing, lambda s, _p: questionnaires.files_of(s)),
    "scripts.list_scripts": (EVERYBODY, nothing, lambda s, _p: scripts.list_scripts(s)),
    "scripts.find": (EVERYBODY, nothing, lambda s, _p: scripts.find(s, "price")),
    "scripts.versions_of": (EVERYBODY, nothing, lambda s, _p: scripts.versions_of(s, uuid.uuid4())),
    "scripts.load_version": (EVERYBODY, scripted, lambda s, p: scripts.load_version(s, p["draft"])),
    "scripts.compare": (
        EVERYBODY,
        scripted,
        lambda s, p: scripts.compare(s, p["draft"], p["draft"]),
    ),
    "scripts.findings": (EVERYBODY, nothing, lambda s, _p: scripts.findings(s, Script())),
    "script_authoring.offered": (
        EVERYBODY,
        nothing,
        lambda s, _p: script_authoring.offered(s, "en"),
    ),
    "script_authoring.example_of": (
        EVERYBODY,
        own,
        lambda s, p: script_authoring.example_of(s, p["case_id"]),
    ),
    "script_runs.left_alone": (
        EVERYBODY,
        own,
        lambda s, p: script_runs.left_alone(s, p["case_id"]),
    ),
    "script_runs.best_version": (
        EVERYBODY,
        own,
        lambda s, p: script_runs.best_version(s, p["case_id"]),
    ),
    "script_runs.open_run": (
        EVERYBODY,
        scripted,
        lambda s, p: script_runs.open_run(s, p["case_id"]),
    ),
    "script_runs.state": (EVERYBODY, scripted, lambda s, p: script_runs.state(s, p["run"])),
    "snippets.list_snippets": (EVERYBODY, nothing, lambda s, _p: snippets.list_snippets(s)),
    "snippets.spoken": (EVERYBODY, own, lambda s, p: snippets.spoken(s, p["case_id"])),
    "experiments.arm_for": (
        WORKERS,
        own,
        lambda s, p: experiments.arm_for(s, p["case_id"], ExperimentKind.OFFER),
    ),
    "experiments.part_of": (
        EVERYBODY,
        own,
        lambda s, p: experiments.part_of(s, p["case_id"], ExperimentKind.OFFER),
    ),
    "experiments.list_experiments": (
        EVERYBODY,
        nothing,
        lambda s, _p: experiments.list_experiments(s),
    ),
    "experiments.figures": (EVERYBODY, nothing, lambda s, _p: experiments.figures(s)),
}

WRITING: dict[str, Entry] = {
    "questionnaires.purpose_of": (
        EVERYBODY,
        nothing,
        lambda s, _p: questionnaires.purpose_of(s, in_use(s)),
    ),
    "questionnaires.written": (
        EVERYBODY,
        drafted,
        lambda s, p: questionnaires.written(s, p["draft"]),
    ),
    "questionnaires.used_files": (
        EVERYBODY,
        drafted,
        lambda s, p: questionnaires.used_files(s, p["draft"]),
    ),
    "questionnaire_life.create": (
        DECIDERS,
        nothing,
        lambda s, p: questionnaire_life.create(s, new_draft(p), {}),
    ),
    "questionnaire_life.begin_draft": (
        DECIDERS,
        drafted,
        lambda s, p: questionnaire_life.begin_draft(s, p["questionnaire"]),
    ),
    "questionnaire_life.save_draft": (
        DECIDERS,
        drafted,
        lambda s, p: questionnaire_life.save_draft(s, p["draft"], {"survey": [["name"]]}, None),
    ),
    "questionnaire_life.set_title": (
        DECIDERS,
        drafted,
        lambda s, p: questionnaire_life.set_title(
            s, p["questionnaire"], TitleDraft(zh="乙", en="b")
        ),
    ),
    "questionnaire_life.publish": (
        DECIDERS,
        drafted,
        lambda s, p: questionnaire_life.publish(s, p["draft"]),
    ),
    "questionnaire_life.discard_draft": (
        DECIDERS,
        drafted,
        lambda s, p: questionnaire_life.discard_draft(s, p["draft"]),
    ),
    "questionnaire_life.retire": (
        DECIDERS,
        drafted,
        lambda s, p: questionnaire_life.retire(s, p["questionnaire"]),
    ),
    "questionnaire_life.restore": (
        DECIDERS,
        drafted,
        lambda s, p: questionnaire_life.restore(s, p["questionnaire"]),
    ),
    "scripts.create": (
        WRITERS,
        nothing,
        lambda s, p: scripts.create(
            s, ScriptDraft(code=p["number"], zh="话", occasion=Occasion.PRICE), Script()
        ),
    ),
    "scripts.begin_draft": (WRITERS, scripted, lambda s, p: scripts.begin_draft(s, p["script"])),
    "scripts.save_draft": (
        WRITERS,
        scripted,
        lambda s, p: scripts.save_draft(s, p["draft"], Script()),
    ),
    "scripts.set_title": (
        WRITERS,
        scripted,
        lambda s, p: scripts.set_title(s, p["script"], p["head"]),
    ),
    "scripts.publish": (WRITERS, scripted, lambda s, p: scripts.publish(s, p["draft"])),
    "scripts.discard_draft": (
        WRITERS,
        scripted,
        lambda s, p: scripts.discard_draft(s, p["draft"]),
    ),
    "scripts.retire": (WRITERS, scripted, lambda s, p: scripts.retire(s, p["script"])),
    "scripts.restore": (WRITERS, scripted, lambda s, p: scripts.restore(s, p["script"])),
    "scripts.allow_export": (WRITERS, nothing, lambda s, _p: scripts.allow_export(s)),
    "scripts.note_export": (
        WRITERS,
        nothing,
        lambda s, _p: scripts.note_export(s, "price", ["xlsx"]),
    ),
    "script_runs.is_compared": (
        EVERYBODY,
        own,
        lambda s, p: script_runs.is_compared(s, p["case_id"]),
    ),
    "script_runs.begin": (WORKERS, own, lambda s, p: script_runs.begin(s, p["case_id"])),
    "script_runs.answer": (
        WORKERS,
        scripted,
        lambda s, p: script_runs.answer(s, p["run"], "greet", "yes"),
    ),
    "script_runs.back_to": (WORKERS, called, lambda s, p: script_runs.back_to(s, p["run"], 0)),
    "script_runs.change": (
        WORKERS,
        called,
        lambda s, p: script_runs.change(s, p["run"], 0, "later"),
    ),
    "script_runs.link": (WORKERS, called, lambda s, p: script_runs.link(s, p["run"], p["attempt"])),
    "script_runs.end": (WORKERS, scripted, lambda s, p: script_runs.end(s, p["run"])),
    "script_start.shown": (WORKERS, own, lambda s, p: script_start.shown(s, p["case_id"])),
    "script_start.answer": (
        WORKERS,
        scripted,
        lambda s, p: script_start.answer(s, script_runs.state(s, p["run"]), "greet", "yes"),
    ),
    "script_start.end": (
        WORKERS,
        scripted,
        lambda s, p: script_start.end(s, script_runs.state(s, p["run"])),
    ),
    "snippets.save_snippet": (
        WRITERS,
        nothing,
        lambda s, p: snippets.save_snippet(s, SnippetDraft(trigger=p["number"], zh="话")),
    ),
    "snippets.retire_snippet": (
        WRITERS,
        scripted,
        lambda s, p: snippets.retire_snippet(s, p["snippet"]),
    ),
    "snippets.restore_snippet": (
        WRITERS,
        scripted,
        lambda s, p: snippets.restore_snippet(s, p["snippet"]),
    ),
    "experiments.create": (COMPARERS, nothing, lambda s, _p: try_experiment(s)),
    "experiments.end": (COMPARERS, nothing, lambda s, _p: try_experiment(s)),
}


@pytest.mark.parametrize("service", [*READING, *WRITING])
def test_that_each_role_may_do_what_it_should_and_nothing_else(
    filled_desk: Filled, service: str
) -> None:
    rights.check(filled_desk, service, READING, WRITING)


def test_that_every_public_service_is_in_the_matrix() -> None:
    assert rights.public(MODULES, with_taken=True) - PLAIN == rights.tried(READING, WRITING)
