"""One interview with all that is told of it outside: for documents, tables and files."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from db.vocabulary import InterviewMode, InterviewState, ReviewState
from desktop_app import clock, labels
from desktop_app.questionnaire import answers
from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.flat import Interview
from desktop_app.questionnaire.form import FILES, Form
from desktop_app.questionnaire.languages import language_for
from desktop_app.questionnaire.versions import definition_of


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer as it is kept: the value as XForms write it, how it came in, the time it took."""

    value: str
    mode: InterviewMode
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class FilledInterview:
    """An interview.

    Attributes:
        key: What tells it from the others.
        form: The questions it was held with.
        version: Name of their version.
        title: What the questionnaire is called.
        answers: Answers by address.
        case: Number of the case.
        customer: Number of the customer.
        customer_name: Name of the customer.
        by: Who held it.
        currency: What amounts of money are in.
    """

    key: str
    form: Form
    version: str
    title: str
    answers: Mapping[str, GivenAnswer]
    state: InterviewState
    mode: InterviewMode
    started_at: datetime
    finished_at: datetime | None = None
    review: ReviewState | None = None
    case: str = ""
    customer: str = ""
    customer_name: str = ""
    by: str = ""
    currency: str = ""

    @property
    def texts(self) -> dict[str, str]:
        """The values as XForms write them, by address."""
        return {address: answer.value for address, answer in self.answers.items()}

    @property
    def files(self) -> tuple[str, ...]:
        """Names of the attached files, as the submission names them: only where one is asked."""
        kinds = {path for path, question in self.form.questions.items() if question.kind in FILES}
        if not any(answer and definition_of(path) in kinds for path, answer in self.texts.items()):
            return ()
        return answers.files_of(self.filling(""))

    def filling(self, language: str) -> Filling:
        """The interview as it was left, in a language of the program."""
        return answers.from_answers(self.form, self.texts, language_for(self.form, language))

    def flat(self, *, words: bool) -> Interview:
        """The interview for a table; mode, state and review in words or as they are stored."""
        meta = {
            "started": _iso(self.started_at),
            "finished": _iso(self.finished_at),
            "mode": _said(self.mode, words=words),
            "case": self.case,
            "customer": self.customer,
            "state": _said(self.state, words=words),
            "review": _said(self.review, words=words),
            "by": self.by,
        }
        return Interview(self.key, self.version, meta, self.texts)


def _iso(moment: datetime | None) -> str:
    return clock.local(moment).isoformat(timespec="seconds") if moment is not None else ""


def _said(word: InterviewMode | InterviewState | ReviewState | None, *, words: bool) -> str:
    if word is None:
        return ""
    return labels.label(word) if words else word.value
