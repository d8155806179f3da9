"""What the why-chain suggests to ask: for every reason, and never with the answer inside."""

from collections import Counter
from pathlib import Path

import pytest

from db import reference
from db.reference import Probe, ReferenceFileError
from desktop_app.questionnaire.worded import WordedQuestion
from desktop_app.questionnaire.wording import Purpose, Rule, check_wording


def test_that_every_group_has_three_or_four_probes() -> None:
    counts = Counter(probe.group for probe in reference.probes() if probe.group)
    assert set(counts) == {group.code for group in reference.reason_groups()}
    assert set(counts.values()) <= {3, 4}


def test_that_single_reasons_with_probes_are_reasons() -> None:
    single = {probe.reason for probe in reference.probes() if probe.reason}
    assert single <= {reason.code for reason in reference.reasons()}
    assert len(single) >= 10


@pytest.mark.parametrize("probe", reference.probes(), ids=lambda probe: probe.code)
def test_that_a_probe_is_one_concrete_question(probe: Probe) -> None:
    for language, text in (("Chinese (zh)", probe.zh), ("English (en)", probe.en)):
        assert text.endswith(("？", "?"))
        asked = WordedQuestion(probe.code, "text", {language: text}, has_condition=True)
        remarks = {remark.rule for remark in check_wording([asked], Purpose.EXIT)}
        assert remarks <= {Rule.CONDITION}, text


@pytest.mark.parametrize("where", ["", 'group = "price"\nreason = "price_increase"\n'])
def test_that_a_probe_belongs_to_one_reason_or_one_group(tmp_path: Path, where: str) -> None:
    row = f'version = 1\n[[probe]]\ncode = "x"\nzh = "问？"\nen = "Ask?"\n{where}'
    (tmp_path / "probes.toml").write_text(row, encoding="utf-8")
    with pytest.raises(ReferenceFileError, match="a reason or to a group"):
        reference.probes(tmp_path)
