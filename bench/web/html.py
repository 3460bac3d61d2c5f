"""Values of bench.web.content -> HTML: escaped by default, in documents whose policy names their scripts and styles.

The static site puts the parts into documents of its own; the board shows the same parts inside Streamlit. Documents
open from a disk as well as from a server: everything is by relative path, and data that are loaded later are scripts
that hand over JSON, since a page from a disk may not fetch.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
from collections.abc import Sequence
from importlib.resources import files as package_files
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from bench.base.json_values import finite
from bench.base.svg import bar, strip
from bench.web.content import Block, Link

if TYPE_CHECKING:
    from jinja2 import Environment

ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
"""What would end a script element, begin a comment in one, or end a line in old JavaScript."""


class Host(Protocol):
    """What turns links into addresses: the static site, or the board."""

    def address(self, link: Link) -> str:
        """Where a link to a page of ours leads; '' for nowhere."""
        ...

    def key(self, run: str) -> str:
        """What addresses call a run."""
        ...


def fragment(blocks: Sequence[Block], host: Host) -> str:
    """Blocks one below the other, as part of a document."""
    return _environment().get_template("blocks.html").render(blocks=blocks, host=host).strip()


def page(template: str, scripts: Sequence[str], styles: Sequence[str], policy: str, **content: Any) -> str:
    """A document.

    Args:
        template: file name in templates/.
        scripts: texts of its scripts, in the order in which the template places them.
        styles: texts of its style sheets.
        policy: its Content-Security-Policy.
        content: what the template asks for.
    """
    made = _environment().get_template(template)
    return made.render(scripts=scripts, styles=styles, policy=policy, **content)


def policy(
    scripts: Sequence[str],
    styles: Sequence[str],
    scripts_from: str = "",
    images_from: str = "'self'",
    clips_from: str = "'self'",
) -> str:
    """A Content-Security-Policy that allows these scripts and styles, and files from the places named.

    Args:
        scripts: texts of scripts in the document.
        styles: texts of style sheets in the document.
        scripts_from: places of script files, as the policy writes them; '' for none.
        images_from: likewise of images.
        clips_from: likewise of clips.
    """
    return (
        f"default-src 'none'; script-src {_hashes(scripts)} {scripts_from}; style-src {_hashes(styles)}; "
        f"img-src {images_from}; media-src {clips_from}; base-uri 'none'; form-action 'none'"
    ).replace(" ;", ";")


def asset(name: str) -> str:
    """The text of a script or style sheet of ours."""
    return (package_files("bench.web") / "assets" / name).read_text(encoding="utf-8").strip() + "\n"


def inlined(content: Any) -> str:
    """JSON inside a script element or file: no sign of it ends the element, and what is no finite number is null."""
    text = json.dumps(finite(content), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.translate(ESCAPES)


def handed_over(key: str, content: Any) -> str:
    """A script file that hands content over to the page that loads it, under a key."""
    return f"benchData({inlined(key)},{inlined(content)});\n"


def web_address(address: str) -> str:
    """The address, if it is one of the web; '' for anything else, which may be a script."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    return address.strip() if parts.scheme in {"http", "https"} and parts.netloc else ""


def _hashes(texts: Sequence[str]) -> str:
    digests = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
    return " ".join(f"'sha256-{digest}'" for digest in digests)


def _prose(markdown: str) -> str:
    """Our own Markdown as HTML; raw HTML in it stays text."""
    from markdown_it import MarkdownIt

    return str(MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown))


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("bench.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(inlined=inlined, prose=_prose, web_address=web_address)
    made.globals.update(strip=strip, bar=bar)
    return made
