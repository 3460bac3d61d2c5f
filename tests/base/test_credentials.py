"""What is redacted, and what only looks like it."""

import json
import time
from urllib.parse import quote

import pytest

from bench.base import credentials
from bench.base.credentials import looks_secret, redacted


@pytest.mark.parametrize(
    "name",
    [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "GITHUB_TOKEN",
        "GH_PAT",
        "PGPASSWORD",
        "MYSQL_PWD",
        "HF_TOKEN",
        "SLURM_JWT",
        "Authorization",
        "x-goog-api-key",
        "apiKey",
        "clientSecret",
        "COOKIE",
        "SENTRY_DSN",
        "NPM_AUTH",
        "DB_PASS",
    ],
)
def test_names_of_secrets(name: str) -> None:
    assert looks_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "PATH",
        "PWD",
        "OLDPWD",
        "HOME",
        "TOKENIZERS_PARALLELISM",
        "KEYBOARD_LAYOUT",
        "XDG_SESSION_ID",
        "SSH_AUTH_SOCK",
        "CUDA_VISIBLE_DEVICES",
        "content-type",
        "AUTHOR",
        "PATIENCE",
        "PASSES",
        "user-agent",
        "LS_COLORS",
    ],
)
def test_names_of_others(name: str) -> None:
    assert not looks_secret(name)


def test_secrets_of_the_environment_go_however_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = 'a "b"/\nc+=\u00e9'
    monkeypatch.setenv("MY_PASSWORD", secret)
    for written in (
        secret,
        json.dumps(secret),
        repr(secret),
        quote(secret, safe=""),
        " ".join(secret.split()),
    ):
        assert redacted(f"before {written} after") in (
            "before *** after",
            'before "***" after',
            "before '***' after",
        )


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("DB_PASSWORD=hunter22 x", "DB_PASSWORD=*** x"),
        ("{'MY_TOKEN': 'abcdefgh', 'PATH': '/bin'}", "{'MY_TOKEN': '***', 'PATH': '/bin'}"),
        ('{"api_key": "abcdefgh"}', '{"api_key": "***"}'),
        ("authorization: Bearer abc.def-123", "authorization: *** ***"),
        ("sent Bearer abc.def-123", "sent Bearer ***"),
        (
            "https://me:hush@example.org/x?a=1&X-Amz-Signature=0a1b2c",
            "https://***@example.org/x?a=1&X-Amz-Signature=***",
        ),
        ("a eyJhbGciOi.eyJpc3MiOi.c2lnbmF0 b", "a *** b"),
        ("AKIAIOSFODNN7EXAMPLE", "***"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- ok", "*** ok"),
    ],
)
def test_secrets_that_are_known_by_their_form(text: str, left: str) -> None:
    assert redacted(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "KeyError: 'blocks.0.weight'",
        "RuntimeError: key: visual.proj, size mismatch",
        'Missing key(s) in state_dict: "a.b.weight", "c"',
        "expected max_tokens=1000000 and num_tokens: 7700000",
        "Bearer of bad news: CUDA out of memory. Tried to allocate 2.00 GiB",
        "tensor key=attn.proj.weight is not there",
    ],
)
def test_what_programs_say_of_tensors_stays(text: str) -> None:
    assert redacted(text) == text


def test_a_file_that_is_named_is_no_secret(tmp_path: object) -> None:
    assert credentials.values(
        {"GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path), "A_TOKEN": "/no/such+place"}
    ) == ["/no/such+place"]


@pytest.mark.parametrize(
    "piece", ["a-", "eyJ", "A_", "://a:", "Bearer ", "x=", "?k=", "-----BEGIN PRIVATE KEY-----", " ", "K:"]
)
def test_long_texts_take_no_time(piece: str) -> None:
    start = time.process_time()
    redacted(piece * (100_000 // len(piece)))
    assert time.process_time() - start < 2
