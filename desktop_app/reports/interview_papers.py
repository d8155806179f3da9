"""Paper forms, filled questionnaires and answers out of the database, as documents."""

import uuid

from sqlalchemy.orm import Session

from db.queries.interviews import InterviewFilter
from db.questionnaires import EXIT_INTERVIEW
from desktop_app.domain.paper_mark import PaperMark
from desktop_app.i18n import _, language
from desktop_app.labels import label
from desktop_app.questionnaire.languages import is_chinese, language_for
from desktop_app.reports.answers_xlsx import AnswerExport
from desktop_app.reports.base import Document, period_text
from desktop_app.reports.filled_interview import interview_document
from desktop_app.reports.paper_form import PaperForm
from desktop_app.services import access, answer_exports
from desktop_app.services.answer_exports import PaperSubject


def paper_form(
    session: Session,
    *,
    questionnaire_id: uuid.UUID | None = None,
    case_id: uuid.UUID | None = None,
    code: str = "",
    both: bool = False,
) -> PaperForm:
    """A form for filling in by hand.

    Args:
        session: a session.
        questionnaire_id: which questionnaire; the exit interview of the program without one.
        case_id: for which case, or none.
        code: language of the form, ``zh`` or ``en``; the one of the program if empty.
        both: whether the other language stands below.

    Raises:
        NotFoundError, NotAllowedError: the questionnaire or case is gone or out of reach.
        ConflictError: no version of the questionnaire is in use.
    """
    subject = answer_exports.paper_subject(session, questionnaire_id, case_id)
    spoken = language_for(subject.form, code or language())
    others = [name for name in subject.form.languages if name != spoken]
    return PaperForm(
        form=subject.form,
        title=_title(subject, spoken, code or language()),
        version=subject.version,
        language=spoken,
        second=others[0] if both and others else "",
        case=subject.case,
        customer=subject.customer,
        mark=_mark(subject),
        by=access.actor(session).name,
    )


def _mark(subject: PaperSubject) -> str:
    """What the barcode says; nothing without a case."""
    code = subject.questionnaire.code
    asked = "" if code == EXIT_INTERVIEW else code
    mark = PaperMark(subject.case, int(subject.version), asked)
    return mark.text if subject.case else ""


def _title(subject: PaperSubject, spoken: str, code: str) -> str:
    """The title in the language of the form; one that names none is in the wanted one."""
    in_chinese = is_chinese(spoken) if spoken else code.startswith("zh")
    return subject.questionnaire.title("zh" if in_chinese else "en")


def filled_interview(session: Session, interview_id: uuid.UUID) -> Document:
    """One interview as a document. Raises NotFoundError, NotAllowedError."""
    filled = answer_exports.one(session, interview_id)
    return interview_document(filled, by=access.actor(session).name)


def answer_export(
    session: Session,
    code: str,
    criteria: InterviewFilter,
    *,
    labels: bool = True,
    spoken: str = "",
) -> AnswerExport:
    """The answers of a questionnaire, ready to be written.

    Args:
        session: a session.
        code: which questionnaire.
        criteria: which interviews.
        labels: words and not codes.
        spoken: language of the words, ``zh`` or ``en``; the one of the program if empty.

    Raises:
        NotAllowedError: the role may not export.
        NotFoundError: there is no such questionnaire.
        ConflictError: its versions do not fit together.
    """
    found = answer_exports.gather(session, code, criteria)
    return AnswerExport(
        title=found.questionnaire.title(spoken or language()),
        code=code,
        history=found.history,
        interviews=found.interviews,
        labels=labels,
        language=spoken,
        filters=tuple(_filters(criteria)),
        by=access.actor(session).name,
    )


def _filters(criteria: InterviewFilter) -> list[tuple[str, str]]:
    period = period_text(criteria.finished_from, criteria.finished_to)
    return [
        (_("Finished"), period),
        (_("State"), label(criteria.state) if criteria.state is not None else _("All")),
        (_("Review"), label(criteria.review) if criteria.review is not None else _("All")),
    ]
