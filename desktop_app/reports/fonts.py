"""Our bundled Noto Sans SC for PDF: registered once, measured, and asked what it can draw.

A character without a glyph is never dropped and never left to a viewer's choice: it is drawn as
:data:`BOX` and listed. reportlab is loaded by the first call, not with this module.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from unicodedata import category

from desktop_app.paths import resource

if TYPE_CHECKING:
    from reportlab.pdfbase.ttfonts import TTFont

REGULAR = "NotoSansSC"
BOLD = "NotoSansSC-Bold"
BOX = "□"
_FILES = {REGULAR: "NotoSansSC-Regular.ttf", BOLD: "NotoSansSC-Bold.ttf"}
_LAYOUT = frozenset("\n\t\r\v\f\x85\u2028\u2029")  # laid out, not drawn
_BEYOND_BMP = 0x10000
_register = threading.Lock()
_faces: "dict[str, Face]" = {}


@dataclass(frozen=True, slots=True)
class Face:
    """Widths of one font.

    Attributes:
        name: Name reportlab knows it by.
        widths: Character to its width at size 1.
    """

    name: str
    widths: dict[str, float]

    def width(self, text: str, size: float) -> float:
        """Width of a text without line breaks in points; every character must be drawable."""
        return sum(map(self.widths.__getitem__, text)) * size


def _utf16_to_unicode_map(font_name: str, subset: Iterable[int]) -> str:
    """The map from codes to text, right also beyond the BMP (reportlab writes 5 digits there)."""
    pairs = [
        f"<{index:02X}> <{chr(code).encode('utf-16-be').hex().upper()}>"
        for index, code in enumerate(subset)
    ]
    head = (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        f"/CIDSystemInfo\n<< /Registry ({font_name})\n/Ordering ({font_name})\n"
        "/Supplement 0\n>> def\n"
        f"/CMapName /{font_name} def\n/CMapType 2 def\n1 begincodespacerange\n"
        f"<00> <{len(pairs) - 1:02X}>\nendcodespacerange\n"
    )
    blocks = [  # a block holds at most 100 entries
        f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar\n"
        for part in (pairs[at : at + 100] for at in range(0, len(pairs), 100))
    ]
    tail = "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    return head + "".join(blocks) + tail


def _load(name: str) -> "TTFont":
    from reportlab.pdfbase.ttfonts import TTFont  # noqa: PLC0415  (loaded only when a PDF is written)

    class ExactFont(TTFont):
        """A font whose text can be copied out of the PDF exactly, also beyond the BMP."""

        def addObjects(self, doc: Any) -> None:  # noqa: N802  (reportlab's name)
            """Add the font to the file, then set right the maps of subsets beyond the BMP."""
            subsets = [list(subset) for subset in self.state[doc].subsets]
            names = [self.getSubsetInternalName(n, doc)[1:] for n in range(len(subsets))]
            super().addObjects(doc)
            fonts = doc.idToObject["BasicFonts"].dict
            for subset, internal in zip(subsets, names, strict=True):
                if any(code >= _BEYOND_BMP for code in subset):
                    entry = fonts[internal]
                    stream = doc.idToObject[entry.ToUnicode.name]
                    stream.content = _utf16_to_unicode_map(entry.BaseFont, subset)

    return ExactFont(name, str(resource("fonts", _FILES[name])))


def _registered(name: str) -> Face:
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415  (loaded only when a PDF is written)

    font = _load(name)
    pdfmetrics.registerFont(font)
    known, other = font.face.charWidths, font.face.defaultWidth  # as its getCharWidth, but quick
    widths = {chr(code): known.get(code, other) / 1000 for code in font.face.charToGlyph}
    return Face(name, widths)


def face(name: str = REGULAR) -> Face:
    """One of our fonts, registered with reportlab at the first call of the process (0.1 s each).

    Raises:
        OSError: the font file is missing from the program.
    """
    found = _faces.get(name)
    if found is None:
        with _register:
            found = _faces.get(name) or _registered(name)
            _faces[name] = found
    return found


@cache
def drawable() -> frozenset[str]:
    """Every character that both weights can draw."""
    regular, bold = face(REGULAR).widths, face(BOLD).widths
    return frozenset(char for char in regular if char in bold and category(char) != "Cc")


def undrawable(text: str) -> set[str]:
    """Characters of a text for which the font has no glyph; line breaks and tabs are laid out."""
    return set(text) - drawable() - _LAYOUT


def boxed(text: str) -> str:
    """The text with :data:`BOX` in place of each character that cannot be drawn."""
    missing = undrawable(text)
    if not missing:
        return text
    return text.translate(dict.fromkeys(map(ord, missing), BOX))


def code_point(char: str) -> str:
    """A character as ``U+20BB7``, which any font can draw."""
    return f"U+{ord(char):04X}"
