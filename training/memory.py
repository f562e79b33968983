"""Memory of the process: how much it was at its peak, and how to hand back what is freed."""

import ctypes
import sys
from pathlib import Path

import torch

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # glibc, malloc.h


def peak_memory_bytes(device: torch.device) -> int:
    """The highest memory use so far: of the card, or of the process (VmHWM) on a CPU."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    if sys.platform == "linux":  # where ru_maxrss begins with the peak of the process that started this one
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
    import resource  # which Windows lacks

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def return_freed_tensors() -> None:
    """Have glibc give the memory of a freed tensor of 8 MiB or more back to the system at once.

    By default it comes to keep blocks of up to 32 MiB in heaps of its own, and the caches of an evaluation and the
    logits of the loss leave those full of holes, of half a gigabyte in 200 turns. A layer's activations stay in a heap:
    to have their pages anew from the system in each step would cost a seventh of the speed. It is trimmed when half a
    gigabyte of it is free.
    """
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(_M_MMAP_THRESHOLD, 1 << 23)
        libc.mallopt(_M_TRIM_THRESHOLD, 1 << 29)
