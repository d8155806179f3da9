"""Texts of an XForm: languages, labels with values in them, media."""

from collections.abc import Mapping
from typing import Any

from desktop_app.questionnaire.form import Content, Output, Text
from desktop_app.questionnaire.safe_xml import local_name

Pieces = tuple[str | Output, ...]


def read_itext(model: Any) -> tuple[tuple[str, ...], str, dict[str, Text]]:
    """Languages, the default one, and every text by its id."""
    languages: list[str] = []
    default = ""
    contents: dict[str, dict[str, Content]] = {}
    for translation in model.iterfind("{*}itext/{*}translation"):
        language = translation.get("lang") or ""
        languages.append(language)
        if translation.get("default") is not None:
            default = language
        for text in translation.iterfind("{*}text"):
            contents.setdefault(text.get("id") or "", {})[language] = _content(text)
    texts = {text_id: Text(found) for text_id, found in contents.items()}
    return tuple(languages), default or (languages[0] if languages else ""), texts


def _content(text: Any) -> Content:
    pieces: Pieces = ()
    guidance: Pieces = ()
    media: dict[str, str] = {}
    for value in text.iterfind("{*}value"):
        match value.get("form"):
            case None | "":
                pieces = pieces_of(value)
            case "guidance":
                guidance = pieces_of(value)
            case "long" | "short":
                pieces = pieces or pieces_of(value)
            case form:
                media[form] = (value.text or "").strip()
    return Content(pieces, media, guidance)


def pieces_of(node: Any) -> Pieces:
    """Texts and values inside a label."""
    found: list[str | Output] = []
    if node.text:
        found.append(node.text)
    for child in node:
        if local_name(child) == "output":
            found.append(Output((child.get("value") or child.get("ref") or "").strip()))
        else:
            found.extend(pieces_of(child))
        if child.tail:
            found.append(child.tail)
    return _trimmed(found)


def _trimmed(pieces: list[str | Output]) -> Pieces:
    if pieces and isinstance(pieces[0], str):
        pieces[0] = pieces[0].lstrip()
    if pieces and isinstance(pieces[-1], str):
        pieces[-1] = pieces[-1].rstrip()
    return tuple(piece for piece in pieces if piece != "")


def itext_id(reference: str | None) -> str | None:
    """The id in ``jr:itext('id')``, None when it is no such reference."""
    text = (reference or "").strip()
    if not text.startswith("jr:itext(") or not text.endswith(")"):
        return None
    return text[len("jr:itext(") : -1].strip().strip("'\"")


def text_of(node: Any | None, texts: Mapping[str, Text]) -> Text:
    """The text of a label or hint: by reference, or written in."""
    if node is None:
        return Text()
    text_id = itext_id(node.get("ref"))
    if text_id is not None and text_id in texts:
        return texts[text_id]
    pieces = pieces_of(node)
    return Text({"": Content(pieces)}) if pieces else Text()


def message_of(value: str | None, texts: Mapping[str, Text]) -> Text:
    """The text of a message attribute: by reference, or written in."""
    if not value:
        return Text()
    text_id = itext_id(value)
    if text_id is not None:
        return texts.get(text_id, Text())
    return Text({"": Content((value,))})
