"""The loss: cross-entropy over learned tokens alone, without ever holding all logits.

Logits are by far the largest tensor of a small model (49,152 columns beside a hidden size of 576). The head runs only
at positions whose next token is learned, in chunks, and the logits of all but the last are recomputed in the backward
pass rather than kept: memory is one chunk, whatever the vocabulary and the sequence.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from data.format import IGNORE

CHUNK_LOGITS = 2**24  # logits in a chunk: 64 MiB in fp32


def masked_cross_entropy(
    hidden: Tensor, labels: Tensor, head: Callable[[Tensor], Tensor], weights: Tensor | None = None
) -> Tensor:
    """The sum of -log p(label) over learned tokens, each times its weight where `weights` (B, T) are given, in fp32.

    `hidden` (B, T, D) and `labels` (B, T) are aligned with the input; position t predicts label t + 1, and -100 is
    not learned. `head` maps (N, D) to logits (N, vocab). Divide by the sum of the weights of the whole accumulation
    window, and four steps of one row equal one step of four.
    """
    targets = labels[:, 1:]
    learned = targets != IGNORE
    at, targets = hidden[:, :-1][learned], targets[learned]  # (N, D), (N,)
    weight = torch.ones_like(targets, dtype=torch.float32) if weights is None else weights[:, 1:][learned]
    if not len(targets):
        return hidden.sum() * 0.0
    size = max(1, CHUNK_LOGITS // head(at[:0].detach()).shape[-1])
    *earlier, last = zip(at.split(size), targets.split(size), weight.split(size), strict=True)
    total = hidden.new_zeros((), dtype=torch.float32)
    for chunk in earlier:
        total = total + checkpoint(_chunk, *chunk, head, use_reentrant=False)
    # The last chunk is the first that the backward pass comes to: to keep its logits costs no memory at the peak.
    return total + _chunk(*last, head)


def _chunk(states: Tensor, targets: Tensor, weight: Tensor, head: Callable[[Tensor], Tensor]) -> Tensor:
    # not `@ weight`: under autocast a product runs, and rounds the sum, in autocast's dtype
    return (F.cross_entropy(head(states).float(), targets, reduction="none") * weight).sum()
