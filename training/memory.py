"""Memory of the process: how much it was at its peak, and how to hand back what is freed."""

import ctypes
import resource
import sys

import torch


def peak_memory_bytes(device: torch.device) -> int:
    """The highest memory use so far: of the card, or of the process (VmHWM) on a CPU."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def return_freed_memory() -> None:
    """Have glibc give back to the system what it keeps of freed tensors: now and then, and between a run's phases.

    It keeps blocks of up to 32 MiB in heaps of its own. Activations of many sizes, some kept for the backward pass and
    some not, fill those with holes: a third of the peak after a hundred steps. To have every block given back as it is
    freed (M_MMAP_THRESHOLD) costs a fifth of the speed in page faults; every ten steps, nothing that can be measured.
    """
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
        libc.malloc_trim(0)
