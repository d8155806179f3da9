"""The way from the stated reason down, and what to ask next about the last one that was coded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from db import reference
from desktop_app.i18n import _
from desktop_app.questionnaire import languages
from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.roles import CaseRole, role_of
from desktop_app.ui import theme
from desktop_app.ui.answer_kinds import Offers
from desktop_app.ui.panels import ChipLabel, button, text_label
from desktop_app.ui.theme import Tone

MOST_PROBES: Final = 4
_SHORT: Final = 24


@dataclass(frozen=True, slots=True)
class ChainStep:
    """One step down: what was said and its code; the first one has a code only."""

    words: str
    reason: str


def chain_before(filling: Filling, addresses: Sequence[str], address: str) -> tuple[ChainStep, ...]:
    """The steps above a why-question: the stated reason, then what was answered to each why.

    Args:
        filling: The interview.
        addresses: The questions asked now, in order.
        address: The why-question; its own answer is not among the steps.
    """
    steps: list[ChainStep] = []
    for each in addresses:
        if each == address:
            break
        role = _role(filling, each)
        text = filling.answer(each).strip()
        if role is CaseRole.STATED_REASON and text:
            steps.append(ChainStep("", text))
        elif role is CaseRole.WHY and text:
            steps.append(ChainStep(text, ""))
        elif role is CaseRole.WHY_REASON and text and steps and steps[-1].words:
            steps[-1] = ChainStep(steps[-1].words, text)
    return tuple(steps)


def root_missing(filling: Filling, addresses: Sequence[str]) -> str:
    """Where the root reason of a why-chain is to be named; empty: it is, or nobody asked why.

    Args:
        filling: The interview.
        addresses: The questions asked now, in order.
    """
    last = ""
    for each in addresses:
        role, is_answered = _role(filling, each), bool(filling.answer(each).strip())
        if role is CaseRole.WHY and is_answered:
            last = ""
        elif role is CaseRole.WHY_REASON:
            last = "" if is_answered else each
    return last


def suggested_reasons(steps: Sequence[ChainStep], offers: Offers) -> tuple[str, ...]:
    """What the next step may be coded as: what followed before, then reasons of the same group.

    Args:
        steps: The steps above.
        offers: What is known of the reasons.
    """
    known = {str(choice.value) for choice in offers.reasons}
    above = [step.reason for step in steps if step.reason in known]
    if not above:
        return ()
    group = offers.groups.get(above[-1], "")
    near = [code for code in offers.groups if group and offers.groups[code] == group]
    found = dict.fromkeys([*offers.follows.get(above[-1], ()), *near])
    return tuple(code for code in found if code in known and code not in above)


def _role(filling: Filling, address: str) -> CaseRole | None:
    return role_of(filling.form, filling.state(address).path)


def probes_for(reason: str, groups: Mapping[str, str], language: str) -> tuple[str, ...]:
    """What to ask after a reason: its own questions, else those of its group."""
    own = [each for each in reference.probes() if each.reason == reason]
    group = groups.get(reason, "")
    found = own or [each for each in reference.probes() if group and each.group == group]
    code = "zh" if languages.is_chinese(language) else "en"
    return tuple(reference.text(each, code) for each in found[:MOST_PROBES])


class WhyBar(QWidget):
    """The chain as crumbs, and the probes with the keys that ask them."""

    chosen = Signal(str)
    """The words of the probe that is asked now."""

    def __init__(self) -> None:
        super().__init__()
        self.probes: tuple[str, ...] = ()
        self.crumbs = QHBoxLayout()
        self.crumbs.setSpacing(theme.GAP_XS)
        self.rows = QVBoxLayout()
        self.rows.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_S)
        column.addLayout(self.crumbs)
        column.addLayout(self.rows)

    def show_chain(self, steps: Sequence[ChainStep], offers: Offers, language: str) -> None:
        """Show the steps so far and what to ask after the last coded one."""
        words = {choice.value: choice.text for choice in offers.reasons}
        _empty(self.crumbs)
        for at, step in enumerate(steps):
            if at:
                self.crumbs.addWidget(text_label("→", "hint", wraps=False))
            whole, tone = _shown(step, words)
            chip = ChipLabel(_shortened(whole), tone)
            chip.setToolTip("\n".join(filter(None, (whole, step.words))))
            chip.setAccessibleName(whole)
            self.crumbs.addWidget(chip)
        self.crumbs.addStretch(1)
        last = next((step.reason for step in reversed(steps) if step.reason in words), "")
        self.probes = probes_for(last, offers.groups, language) if last else ()
        _empty(self.rows)
        for number, probe in enumerate(self.probes, start=1):
            made = button(f"Alt+{number}  {probe}", partial(self.chosen.emit, probe))
            theme.set_role(made, "link")
            made.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keyboard stays in the answer
            made.setAccessibleName(_("Ask: {question}").format(question=probe))
            self.rows.addWidget(made)
        self.setVisible(bool(steps))

    def choose(self, number: int) -> bool:
        """Ask the probe with a number; whether there is one."""
        if not 0 < number <= len(self.probes):
            return False
        self.chosen.emit(self.probes[number - 1])
        return True


def _shown(step: ChainStep, words: Mapping[str, str]) -> tuple[str, Tone]:
    """A step in words; one whose code is on no list is not shown as if it were accepted."""
    if not step.reason:
        return step.words, Tone.NEUTRAL
    if step.reason in words:
        return words[step.reason], Tone.INFO
    return _("Not on the list: {text}").format(text=step.reason), Tone.WARN


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else f"{line[:_SHORT]}…"


def _empty(layout: "QHBoxLayout | QVBoxLayout") -> None:
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()
