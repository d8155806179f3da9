"""What an invented customer answers in the exit interview."""

import datetime as dt
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from db.session import Session
from desktop_app import clock
from desktop_app.demo import phrases
from desktop_app.demo.buyers import Buyer
from desktop_app.demo.chain import Chain, Story
from desktop_app.services import interviews

_ALWAYS = frozenset({"what_happened", "stated_reason", "left_on"})
_HASTY, _COPIED = 0.05, 0.1
"""How often an interview is rushed through, or the words of another customer are taken."""
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
    run = interviews.load(session, interview_id)
    filling, typed = run.filling(), _answers(talk, rng)
    is_hasty = rng.random() < _HASTY
    given: dict[str, str] = {}
    seconds: dict[str, int] = {}
    for question in run.form.asked():
        answer = typed.get(question.name)
        if not answer or not filling.is_relevant(question.path):
            continue
        if is_hasty and question.name.startswith("why"):
            continue
        if question.name in _ALWAYS or question.name.startswith("why") or rng.random() < 0.6:  # noqa: PLR2004
            filling.set_answer(question.path, answer)
            given[question.path] = answer
            usual = max(4, round(rng.gauss(9 + len(answer) * 0.8, 4)))
            seconds[question.path] = 1 if is_hasty else usual
    interviews.save_answers(session, interview_id, given, seconds=seconds)
    return interview_id


def _answers(talk: Talk, rng: random.Random) -> dict[str, str]:
    """An answer to every question that might be asked, by its name."""
    story, buyer, today = talk.story, talk.buyer, clock.today()
    goods = [good.name for good in talk.chain.goods[buyer.lines[0]]]
    left_on = min(buyer.leaves_on, today - dt.timedelta(days=7))
    answers = {
        "left_on": left_on.isoformat(),
        "stopped_products": "、".join(rng.sample(goods, 2)),
        "what_happened": _told(talk.said, goods, rng),
        "stated_reason": story.stated,
        "where_now": talk.competitor or "还没有固定的地方",
        "competitor_price": f"{rng.randrange(80, 1600) / 10:.2f}",
        "share_moved": str(rng.choice((80, 85, 90, 90, 95))),
        "promise_missed": "no",
        "needed_goods": "、".join(rng.sample(goods, 2)),
        "needed_why": rng.choice(_NEEDED),
        "contact_staff": rng.choice(_STAFF),
        "contact_left": "yes" if story.root.startswith("staff_left") else "no",
        "peer_switch": "yes" if rng.random() < 0.4 else "no",  # noqa: PLR2004
        "switches_5y": str(rng.choice((0, 1, 1, 2))),
    }
    recent = (today - dt.timedelta(days=rng.randrange(20, 120))).isoformat()
    if story.event:
        answers |= {"problem_event": story.event, "problem_on": recent}
    if story.unmet:
        answers |= {"unmet_request": story.unmet, "unmet_on": recent}
    for place, step in enumerate(story.why, 1):
        answers[f"why_{place}"] = str(step["answer"])
        answers[f"why_{place}_reason"] = str(step.get("reason", ""))
    return answers


def _told(said: str, goods: Sequence[str], rng: random.Random) -> str:
    """What was said with details of one's own; now and then only what others said, too."""
    if rng.random() < _COPIED:
        return said
    facts = {"good": rng.choice(goods), "n": rng.randrange(2, 30), "month": rng.randrange(1, 13)}
    names = "王李张刘陈杨赵黄周吴徐孙马朱胡林郭何高罗"
    parts = [
        each.format(**facts, name=rng.choice(names)) for each in rng.sample(phrases.DETAILS, 2)
    ]
    return " ".join([said, *parts])
