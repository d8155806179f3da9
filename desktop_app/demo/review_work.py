"""What becomes of the finished interviews of the demo: reviewed, coded into themes, coded twice."""

import datetime as dt
import random
import uuid
from collections.abc import Sequence
from typing import Final

from db.queries.coding import ThemeRow
from db.queries.interviews import InterviewFilter, InterviewRow
from db.queries.paging import Sort
from db.session import Session
from db.vocabulary import InterviewState, ReviewState
from desktop_app import clock
from desktop_app.demo.phrases import REVIEWS
from desktop_app.demo.team import HEAD, MANAGER, Process, World, at
from desktop_app.domain import themes as learning
from desktop_app.domain.themes import Themes
from desktop_app.services import coding, interviews, reviews
from desktop_app.services.coding import CodingRound, OpenAnswer, Wanted

_ALL: Final = 10**6
_OWN_WORDS: Final = "/data/what_happened"
_APPROVED, _WITH_ISSUES = 0.72, 0.09
_SENT_BACK: Final = 2
_LEFT: Final = 3  # days before the end whose interviews still wait
_CODED: Final = 0.8
_TWICE: Final = 0.3
_OTHERWISE: Final = 0.12  # how often the second coder reads something else


def after_the_interviews(world: World) -> Process:
    """On the last day the managers read and code what was asked in the months before."""
    yield at(world.end, 16, 10)
    _review(world)
    yield at(world.end, 16, 40)
    _code(world, MANAGER, CodingRound.FIRST, _CODED)
    yield at(world.end, 17, 20)
    _code(world, HEAD, CodingRound.SECOND, _TWICE)


def _review(world: World) -> None:
    """Most are approved, some sent back, those of the last days wait."""
    rng = world.dice("reviews")
    until = world.end - dt.timedelta(days=_LEFT)
    wanted = InterviewFilter(state=InterviewState.FINISHED)
    with world.looking(MANAGER) as session:
        rows = interviews.list_interviews(session, wanted, Sort("case_number"), 0, _ALL)
    with world.acting(MANAGER) as session:
        read = [
            row
            for row in rows
            if row.finished_at is not None and clock.local(row.finished_at).date() <= until
        ]
        for place, row in enumerate(read):
            lot = _APPROVED if place == _SENT_BACK else rng.random()  # one at least has issues
            _judge(session, row, lot, rng)


def _judge(session: Session, row: InterviewRow, lot: float, rng: random.Random) -> None:
    if lot < _APPROVED:
        reviews.set_state(session, row.id, ReviewState.APPROVED)
    elif lot < _APPROVED + _WITH_ISSUES:
        reviews.set_state(session, row.id, ReviewState.HAS_ISSUES, rng.choice(REVIEWS))


def _code(world: World, login: str, round_: CodingRound, share: float) -> None:
    """Code a part of what waits, as the words suggest."""
    rng = world.dice("coding", login)
    with world.looking(login) as session:
        themes = {row.code: row for row in coding.list_themes(session)}
        model = coding.learned(session, blind=True)
        waiting = coding.queue(session, Wanted(round_, path=_OWN_WORDS), "zh_CN", _ALL)
    with world.acting(login) as session:
        for answer in sorted(
            waiting, key=lambda each: (each.answer.case_number, each.answer.address)
        ):
            if rng.random() < share:
                found = _themes(answer, themes, model, rng)
                place = answer.answer
                coding.code_answer(session, place.interview_id, place.address, found)


def _themes(
    answer: OpenAnswer, themes: dict[str, ThemeRow], model: Themes, rng: random.Random
) -> Sequence[uuid.UUID]:
    """The nearest theme, sometimes the second one too, now and then another one."""
    near = [each.theme for each in learning.suggest(model, answer.answer.text, confidence=0.02)]
    codes = near[: 2 if rng.random() < 0.25 else 1]  # noqa: PLR2004
    if not codes or rng.random() < _OTHERWISE:
        codes = [rng.choice(sorted(themes))]
    return [themes[code].id for code in codes]
