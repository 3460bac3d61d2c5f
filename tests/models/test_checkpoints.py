"""How words become a checkpoint with an identity; no test asks the hub."""

import os
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from bench.base import files
from bench.errors import Unavailable, UsageError
from bench.models import checkpoints
from bench.types import Checkpoint

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "step-2000"
    (folder / "unet").mkdir(parents=True)
    (folder / "model_index.json").write_text("{}")
    (folder / "unet" / "weights").write_text("one")
    return folder


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub, whose offline switch is on."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    return tmp_path / "hub"


def cache_repository(hub: Path, revision: str) -> None:
    repository = hub / "models--org--tuned"
    (repository / "snapshots" / COMMIT).mkdir(parents=True)
    (repository / "snapshots" / COMMIT / "model_index.json").write_text("{}")
    (repository / "refs").mkdir()
    (repository / "refs" / revision).write_text(COMMIT)


def answer(monkeypatch: pytest.MonkeyPatch, result: object) -> None:
    """The hub answers with result, or raises it."""
    from huggingface_hub import HfApi

    def model_info(*_: object, **__: object) -> object:
        if isinstance(result, Exception):
            raise result
        return result

    monkeypatch.setattr(HfApi, "model_info", model_info)


def refusal(name: str) -> Exception:
    """An exception of the hub's client, built without a response."""
    from huggingface_hub import errors

    cls = getattr(errors, name)
    error = cls.__new__(cls)
    Exception.__init__(error, name)
    return error  # type: ignore[no-any-return]


def test_a_folder_is_named_after_itself(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = Checkpoint(str(folder), None, "step-2000", files.sha256(folder))
    assert checkpoints.resolve(str(folder)) == expected
    assert checkpoints.resolve(f"{folder}/") == expected
    monkeypatch.chdir(folder)
    assert checkpoints.resolve(".") == expected
    assert checkpoints.resolve("../step-2000") == expected
    assert checkpoints.resolve(str(folder), is_default=True).name == ""


def test_the_digest_follows_the_content_and_not_the_place(folder: Path, tmp_path: Path) -> None:
    digest = checkpoints.resolve(str(folder)).digest
    copy = shutil.copytree(folder, tmp_path / "copy")
    assert checkpoints.resolve(str(copy)).digest == digest
    (folder / "unet" / "weights").write_text("two")  # as long as before
    assert checkpoints.resolve(str(folder)).digest == files.sha256(folder) != digest
    (folder / "unet" / "weights").rename(folder / "unet" / "other")
    assert checkpoints.resolve(str(folder)).digest == files.sha256(folder)


def _forbid_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    """No folder is read for its digest; the file in which that is kept may be."""
    sha256 = files.sha256
    monkeypatch.setattr(
        files, "sha256", lambda path: sha256(path) if path.is_file() else pytest.fail(f"read {path} again")
    )


def test_an_unchanged_folder_is_not_read_twice(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = checkpoints.resolve(str(folder)).digest
    _forbid_folders(monkeypatch)
    assert checkpoints.resolve(str(folder)).digest == digest


def test_a_folder_that_is_being_written_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(path: Path) -> str:
        os.utime(path / "unet" / "weights", ns=(1, 1))
        return "digest"

    monkeypatch.setattr(files, "sha256", slow)
    with pytest.raises(UsageError, match="changed while it was read"):
        checkpoints.resolve(str(folder))


def test_folders_that_are_no_pipeline_are_refused(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no model_index\.json.*did you mean its folder step-2000\?"):
        checkpoints.resolve(str(folder.parent))
    with pytest.raises(UsageError, match=r"unet holds no model_index\.json, which save_pretrained writes$"):
        checkpoints.resolve(str(folder / "unet"))
    with pytest.raises(UsageError, match="weights is a file; expected a folder"):
        checkpoints.resolve(str(folder / "unet" / "weights"))
    assert checkpoints.resolve(str(folder / "unet"), needs="weights").name == "unet"


@pytest.mark.parametrize(
    "words",
    ["step-9", "./org/name", "../name", "/a/b", "a/b/c", "~/nowhere/at/all", "org/name@", "org name/x", ""],
)
def test_what_is_neither_folder_nor_hub_id_is_said(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        UsageError, match=rf"checkpoint '{re.escape(words)}' does not exist as a folder; from the hub"
    ):
        checkpoints.resolve(words)


def test_a_hub_id_is_pinned_to_the_commit_that_the_hub_says(
    hub: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, SimpleNamespace(sha=COMMIT))
    digest = f"hub:org/tuned@{COMMIT}"
    assert checkpoints.resolve("org/tuned") == Checkpoint("org/tuned", COMMIT, "tuned", digest)
    assert checkpoints.resolve("org/tuned@refs/pr/3") == Checkpoint(
        "org/tuned", COMMIT, "tuned-refs-pr-3", digest
    )
    assert checkpoints.resolve("org/tuned", is_default=True).name == ""


@pytest.mark.parametrize("words", ["org/tuned", "org/tuned@main", f"org/tuned@{COMMIT}"])
def test_without_the_hub_the_cached_commit_holds(hub: Path, words: str) -> None:
    cache_repository(hub, "main")
    assert checkpoints.resolve(words).revision == COMMIT


@pytest.mark.parametrize("words", ["org/tuned", "org/tuned@refs/pr/3", f"org/tuned@{COMMIT}"])
def test_what_was_fetched_by_its_commit_is_found_when_the_hub_is_silent(
    hub: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    with monkeypatch.context() as online:
        answer(online, SimpleNamespace(sha=COMMIT))
        checkpoint = checkpoints.resolve(words)
    snapshot = (
        hub / "models--org--tuned" / "snapshots" / COMMIT
    )  # as the hub's client fetches a commit: without refs
    snapshot.mkdir(parents=True)
    (snapshot / "model_index.json").write_text("{}")
    assert checkpoints.resolve(words) == checkpoint


def test_a_cache_that_cannot_be_written_to_is_no_obstacle(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.write_text("a file")
    answer(monkeypatch, SimpleNamespace(sha=COMMIT))
    assert checkpoints.resolve("org/tuned").revision == COMMIT


def test_an_unreachable_hub_is_no_hub(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache_repository(hub, "main")
    answer(monkeypatch, ConnectionError("no route"))
    assert checkpoints.resolve("org/tuned").revision == COMMIT


def test_neither_hub_nor_cache_says_what_to_do(hub: Path) -> None:
    with pytest.raises(
        Unavailable, match=r"org/tuned is not cached.*hf download org/tuned.*HF_TOKEN.*HF_HOME"
    ):
        checkpoints.resolve("org/tuned")
    cache_repository(hub, "main")
    with pytest.raises(Unavailable, match="is not cached"):
        checkpoints.resolve("org/tuned@v2")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "GatedRepoError",
            r"org/tuned is gated; accept its licence at https://huggingface\.co/org/tuned, .*HF_TOKEN",
        ),
        ("RepositoryNotFoundError", r"no folder and no hub repository is called org/tuned; check the name"),
        ("RevisionNotFoundError", r"org/tuned has no such revision; see .*/commits/main"),
    ],
)
def test_what_the_hub_refuses_the_cache_does_not_give(
    hub: Path, monkeypatch: pytest.MonkeyPatch, name: str, message: str
) -> None:
    cache_repository(hub, "main")
    answer(monkeypatch, refusal(name))
    with pytest.raises(Unavailable, match=message):
        checkpoints.resolve("org/tuned")


def test_a_repository_without_a_pipeline_is_not_said_to_be_out_of_reach(
    hub: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    def refuse(*_: object, **__: object) -> None:
        raise refusal("RemoteEntryNotFoundError")

    cache_repository(hub, "main")
    found = checkpoints.resolve("org/tuned")
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", refuse)
    with pytest.raises(
        Unavailable, match=r"org/tuned has no such file: .*--component PART=org/tuned, a LoRA"
    ):
        checkpoints.file(found, "model_index.json")


def test_files_of_a_checkpoint(folder: Path, hub: Path) -> None:
    local = checkpoints.resolve(str(folder))
    assert checkpoints.file(local, "unet/weights").read_text() == "one"
    with pytest.raises(Unavailable, match=r"holds no vae/config\.json; copy or save it again"):
        checkpoints.file(local, "vae/config.json")
    cache_repository(hub, "main")
    cached = checkpoints.resolve("org/tuned")
    assert checkpoints.file(cached, "model_index.json").read_text() == "{}"
    with pytest.raises(Unavailable, match="hf download org/tuned"):
        checkpoints.file(cached, "vae/config.json")


def test_links_are_followed_wherever_they_lead(folder: Path, tmp_path: Path) -> None:
    """A trainer's `latest`, whose parts are links: behind them other weights are written, of the same size."""
    latest = tmp_path / "latest"
    latest.mkdir()
    for name in ("model_index.json", "unet"):
        (latest / name).symlink_to(folder / name)
    (latest / "unet").joinpath("back").symlink_to(latest)  # a loop
    digest = checkpoints.resolve(str(latest)).digest
    weights = folder / "unet" / "weights"
    before = weights.stat()
    weights.write_text("two")
    os.utime(weights, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (weights.stat().st_size, weights.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    changed = checkpoints.resolve(str(latest)).digest
    assert changed != digest
    (folder / "unet" / "back").unlink()
    plain = shutil.copytree(latest, tmp_path / "plain", symlinks=False)
    assert checkpoints.resolve(str(latest)).digest == checkpoints.resolve(str(plain)).digest == changed


def test_a_folder_without_links_has_the_digest_that_it_had(folder: Path) -> None:
    """The digest of names and contents that stored runs have."""
    expected = [[name, files.sha256(folder / name)] for name in ("model_index.json", "unet/weights")]
    assert checkpoints.resolve(str(folder)).digest == files.digest(expected)


def test_weights_that_change_between_digest_and_loading_are_refused(folder: Path, tmp_path: Path) -> None:
    part = tmp_path / "a" / "unet"
    part.mkdir(parents=True)
    (part / "config.json").write_text("{}")
    lora = tmp_path / "walk.safetensors"
    lora.write_text("lora")
    base = checkpoints.resolve(str(folder))
    whole = checkpoints.on_top(base, {"unet": checkpoints.resolve_part(str(part))}, [], ["unet"])
    tuned = checkpoints.on_top(base, {}, [checkpoints.resolve_lora(str(lora))], [])
    for each in (base, whole, tuned):
        checkpoints.check_unchanged(each)
    (part / "config.json").write_text("[]")
    lora.write_text("LoRA")
    checkpoints.check_unchanged(base)
    for each, place in ((whole, part), (tuned, lora)):
        with pytest.raises(UsageError, match=f"{re.escape(str(place))} changed while it was read"):
            checkpoints.check_unchanged(each)
    (folder / "unet" / "weights").write_text("two")
    with pytest.raises(UsageError, match="step-2000 changed while it was read"):
        checkpoints.check_unchanged(base)


def test_parts_of_one_name_have_labels_of_their_own_and_the_ids_that_they_had(
    folder: Path, tmp_path: Path
) -> None:
    """--component unet=a/unet and unet=b/unet were both svd@unet-unet."""
    found = {}
    for name in ("a", "b"):
        (tmp_path / name / "unet").mkdir(parents=True)
        (tmp_path / name / "unet" / "config.json").write_text(name)
        part = checkpoints.resolve_part(str(tmp_path / name / "unet"))
        found[name] = checkpoints.on_top(checkpoints.resolve(str(folder)), {"unet": part}, [], ["unet"])
    assert [each.name for each in found.values()] == ["step-2000+unet-a", "step-2000+unet-b"]
    assert {each.name_in_ids for each in found.values()} == {"step-2000+unet-unet"}
    whole, part = checkpoints.sources(found["a"])
    assert (whole.part, whole.source, whole.digest) == ("", str(folder), found["a"].digest)
    assert (part.part, part.source) == ("unet", str(tmp_path / "a" / "unet"))
    assert part.digest == files.sha256(tmp_path / "a" / "unet")


@pytest.mark.parametrize("harm", ["", "no digest", "flipped"])
def test_a_kept_digest_that_is_broken_is_computed_anew(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    """Before, an empty or flipped one made another run of the same checkpoint."""
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "own"))
    expected = checkpoints.resolve(str(folder))
    (kept,) = (tmp_path / "own").rglob("*.txt")
    sound = kept.read_text()
    kept.write_text(("0" if sound[0] == "1" else "1") + sound[1:] if harm == "flipped" else harm)
    assert checkpoints.resolve(str(folder)) == expected
    assert kept.read_text() == sound
    kept.with_name(f"{kept.name}.sha256").unlink()  # as an earlier version left it
    _forbid_folders(monkeypatch)
    assert checkpoints.resolve(str(folder)) == expected
