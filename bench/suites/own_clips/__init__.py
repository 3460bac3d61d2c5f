"""Clips that somebody already has: a CSV or a folder -> a suite of its own and where each clip lies.

CSV: a header and one line a clip. `case` and `clip` are needed; `image` and `prompt` too, unless --suite names the
suite that the cases belong to; `seed`, `category`, `reference` (a clip of what does happen), `keep` (a picture, white
where the clip should stay as the image is) and `keyframes` (path@frame;path@frame) may follow. Paths are relative to
the CSV. A line with an empty clip is a case that nobody animated: it is passed over. A quoted field may
hold commas and line breaks, which stay in the prompt.

Folder: `duck.mp4` (or a folder `duck/` of frames) is a clip of case `duck`, `duck-3.mp4` the one of seed 3 if there is
no case `duck-3`. Its image is `duck.png` (or .jpg, .webp, …) beside it or in `images/`, its prompt `duck.txt`; or both
come from --suite. Hidden files are passed over.
"""

from __future__ import annotations

import csv
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path

from bench.base import files
from bench.errors import UnknownName, UsageError
from bench.media import digests, pictures, video
from bench.suites import suite_files
from bench.types import Case, Keyframe, Suite

COLUMNS = ("case", "image", "clip", "prompt", "seed", "category", "reference", "keep", "keyframes")
FILE_COLUMNS = ("image", "clip", "reference", "keep")


@dataclass(frozen=True)
class FoundClip:
    """One clip of somebody's: which case and seed it is, and its file or folder of frames."""

    case: str
    seed: int
    path: Path


@dataclass(frozen=True)
class Collection:
    """Somebody's clips and the suite that they animate.

    Attributes:
        suite: the one that was named, or one made of the cases found.
        clips: in the order found.
        passed_over: ids of cases that have no clip.
    """

    suite: Suite
    clips: tuple[FoundClip, ...]
    passed_over: tuple[str, ...] = ()


def collect(path: Path, suite: Suite | None = None) -> Collection:
    """Reads a CSV or a folder.

    Args:
        path: of the CSV file or the folder.
        suite: whose cases the clips are; None to make a suite of what is found.

    Raises:
        UsageError: nothing there, or a line that cannot be understood, by file, line and field.
    """
    mode = files.mode(path)
    if stat.S_ISDIR(mode):
        lines = list(_folder_lines(path, suite))
    elif stat.S_ISREG(mode):
        lines = list(_csv_lines(path, suite))
    else:
        raise UsageError(f"there are no clips at {files.short(str(path))}: give a CSV file or a folder")
    if not any(line.clip for line in lines):
        raise UsageError(f"{path} names no clip (see bench evaluate --help)")
    _check_ids(lines)
    _check_unique(lines)
    clips = tuple(FoundClip(line.case.id, line.seed, line.clip) for line in lines if line.clip)
    passed_over = tuple(line.case.id for line in lines if not line.clip)
    return Collection(suite or _own_suite(path, lines), clips, passed_over)


@dataclass(frozen=True)
class _Line:
    """A line of a CSV, or a clip of a folder; where it stands, for messages."""

    where: str
    case: Case
    seed: int
    clip: Path | None


# CSV


def _csv_lines(path: Path, suite: Suite | None) -> Iterator[_Line]:
    rows = _csv_rows(path, _text(path, "a CSV of case, image, clip, prompt"))
    number, names = next(rows, (1, []))
    _check_header(f"{path}:{number}", names, suite)
    for number, fields in rows:
        where = f"{path}:{number}"
        if len(fields) != len(names):
            raise UsageError(
                f"{where}: the line has not as many fields as the header: {len(fields)}, not {len(names)}"
            )
        texts = dict(zip(names, (field.strip() for field in fields), strict=True))
        _check_texts(where, path.parent, texts)
        yield _csv_line(path.parent, where, texts, suite)


def _csv_rows(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not empty and the line where it begins: a quoted field may go over several."""
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    begin = 1
    try:
        for row in reader:
            if row:
                yield begin, row
            begin = reader.line_num + 1
    except csv.Error as error:
        raise UsageError(f"{path}:{begin}: not CSV: {error}") from None


def _check_header(where: str, names: Sequence[str], suite: Suite | None) -> None:
    for name in names:
        if name not in COLUMNS:
            raise UnknownName("column", files.short(name), COLUMNS, hint=where)
        if names.count(name) > 1:
            raise UsageError(f"{where}: column '{name}' stands there twice")
    needed = ("case", "clip") if suite else ("case", "image", "clip")
    missing = [name for name in needed if name not in names]
    if missing:
        raise UsageError(
            f"{where}: the header lacks {', '.join(missing)}; it has {', '.join(names) or 'nothing'}"
        )


def _check_texts(where: str, folder: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        if "\0" in text:
            raise UsageError(f"{where}: {name} {files.short(text)!r} holds a NUL byte")
    for name, text in _paths(where, texts):
        try:
            (folder / text).stat()
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            pass  # a failure of this clip or image alone, told when it is read
        except OSError as error:
            raise UsageError(f"{where}: {name} '{files.short(text)}': {files.why(error)}") from None


def _paths(where: str, texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Column and path of every file that a line names."""
    yield from ((name, texts.get(name, "")) for name in FILE_COLUMNS)
    yield from (("keyframes", path) for path, _ in _keyframes(where, texts.get("keyframes", "")))


def _keyframes(where: str, text: str) -> list[tuple[str, int]]:
    """Paths and frames of 'a.png@0;b.png@40'; none of ''."""
    found = [re.fullmatch(r"\s*(.+)@(\d{1,9})\s*", part) for part in text.split(";")] if text else []
    named = [(each[1], int(each[2])) for each in found if each]
    if len(named) < len(found) or not suite_files.are_ascending([frame for _, frame in named]):
        raise UsageError(
            f"{where}: keyframes '{files.short(text)}' is not path@frame;path@frame, in the order of the frames"
        )
    return named


def _csv_line(folder: Path, where: str, texts: Mapping[str, str], suite: Suite | None) -> _Line:
    case = _known_case(where, texts["case"], suite) if suite else _own_case(folder, where, texts)
    clip = folder / texts["clip"] if texts["clip"] else None
    return _Line(where, case, _seed(where, texts.get("seed") or "0"), clip)


def _own_case(folder: Path, where: str, text: Mapping[str, str]) -> Case:
    if not suite_files.is_case_id(text["case"]):
        raise UsageError(
            f"{where}: case '{files.short(text['case'])}' is not a letter or digit, then letters, digits, "
            f"'.', '_' or '-', at most {suite_files.LONGEST_ID} in all"
        )
    if not text["image"]:
        raise UsageError(f"{where}: case '{text['case']}' has no image")
    reference, keep = text.get("reference"), text.get("keep")
    keyframes = _keyframes(where, text.get("keyframes", ""))
    return Case(
        id=text["case"],
        image=folder / text["image"],
        prompt=text.get("prompt", ""),
        category=text.get("category", ""),
        reference=folder / reference if reference else None,
        keyframes=tuple(Keyframe(folder / path, frame) for path, frame in keyframes),
        keep=folder / keep if keep else None,
    )


def _seed(where: str, text: str) -> int:
    if not re.fullmatch(r"\d{1,18}", text):
        raise UsageError(f"{where}: seed '{files.short(text)}' is not a whole number")
    return int(text)


# Folder


def _folder_lines(path: Path, suite: Suite | None) -> Iterator[_Line]:
    for clip in _visible(path):
        if clip.suffix.lower() in video.DEMUXERS or _is_clip_folder(clip):
            name = clip.name if clip.is_dir() else clip.stem
            case_id, seed = _case_and_seed(name, suite, path)
            case = _known_case(str(clip), case_id, suite) if suite else _case_beside(path, case_id, clip)
            yield _Line(str(clip), case, seed, clip)


def _is_clip_folder(path: Path) -> bool:
    is_candidate = stat.S_ISDIR(files.mode(path)) and path.name not in ("images", "reference")
    return is_candidate and any(file.suffix.lower() in pictures.SUFFIXES for file in _visible(path))


def _visible(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise UsageError(f"{folder} cannot be read: {files.why(error)}") from None


def _case_and_seed(name: str, suite: Suite | None, folder: Path) -> tuple[str, int]:
    """'duck-3' is case 'duck-3' if there is one, else seed 3 of case 'duck'."""
    matched = re.fullmatch(r"(.+)-(\d{1,18})", name)
    is_case = name in {case.id for case in suite.cases} if suite else _image_beside(folder, name) is not None
    return (name, 0) if is_case or not matched else (matched[1], int(matched[2]))


def _case_beside(folder: Path, case_id: str, clip: Path) -> Case:
    image = _image_beside(folder, case_id)
    if image is None:
        raise UsageError(
            f"clip {clip} has no image: put {case_id}.png or .jpg beside it or in images/, or name a --suite"
        )
    prompt = folder / f"{case_id}.txt"
    text = _text(prompt, "a prompt").strip() if stat.S_ISREG(files.mode(prompt)) else ""
    return _own_case(
        folder, str(clip), {"case": case_id, "image": str(image.relative_to(folder)), "prompt": text}
    )


def _image_beside(folder: Path, case_id: str) -> Path | None:
    candidates = [
        place / f"{case_id}{suffix}" for place in (folder, folder / "images") for suffix in pictures.SUFFIXES
    ]
    return next((candidate for candidate in candidates if stat.S_ISREG(files.mode(candidate))), None)


# Both


def _known_case(where: str, case_id: str, suite: Suite | None) -> Case:
    cases = {case.id: case for case in suite.cases} if suite else {}
    if case_id not in cases:
        raise UnknownName("case", case_id, cases, hint=f"{where}, suite {suite and suite.name}")
    return cases[case_id]


def _check_ids(lines: Sequence[_Line]) -> None:
    """An id becomes a file name: cat and Cat are one file on some systems."""
    first: dict[str, _Line] = {}
    for line in lines:
        other = first.setdefault(line.case.id.casefold(), line)
        if other.case.id != line.case.id:
            raise UsageError(
                f"{line.where}: case '{line.case.id}' differs only in case from '{other.case.id}' ({other.where})"
            )


def _check_unique(lines: Sequence[_Line]) -> None:
    first: dict[tuple[str, int], _Line] = {}
    for line in lines:
        if line.clip is None:
            continue
        other = first.setdefault((line.case.id, line.seed), line)
        if other is not line:
            raise UsageError(
                f"{line.where}: there are two clips of case '{line.case.id}', seed {line.seed} ({other.where}): "
                f"give them different seeds"
            )


def _own_suite(path: Path, lines: Sequence[_Line]) -> Suite:
    """A suite of the cases found; its version is the digest of their texts and files."""
    first: dict[str, _Line] = {}
    for line in lines:
        other = first.setdefault(line.case.id, line)
        if other.case != line.case:
            raise UsageError(
                f"{line.where}: case '{line.case.id}' has another image or text than before ({other.where})"
            )
    cases = tuple(replace(line.case, digest=digests.case_digest(line.case)) for line in first.values())
    return Suite(
        name=_suite_name(path),
        version=files.digest([[case.digest, case.category] for case in cases])[:12],
        title=f"cases of {path.name}",
        cases=cases,
        reference_note="clips named in the CSV" if any(case.reference for case in cases) else "",
    )


def _suite_name(path: Path) -> str:
    """The name of the folder, or of the CSV; of its folder where it is called cases.csv, as everybody's may be."""
    whole = path.absolute()
    name = whole.name if stat.S_ISDIR(files.mode(whole)) else whole.stem
    name = whole.parent.name if whole.name == "cases.csv" else name
    return re.sub(r"[^A-Za-z0-9._]+", "_", name).strip("._")[: suite_files.LONGEST_ID] or "clips"


def _text(path: Path, expected: str) -> str:
    """What a file says; line ends of Windows become Unix's, so that a prompt is the same on every system."""
    try:
        content = path.read_bytes()
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UsageError(f"{path}:{line}: not UTF-8 text; {expected} was expected") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {files.why(error)}") from None
