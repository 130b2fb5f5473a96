"""Peak memory of a process."""

import sys
from pathlib import Path


def peak_memory() -> int | None:
    """Returns the most memory that this process has held so far, in bytes.

    Resident memory, as the system counts it: `VmHWM` on Linux, `ru_maxrss` elsewhere.

    Returns:
        The peak, or `None` on a system that does not tell, such as Windows.
    """
    try:
        # Linux hands ru_maxrss of the parent on to a new process; VmHWM starts afresh.
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
