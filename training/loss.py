"""The loss: cross-entropy over learned tokens alone, without ever holding all logits.

Logits are by far the largest tensor of a small model (49,152 columns beside a hidden size of 576). The head runs only
at positions whose next token is learned, in chunks, and a chunk's logits are recomputed in the backward pass rather
than kept: memory is one chunk, whatever the vocabulary and the sequence.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from data.format import IGNORE

CHUNK_LOGITS = 2**24  # logits in a chunk: 64 MiB in fp32


def masked_cross_entropy(hidden: Tensor, labels: Tensor, head: Callable[[Tensor], Tensor]) -> Tensor:
    """The sum of -log p(label) over learned tokens, in fp32.

    `hidden` (B, T, D) and `labels` (B, T) are aligned with the input; position t predicts label t + 1, and -100 is
    not learned. `head` maps (N, D) to logits (N, vocab). Divide by the learned tokens of the whole accumulation
    window, and four steps of one row equal one step of four.
    """
    targets = labels[:, 1:]
    learned = targets != IGNORE
    at, targets = hidden[:, :-1][learned], targets[learned]  # (N, D), (N,)
    if not len(targets):
        return hidden.sum() * 0.0
    vocab = head(at[:1].detach()).shape[-1]
    size = max(1, CHUNK_LOGITS // vocab)
    total = hidden.new_zeros((), dtype=torch.float32)
    for states, wanted in zip(at.split(size), targets.split(size), strict=True):
        total = total + checkpoint(_chunk, states, wanted, head, use_reentrant=False)
    return total


def _chunk(states: Tensor, targets: Tensor, head: Callable[[Tensor], Tensor]) -> Tensor:
    return F.cross_entropy(head(states).float(), targets, reduction="sum")
