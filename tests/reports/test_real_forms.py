"""Forms that others wrote go on paper and out as tables whole."""

import re
from pathlib import Path

import pytest
from report_forms import generated

from desktop_app.importing.wire import ParseProblem
from desktop_app.importing.xlsforms import FormFileError
from desktop_app.questionnaire.answers import from_submission, submission, to_answers
from desktop_app.questionnaire.form import Form, Kind
from desktop_app.questionnaire.listed import listed, plain
from desktop_app.questionnaire.paper_numbers import paper_numbers
from desktop_app.questionnaire.versions import History, HistoryError, Version
from desktop_app.reports import fonts
from desktop_app.reports.answers_xlsx import AnswerExport, answers_document, write_answers_xlsx
from desktop_app.reports.filled_interview import interview_document
from desktop_app.reports.layout import lay_out_document
from desktop_app.reports.pages import A4
from desktop_app.reports.paper_form import PaperForm, lay_out_paper
from tests.questionnaire.conftest import converted

pytestmark = pytest.mark.realdata
SUFFIXES = {".xlsx", ".xls", ".xlsm"}
SAMPLE = 12
"""Every twelfth form in the common tests; all of them in the long ones."""
PORTIONS = 8
FIRST = 4
"""So many characters of a label are looked for; the rest may be in the next line."""
CHOICES = 100
"""So many choices of each question are looked for: one list has thousands."""


def files(shared_data: Path) -> list[Path]:
    folder = shared_data / "xlsforms"
    return sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)


def form_at(path: Path) -> Form | None:
    try:
        return converted(path).form
    except (FormFileError, ParseProblem):
        return None


def check_paper(form: Form) -> None:
    """Every question stands on the paper, its choices with their numbers; nothing leaves it."""
    second = next((each for each in form.languages if each != form.default_language), "")
    layout = lay_out_paper(
        PaperForm(form, form.title, form.version, form.default_language, second, case="2026-1")
    )
    drawn = [
        text for page in layout.pages for texts in page.texts.values() for _x, _y, text in texts
    ]
    squeezed = re.sub(r"\s", "", "".join(drawn)).casefold()
    alone = {text.strip() for text in drawn}
    for question in form.asked():
        if question.kind is not Kind.NOTE:
            assert fonts.boxed(question.name)[:8].casefold() in squeezed, question.path
        if question.bind.calculate is not None:  # worked out, not chosen
            continue
        numbers = paper_numbers(form, question)
        assert len(set(numbers.values())) == len(numbers), question.path
        for choice in listed(form, question)[:CHOICES]:
            words = plain(choice.label.content(form.default_language, "")) or choice.code
            if "${" in words:  # an answer stands there
                continue
            assert numbers[choice.code] in alone, (question.path, choice.code)
            first = re.sub(r"\s", "", fonts.boxed(words))[:FIRST]
            assert first.casefold() in squeezed, (question.path, words)
    for page in layout.pages:
        for texts in page.texts.values():
            assert all(0 < y < A4[1] for _x, y, _text in texts)


def check_tables(form: Form, file: Path) -> None:
    """Random interviews go out as tables, documents and submissions."""
    filled = tuple(generated(form, "1", str(seed), seed) for seed in range(2))
    try:
        history = History([Version("1", form)])
    except HistoryError:  # two questions with one id: told, and nothing to export
        return
    export = AnswerExport(form.title, form.id, history, filled, labels=bool(len(form.id) % 2))
    written = write_answers_xlsx(export, file, overwrite=True)
    assert written.path.stat().st_size > 0
    rows = answers_document(export).tables()[0].rows
    assert [row[0] for row in rows] == ["0", "1"]
    for each in filled:
        lay_out_document(interview_document(each))
        sent = submission(each.filling(""))
        back = from_submission(form, sent)
        assert submission(back) == sent
        given = to_answers(each.filling(""))
        read = {address: value for address, value in to_answers(back).items() if value}
        assert read.items() <= given.items()


def check(form: Form | None, file: Path) -> bool:
    if form is None:
        return False
    check_paper(form)
    check_tables(form, file)
    return True


def test_that_a_sample_of_real_forms_goes_out(shared_data: Path, tmp_path: Path) -> None:
    done = [check(form_at(path), tmp_path / "a.xlsx") for path in files(shared_data)[::SAMPLE]]
    assert sum(done) >= 10


@pytest.mark.slow
@pytest.mark.parametrize("portion", range(PORTIONS))
def test_that_every_real_form_goes_out(shared_data: Path, tmp_path: Path, portion: int) -> None:
    found = [
        check(form_at(path), tmp_path / "a.xlsx") for path in files(shared_data)[portion::PORTIONS]
    ]
    assert any(found)
