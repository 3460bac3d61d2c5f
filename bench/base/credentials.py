"""Keys, tokens and passwords: what looks like one, and texts without them.

Programs and servers repeat what they were given: a traceback with the environment, a refusal with the header that was
sent. Whatever of theirs is stored, printed or published goes through `redacted` first.
"""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

SHORTEST = 6
"""Characters: a shorter value counts as a word that texts have by chance, not as a secret."""

MARK = "***"

WORDS = frozenset({
    "KEY", "KEYS", "APIKEY", "TOKEN", "TOKENS", "SECRET", "SECRETS", "PASSWORD", "PASSWORDS", "PASSWD", "PASS", "PWD",
    "PASSPHRASE", "CREDENTIAL", "CREDENTIALS", "JWT", "PAT", "AUTH", "AUTHORIZATION", "BEARER", "COOKIE", "COOKIES",
    "DSN", "WEBHOOK", "SIGNATURE",
})  # fmt: skip
"""Words in names of variables and headers that mean a secret."""

ENDINGS = ("KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE")
"""Ends of names that are written in one word, as PGPASSWORD."""

ORDINARY = frozenset({"PWD", "OLDPWD", "SSH_AUTH_SOCK"})
"""Names that look like those of secrets, and hold paths."""

NAMED = re.compile(
    r"""(?P<name>\b[A-Z][A-Z\d_]+|(?i:(?:password|passwd|passphrase|secret|authorization|cookie"""
    r"""|api[_-]?key|access[_-]?key|(?:auth|access|refresh|session)[_-]?token)))"""
    r"""(?P<between>["']?\s*[=:]\s*["']?)(?P<value>[^\s"',;&]{6,})"""
)
"""A name and its value, as in an environment, JSON or a header: capitals, or words that prose about tensors lacks."""

QUERY = re.compile(
    r"(?i)(?<=[?&])([\w-]{0,40}(?:token|key|sig|secret|password|credential|auth)[\w-]{0,40}=)[^\s&\"']+"
)
"""A key or signature in the query of an address."""

KNOWN_FORMS = re.compile(
    r"(?<![\w-])eyJ[\w-]{6,4000}\.[\w-]{6,4000}\.[\w-]*"  # a JWT
    r"|-----BEGIN[A-Z ]{0,30}PRIVATE KEY-----.*?(?:-----END[A-Z ]{0,30}PRIVATE KEY-----|$)"
    r"|(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}"  # Amazon
    r"|(?<![A-Za-z0-9])(?:gh[pousr]_|github_pat_|glpat-|hf_|xox[abprs]-|sk-|AIza)[\w-]{16,}",
    re.DOTALL,
)
"""Secrets that are known by their form."""

SCHEMES = re.compile(r"\b(Bearer|Basic|Token|Key)(\s+)(?=[\w.~+/=-]*[\d._~+/=-])[\w.~+/=-]{8,}")
"""What follows the scheme in an Authorization header."""

LOGIN = re.compile(r"(?<=://)[^/\s@]+(?=@)")
"""Name and password in an address."""

PASSWORD = re.compile(r"://[^/\s:@]*:([^/\s@]+)@")


def looks_secret(name: str) -> bool:
    """Whether a variable, or a header, of this name holds a secret."""
    name = re.sub(r"([a-z\d])([A-Z])", r"\1_\2", name).upper()
    parts = set(re.split(r"[^A-Z\d]+", name))
    return name not in ORDINARY and (bool(parts & WORDS) or name.endswith(ENDINGS))


def values(environment: Mapping[str, str]) -> list[str]:
    """The values of variables that look secret, except paths of files that exist here."""
    found = [value.strip() for name, value in environment.items() if looks_secret(name)]
    found += [password for value in environment.values() for password in PASSWORD.findall(value)]
    return [value for value in found if len(value) >= SHORTEST and not _is_place(value)]


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without secrets: those given, those of this process's environment, and what has the form of one.

    >>> redacted("HF_TOKEN=hf_abcdefghijklmnopqrst at https://me:hush@example.org")
    'HF_TOKEN=*** at https://***@example.org'
    """
    known = {*values(os.environ), *(each for each in secrets if len(each) >= SHORTEST)}
    written = {form for secret in known for form in _forms(secret)}
    for form in sorted(written, key=len, reverse=True):
        text = text.replace(form, MARK)
    text = KNOWN_FORMS.sub(MARK, text)
    text = SCHEMES.sub(rf"\1\2{MARK}", text)
    text = NAMED.sub(_without_value, QUERY.sub(rf"\1{MARK}", text))
    return LOGIN.sub(MARK, text)


def _without_value(found: re.Match[str]) -> str:
    return f"{found['name']}{found['between']}{MARK}" if looks_secret(found["name"]) else found[0]


def _forms(secret: str) -> set[str]:
    """A secret as texts may show it: as it is, in JSON, in an address, in one line, in a header's base64."""
    plain = {secret, json.dumps(secret)[1:-1], repr(secret)[1:-1], " ".join(secret.split())}
    return plain | {quote(secret, safe=""), quote_plus(secret), b64encode(secret.encode()).decode()}


def _is_place(value: str) -> bool:
    try:
        return value.startswith(("/", "~")) and Path(value).expanduser().exists()
    except (OSError, RuntimeError, ValueError):
        return False
