"""More than one process: `torchrun --nproc-per-node 2 -- train.py …` (torchrun takes `--r` for its own without `--`).

Each process holds the whole model and takes its share of every step's rows. The loss is divided by the weights of the
whole step, which every process knows, so the sum of their gradients is the single process's gradient; a step adds them
up in one all_reduce. DistributedDataParallel would average, wants one forward through its wrapper where the loss here
runs body and head apart, and gains its speed by sending gradients while the backward pass runs: nothing, for an
adapter's few megabytes.

The first process alone prints, evaluates and writes; meanwhile the others wait in the next exchange.
"""

import os
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import Tensor, nn

from errors import InputError

LONGEST_WAIT = timedelta(hours=6)  # of the others, while the first evaluates; a process that dies is noticed at once


@dataclass(frozen=True)
class World:
    """This process among all of the run's."""

    rank: int = 0
    size: int = 1

    @property
    def first(self) -> bool:
        return self.rank == 0

    @contextmanager
    def one_first(self) -> Iterator[None]:
        """The first process runs the block alone, then the others: what it downloads they find in the cache."""
        if not self.first:
            self._exchange()
        yield
        if self.first:
            self._exchange()

    def copy_from_first(self, parameters: Sequence[nn.Parameter]) -> None:
        """Begin with the first process's parameters."""
        if self.size == 1:
            return
        own = [parameter.data if self.first else torch.zeros_like(parameter) for parameter in parameters]
        flat = self._exchange(torch.cat([tensor.flatten() for tensor in own]))
        for parameter, part in zip(parameters, flat.split([p.numel() for p in parameters]), strict=True):
            parameter.data.copy_(part.view_as(parameter))

    def seed(self, seed: int, step: int) -> None:
        """Let each process draw a dropout of its own in each step, the same again after --resume."""
        if self.size > 1:
            torch.manual_seed(random.Random(f"{seed} {step} {self.rank}").getrandbits(63))

    def sum_gradients(self, parameters: Sequence[nn.Parameter], loss: float) -> float:
        """Add up the processes' gradients, in place, and their losses; returns the sum of those.

        A process without a row in this step has no gradient and adds nothing.
        """
        if self.size == 1:
            return loss
        own = [torch.zeros_like(p) if p.grad is None else p.grad for p in parameters]
        flat = self._exchange(torch.cat([*(g.flatten() for g in own), own[0].new_tensor([loss])]))
        *parts, total = flat.split([*(p.numel() for p in parameters), 1])
        for parameter, part in zip(parameters, parts, strict=True):
            parameter.grad = part.view_as(parameter)
        return total.item()

    def any(self, value: bool) -> bool:
        """Whether it is so in any of the processes."""
        return value if self.size == 1 else bool(self._exchange(torch.tensor([float(value)])).item())

    def leave(self) -> None:
        """Call it after the last exchange. All but the first end here.

        They skip the interpreter's own way out: gloo's threads do not always survive it, and torchrun would take the
        abort of a process that was done for a failed run, and end the first one while it saves.
        """
        if self.size > 1:
            dist.destroy_process_group()
        if not self.first:
            sys.stderr.flush()
            os._exit(0)

    def _exchange(self, flat: Tensor | None = None) -> Tensor:
        """The sum of all processes' vectors; each waits for the others. Raises InputError where one has ended."""
        flat = torch.zeros(1) if flat is None else flat
        if self.size > 1:
            flat = flat.cuda() if dist.get_backend() == "nccl" else flat
            try:
                dist.all_reduce(flat)
            except RuntimeError:
                print(file=sys.stderr)  # the progress bar's line is still open
                raise InputError(
                    f"process {self.rank} of {self.size} stops, for another one has ended: see its own message"
                ) from None
        return flat


def start() -> World:
    """Join the other processes where torchrun started this one; all but the first fall silent."""
    if not dist.is_torchelastic_launched():
        return World()
    cuda = torch.cuda.is_available()
    if cuda:
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    dist.init_process_group("nccl" if cuda else "gloo", timeout=LONGEST_WAIT)
    world = World(dist.get_rank(), dist.get_world_size())
    if not world.first:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    return world
