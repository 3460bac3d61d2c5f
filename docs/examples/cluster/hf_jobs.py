"""64 shards of a run as jobs on Hugging Face: python hf_jobs.py, after hf auth login.

Run again, it starts every shard again: those that are done end at once, the others go on.
"""

import os
import shlex

from huggingface_hub import run_job

SHARDS = 64
COMMAND = "bench run -m svd --suite demo --out s3://lab/i2v"

for index in range(SHARDS):
    job = run_job(
        image="registry.example.org/i2v-bench:cuda",
        command=[*shlex.split(COMMAND), "--shard", f"{index}/{SHARDS}"],
        flavor="a100-large",
        timeout="12h",
        secrets={name: os.environ[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")},
    )
    print(index, job.url)
