"""What a turn of WBench asks for, in its words: keys of navigation are put into a sentence, by who looks.

The sentences are those that WBench's own prompts have (0104d92, src/models/text/prompt_builder.py), since a model
must be asked the same to be compared; they are composed here of their parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WHERE: Mapping[str, str] = MappingProxyType({"W": "forward", "S": "backward", "A": "left", "D": "right"})
"""Key -> where it leads."""

LOOKING: Mapping[str, str] = MappingProxyType(
    {"left": "pan{} to the left", "right": "pan{} to the right", "up": "tilt{} up", "down": "tilt{} down"}
)
"""Key -> how the camera turns that the viewer looks through, with room for the ending of the verb."""

AROUND: Mapping[str, str] = MappingProxyType({"left": "counterclockwise", "right": "clockwise"})

_SWITCH = "The viewpoint transitions from {}-person to {}-person, {}."

SWITCHES: Mapping[str, str] = MappingProxyType(
    {
        "fp_to_tp": _SWITCH.format("first", "third", "revealing the subject from behind"),
        "tp_to_fp": _SWITCH.format("third", "first", "the camera enters the subject's eyes"),
    }
)


def sentence(kind: str, action: str, perspective: str) -> str:
    """What a turn asks for.

    Args:
        kind: 'navigation', 'event_edit', 'subject_action' or 'perspective_switch'; of any other it says nothing.
        action: keys ('W+left'), the name of a switch, or a sentence.
        perspective: 'third_person' if a subject is followed; else the viewer moves.

    >>> sentence("navigation", "W+left", "first_person")
    'The camera pushes forward while panning to the left.'
    """
    if kind == "navigation":
        said = _followed(action) if perspective == "third_person" else _seen(action)
        return said or f"Camera moves: {action}"
    if kind == "perspective_switch":
        return SWITCHES.get(action, action)
    return action if kind in ("event_edit", "subject_action") else ""


def _seen(action: str) -> str:
    """What the camera does that the viewer looks through; '' for keys that WBench has no sentence for."""
    move, _, other = action.partition("+")
    plain = {"W": "pushes forward", "S": "pulls back", "A": "moves to the left", "D": "moves to the right"}
    turns = {key: said.format("s") for key, said in LOOKING.items()}
    if not other:
        said = (plain | turns).get(move, "")
    elif move in ("W", "S") and other in ("A", "D"):
        said = f"moves diagonally {WHERE[move]}-{WHERE[other]}"
    elif move == "W" and other in LOOKING:
        verb = LOOKING[other].format("ning" if other in AROUND else "ing")
        said = f"pushes forward while {verb}"
    else:
        said = ""
    return f"The camera {said}." if said else ""


def _followed(action: str) -> str:
    """What a subject does, and the camera that follows it; '' for keys that WBench has no sentence for."""
    move, _, other = action.partition("+")
    if other:
        return _followed_in_two_ways(move, other)
    if move in ("W", "S"):
        return f"The subject moves {WHERE[move]}. The camera follows, maintaining distance and framing."
    if move in ("A", "D"):
        side = WHERE[move]
        return f"The subject moves to the {side}. The camera tracks {side}, keeping the subject centered."
    if move in AROUND:
        return f"The camera orbits {AROUND[move]} around the subject. The subject stays still."
    opposite = {"up": "down", "down": "up"}.get(move)
    return (
        f"The camera cranes {move}ward while tilting {opposite} to keep the subject centered."
        if opposite
        else ""
    )


def _followed_in_two_ways(move: str, other: str) -> str:
    if (move, other) in (("W", "A"), ("W", "D")):
        return f"The subject moves diagonally forward-{WHERE[other]}. The camera follows along the same diagonal."
    if (move, other) == ("S", "D"):
        return "The subject moves backward-right. The camera retreats along the same diagonal."
    if move == "W" and other in AROUND:
        return f"The subject moves forward. The camera arcs {AROUND[other]} while following."
    if move == "W" and other in ("up", "down"):
        return f"The subject moves forward. The camera cranes {other}ward while following."
    return ""
