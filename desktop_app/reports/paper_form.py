"""A questionnaire to be filled in by hand: A4, numbered answers, case and version as barcode."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from desktop_app.domain.exit_interview import FACT_WORDS
from desktop_app.i18n import _, in_language
from desktop_app.questionnaire.form import Form
from desktop_app.questionnaire.languages import is_chinese
from desktop_app.reports import pdf
from desktop_app.reports.base import Loss, Written
from desktop_app.reports.layout import Losses
from desktop_app.reports.output import new_file
from desktop_app.reports.pages import Layout
from desktop_app.reports.paper_content import PaperContent
from desktop_app.reports.paper_layout import PaperFlow


@dataclass(frozen=True, slots=True)
class PaperForm:
    """What is printed.

    Attributes:
        form: The questions.
        title: What the questionnaire is called.
        version: Name of its version.
        language: Name of the language as the form writes it.
        second: Name of another language below it, or empty.
        case: Number of the case; empty leaves a line.
        customer: Name of the customer; empty leaves a line.
        mark: What the barcode says: case and version; the case alone if empty.
        by: Who prints it.
        facts: What a fact of the case means when it is so, by its name.
    """

    form: Form
    title: str
    version: str
    language: str
    second: str = ""
    case: str = ""
    customer: str = ""
    mark: str = ""
    by: str = ""
    facts: Mapping[str, str] = field(default_factory=lambda: FACT_WORDS)


def lay_out_paper(paper: PaperForm) -> Layout:
    """Place the whole form on pages; its own words are in the language of the form."""
    with in_language("zh_CN" if is_chinese(paper.language) else "en"):
        return _lay_out(paper)


def check_paper(paper: PaperForm) -> tuple[Loss, ...]:
    """Characters of a form that paper would show as a box; nothing is written."""
    return lay_out_paper(paper).losses


def write_paper(paper: PaperForm, path: Path, *, overwrite: bool = False) -> Written:
    """Write a form for filling in by hand.

    Args:
        paper: What is printed.
        path: The PDF to make.
        overwrite: Whether an existing file may be replaced.

    Returns:
        The path, and the characters that are drawn as a box; the file lists them too.

    Raises:
        FileProblemError: the file exists, or it cannot be written.
    """
    layout = lay_out_paper(paper)
    with new_file(path, overwrite=overwrite) as temporary:
        pdf.paint(layout, temporary, title=paper.title, author=paper.by)
    return Written(path, layout.losses)


def _lay_out(paper: PaperForm) -> Layout:
    languages = (paper.language, paper.second) if paper.second else (paper.language,)
    facts = {name: _(words) for name, words in paper.facts.items()}
    content = PaperContent(paper.form, languages, facts)
    losses = Losses()
    flow = PaperFlow(losses, is_chinese=is_chinese(paper.language))
    version = _("Version {version}").format(version=paper.version or "—")
    barcode = paper.mark or paper.case
    flow.title((paper.title,), version, barcode)
    flow.facts(
        (
            (_("Case"), paper.case),
            (_("Customer"), paper.customer),
            (_("Interviewer"), ""),
            (_("Date"), ""),
            (_("Begun at"), ""),
            (_("Ended at"), ""),
        )
    )
    flow.instructions(_instructions(paper.form))
    flow.entries(content.entries)
    flow.signatures((_("Entered by, date"), _("Entered a second time by, date")))
    for table in content.tables:
        flow.table(table)
    found = losses.all()
    flow.losses(found)
    parts = [paper.title, version, _("Case {number}").format(number=paper.case or "__________")]
    sheet = "   ".join(parts)
    return flow.finished(paper.title, sheet, barcode, found)


def _instructions(form: Form) -> list[str]:
    sentences = [
        _("Put a cross in the box of the answer: one box, or several with “all that apply”."),
        _("Write one digit in each box, numbers as far right as they go."),
        _("Write down the customer’s own words, as they are said; nothing made shorter or nicer."),
        _("“Only if …” stands above what not everybody is asked. What is not known stays blank."),
    ]
    if any(each.bind.required is not None for each in form.asked()):
        sentences.append(_("A star after the number: without this answer it cannot be finished."))
    return sentences
