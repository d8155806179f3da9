"""The scripts and snippets of the program: complete, in both languages, without pressure."""

import re
from collections.abc import Iterator

import pytest

from db import questionnaires, reference, task_force_files
from db.task_force_files import ScriptFile
from db.vocabulary import AttemptResult, Outcome
from desktop_app.domain import script_checks, script_graph, script_words, scripts
from desktop_app.domain.scripts import Script, StepKind
from desktop_app.questionnaire import xform
from desktop_app.questionnaire.roles import CaseRole

FILES = task_force_files.scripts()
CJK = re.compile(r"[\u3400-\u9fff]")
PRESSURE = (
    "最后机会",
    "错过",
    "仅限今天",
    "立即",
    "赶紧",
    "只剩",
    "last chance",
    "only today",
    "hurry",
)
"""Words of those who press; none of them belongs into a script."""

each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.code)


def writable() -> set[str]:
    """What answers may be written to: roles, and the questions of the exit interview."""
    shipped = {each.code: each for each in questionnaires.shipped()}
    form = xform.load(shipped[questionnaires.EXIT_INTERVIEW].xml)
    names = {path.rpartition("/")[2] for path in form.questions}
    assert {"stated_reason", "unmet_request"} <= names
    return {role.value for role in CaseRole} | names


def texts(script: Script) -> Iterator[tuple[str, str]]:
    for step in script.steps:
        yield step.zh, step.en
        yield step.hint_zh, step.hint_en
        yield step.heard_zh, step.heard_en
        for choice in step.choices:
            yield choice.zh, choice.en


def test_that_there_are_six_scripts_for_six_occasions() -> None:
    assert {file.occasion for file in FILES} == {
        "cancel_request",
        "price",
        "service_failure",
        "competitor",
        "silent_lapse",
        "win_back",
    }
    assert len(FILES) == 6


@each_file
def test_that_a_script_has_nothing_to_mend(file: ScriptFile) -> None:
    script = scripts.read(file.content)
    assert script_checks.check(script, writable()) == ()


@each_file
def test_that_a_script_is_of_a_length_people_can_learn(file: ScriptFile) -> None:
    assert 12 <= len(scripts.read(file.content).steps) <= 25


@each_file
def test_that_a_script_uses_what_a_script_can_do(file: ScriptFile) -> None:
    kinds = {step.kind for step in scripts.read(file.content).steps}
    assert kinds | {StepKind.NOTE} == set(StepKind)  # not every call needs a note


@each_file
def test_that_the_content_is_its_json_form(file: ScriptFile) -> None:
    script = scripts.read(file.content)
    assert scripts.read(scripts.write(script)) == script
    assert scripts.write(script) == dict(file.content)


@each_file
def test_that_both_languages_are_themselves(file: ScriptFile) -> None:
    pairs = [(file.zh, file.en), *texts(scripts.read(file.content))]
    for zh, en in pairs:
        zh.encode("gb2312")  # simplified characters only
        assert not re.search(r"[\u3400-\u9fff] *[,;?!()]", zh), zh
        assert not CJK.search(en), en


@each_file
def test_that_nobody_is_pressed(file: ScriptFile) -> None:
    for zh, en in texts(scripts.read(file.content)):
        assert not [word for word in PRESSURE if word in zh or word in en.lower()], (zh, en)


@each_file
def test_that_whoever_wants_no_more_contact_gets_none(file: ScriptFile) -> None:
    ends = [step for step in scripts.read(file.content).steps if step.kind is StepKind.END]
    stop = [step for step in ends if step.disposition is AttemptResult.DO_NOT_CONTACT]
    assert stop
    assert all(step.fair_way_out for step in stop)
    assert not any(step.fair_way_out and step.outcome is Outcome.SAVED for step in ends)


@each_file
def test_that_reasons_to_choose_are_those_of_the_list(file: ScriptFile) -> None:
    known = {reason.code for reason in reference.reasons()}
    asked = [
        step for step in scripts.read(file.content).steps if step.writes == CaseRole.STATED_REASON
    ]
    assert len(asked) == 1
    assert {choice.code for choice in asked[0].choices} <= known


@each_file
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_that_a_script_reads_naturally_when_nothing_is_known(
    file: ScriptFile, language: str
) -> None:
    for pair in texts(scripts.read(file.content)):
        shown = script_words.render(script_words.in_language(*pair, language), {}, language)
        assert not re.search(r"[\[\]{}|]|  |，，|，。|^[，,]|\s[,.]", shown), shown


@each_file
def test_that_from_each_question_the_customer_can_get_out(file: ScriptFile) -> None:
    script = scripts.read(file.content)
    steps = script_graph.steps_by_id(script)
    fair = {key for key, step in steps.items() if step.fair_way_out}
    out = script_graph.leading_to(script_graph.ways_of(steps), fair)
    asking = {
        key
        for key, step in steps.items()
        if step.kind in {StepKind.OFFER, StepKind.OBJECTION} or len(step.choices) > 1
    }
    assert asking <= out


def test_that_there_are_snippets_enough_and_their_groups_exist() -> None:
    snippets = task_force_files.snippets()
    assert len(snippets) >= 12
    groups = {group.code for group in reference.reason_groups()}
    assert {each.reason_group for each in snippets} - {None} <= groups
    for each in snippets:
        for zh, en in ((each.zh, each.en), (each.title_zh, each.title_en)):
            zh.encode("gb2312")
            assert not re.search(r"[\u3400-\u9fff] *[,;?!()]", zh), zh
            assert not CJK.search(en)
            assert not [word for word in PRESSURE if word in zh or word in en.lower()]
