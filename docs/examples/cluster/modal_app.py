"""64 shards of a run on Modal, eight at a time: modal run modal_app.py.

Modal starts a function that it has preempted again, with the same shard.
"""

import shlex
import subprocess

import modal

SHARDS = 64
COMMAND = "bench run -m svd --suite demo --out s3://lab/i2v"

image = modal.Image.from_registry("registry.example.org/i2v-bench:cuda").entrypoint([])
app = modal.App("i2v-bench", image=image)


@app.function(
    gpu="A100",
    timeout=24 * 60 * 60,
    retries=3,
    max_containers=8,
    secrets=[modal.Secret.from_name("bucket")],  # AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY
)
def shard(index: int) -> int:
    """The exit code of one shard; 1 where clips have failed, which is on record and not tried again."""
    code = subprocess.run([*shlex.split(COMMAND), "--shard", f"{index}/{SHARDS}"], check=False).returncode
    if code not in (0, 1):
        raise RuntimeError(f"shard {index} ended with {code}")
    return code


@app.local_entrypoint()
def main() -> None:
    """Starts them all, and waits."""
    codes = list(shard.map(range(SHARDS)))
    print(f"{SHARDS} shards, {sum(codes)} of them with failures")
