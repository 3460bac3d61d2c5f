"""What the hub says of weights that are not here."""

from __future__ import annotations

from bench.base import network, wording
from bench.doctor.findings import Finding
from bench.errors import Unavailable
from bench.models import hub, stored_weights
from bench.models.requirements import Need


class HubClient:
    """Asks the hub for sizes and conditions, never for files; stops asking after the first timeout."""

    def __init__(self) -> None:
        why = network.forbidden_by()
        self.silence = f"{why} forbids asking the hub" if why else ""

    def words(self, need: Need, is_half: bool) -> str:
        """How much of a repository is needed, and whether it is open; '' if the hub is not to be asked.

        Args:
            need: of weights of the hub.
            is_half: whether files in half precision are preferred.
        """
        if self.silence:
            return ""
        try:
            told = hub.told(need.address)
        except Unavailable as error:
            return self._explained(error)
        words = f"about {wording.size(stored_weights.size_to_fetch(need, told.sizes, is_half))} on the hub"
        if told.is_gated:
            return f"{words}, gated: accept its licence on its page, then set HF_TOKEN"
        return f"{words}, fetched by the first run"

    def finding(self) -> Finding:
        """Whether the hub answers."""
        if self.silence:
            return Finding("hub", "note", self.silence, "weights are fetched without it")
        import httpx
        from huggingface_hub import constants, get_token

        try:
            httpx.head(constants.ENDPOINT, timeout=hub.SECONDS_FOR_FACTS)
        except httpx.HTTPError as error:
            return Finding(
                "hub", "note", f"{constants.ENDPOINT} does not answer ({type(error).__name__})",
                "only what is cached can run; HF_ENDPOINT names a mirror",
            )  # fmt: skip
        token = "a token is set" if get_token() else "no token is set, which gated weights need (HF_TOKEN)"
        return Finding("hub", "ok", f"{constants.ENDPOINT} answers; {token}")

    def _explained(self, error: Unavailable) -> str:
        if hub.is_answer(error):  # gated, or not there
            return error.reason
        self.silence = "the hub does not answer"
        return self.silence
