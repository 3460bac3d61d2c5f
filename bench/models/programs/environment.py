"""Which variables of this process a program sees: what programs need to run, and no keys.

A program is someone else's code, and prints its environment when it fails. Its file names what else it needs, under
`inherit` or as `{env:NAME}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from bench.base import credentials

USUAL = tuple(
    """
    PATH HOME USER LOGNAME SHELL PWD LANG LANGUAGE LC_* TZ TERM COLORTERM COLUMNS LINES NO_COLOR TMPDIR TEMP
    TMP XDG_* HOSTNAME DISPLAY WAYLAND_DISPLAY XAUTHORITY SYSTEMROOT LD_* DYLD_* LIBRARY_PATH CPATH
    C_INCLUDE_PATH CPLUS_INCLUDE_PATH CC CXX CFLAGS CXXFLAGS LDFLAGS MAKEFLAGS PKG_CONFIG_PATH MODULEPATH
    MODULESHOME LOADEDMODULES _LMFILES_ LMOD_* GIT_* SSL_CERT_* REQUESTS_CA_BUNDLE CURL_CA_BUNDLE http_proxy
    https_proxy ftp_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY FTP_PROXY ALL_PROXY NO_PROXY PYTHON*
    PY_* VIRTUAL_ENV VIRTUAL_ENV_PROMPT CONDA_* MAMBA_* PYENV_* UV_* PIP_* POETRY_* PIXI_* NVM_* NODE_PATH
    CUDA_* CUDNN_* NVIDIA_* NCCL_* CUBLAS_* GPU_* HIP_* ROCM_* ROCR_* HSA_* AMD_* MIOPEN_* ONEAPI_* SYCL_*
    ZE_* MPS_* METAL_* TORCH* PYTORCH_* TRITON_* INDUCTOR_* XFORMERS_* FLASH_ATTENTION_* ATTN_*
    BITSANDBYTES_* DS_* DEEPSPEED_* ACCELERATE_* TF_* TF2_* XLA_* JAX_* KERAS_* ORT_* ONNX* TENSORRT_*
    OPENVINO_* HF_* HUGGINGFACE_* TRANSFORMERS_* DIFFUSERS_* SAFETENSORS_* DATASETS_* TOKENIZERS_*
    MODELSCOPE_* WANDB_MODE WANDB_DISABLED WANDB_DIR COMFY* CACHE_DIR OMP_* MKL_* OPENBLAS_* NUMEXPR_*
    NUMBA_* KMP_* GOMP_* BLIS_* VECLIB_* GOTO_* MALLOC_* JEMALLOC_* TCMALLOC_* OPENCV_* FFMPEG* FFREPORT
    IMAGEIO_* AV_* MPLBACKEND MPLCONFIGDIR QT_* EGL_* MESA_* GL_* __GL* VK_* PYOPENGL_* BLENDER_*
    MASTER_ADDR MASTER_PORT WORLD_SIZE RANK LOCAL_RANK NODE_RANK GLOO_* UCX_* FI_* OMPI_* PMI_* PMIX_* MPI_*
    SLURM_* PBS_* LSB_* SGE_* BENCH_*
    """.split()  # noqa: SIM905
)
"""Names and patterns of variables that every program sees, unless they look like a secret."""


def inherited(mine: Mapping[str, str], named: Iterable[str]) -> dict[str, str]:
    """The variables that a program gets of this process.

    Args:
        mine: all variables of this process.
        named: names, or patterns with *, that the program's file asks for, whatever they hold.
    """
    asked = tuple(named)
    return {
        name: value
        for name, value in mine.items()
        if _is_among(name, asked) or (_is_among(name, USUAL) and not credentials.looks_secret(name))
    }


def _is_among(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
