"""An interview on its page, for the tests of the page."""

import uuid

from desktop_app.services import interviews
from desktop_app.ui.pages.interview import InterviewPage
from tests.ui.casework import activate
from tests.ui.shop import Stage

LEFT_ON = "/data/left_on"
STOPPED = "/data/stopped_products"
HAPPENED = "/data/what_happened"
EVENT = "/data/problem/problem_event"
STATED = "/data/stated_reason"
WHY_1 = "/data/why_step_1/why_1"


def shown(stage: Stage, interview_id: uuid.UUID) -> InterviewPage:
    """The page with an interview; the keyboard is in the question, not in the belief line."""
    page: InterviewPage = stage.show(InterviewPage, interview_id)
    stage.wait(lambda: page.run is not None)
    activate(page)
    page.view.belief.hide()
    page.view.refocus()
    return page


def save(stage: Stage, interview_id: uuid.UUID, **answers: str) -> None:
    places = {"left_on": LEFT_ON, "happened": HAPPENED, "stated": STATED}
    for name, value in answers.items():
        stage.write(interviews.save_answer, interview_id, places[name], value)


def stored(stage: Stage, interview_id: uuid.UUID) -> dict[str, str]:
    """What is answered; the facts of the case are hidden fields, not answers."""
    found = stage.read(interviews.load, interview_id).file.values
    return {
        address: value
        for address, value in found.items()
        if not address.rpartition("/")[2].startswith(("fact_", "reason_", "instance"))
    }
