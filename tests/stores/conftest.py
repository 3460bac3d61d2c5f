"""A bucket of the tests' own, and a proxy before it that fails on purpose."""

import logging
import threading
from collections.abc import Iterator

import pytest

from tests.stores.faulty_proxy import FaultyProxy

BUCKET = "lab"


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of an S3 server in this process."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = pytest.importorskip("moto.server").ThreadedMotoServer(
        ip_address="127.0.0.1", port=0, verbose=False
    )
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def proxy(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyProxy]:
    """The way to an empty bucket, s3://lab, which all clients in this process and its children take."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "tests", "AWS_SECRET_ACCESS_KEY": "not-a-secret-at-all",
        "AWS_EC2_METADATA_DISABLED": "true", "AWS_DEFAULT_REGION": "us-east-1", "no_proxy": "*",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    with FaultyProxy(s3_server) as found:
        found.forward("POST", "/moto-api/reset")
        found.forward("PUT", f"/{BUCKET}")
        thread = threading.Thread(target=found.serve_forever, daemon=True)
        thread.start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", found.url)
        yield found
        found.shutdown()
        thread.join()
