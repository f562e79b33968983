"""Hand-derived backward passes that keep less for later than autograd would.

Each function computes what its plain twin computes (named in its docstring; a test holds the two equal). What a step
keeps for its backward pass is most of a small model's training memory, and reading it again is time.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor


class _SiluMul(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, gate: Tensor, up: Tensor) -> Tensor:
        ctx.save_for_backward(gate, up)
        return F.silu(gate).mul_(up)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor]:
        gate, up = ctx.saved_tensors
        (grad,) = grads
        sigmoid = torch.sigmoid(gate)
        silu = gate * sigmoid
        # silu'(g) = σ(g) + g σ(g) (1 - σ(g)) = σ + silu (1 - σ)
        slope = torch.addcmul(sigmoid, silu, 1 - sigmoid)
        return slope.mul_(up).mul_(grad), silu.mul_(grad)


def silu_mul(gate: Tensor, up: Tensor) -> Tensor:
    """`F.silu(gate) * up`, keeping gate and up but not silu(gate)."""
    return _SiluMul.apply(gate, up)  # pyright: ignore[reportReturnType]


class _RMSNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, eps: float) -> Tensor:
        scale = torch.linalg.vector_norm(x, dim=-1, keepdim=True).square_().div_(x.shape[-1]).add_(eps).rsqrt_()
        ctx.save_for_backward(x, weight, scale)
        return (x * scale).mul_(weight)

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
    return _RMSNorm.apply(x, weight, eps)  # pyright: ignore[reportReturnType]
