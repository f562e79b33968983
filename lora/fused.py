"""The way into LoRA with a backward pass derived by hand: autograd's own results, kept in less memory."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from model.fused import recipe


def project(x: Tensor, A: Tensor, dropout: float = 0.0) -> Tensor:
    """`F.linear(F.dropout(x, dropout).to(A.dtype), A)`: A x for every position, (…, in) -> (…, r).

    The product runs in A's dtype, or in autocast's under autocast. For the backward pass autograd would keep the
    dropped x of every layer, and a copy in A's dtype where x is narrower. This keeps x itself, which the layers that
    share it keep once, or what x is made of (see `model.fused.recipe`), and the dropout's mask as bits.
    """
    if not torch.is_grad_enabled():
        return F.linear(F.dropout(x, dropout).to(A.dtype), A)
    kind = x.device.type
    dtype = torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else A.dtype
    make, kept = recipe(x) or (_itself, (x,))
    return _Project.apply(x, A, dropout, dtype, make, kept)  # type: ignore[return-value]


class _Project(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        A: Tensor,
        dropout: float,
        dtype: torch.dtype,
        make: Callable[..., Tensor],
        kept: tuple[Tensor, ...],
    ) -> Tensor:
        bits = None
        if dropout:
            mask = torch.empty_like(x, dtype=torch.bool).bernoulli_(1 - dropout)  # as F.dropout draws it
            bits, x = pack_bits(mask), _drop(x, mask, dropout)
        ctx.dropout, ctx.dtype, ctx.make = dropout, dtype, make
        ctx.save_for_backward(A, bits, *kept)
        with torch.autocast(x.device.type, enabled=False):
            return F.linear(x.to(dtype), A.to(dtype))

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        A, bits, *kept = ctx.saved_tensors
        (grad,) = grads  # (…, r)
        x = ctx.make(*kept)
        grad_x = (grad @ A.to(ctx.dtype)).to(x.dtype)  # (…, in)
        if ctx.dropout:
            mask = unpack_bits(bits, x.shape)
            x, grad_x = _drop(x, mask, ctx.dropout), _drop(grad_x, mask, ctx.dropout)
        flat = x.reshape(-1, x.shape[-1]).to(ctx.dtype)
        grad_A = (grad.reshape(-1, grad.shape[-1]).T @ flat).to(A.dtype)  # (r, in)
        return grad_x, grad_A, None, None, None, None


def _itself(x: Tensor) -> Tensor:
    return x


def _drop(x: Tensor, mask: Tensor, dropout: float) -> Tensor:
    scale = torch.ones((), dtype=x.dtype).div_(1 - dropout)  # rounded as F.dropout rounds it
    return torch.where(mask, x, 0.0).mul_(scale.item())  # a product with a bool tensor takes seven times as long


def pack_bits(mask: Tensor) -> Tensor:
    """A bool tensor of any shape as bytes of 8 bits each: (⌈n / 8⌉,) uint8."""
    flat = F.pad(mask.flatten(), (0, -mask.numel() % 8))
    # Eight bytes of 0 or 1 are one integer; the product gathers their lowest bits in its highest byte.
    return ((flat.view(torch.int64) * 0x0102040810204080) >> 56).to(torch.uint8)


def unpack_bits(bits: Tensor, shape: torch.Size) -> Tensor:
    """The bool tensor of this shape that `pack_bits` was given."""
    spread = bits.to(torch.int64) * 0x0101010101010101  # each byte eight times; then one bit of each is looked at
    one_each = spread & -0x7FBFDFEFF7FBFDFF  # 0x8040201008040201
    return (one_each.view(torch.uint8) != 0)[: shape.numel()].view(shape)
