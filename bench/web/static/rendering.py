"""Templates -> pages: escaped by default, each with a content policy that names its own scripts and styles by digest.

Pages open from a disk as well as from a server: everything is by relative path, and data that are loaded later are
scripts that hand over JSON, since a page from a disk may not fetch.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import math
from collections.abc import Sequence
from importlib.resources import files as package_files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bench.base.wording import number

if TYPE_CHECKING:
    from jinja2 import Environment

POLICY = (
    "default-src 'none'; script-src 'self' file: {scripts}; style-src {styles}; img-src 'self' file: data:; "
    "media-src 'self' file:; base-uri 'none'; form-action 'none'"
)
"""'self' is any file of the site on a server, 'file:' the same from a disk, which some browsers do not call self."""


def page(template: str, scripts: Sequence[str], styles: Sequence[str] = (), **content: Any) -> str:
    """A whole document.

    Args:
        template: file name in templates/.
        scripts: texts of the page's scripts, run in this order at its end.
        styles: texts of style sheets besides the site's own.
        content: what the template asks for.
    """
    own_styles = (asset("site.css"), *styles)
    policy = POLICY.format(scripts=_hashes(scripts), styles=_hashes(own_styles))
    return (
        _environment()
        .get_template(template)
        .render(policy=policy, scripts=scripts, styles=own_styles, **content)
    )


def asset(name: str) -> str:
    """The text of a script or style sheet of the site."""
    return (package_files("bench.web.static") / "assets" / name).read_text(encoding="utf-8").strip() + "\n"


def inlined(content: Any) -> str:
    """JSON that stands in a script element or file: no sign in it ends the element, and NaN is null."""
    text = json.dumps(_finite(content), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def handed_over(key: str, content: Any) -> str:
    """A script file that hands content over to the page that loads it, under a key."""
    return f"benchData({inlined(key)},{inlined(content)});\n"


def link(address: str) -> str:
    """The address, if it is one of the web; '' for anything else, which may be a script."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    return address.strip() if parts.scheme in {"http", "https"} and parts.netloc else ""


def _hashes(texts: Sequence[str]) -> str:
    digests = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
    return " ".join(f"'sha256-{digest}'" for digest in digests)


def _finite(content: Any) -> Any:
    if isinstance(content, dict):
        return {str(key): _finite(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_finite(value) for value in content]
    return None if isinstance(content, float) and not math.isfinite(content) else content


def _number(value: float | None) -> str:
    """As everywhere, with a true minus; '–' for none."""
    return "–" if value is None else number(value).replace("-", "−")


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("bench.web.static"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(inlined=inlined, number=_number, link=link)
    return made
