"""What a server says of its refusal is anybody's text, and ends nothing but the request."""

from __future__ import annotations

import httpx
import pytest

from bench.base import http_errors


@pytest.mark.parametrize("depth", [10, 450, 900, 200_000])
@pytest.mark.parametrize(("opened", "closed"), [('{"error":', "}"), ("[", "]")])
def test_an_answer_of_endless_brackets_is_a_refusal_like_others(depth: int, opened: str, closed: str) -> None:
    """Those of 450 could be parsed, and not be told: RecursionError."""
    answer = httpx.Response(500, text=opened * depth + "1" + closed * depth)
    request = httpx.Request("GET", "https://example.org")
    problem = http_errors.problem_of(httpx.HTTPStatusError("", request=request, response=answer))
    assert problem is not None
    assert problem.status == 500
    assert len(problem.text) <= http_errors.READ_CHARACTERS
