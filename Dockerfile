# The command `bench` in a container, see docs/install.md.
#
#   docker build -t i2v-bench .
#   docker build -t i2v-bench:cuda --build-arg BASE=nvidia/cuda:12.8.1-base-ubuntu24.04 \
#     --build-arg EXTRAS=all --build-arg TORCH=cu128 .
#
# BASE: any image with glibc. EXTRAS: those of pyproject.toml, separated by commas. TORCH: its build, cpu, cu128, auto.
ARG BASE=debian:bookworm-slim
ARG UV=ghcr.io/astral-sh/uv:0.13.9

FROM ${UV} AS uv

FROM ${BASE}
ARG EXTRAS=board
ARG TORCH=cpu
COPY --from=uv /uv /usr/local/bin/uv
ENV UV_PYTHON_INSTALL_DIR=/opt/python UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
RUN uv venv --managed-python --python 3.12 /opt/bench
COPY pyproject.toml README.md LICENSE /src/
COPY bench /src/bench
COPY leaderboard /src/leaderboard
COPY suites /src/suites
RUN --mount=type=cache,target=/var/cache/uv \
    uv pip install --cache-dir /var/cache/uv --python /opt/bench/bin/python --torch-backend "${TORCH}" "/src[${EXTRAS}]"

# everything that is written goes to the folder mounted at /data, whichever user runs the command
ENV PATH=/opt/bench/bin:$PATH HOME=/data BENCH_CACHE=/data/.cache/i2v-bench HF_HOME=/data/.cache/huggingface \
    NUMBA_CACHE_DIR=/data/.cache/numba
RUN install --directory --mode 1777 /data
WORKDIR /data
USER 1000
EXPOSE 8501
ENTRYPOINT ["bench"]
CMD ["--help"]
