"""Self-proofs: a run that does not learn, or moves what should stay, stops and says so.

They cost little: gradients are looked at in the first steps, frozen weights are hashed once before and once after.
"""

import hashlib
import math
from collections.abc import Iterable

import torch
from torch import nn

from errors import InputError
from training.state import trainable


class ProofError(InputError):
    """The run failed one of its own proofs."""


def require_learned_tokens(learned: int, conversations: int) -> None:
    """Something has to be learned. Raises ProofError where every label is masked."""
    if not learned:
        raise ProofError(
            f"none of the {conversations} conversations has a learned token: assistant turns must fit --max-length"
        )


class GradientProof:
    """Every lora_B has a gradient in the first step, every lora_A in the first step after its B has left zero."""

    def __init__(self, model: nn.Module) -> None:
        self.parameters = trainable(model)
        self.waiting = [name for name in self.parameters if ".lora_A." in name or ".lora_B." in name]

    def check(self, step: int) -> None:
        """Call after each step's backward pass. Raises ProofError that names a parameter without a gradient."""
        still = []
        for name in self.waiting:
            if ".lora_A." in name and not self.parameters[name.replace(".lora_A.", ".lora_B.")].any():
                still.append(name)  # while B is zero, A's gradient is zero as well
                continue
            gradient = self.parameters[name].grad
            if gradient is None or not gradient.any():
                raise ProofError(f"{name} has no gradient in step {step}: the adapter is cut off from the loss")
        self.waiting = still


def frozen_checksum(model: nn.Module) -> str:
    """A digest of every frozen parameter's bytes, in order of name."""
    digest = hashlib.blake2b(digest_size=16)
    for name, parameter in sorted(model.named_parameters()):  # a tied one once
        if not parameter.requires_grad:
            digest.update(name.encode())
            digest.update(parameter.detach().cpu().contiguous().view(torch.uint8).numpy().data)
    return digest.hexdigest()


def require_unmoved(before: str, after: str) -> None:
    """Raises ProofError where a frozen weight has changed."""
    if before != after:
        raise ProofError("a frozen weight has moved during training: the adapter is not saved; please report this")


def require_finite(value: float, step: int, conversations: Iterable[str], what: str = "loss") -> None:
    """Raises ProofError with the step and its conversations where the loss, or another value, is NaN or infinite."""
    if not math.isfinite(value):
        raise ProofError(
            f"the {what} is {value} in step {step}, conversations {', '.join(conversations)}: go on with --resume "
            "and a lower --learning-rate, or look at those rows with `python -m data.inspect`"
        )
