"""Who sees whom: one function, `attend`, over the three layouts that occur.

* one or more sequences of equal length, causal;
* **packed documents**: one row that holds several documents, each causal, none seeing another;
* **cached**: new positions after those in a `KVCache`, rows padded on the left.

Without a soft cap every layout goes through PyTorch's scaled_dot_product_attention; with one (gemma2), whose tanh
stands between product and softmax, through `_eager`, which is also the readable reference.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from model.cache import KVCache, visible
from model.fused import with_recipe


@dataclass(frozen=True)
class Layout:
    """How the positions of one forward pass are arranged."""

    documents: tuple[int, ...] = ()  # lengths of the packed documents; () is one document a row
    cache: KVCache | None = None


def attend(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    layout: Layout,
    layer: int,
    scale: float,
    window: int | None = None,
    softcap: float | None = None,
) -> Tensor:
    """Attention over q (B, T, H, d) and k, v (B, T, K, d), with K dividing H. Returns (B, T, H · d)."""
    if layout.cache is not None:
        k, v = layout.cache.update(layer, k, v)
        mask = layout.cache.mask(window, k.device)
        return _one(q.contiguous(), k, v, mask, mask is None, scale, softcap).flatten(2)
    if layout.documents:
        rows = zip(*(x.split(layout.documents, dim=1) for x in (q, k, v)), strict=True)
        outs = [_causal(q, k, v, scale, window, softcap).flatten(2) for q, k, v in rows]
        return with_recipe(_joined(*outs), _joined, *outs)  # SDPA keeps the parts
    return _causal(q, k, v, scale, window, softcap).flatten(2)


def _joined(*outs: Tensor) -> Tensor:
    return torch.cat(outs, dim=1)


def _causal(q: Tensor, k: Tensor, v: Tensor, scale: float, window: int | None, softcap: float | None) -> Tensor:
    length = q.shape[1]
    if window is None or length <= window:
        return _one(q, k, v, None, True, scale, softcap)
    position = torch.arange(length, device=q.device)
    return _one(q, k, v, visible(position, position, window), False, scale, softcap)


def _one(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, causal: bool, scale: float, softcap: float | None
) -> Tensor:
    q, k, v = (x.transpose(1, 2) for x in (q, k, v))  # (B, heads, T, d)
    if softcap is not None:
        return _eager(q, k, v, mask, causal, scale, softcap).transpose(1, 2)
    grouped = q.shape[1] != k.shape[1]
    return F.scaled_dot_product_attention(
        q, k, v, attn_mask=mask, is_causal=causal and q.shape[2] > 1, scale=scale, enable_gqa=grouped
    ).transpose(1, 2)


def _eager(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, causal: bool, scale: float, softcap: float) -> Tensor:
    """softmax(cap · tanh(q kᵀ · scale / cap)) v, with the softmax in fp32 as in transformers' gemma2."""
    repeats = q.shape[1] // k.shape[1]
    k, v = k.repeat_interleave(repeats, dim=1), v.repeat_interleave(repeats, dim=1)
    scores = softcap * torch.tanh(q @ k.transpose(2, 3) * scale / softcap)  # (B, H, Tq, Tk)
    if causal:
        position = torch.arange(q.shape[2], device=q.device)
        mask = visible(position, position, None)
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    return scores.softmax(dim=-1, dtype=torch.float32).to(q.dtype) @ v
