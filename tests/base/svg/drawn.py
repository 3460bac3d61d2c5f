"""SVG text as elements, for tests."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.etree.ElementTree import Element

TAGS = {"svg", "g", "text", "title", "path", "rect", "circle"}
"""What plots are made of."""


def elements(svg: str, tag: str = "") -> list[Element]:
    """The elements of a picture, all or of one tag; fails where it is no XML, or holds what no plot is made of."""
    found = [*ElementTree.fromstring(svg).iter()]
    tags = [element.tag.rpartition("}")[2] for element in found]
    assert set(tags) <= TAGS
    assert not any(name.startswith("on") for element in found for name in element.attrib)
    return [element for element, name in zip(found, tags, strict=True) if tag in ("", name)]


def texts(svg: str) -> list[str]:
    """The words on a picture, without tooltips."""
    return [element.text or "" for element in elements(svg, "text")]


def told(svg: str) -> list[str]:
    """The tooltips."""
    return [element.text or "" for element in elements(svg, "title")]
