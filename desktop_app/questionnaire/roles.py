"""What a question means to a case: facts that go in, answers that are copied out.

A question says so in the XLSForm columns ``bind::winback:fact`` and ``bind::winback:case``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.form import Form

FACT: Final = "fact"
CASE: Final = "case"
LOCKED: Final = "locked"
TRUE: Final = "yes"
"""What a hidden field holds when its fact is so; else it is empty."""


class CaseRole(StrEnum):
    """What of a case an answer says."""

    STATED_REASON = "stated_reason"
    OWN_WORDS = "own_words"
    COMPETITOR = "competitor"
    LEFT_ON = "left_on"
    SHARE_MOVED = "share_moved"
    WHY = "why"
    WHY_REASON = "why_reason"


@dataclass(frozen=True, slots=True)
class RoleAnswer:
    """An answer that says something of the case; an empty value is none."""

    role: CaseRole
    address: str
    value: str

    @property
    def place(self) -> str:
        """The group it stands in: a why-question and its code stand in one."""
        return self.address.rpartition("/")[0]


def facts_of(form: Form) -> Mapping[str, str]:
    """The hidden fields of facts: path to the name of the fact."""
    return {
        path: name
        for path, bind in form.binds.items()
        if (name := bind.attributes.get(FACT, "").strip()) and path in form.questions
    }


def put_facts(filling: Filling, known: frozenset[str]) -> None:
    """Let the conditions see the facts of a case."""
    for path, name in facts_of(filling.form).items():
        wanted = TRUE if name in known else ""
        if filling.node(path) is not None and filling.answer(path) != wanted:
            filling.set_answer(path, wanted)


def has_role(form: Form, role: CaseRole) -> bool:
    """Whether a question has this meaning."""
    return any(role_of(form, path) is role for path in form.questions)


def role_of(form: Form, path: str) -> CaseRole | None:
    """What a question says of the case, if it does."""
    bind = form.binds.get(path)
    word = bind.attributes.get(CASE, "").strip() if bind is not None else ""
    return CaseRole(word) if word in set(CaseRole) else None


def said(filling: Filling) -> Iterator[RoleAnswer]:
    """What is said of the case by the questions that are asked now, in order."""
    for state in filling.leaves():
        role = role_of(filling.form, state.path) if state.question is not None else None
        if role is not None and state.shown:
            yield RoleAnswer(role, filling.address(state.node), state.raw.strip())
