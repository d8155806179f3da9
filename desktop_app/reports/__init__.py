"""Reports: documents from the database, and writers for PDF, Excel and JSON.

``REPORTS`` lists every report; a test demands that each has a golden document. No library that
writes files is loaded with this package.
"""

from typing import Any

from desktop_app.errors import NotFoundError
from desktop_app.i18n import _
from desktop_app.reports.base import Report
from desktop_app.reports.catalogue.asked_and_known import AskedAndKnown
from desktop_app.reports.catalogue.cadence_compliance import CadenceCompliance
from desktop_app.reports.catalogue.case_file import CaseFileReport
from desktop_app.reports.catalogue.case_list import CaseList
from desktop_app.reports.catalogue.churn_and_leavings import ChurnAndLeavings
from desktop_app.reports.catalogue.coder_agreement import CoderAgreement
from desktop_app.reports.catalogue.equal_treatment import EqualTreatment
from desktop_app.reports.catalogue.exit_reasons import ExitReasons
from desktop_app.reports.catalogue.interview_quality import InterviewQuality
from desktop_app.reports.catalogue.reason_layers import ReasonLayers
from desktop_app.reports.catalogue.team import Team
from desktop_app.reports.catalogue.themes import ThemesReport
from desktop_app.reports.catalogue.who_looks_after import WhoLooksAfter

REPORTS: tuple[Report[Any], ...] = (
    ExitReasons(),
    CaseList(),
    CaseFileReport(),
    AskedAndKnown(),
    Team(),
    EqualTreatment(),
    ReasonLayers(),
    ThemesReport(),
    InterviewQuality(),
    CoderAgreement(),
    CadenceCompliance(),
    WhoLooksAfter(),
    ChurnAndLeavings(),
)
"""All reports, in the order of the page."""


def report(report_id: str) -> Report[Any]:
    """The report with an id such as ``exit-reasons``.

    Raises:
        NotFoundError: there is none.
    """
    for found in REPORTS:
        if found.id == report_id:
            return found
    known = ", ".join(found.id for found in REPORTS)
    text = _("There is no report “{name}”. There are: {known}.")
    raise NotFoundError(text.format(name=report_id, known=known))
