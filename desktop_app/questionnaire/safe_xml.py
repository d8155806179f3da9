"""XML from outside: read without entities, without network, within limits."""

from typing import Any

from desktop_app.i18n import N_, _

_BROKEN = N_("The form is not well-formed XML: {reason}")
_DOCTYPE = N_("The form contains a document type declaration, which is never read.")
MAX_BYTES = 64 * 1024 * 1024


class XmlProblemError(ValueError):
    """The text is not XML that is read here; the message is a sentence."""


def parse_xml(raw: bytes) -> Any:
    """The root element.

    Raises:
        XmlProblemError: it is not well-formed, too large, or declares entities.
    """
    from lxml import etree  # noqa: PLC0415  (not before the first questionnaire)

    if len(raw) > MAX_BYTES:
        raise XmlProblemError(_(_BROKEN).format(reason=len(raw)))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise XmlProblemError(_(_BROKEN).format(reason=error.msg)) from error
    info: Any = root.getroottree().docinfo
    if info.doctype or info.internalDTD is not None:
        raise XmlProblemError(_(_DOCTYPE))
    return root


def local_name(node: Any) -> str:
    """Name of an element without its namespace."""
    return str(node.tag).rpartition("}")[2]


def plain_copy(node: Any) -> Any:
    """A copy of an element and everything in it, without namespaces and attributes."""
    from lxml import etree  # noqa: PLC0415

    made = etree.Element(local_name(node))
    made.text = node.text if len(node) == 0 or (node.text or "").strip() else None
    for child in node:
        made.append(plain_copy(child))
    return made
