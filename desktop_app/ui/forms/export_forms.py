"""What is asked before answers and paper forms leave the program, and when paper comes back."""

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from desktop_app.domain.drafts import Draft
from desktop_app.i18n import N_, _, language
from desktop_app.ui.editors import CheckEditor, ChoiceEditor, TextEditor
from desktop_app.ui.form import Form
from desktop_app.ui.parsed_editors import DateEditor


class AnswerFormat(StrEnum):
    """What answers are written as."""

    EXCEL = "xlsx"
    CSV = "csv"
    CSV_GB18030 = "csv-gb18030"
    XML = "xml"
    SPSS = "spss"
    STATA = "stata"
    R = "r"


FORMATS: Final = {
    AnswerFormat.EXCEL: N_("Excel"),
    AnswerFormat.CSV: N_("CSV in a zip file (UTF-8)"),
    AnswerFormat.CSV_GB18030: N_("CSV in a zip file (GB18030)"),
    AnswerFormat.XML: N_("ODK submissions (XML in a zip file)"),
    AnswerFormat.SPSS: N_("SPSS (a folder)"),
    AnswerFormat.STATA: N_("Stata (a folder)"),
    AnswerFormat.R: N_("R (a folder)"),
}
FOLDERS: Final = frozenset({AnswerFormat.SPSS, AnswerFormat.STATA, AnswerFormat.R})


class AnswerExportDraft(Draft):
    """Which answers, and as what."""

    questionnaire: str
    format: AnswerFormat
    words: bool = True
    since: dt.date | None = None
    until: dt.date | None = None
    drafts: bool = False


class PaperDraft(Draft):
    """In which language a paper form is printed."""

    spoken: str
    both: bool = False


class TranscriptionDraft(Draft):
    """Of which version a paper is that is keyed in."""

    paper: str


def answer_export_form(questionnaires: Sequence[tuple[str, str]], chosen: str) -> Form:
    """Which answers, and as what.

    Args:
        questionnaires: Codes and titles.
        chosen: Code of the one that is chosen first, or empty.
    """
    form = Form()
    which = form.add("questionnaire", _("&Questionnaire"), ChoiceEditor(questionnaires))
    if chosen:
        which.set_value(chosen)
    formats = [(kind, _(text)) for kind, text in FORMATS.items()]
    form.add("format", _("&Write as"), ChoiceEditor(formats))
    words = form.add(
        "words", "", CheckEditor(_("Questions and answers in wor&ds, not as codes")),
        help=_("Statistics packages always get codes, with the words as labels."),
    )  # fmt: skip
    words.set_value(True)
    form.add("since", _("Finished &from"), DateEditor())
    form.add("until", _("Finished &until"), DateEditor())
    form.add("drafts", "", CheckEditor(_("Also interviews that are &not finished")))
    return form


def paper_form() -> Form:
    """In which language a paper form is printed."""
    form = Form()
    spoken = [("zh", _("Chinese")), ("en", _("English"))]
    which = form.add("spoken", _("&Language"), ChoiceEditor(spoken))
    which.set_value("zh" if language().startswith("zh") else "en")
    form.add("both", "", CheckEditor(_("The &other language below it")))
    return form


def transcription_form(version: str) -> Form:
    """Of which version a paper is: its barcode, or the number; the one in use stands there."""
    form = Form()
    line = form.add("paper", _("&Barcode or version"), TextEditor(), required=True)
    line.set_value(version)
    return form
