"""Hand-derived backward passes that keep less for later than autograd would.

Each function computes what its plain twin computes (named in its docstring; a test holds the two equal). What a step
keeps for its backward pass is most of a small model's training memory, and reading it again is time. Under
torch.compile the twin itself runs: the compiler fuses it, and keeps as little.
"""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

Recipe = tuple[Callable[..., Tensor], tuple[Tensor, ...]]


def recipe(x: Tensor) -> Recipe | None:
    """How to make x again from tensors that the backward pass keeps anyway: (function, its arguments).

    Whoever needs x itself in the backward pass keeps this instead, and calls it then.
    """
    return getattr(x, "_recipe", None)


def with_recipe(x: Tensor, make: Callable[..., Tensor], *kept: Tensor) -> Tensor:
    """x, with `make(*kept)` as its recipe where there will be a backward pass."""
    if x.requires_grad:
        x._recipe = (make, kept)  # pyright: ignore[reportAttributeAccessIssue]
    return x


class _SiluMul(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, gate: Tensor, up: Tensor) -> Tensor:
        ctx.save_for_backward(gate, up)
        return _silu_mul(gate, up)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor]:
        gate, up = ctx.saved_tensors
        (grad,) = grads
        grad_gate = grad * up
        torch.ops.aten.silu_backward.grad_input(grad_gate, gate, grad_input=grad_gate)  # times silu'(gate), in place
        return grad_gate, F.silu(gate).mul_(grad)


def silu_mul(gate: Tensor, up: Tensor) -> Tensor:
    """`F.silu(gate) * up`, keeping gate and up alone."""
    if torch.compiler.is_compiling():
        return F.silu(gate) * up
    if not torch.is_grad_enabled():
        return _silu_mul(gate, up)
    return with_recipe(_SiluMul.apply(gate, up), _silu_mul, gate, up)  # pyright: ignore[reportArgumentType]


def _silu_mul(gate: Tensor, up: Tensor) -> Tensor:
    return F.silu(gate).mul_(up)


class _RMSNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, scale: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight, scale)
        return _scaled(x, weight, scale)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor | None, None]:
        x, weight, scale = ctx.saved_tensors
        (grad,) = grads
        grad_weight = (grad * x * scale).flatten(0, -2).sum(0) if ctx.needs_input_grad[1] else None
        # y_i = x_i s w_i with s = (mean(x²) + ε)^-½, so dx = s (g w) - x s³ mean(g w x)
        grad = grad * weight
        dot = (grad * x).sum(-1, keepdim=True).mul_(scale.pow(3) / -x.shape[-1])
        return torch.addcmul(grad.mul_(scale), x, dot), grad_weight, None


def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    """`F.rms_norm(x, x.shape[-1:], weight, eps)`, keeping x and one number a row."""
    if not torch.is_grad_enabled() or torch.compiler.is_compiling():
        return F.rms_norm(x, x.shape[-1:], weight, eps)
    with torch.no_grad():
        scale = torch.linalg.vector_norm(x, dim=-1, keepdim=True).square_().div_(x.shape[-1]).add_(eps).rsqrt_()
    return with_recipe(_RMSNorm.apply(x, weight, scale), _scaled, x, weight, scale)  # pyright: ignore[reportArgumentType]


def _scaled(x: Tensor, weight: Tensor, scale: Tensor) -> Tensor:
    return (x * scale).mul_(weight)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn each pair (x[i], x[i + d/2]) by its angle: the Hub's half-split layout. x: (B, T, heads, d)."""
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-second, first), dim=-1) * sin


class _Rotate(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        ctx.save_for_backward(cos, sin)
        return _rotated(x, cos, sin, 1)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        cos, sin = ctx.saved_tensors
        return _rotated(grads[0], cos, sin, -1), None, None  # a turn's transpose is the turn back


def fused_rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """`rotate`, writing each half of a head once and adding to it once."""
    if torch.compiler.is_compiling():
        return rotate(x, cos, sin)
    return _Rotate.apply(x, cos, sin)  # pyright: ignore[reportReturnType]


def _rotated(x: Tensor, cos: Tensor, sin: Tensor, sign: int) -> Tensor:
    out = torch.empty_like(x)
    (first, second), (new_first, new_second) = x.chunk(2, dim=-1), out.chunk(2, dim=-1)
    cos, sin = (table[..., : first.shape[-1]] for table in (cos, sin))  # the other halves are the same
    torch.mul(first, cos, out=new_first).addcmul_(second, sin, value=-sign)
    torch.mul(second, cos, out=new_second).addcmul_(first, sin, value=sign)
    return out
