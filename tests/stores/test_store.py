import hashlib
from pathlib import Path

import pytest

from bench.base.retries import Timing
from bench.errors import BadResults, StorageFailed, Unavailable, UsageError
from bench.stores import Store, is_url, shown
from tests.stores.faulty_proxy import FaultyProxy

ROOT = "s3://lab/i2v"


def quick(attempts: int = 12, timeout: float = 20.0) -> Timing:
    """No pauses; with a fifth of failures, 12 attempts never run out."""
    return Timing(sleep=lambda seconds: None, timeout=timeout, attempts=attempts)


def store(url: str = ROOT, attempts: int = 12, is_conditional: bool = True) -> Store:
    return Store(url, is_conditional, quick(attempts))


def memory(name: str) -> Store:
    return store(f"memory://{name}")


@pytest.mark.parametrize("url", [ROOT, "memory://whole-life"])
def test_the_whole_life_of_an_object(url: str, proxy: FaultyProxy, tmp_path: Path) -> None:
    """On a server of S3, and on fsspec's store in memory."""
    found = store(url)
    assert found.create("clips/duck-0.json", b"first") == b"first"
    assert found.create("clips/duck-0.json", b"second") == b"first"  # the loser is told what stands
    found.replace("clips/duck-0.json", b"third")
    assert found.read("clips/duck-0.json") == b"third"
    (tmp_path / "clip").write_bytes(b"x" * 1000)
    found.upload("clips/duck-0.mkv", tmp_path / "clip")
    assert found.sizes("clips") == {"clips/duck-0.json": 5, "clips/duck-0.mkv": 1000}
    digest = hashlib.sha256(b"x" * 1000).hexdigest()
    found.fetch("clips/duck-0.mkv", tmp_path / "a" / "copy", digest)
    assert (tmp_path / "a" / "copy").read_bytes() == b"x" * 1000
    found.delete("clips/duck-0.json")
    found.delete("clips/duck-0.json")  # it is gone, which is what was asked for
    with pytest.raises(FileNotFoundError):
        found.read("clips/duck-0.json")
    assert found.sizes("rows") == {}


def test_one_request_each(proxy: FaultyProxy) -> None:
    found = store()
    found.create("rows/a", b"1")
    found.read("rows/a")
    found.sizes("rows")
    found.delete("rows/a")
    assert proxy.requests == {"PUT": 1, "GET": 2, "DELETE": 1}
    assert found.requests == {"create": 1, "read": 1, "list": 1, "delete": 1}


def test_listing_takes_a_request_per_thousand(proxy: FaultyProxy) -> None:
    found = store()
    for number in range(1001):
        proxy.forward("PUT", f"/lab/i2v/clips/{number}")
    proxy.requests.clear()
    found.requests.clear()
    assert len(found.sizes("clips")) == 1001
    assert proxy.requests == {"GET": 2}
    assert found.requests == {"list": 2}


def test_large_files_are_created_with_the_condition_on_completion(proxy: FaultyProxy, tmp_path: Path) -> None:
    """s3fs sends 100 MiB and more in parts of 50."""
    (tmp_path / "mine").write_bytes(bytes(101 * 2**20))
    (tmp_path / "other").write_bytes(b"1" * (101 * 2**20))
    found = Store(ROOT, timing=Timing(sleep=lambda seconds: None, attempts=4))
    found.upload("clips/duck-0.mkv", tmp_path / "mine")
    sent = [each for each in proxy.seen if "uploadId" in each]
    assert [each.split()[0] for each in sent] == ["PUT", "PUT", "PUT", "POST"]
    found.upload("clips/duck-0.mkv", tmp_path / "other")
    found.fetch("clips/duck-0.mkv", tmp_path / "back", hashlib.sha256(bytes(101 * 2**20)).hexdigest())


@pytest.mark.parametrize("fault", ["500", "503", "409", "lost answer", "hang", "cut short"])
def test_a_fault_passes(fault: str, proxy: FaultyProxy) -> None:
    found, failing = Store(ROOT, timing=quick(timeout=2.0)), iter([fault, fault])
    found.replace("rows/a", b"content" * 1000)
    proxy.fault = lambda request: next(failing, "")  # type: ignore[assignment]
    proxy.hang = 3.0
    proxy.requests.clear()
    assert found.read("rows/a") == b"content" * 1000
    assert proxy.requests["GET"] >= 3, "aiohttp, too, repeats a request on a connection that was closed"


def test_what_never_passes_is_one_line(proxy: FaultyProxy) -> None:
    found = store(attempts=3)
    proxy.fault = lambda request: "503"
    with pytest.raises(StorageFailed) as caught:
        found.create("rows/a", b"1")
    assert found.requests["create"] == 3
    assert str(caught.value).startswith("s3://lab/i2v/rows/a cannot be read or written now: ")
    assert str(caught.value).endswith(
        "(attempt 3); repeat the command once the store answers; what is finished is kept"
    )


def test_other_bytes_than_the_digest_says_are_never_taken(proxy: FaultyProxy, tmp_path: Path) -> None:
    found, digest = store("memory://damaged", attempts=3), hashlib.sha256(b"whole").hexdigest()
    found.replace("rows/a", b"whale")
    with pytest.raises(BadResults, match=r"memory://damaged/rows/a is not as it was written.* 3 attempts"):
        found.read("rows/a", digest)
    with pytest.raises(BadResults, match="is not as it was written"):
        found.fetch("rows/a", tmp_path / "copy", digest)
    assert list(tmp_path.iterdir()) == []
    failing = iter(["other bytes"])
    found = store()
    found.replace("rows/a", b"whole")
    proxy.fault = lambda request: next(failing, "")  # type: ignore[assignment]
    assert found.read("rows/a", digest) == b"whole"


def test_the_condition_is_probed(proxy: FaultyProxy) -> None:
    assert store().honours_condition()
    proxy.strips_condition = True
    assert not store().honours_condition()
    assert store().sizes("") == {}, "a probe is left"


def test_a_store_that_refuses_the_condition_does_without(proxy: FaultyProxy) -> None:
    assert store("memory://probed").honours_condition()
    found = store(is_conditional=False)
    assert found.create("rows/a", b"1") == b"1"
    assert found.create("rows/a", b"2") == b"1"


def test_a_bucket_that_is_not_there_and_one_that_refuses(proxy: FaultyProxy) -> None:
    with pytest.raises(FileNotFoundError):
        store("s3://nowhere/i2v").read("rows/a")
    found = store()
    proxy.fault = lambda request: "403"  # type: ignore[assignment,return-value]
    with pytest.raises(Unavailable, match=r"s3://lab/i2v/rows/a: access is refused .*check the credentials"):
        found.read("rows/a")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("s3://", "names no place in a bucket: write it as s3://bucket/i2v"),
        ("ftp://host/i2v", "is no store that can be written to: there are s3://, gs://"),
        ("s3://lab/../other", "names no place in a bucket"),
        ("s3://me:hush-hush@lab/i2v", "keys and options are no part of the address"),
        ("s3://lab/i2v?key=hush-hush", "keys and options are no part of the address"),
    ],
)
def test_bad_addresses_are_refused_without_their_secrets(url: str, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        Store(url)
    assert why in str(caught.value)
    assert "hush" not in str(caught.value)


def test_what_is_a_url() -> None:
    assert is_url("s3://lab/i2v")
    assert is_url("gs://lab")
    assert not is_url("runs")
    assert not is_url("/a/s3:/b")
    assert shown("s3://me:hush-hush@lab/i2v/?key=hush-hush") == "s3://***@lab/i2v"


def test_errors_show_no_keys(proxy: FaultyProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://me:hush-hush@127.0.0.1:9/")
    with pytest.raises(StorageFailed) as caught:
        store(attempts=2).read("rows/a")
    assert "hush" not in str(caught.value)


def test_a_missing_package_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.base.packages.installed", lambda name: None if name == "s3fs" else "1")
    with pytest.raises(Unavailable) as caught:
        store().read("rows/a")
    assert str(caught.value) == 'package s3fs is not installed; pip install "i2v-bench[stores]"'
