"""Who may do what with interviews: held, typed in, reviewed and coded."""

import uuid
from types import ModuleType

import pytest

from db.models import Interview, QuestionnaireVersion
from db.queries.interviews import InterviewFilter
from db.session import Actor, Session
from db.vocabulary import InterviewMode, QuestionnairePurpose, ReviewState
from desktop_app.domain.questionnaires import QuestionnaireDraft
from desktop_app.services import (
    coding,
    double_entry,
    interview_drop,
    interview_end,
    interviews,
    paper_entry,
    quality,
    questionnaire_life,
    repeats,
    reviews,
)
from desktop_app.services.coding import ThemeDraft, Wanted
from desktop_app.services.quality import QualityFilter
from desktop_app.services.questionnaires import FormSource
from tests.services import rights
from tests.services.rights import DECIDERS, EVERYBODY, WORKERS, Entry, Filled, Prepared, numbers
from tests.services.rights_ground import finished, interviewed, nothing, own

MODULES: tuple[ModuleType, ...] = (
    interviews, interview_drop, interview_end, paper_entry, repeats, double_entry, reviews,
    coding, quality,
)  # fmt: skip
PLAIN = {
    "double_entry.draft_prefix", "interview_end.copy_corrected", "interview_end.draft_prefix",
    "interview_end.finishing_problems", "interview_end.put_why_chain", "interview_end.said_of",
    "interviews.draft_key", "interviews.draft_prefix", "quality.half_a_year_ago",
    "repeats.new_structure", "repeats.refuse_moved", "repeats.refuse_other",
    "repeats.restructure", "repeats.typed_at",
}  # fmt: skip

pytestmark = pytest.mark.usefixtures("fixed_time")


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


def themed(session: Session, user: Actor) -> Prepared:
    """Two themes of one's own and a finished interview."""
    found = finished(session, user)
    number = next(numbers)
    names = ("theme", "other")
    made = {name: coding.add_theme(session, ThemeDraft(zh=f"{name} {number}")) for name in names}
    return found | made | {"number": f"M{number:05d}"}


def retired(session: Session, user: Actor) -> Prepared:
    found = themed(session, user)
    coding.retire_theme(session, found["theme"])
    return found


READING: dict[str, Entry] = {
    "interviews.load": (EVERYBODY, interviewed, lambda s, p: interviews.load(s, p["run"])),
    "interviews.list_interviews": (
        EVERYBODY,
        own,
        lambda s, _p: interviews.list_interviews(s, InterviewFilter()),
    ),
    "interviews.count_interviews": (
        EVERYBODY,
        own,
        lambda s, _p: interviews.count_interviews(s, InterviewFilter()),
    ),
    "double_entry.discrepancies": (
        EVERYBODY,
        compared,
        lambda s, p: double_entry.discrepancies(s, p["run"]),
    ),
    "double_entry.overview": (EVERYBODY, compared, lambda s, p: double_entry.overview(s, p["run"])),
    "reviews.sheet": (EVERYBODY, finished, lambda s, p: reviews.sheet(s, p["run"])),
    "reviews.history": (EVERYBODY, finished, lambda s, p: reviews.history(s, p["run"])),
    "reviews.count_by_state": (EVERYBODY, finished, lambda s, _p: reviews.count_by_state(s)),
    "coding.questions": (DECIDERS, finished, lambda s, _p: coding.questions(s, "zh")),
    "coding.queue": (DECIDERS, finished, lambda s, _p: coding.queue(s, Wanted(), "zh")),
    "coding.progress": (DECIDERS, finished, lambda s, _p: coding.progress(s, Wanted())),
    "coding.learned": (DECIDERS, nothing, lambda s, _p: coding.learned(s)),
    "coding.list_themes": (DECIDERS, nothing, lambda s, _p: coding.list_themes(s)),
    "quality.radar": (EVERYBODY, finished, lambda s, _p: quality.radar(s, QualityFilter())),
    "quality.flags": (DECIDERS, finished, lambda s, _p: quality.flags(s)),
}

WRITING: dict[str, Entry] = {
    "interviews.start": (WORKERS, own, lambda s, p: interviews.start(s, p["case_id"])),
    "interviews.save_answer": (
        WORKERS,
        interviewed,
        lambda s, p: interviews.save_answer(s, p["run"], "/data/left_on", "2026-08-01"),
    ),
    "interviews.save_answers": (
        WORKERS,
        interviewed,
        lambda s, p: interviews.save_answers(s, p["run"], {}),
    ),
    "interviews.accept": (
        WORKERS,
        interviewed,
        lambda s, p: interviews.accept(s, p["run"], "/data/what_happened"),
    ),
    "interviews.add_repeat": (
        WORKERS,
        counting,
        lambda s, p: interviews.add_repeat(s, p["run"], PERSON),
    ),
    "interviews.remove_repeat": (
        WORKERS,
        counting,
        lambda s, p: interviews.remove_repeat(s, p["run"], f"{PERSON}[1]"),
    ),
    "interviews.set_mark": (
        WORKERS,
        interviewed,
        lambda s, p: interviews.set_mark(s, p["run"], "/data/left_on", is_on=True),
    ),
    "interviews.set_language": (
        WORKERS,
        interviewed,
        lambda s, p: interviews.set_language(s, p["run"], "en"),
    ),
    "interviews.held_already": (
        EVERYBODY,
        own,
        lambda s, p: interviews.held_already(s, p["case_id"]),
    ),
    "interviews.holdable": (EVERYBODY, own, lambda s, p: interviews.holdable(s, p["case_id"])),
    "interviews.often_next": (EVERYBODY, nothing, lambda s, _p: interviews.often_next(s)),
    "interview_drop.drop": (WORKERS, interviewed, lambda s, p: interview_drop.drop(s, p["run"])),
    "interview_end.finish": (WORKERS, interviewed, lambda s, p: interview_end.finish(s, p["run"])),
    "interview_end.reopen": (
        WORKERS,
        finished,
        lambda s, p: interview_end.reopen(s, p["run"], "x"),
    ),
    "paper_entry.offered": (EVERYBODY, own, lambda s, p: paper_entry.offered(s, p["case_id"])),
    "paper_entry.begin": (WORKERS, own, lambda s, p: paper_entry.begin(s, p["case_id"], "1")),
    "repeats.keep_typed": (
        WORKERS,
        interviewed,
        lambda s, p: repeats.keep_typed(s, p["run"], "/data/left_on", "2026", ""),
    ),
    "repeats.set_aside": (
        WORKERS,
        interviewed,
        lambda s, p: repeats.set_aside(s, p["run"], ["/data/left_on"]),
    ),
    "double_entry.begin": (WORKERS, keyed, lambda s, p: double_entry.begin(s, p["run"])),
    "double_entry.compare": (
        WORKERS,
        keyed_twice,
        lambda s, p: double_entry.compare(s, p["second"]),
    ),
    "double_entry.give_up": (
        WORKERS,
        keyed_twice,
        lambda s, p: double_entry.give_up(s, p["second"]),
    ),
    "double_entry.settle": (
        WORKERS,
        compared,
        lambda s, p: double_entry.settle(s, p["run"], "/data/what_happened", "话"),
    ),
    "reviews.set_state": (
        DECIDERS,
        finished,
        lambda s, p: reviews.set_state(s, p["run"], ReviewState.HAS_ISSUES, "x"),
    ),
    "coding.code_answer": (
        DECIDERS,
        themed,
        lambda s, p: coding.code_answer(s, p["run"], "/data/what_happened", [p["theme"]]),
    ),
    "coding.add_theme": (
        DECIDERS,
        nothing,
        lambda s, p: coding.add_theme(s, ThemeDraft(zh=f"主题 {p['number']}")),
    ),
    "coding.rename_theme": (
        DECIDERS,
        themed,
        lambda s, p: coding.rename_theme(s, p["theme"], ThemeDraft(zh=f"改 {p['number']}")),
    ),
    "coding.retire_theme": (DECIDERS, themed, lambda s, p: coding.retire_theme(s, p["theme"])),
    "coding.restore_theme": (DECIDERS, retired, lambda s, p: coding.restore_theme(s, p["theme"])),
    "coding.merge_themes": (
        DECIDERS,
        themed,
        lambda s, p: coding.merge_themes(s, [p["theme"]], p["other"]),
    ),
}


@pytest.mark.parametrize("service", [*READING, *WRITING])
def test_that_each_role_may_do_what_it_should_and_nothing_else(
    filled_desk: Filled, service: str
) -> None:
    rights.check(filled_desk, service, READING, WRITING)


def test_that_every_public_service_is_in_the_matrix() -> None:
    assert rights.public(MODULES, with_taken=True) - PLAIN == rights.tried(READING, WRITING)
