"""Who sees whom: one function, `attend`, over the three layouts that occur.

* one or more sequences of equal length, causal;
* **packed documents**: one row that holds several documents, each causal, none seeing another;
* **cached**: new positions after those in a `KVCache`, rows padded on the left.

Packed documents on a GPU go through FlexAttention, one kernel for the whole row with the soft cap inside it, where the
card has the shared memory that the heads' width needs. Elsewhere every layout goes through PyTorch's
scaled_dot_product_attention, packed documents one by one; with a soft cap (gemma2), whose tanh stands between product
and softmax, through `_eager`, which is also the readable reference.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.attention.flex_attention import BlockMask, create_block_mask, flex_attention

from model.cache import KVCache, visible
from model.fused import with_recipe

# Bytes of shared memory for FlexAttention's blocks of heads over 128 wide (gemma); consumer cards have 99 KiB
# (pytorch #198224).
WIDE_HEADS_NEED = 160 * 1024


@dataclass(frozen=True)
class Layout:
    """How the positions of one forward pass are arranged."""

    documents: tuple[int, ...] = ()  # lengths of the packed documents; () is one document a row
    cache: KVCache | None = None
    blocks: dict[int | None, BlockMask] = field(default_factory=dict)  # by window, for FlexAttention; {} without it


def packed(documents: tuple[int, ...], windows: Iterable[int | None], device: torch.device, head_dim: int) -> Layout:
    """The layout of a row of packed documents, for layers with these windows."""
    if device.type == "cuda":
        shared_memory = torch.cuda.get_device_properties(device).shared_memory_per_block_optin
        if head_dim <= 128 or shared_memory >= WIDE_HEADS_NEED:
            return Layout(blocks={window: block_mask(documents, window, device) for window in windows})
    return Layout(documents if len(documents) > 1 else ())


def block_mask(documents: tuple[int, ...], window: int | None, device: torch.device) -> BlockMask:
    """Who sees whom among packed documents, as FlexAttention wants it: also which blocks of positions see nothing.

    While it is made, T² truth values are held for a moment.
    """
    lengths = torch.tensor(documents, device=device)
    length = sum(documents)
    document = torch.arange(len(documents), device=device).repeat_interleave(lengths, output_size=length)

    def sees(batch: Tensor, head: Tensor, query: Tensor, key: Tensor) -> Tensor:
        seen = (query >= key) & (document[query] == document[key])
        return seen if window is None else seen & (query - key < window)

    return create_block_mask(sees, None, None, length, length, device=device)


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
        return _one(q.contiguous(), k, v, layout.cache.mask(window, k.device), scale, softcap).flatten(2)
    if layout.blocks:
        return _flex(q, k, v, layout.blocks[window], scale, softcap).flatten(2)
    if layout.documents:
        rows = zip(*(x.split(layout.documents, dim=1) for x in (q, k, v)), strict=True)
        outs = [_causal(q, k, v, scale, window, softcap).flatten(2) for q, k, v in rows]
        return with_recipe(torch.hstack(outs), lambda *kept: torch.hstack(kept), *outs)  # SDPA keeps the parts
    return _causal(q, k, v, scale, window, softcap).flatten(2)


def _flex(q: Tensor, k: Tensor, v: Tensor, mask: BlockMask, scale: float, softcap: float | None) -> Tensor:
    q, k, v = (x.to(v.dtype).transpose(1, 2) for x in (q, k, v))  # (B, heads, T, d); autocast leaves v alone narrow

    def capped(score: Tensor, *place: Tensor) -> Tensor:
        assert softcap is not None
        return softcap * torch.tanh(score / softcap)

    attention = _compiled_flex() if q.is_cuda and not torch.compiler.is_compiling() else flex_attention
    score_mod = None if softcap is None else capped
    return attention(q, k, v, score_mod, mask, scale, enable_gqa=q.shape[1] != k.shape[1]).transpose(1, 2)


@cache
def _compiled_flex() -> Callable[..., Any]:
    """FlexAttention's kernel, compiled at its first use; not compiled it would hold all scores."""
    return torch.compile(flex_attention)


def _causal(q: Tensor, k: Tensor, v: Tensor, scale: float, window: int | None, softcap: float | None) -> Tensor:
    position = torch.arange(q.shape[1], device=q.device)
    mask = None if window is None or len(position) <= window else visible(position, position, window)
    return _one(q, k, v, mask, scale, softcap)


def _one(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, scale: float, softcap: float | None) -> Tensor:
    """Attention under a mask; without one each position sees itself and what is before it."""
    shape, length = q.shape, q.shape[1]
    causal = mask is None and length > 1
    if length == 1:  # heads that share keys stand as positions that share them: the keys are read once
        q = q.unflatten(2, (k.shape[2], -1)).squeeze(1).transpose(1, 2)
    q, k, v = (x.transpose(1, 2) for x in (q, k, v))  # (B, heads, T, d)
    if softcap is not None:
        out = _eager(q, k, v, mask, causal, scale, softcap)
    else:
        grouped = q.shape[1] != k.shape[1]
        out = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=causal, scale=scale, enable_gqa=grouped)
    return out.reshape(shape) if length == 1 else out.transpose(1, 2)


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
