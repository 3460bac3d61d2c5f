"""What the hub says of weights that are not here."""

from __future__ import annotations

from bench.base import weights
from bench.doctor.findings import Finding
from bench.errors import Unavailable
from bench.models import hub, stored_weights
from bench.models.requirements import in_words

HUB_SECONDS = 5.0
"""How long the hub may take to answer."""


class HubClient:
    """Asks the hub for sizes and conditions, never for files; stops asking after the first timeout."""

    def __init__(self) -> None:
        self.silence = "HF_HUB_OFFLINE forbids asking the hub" if weights.is_offline() else ""

    def words(self, repository: str) -> str:
        """How much a repository holds, and whether it is open; '' if the hub is not to be asked."""
        if self.silence:
            return ""
        from huggingface_hub import HfApi

        try:
            with hub.explained_errors(repository):
                told = HfApi().model_info(repository, files_metadata=True, timeout=HUB_SECONDS)
        except Unavailable as error:
            return self._explained(error)
        named = [each for each in told.siblings or [] if each.rfilename.endswith(stored_weights.WEIGHT_FILE)]
        words = f"up to {in_words(sum(each.size or 0 for each in named))} on the hub"
        if told.gated:
            return f"{words}, gated: accept its licence on its page, then set HF_TOKEN"
        return f"{words}, fetched by the first run"

    def finding(self) -> Finding:
        """Whether the hub answers."""
        if self.silence:
            return Finding("hub", "note", self.silence, "unset it to fetch weights")
        import httpx
        from huggingface_hub import constants, get_token

        try:
            httpx.head(constants.ENDPOINT, timeout=HUB_SECONDS)
        except httpx.HTTPError as error:
            return Finding(
                "hub", "note", f"{constants.ENDPOINT} does not answer ({type(error).__name__})",
                "only what is cached can run; HF_ENDPOINT names a mirror",
            )  # fmt: skip
        token = "a token is set" if get_token() else "no token is set, which gated weights need (HF_TOKEN)"
        return Finding("hub", "ok", f"{constants.ENDPOINT} answers; {token}")

    def _explained(self, error: Unavailable) -> str:
        from huggingface_hub import errors

        if isinstance(error.__cause__, errors.HfHubHTTPError):  # an answer: gated, or not there
            return error.reason
        self.silence = "the hub does not answer"
        return self.silence
