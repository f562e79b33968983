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
    share it keep once, or what x is made of (see `model.fused.recipe`), and the dropout's mask as bits. torch.compile
    is given the plain form: it draws the mask again in the backward pass.
    """
    if torch.compiler.is_compiling():
        return F.linear(F.dropout(x, dropout).to(A.dtype), A)
    if not dropout and not torch.is_grad_enabled():
        return F.linear(x.to(A.dtype), A)
    bits = draw_bits(x, dropout) if dropout else None
    kind = x.device.type
    dtype = torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else A.dtype
    make, kept = recipe(x) or (_itself, (x,))
    return _Project.apply(x, A, dropout, bits, dtype, make, kept)  # type: ignore[return-value]


class _Project(torch.autograd.Function):
    """(x · mask) (A / (1 - dropout))ᵀ: what the kept values are multiplied by goes with A, which is small."""

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        A: Tensor,
        dropout: float,
        bits: Tensor | None,
        dtype: torch.dtype,
        make: Callable[..., Tensor],
        kept: tuple[Tensor, ...],
    ) -> Tensor:
        ctx.dropout, ctx.dtype, ctx.make = dropout, dtype, make
        ctx.save_for_backward(A, bits, *kept)
        if bits is not None:
            x, A = unpack_bits(bits, x).mul_(x), A / (1 - dropout)
        with torch.autocast(x.device.type, enabled=False):
            return F.linear(x.to(dtype), A.to(dtype))

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        A, bits, *kept = ctx.saved_tensors
        (grad,) = grads  # (…, r)
        x = ctx.make(*kept)
        if bits is None:
            grad_x = (grad @ A.to(ctx.dtype)).to(x.dtype)  # (…, in)
        else:
            mask, grad = unpack_bits(bits, x), grad / (1 - ctx.dropout)
            grad_x = (grad @ A.to(ctx.dtype)).to(x.dtype).mul_(mask)
            x = mask.mul_(x)
        flat = x.reshape(-1, x.shape[-1]).to(ctx.dtype)
        grad_A = (grad.reshape(-1, grad.shape[-1]).T @ flat).to(A.dtype)  # (r, in)
        return grad_x, grad_A, None, None, None, None, None


def _itself(x: Tensor) -> Tensor:
    return x


def draw_bits(x: Tensor, dropout: float) -> Tensor:
    """Which of x's values dropout keeps, from torch's generator, packed: a bit is 1 with probability 1 - dropout.

    Sixteen random bits decide about each value, four values to an integer: drawn five times as fast on a CPU as the
    mask of F.dropout, and the share is right to 1 in 131,072.
    """
    count = -(-x.numel() // 8) * 8
    random = torch.empty(count // 4, dtype=torch.int64, device=x.device).random_(-(2**63), None).view(torch.int16)
    threshold = min(round(dropout * 2**16), 2**16 - 1) - 2**15  # int16 goes from -2¹⁵ to 2¹⁵ - 1
    return pack_bits(torch.ge(random, threshold, out=torch.empty_like(random, dtype=torch.uint8)))


def pack_bits(mask: Tensor) -> Tensor:
    """Zeros and ones (n,) uint8, n a multiple of 8, as bytes of 8 bits each: (n / 8,) uint8."""
    # Eight bytes of 0 or 1 are one integer; the product gathers their lowest bits in its highest byte.
    return ((mask.view(torch.int64) * 0x0102040810204080) >> 56).to(torch.uint8)


def unpack_bits(bits: Tensor, x: Tensor) -> Tensor:
    """The zeros and ones that `pack_bits` was given, as many as x has values, in its shape and dtype."""
    spread = bits.to(torch.int64).mul_(0x0101010101010101)  # each byte eight times; then one bit of each is looked at
    one_each = spread.bitwise_and_(-0x7FBFDFEFF7FBFDFF).view(torch.uint8)  # 0x8040201008040201
    return torch.ne(one_each[: x.numel()].view(x.shape), 0, out=torch.empty(x.shape, dtype=x.dtype, device=x.device))
