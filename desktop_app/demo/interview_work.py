"""What an invented customer answers in the exit interview."""

import datetime as dt
import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from db.session import Session
from desktop_app import clock
from desktop_app.demo.buyers import Buyer
from desktop_app.demo.chain import Chain, Story
from desktop_app.domain.interview import Answer, is_relevant
from desktop_app.services import interviews

_ALWAYS = frozenset({"what_happened", "stated_reason", "left_on"})
_STAFF = ("小陈", "老李", "前台的小姑娘", "送货的王师傅", "记不清了", "张店长")
_NEEDED = (
    "常用的还是纸和硒鼓，办公家具几年才买一次",
    "只要耗材，其他的网上买",
    "都需要，最好一次送齐",
)


@dataclass(frozen=True, slots=True)
class Talk:
    """Who talks about what."""

    story: Story
    said: str
    competitor: str
    buyer: Buyer
    chain: Chain


def begin_interview(
    session: Session, case_id: uuid.UUID, talk: Talk, rng: random.Random
) -> uuid.UUID:
    """Begin the interview and give every answer the customer has; returns its key."""
    interview_id = interviews.start(session, case_id)
    context = interviews.load(session, interview_id).context
    typed = _answers(talk, rng)
    given: dict[str, Answer] = {}
    for question in interviews.questions():
        answer = typed.get(question.code)
        if answer is None or not is_relevant(question, given, context):
            continue
        if question.code in _ALWAYS or question.code.startswith("why") or rng.random() < 0.6:  # noqa: PLR2004
            given[question.code] = interviews.save_answer(
                session, interview_id, question.code, answer
            )
    return interview_id


def _answers(talk: Talk, rng: random.Random) -> dict[str, Mapping[str, object]]:
    """An answer to every question that might be asked."""
    story, buyer, today = talk.story, talk.buyer, clock.today()
    goods = [good.name for good in talk.chain.goods[buyer.lines[0]]]
    answers: dict[str, Mapping[str, object]] = {
        "left_on": {"value": min(buyer.leaves_on, today - dt.timedelta(days=7))},
        "stopped_products": {"value": rng.sample(goods, 2)},
        "what_happened": {"value": talk.said},
        "stated_reason": {"value": story.stated},
        "where_now": {"value": talk.competitor or "还没有固定的地方"},
        "competitor_price": {"value": f"{rng.randrange(80, 1600) / 10:.2f}"},
        "share_moved": {"value": rng.choice((80, 85, 90, 90, 95))},
        "promise_missed": {"value": False},
        "needed_goods": {"value": rng.sample(goods, 2), "also": rng.choice(_NEEDED)},
        "contact_staff": {"value": rng.choice(_STAFF), "also": story.root.startswith("staff_left")},
        "peer_switch": {"value": rng.random() < 0.4},  # noqa: PLR2004
        "switches_5y": {"value": rng.choice((0, 1, 1, 2))},
    }
    recent = today - dt.timedelta(days=rng.randrange(20, 120))
    if story.event:
        answers["problem_event"] = {"value": story.event, "also": recent}
    if story.unmet:
        answers["unmet_request"] = {"value": story.unmet, "also": recent}
    for place, step in enumerate(story.why, 1):
        answer: dict[str, JsonValue] = {"value": step["answer"]}
        if "reason" in step:
            answer["reason"] = step["reason"]
        answers[f"why_{place}"] = answer
    return answers
