"""The linear layer's way for a few positions, against F.linear."""

import pytest
import torch
import torch.nn.functional as F

from model.layers import FEW_ROWS, Linear


@pytest.mark.parametrize("halves", [True, False])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("size", [16, 32, 33])
@pytest.mark.parametrize("shape", [(), (1,), (1, 1), (3, 1), (1, 7), (2, 7), (FEW_ROWS,), (FEW_ROWS + 1,)])
def test_a_few_positions_equal_f_linear(shape, size, bias, halves, monkeypatch):
    monkeypatch.setattr("model.layers.HALVES", halves)
    layer, x = Linear(24, size, bias=bias), torch.randn(*shape, 24)
    columns = torch.randn(24, *shape).movedim(0, -1)  # as the layer's own results can lie in memory
    with torch.no_grad():
        for given in (x, columns):
            torch.testing.assert_close(layer(given), F.linear(given, layer.weight, layer.bias), atol=1e-5, rtol=0)
    assert torch.equal(layer(x), F.linear(x, layer.weight, layer.bias))  # with gradients, it is nn.Linear
    assert layer(x).requires_grad


def test_other_dtypes_are_left_to_pytorch():
    layer, x = Linear(24, 32).to(torch.bfloat16), torch.randn(1, 24, dtype=torch.bfloat16)
    with torch.inference_mode():
        assert torch.equal(layer(x), F.linear(x, layer.weight, layer.bias))
