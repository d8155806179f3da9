"""What the barcode of a paper form says: whose case, and which version its numbers belong to."""

import re
from dataclasses import dataclass
from typing import Final

_MARK: Final = re.compile(r"(?P<case>[^/\s]+)/(?:(?P<code>[A-Za-z_][\w.-]*)/)?(?P<version>\d{1,6})")
_FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９／－", "0123456789/-")


@dataclass(frozen=True, slots=True)
class PaperMark:
    """The mark of a paper form.

    Attributes:
        case: Number of the case.
        version: Number of the version of the questionnaire.
        questionnaire: Its code; empty for the exit interview of the program.
    """

    case: str
    version: int
    questionnaire: str = ""

    @property
    def text(self) -> str:
        """As the barcode has it, for example ``2026-00042/3``."""
        parts = (self.case, self.questionnaire, str(self.version))
        return "/".join(part for part in parts if part)


def read_mark(text: str) -> PaperMark | None:
    """The mark that was scanned or keyed in; None when it is none."""
    found = _MARK.fullmatch(text.translate(_FULL_WIDTH).strip())
    if found is None:
        return None
    return PaperMark(found["case"], int(found["version"]), found["code"] or "")
