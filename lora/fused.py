"""Backward passes derived by hand: autograd's own results, kept in less memory."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor


def project(x: Tensor, A: Tensor) -> Tensor:
    """A x for every position, (…, in) -> (…, r), in A's dtype, or in autocast's under autocast.

    Where x is narrower than A, autograd would keep a copy of x in A's dtype for the backward pass; this keeps x itself.
    """
    if x.dtype == A.dtype or torch.is_autocast_enabled(x.device.type):
        return F.linear(x, A)
    return _Project.apply(x, A)  # type: ignore[return-value]


class _Project(torch.autograd.Function):
    """`F.linear(x.to(A.dtype), A)`."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, A: Tensor) -> Tensor:
        ctx.save_for_backward(x, A)
        return F.linear(x.to(A.dtype), A)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor]:  # type: ignore[override]
        x, A = ctx.saved_tensors
        flat = x.reshape(-1, x.shape[-1]).to(A.dtype)
        return (grad @ A).to(x.dtype), grad.reshape(-1, grad.shape[-1]).T @ flat  # (…, in), (r, in)
