"""Memory of a process: of the GPU if its backend runs on one, else of the host."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from hotrow_cli.demo.measure import peak_memory as peak_of_host


def gpu() -> str | None:
    """Returns the name of the GPU of this machine, or None."""
    if shutil.which("nvidia-smi") is None:
        return None
    query = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
    names = subprocess.run(query, capture_output=True, text=True, check=False).stdout
    return names.splitlines()[0].strip() if names.strip() else None


def peak_memory() -> int:
    """Returns the most bytes that this process has held since `reset_peak`."""
    # First PyTorch: with it as the backend, some library may import JAX as well.
    if "torch" in sys.modules and sys.modules["torch"].cuda.max_memory_allocated():
        return int(sys.modules["torch"].cuda.max_memory_allocated())
    if "jax" in sys.modules:
        device = sys.modules["jax"].local_devices()[0]
        if device.platform == "gpu":
            return int(device.memory_stats()["peak_bytes_in_use"])
    return peak_of_host() or 0


def reset_peak() -> None:
    """Has `peak_memory` start afresh, from what is held now.

    It can for PyTorch's GPU and on Linux; JAX's count for a GPU goes on.
    """
    if "torch" in sys.modules and sys.modules["torch"].cuda.is_available():
        sys.modules["torch"].cuda.reset_peak_memory_stats()
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def free_memory() -> float:
    """Returns the bytes of the host that are free."""
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
