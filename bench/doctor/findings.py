"""What a checkup finds, in lines for people and as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

State: TypeAlias = Literal["ok", "missing", "note"]
"""'missing' stops something from running; a 'note' does not."""

MARKS = {"ok": "ok", "missing": "MISSING", "note": "note"}


@dataclass(frozen=True)
class Finding:
    """One thing that was checked.

    Attributes:
        what: 'package diffusers', 'weights org/name'.
        state: see State.
        found: what is here, or what is wrong.
        remedy: the line that fixes it; '' if nothing needs to be fixed.
    """

    what: str
    state: State
    found: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Checkup:
    """All that was checked for a model, or for this machine."""

    subject: str
    findings: tuple[Finding, ...]

    @property
    def is_fit(self) -> bool:
        """Whether nothing is missing."""
        return all(finding.state != "missing" for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        findings = [asdict(found) for found in self.findings]
        return {"subject": self.subject, "is_fit": self.is_fit, "findings": findings}

    def __str__(self) -> str:
        lines = [f"{self.subject}: {'ready' if self.is_fit else 'cannot run here yet'}"]
        width = max((len(finding.what) for finding in self.findings), default=0)
        for each in self.findings:
            lines.append(f"  {MARKS[each.state]:<8}{each.what:<{width}}  {each.found}".rstrip())
            if each.remedy:
                lines.append(f"          → {each.remedy}")
        return "\n".join(lines)
