"""Forms for the tests of paper and exports: written as Markdown, converted in this process."""

import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from db.vocabulary import InterviewMode, InterviewState
from desktop_app.questionnaire import generate
from desktop_app.questionnaire.answers import to_answers
from desktop_app.questionnaire.filled import FilledInterview, GivenAnswer
from desktop_app.questionnaire.form import Form
from tests.questionnaire.conftest import converted


@cache
def form_of(text: str, folder: Path | None = None) -> Form:
    """The form; files of choices are looked for in the folder."""
    lines = "\n".join(line.strip() for line in text.strip().splitlines())
    with tempfile.TemporaryDirectory() as made:
        file = (folder or Path(made)) / "form.md"
        file.write_text(lines + "\n", encoding="utf-8")
        return converted(file).form


def interview(
    form: Form, version: str, key: str, answers: Mapping[str, str], **more: Any
) -> FilledInterview:
    """A finished interview with these answers."""
    given = {
        address: GivenAnswer(value, InterviewMode.CALL, 5) for address, value in answers.items()
    }
    facts: dict[str, Any] = {
        "title": "Exit interview",
        "state": InterviewState.FINISHED,
        "mode": InterviewMode.CALL,
        "started_at": datetime(2026, 9, 1, 1, 30, tzinfo=UTC),
        "finished_at": datetime(2026, 9, 1, 1, 42, tzinfo=UTC),
        "case": f"2026-{key}",
        "customer": "013800138000",
        "by": "王芳",
    }
    return FilledInterview(key, form, version, answers=given, **facts | more)


def generated(form: Form, version: str, key: str, seed: int) -> FilledInterview:
    """An interview with random valid answers."""
    filling = generate.fill(form, seed).filling
    return interview(form, version, key, to_answers(filling))
