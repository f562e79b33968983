"""The hand-derived backward passes against their plain twins and against numerical gradients."""

import pytest
import torch
import torch.nn.functional as F

from model.fused import fused_rotate, rms_norm, silu_mul
from model.layers import rope_tables, rotate


def tables(x):
    """Cosine and sine for positions 0, 1, … of (B, T, heads, 8)."""
    return rope_tables(torch.tensor([1.0, 0.3, 0.1, 0.03]), torch.arange(x.shape[1])[None], x.dtype)


PAIRS = {
    "silu_mul": (silu_mul, lambda gate, up: F.silu(gate) * up, ((2, 5, 8), (2, 5, 8))),
    "rms_norm": (
        lambda x, weight: rms_norm(x, weight, 1e-5),
        lambda x, weight: F.rms_norm(x, x.shape[-1:], weight, 1e-5),
        ((2, 5, 8), (8,)),
    ),
    "rotate": (lambda x: fused_rotate(x, *tables(x)), lambda x: rotate(x, *tables(x)), ((2, 5, 3, 8),)),
}


@pytest.mark.parametrize("name", PAIRS)
def test_fused_equals_plain_in_value_and_gradient(name):
    fused, plain, shapes = PAIRS[name]
    generator = torch.Generator().manual_seed(0)
    results = []
    inputs = [3 * torch.randn(shape, generator=generator) for shape in shapes]
    grad = torch.randn(shapes[0], generator=generator)
    for function in (fused, plain):
        leaves = [tensor.clone().requires_grad_() for tensor in inputs]
        out = function(*leaves)
        out.backward(grad)
        results.append([out.detach(), *(leaf.grad for leaf in leaves)])
    torch.testing.assert_close(*results, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("name", PAIRS)
def test_fused_gradients_are_the_numerical_ones(name):
    fused, _, shapes = PAIRS[name]
    generator = torch.Generator().manual_seed(1)
    leaves = [torch.randn(shape, generator=generator, dtype=torch.float64).requires_grad_() for shape in shapes]
    assert torch.autograd.gradcheck(fused, leaves)


def test_rms_norm_of_zeros_is_finite():
    x = torch.zeros(2, 4, requires_grad=True)
    rms_norm(x, torch.ones(4), 1e-5).sum().backward()
    assert x.grad is not None
    assert x.grad.isfinite().all()
