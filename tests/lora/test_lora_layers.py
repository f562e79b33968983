"""The layers by themselves: dropout, how adapters start, dtypes, what is kept for the backward pass."""

import copy
import math

import peft
import pytest
import torch
from torch import Tensor, nn

from lora import LoRAConfig, fused, inject_lora
from lora.adapter import adapter_tensors
from lora.fused import draw_bits, pack_bits, project, unpack_bits
from lora.layers import LoRAEmbedding, LoRALinear, TokenRows
from model import load_model
from tests.lora.lora_reference import peft_tensors, randomise, tiny_model


def _linear(
    inputs: int = 40, outputs: int = 30, r: int = 4, dropout: float = 0.0, dora: bool = False, bias: bool = True
) -> LoRALinear:
    layer = LoRALinear(nn.Linear(inputs, outputs, bias=bias), r, 1.25, dropout, dora, init=False)
    layer.base_layer.requires_grad_(False)
    return layer


@pytest.mark.parity
@pytest.mark.parametrize("dora", [False, True])
def test_dropout_with_the_same_mask_gives_pefts_output_and_gradients(
    dora: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fused, "draw_bits", _bits_of_torchs_dropout)
    holder = nn.Sequential(nn.Linear(40, 30))
    config = peft.LoraConfig(r=4, lora_alpha=5, lora_dropout=0.3, target_modules=["0"], use_dora=dora)
    theirs = peft.get_peft_model(copy.deepcopy(holder), config)  # type: ignore[arg-type]
    randomise(peft_tensors(theirs))
    ours = LoRALinear(copy.deepcopy(holder[0]), 4, 5 / 4, 0.3, dora, init=True).train()  # type: ignore[arg-type]
    with torch.no_grad():
        for name, tensor in peft_tensors(theirs).items():
            ours.get_parameter(name.removeprefix("base_model.model.0.")).copy_(tensor)
    x = torch.randn(64, 40)
    outputs, gradients = [], []
    for model in (ours, theirs.train()):
        inputs = x.clone().requires_grad_()
        torch.manual_seed(3)
        output = model(inputs)
        output.square().sum().backward()
        outputs.append(output)
        gradients.append(inputs.grad)
    assert not torch.allclose(outputs[0], ours.eval()(x)), "dropout must have dropped something"
    torch.testing.assert_close(outputs[0], outputs[1], atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(gradients[0], gradients[1], atol=1e-4, rtol=1e-5)


def test_dropout_drops_its_share_scales_the_rest_and_is_off_in_eval() -> None:
    layer = _linear(inputs=50_000, outputs=1, r=1, dropout=0.2, bias=False)
    nn.init.zeros_(layer.base_layer.weight)
    nn.init.ones_(layer.lora_B.weight)
    seen = []
    nn.init.ones_(layer.lora_A.weight)
    layer.scaling = 1.0
    x = torch.ones(1, 50_000, requires_grad=True)
    layer.train()(x).backward()
    seen = x.grad
    assert seen is not None
    kept = seen != 0
    torch.testing.assert_close(seen[kept], torch.full_like(seen[kept], 1 / 0.8))
    share = 1 - kept.float().mean().item()
    assert abs(share - 0.2) < 5 * math.sqrt(0.2 * 0.8 / 50_000)  # five standard deviations
    assert torch.equal(layer.eval()(torch.ones(1, 50_000)), torch.tensor([[50_000.0]]))


def test_gradient_checkpointing_changes_no_gradient(tiny_llama_folder) -> None:
    gradients = []
    for checkpointing in (False, True):
        model = load_model(tiny_llama_folder)
        inject_lora(
            model,
            LoRAConfig(r=4, lora_dropout=0.3, target_modules="all-linear", trainable_token_indices=[510, 511]),
        )
        randomise(adapter_tensors(model))
        model.gradient_checkpointing = checkpointing
        torch.manual_seed(5)
        ids = torch.tensor([[5, 510, 9, 511, 17, 300]])
        logits = model.train()(ids)
        torch.nn.functional.cross_entropy(logits[0, :-1], ids[0, 1:]).backward()
        gradients.append({key: tensor.grad for key, tensor in adapter_tensors(model).items()})
    off, on = gradients
    assert max(float(gradient.abs().max()) for gradient in off.values()) > 1e-3
    for key, gradient in off.items():
        assert torch.equal(gradient, on[key]), key


@pytest.mark.parity
@pytest.mark.parametrize("init", [True, "gaussian", False])
def test_adapters_start_with_pefts_distribution(init: bool | str) -> None:
    """Mean, spread and largest value of thousands of draws, against peft's draws and against the formula."""
    r, width = 16, 400
    model = nn.Sequential(nn.Linear(width, width), nn.Embedding(width, width))
    config = peft.LoraConfig(r=r, target_modules=["0", "1"], init_lora_weights=init)  # type: ignore[arg-type]
    theirs = peft_tensors(peft.get_peft_model(copy.deepcopy(model), config))  # type: ignore[arg-type]
    inject_lora(model, LoRAConfig(r=r, target_modules=["0", "1"], init_lora_weights=init))
    ours = adapter_tensors(model)
    uniform = 1 / math.sqrt(3)  # standard deviation of U(-1, 1)
    expected = {
        "0.lora_A.weight": 1 / r if init == "gaussian" else uniform / math.sqrt(width),
        "0.lora_B.weight": 0.0 if init else uniform / math.sqrt(r),
        "1.lora_embedding_A": 0.0 if init else 1.0,
        "1.lora_embedding_B": 1.0,
    }
    for name, std in expected.items():
        for tensors in (ours, theirs):
            draws = tensors[f"base_model.model.{name}"].detach()
            assert float(draws.std()) == pytest.approx(std, rel=0.05)
            assert abs(float(draws.mean())) <= 5 * std / math.sqrt(draws.numel())
        largest = [float(tensors[f"base_model.model.{name}"].abs().max()) for tensors in (ours, theirs)]
        assert largest[0] == pytest.approx(largest[1], rel=0.3)


def test_a_fresh_adapter_changes_nothing() -> None:
    for kind in ("llama", "gemma2"):
        model = tiny_model(kind)
        ids = torch.randint(0, 61, (2, 9))
        before = model(input_ids=ids).logits
        targets = ["q_proj", "down_proj", "embed_tokens", "lm_head"]
        inject_lora(model, LoRAConfig(target_modules=targets))
        assert torch.equal(model(input_ids=ids).logits, before)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_no_wider_copy_of_the_input_is_kept(dtype: torch.dtype) -> None:
    layer = _linear(dropout=0.1)
    layer.base_layer.to(dtype)
    kept: list[Tensor] = []
    x = torch.randn(7, 40, dtype=dtype, requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t) or t, lambda t: t):
        output = layer.train()(x)
    assert output.dtype == dtype
    wide = [t for t in kept if t.shape == x.shape and t.dtype == torch.float32]
    assert not wide
    output.sum().backward()
    assert layer.lora_A.weight.grad is not None
    assert layer.lora_A.weight.grad.dtype == torch.float32


def _bits_of_torchs_dropout(x: Tensor, dropout: float) -> Tensor:
    """In place of `draw_bits`: the very mask that F.dropout, and so peft, draws from the same seed."""
    mask = nn.functional.dropout(torch.ones_like(x), dropout) != 0
    return pack_bits(nn.functional.pad(mask.flatten().to(torch.uint8), (0, -mask.numel() % 8)))


@pytest.mark.parametrize("dropout", [0.0, 0.3])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_project_is_the_plain_product_and_its_gradient(
    dropout: float, dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fused, "draw_bits", _bits_of_torchs_dropout)
    x, A = torch.randn(3, 5, 8, dtype=dtype, requires_grad=True), torch.randn(2, 8, requires_grad=True)
    plain_x, plain_A = (t.detach().clone().requires_grad_() for t in (x, A))
    torch.manual_seed(1)
    out = project(x, A, dropout)
    torch.manual_seed(1)
    # dropped in A's dtype, as peft does it: the factor 1 / (1 - dropout) is not rounded to a narrower x's
    expected = nn.functional.linear(nn.functional.dropout(plain_x.to(torch.float32), dropout), plain_A)
    torch.testing.assert_close(out, expected)
    gradient = torch.randn(3, 5, 2)
    out.backward(gradient)
    expected.backward(gradient)
    torch.testing.assert_close(x.grad, plain_x.grad)
    torch.testing.assert_close(A.grad, plain_A.grad)


@pytest.mark.parametrize("dropout", [0.001, 0.05, 0.5, 0.9])
def test_masks_have_their_rate_and_are_independent(dropout: float) -> None:
    """Each share within five standard deviations: of a mask, of two in a row, and of neighbours within one."""
    x = torch.empty(500, 401)  # not a multiple of 8 values
    torch.manual_seed(7)
    first, second = (unpack_bits(draw_bits(x, dropout), x) for _ in range(2))
    keep = 1 - dropout
    pairs = {"one": first, "next": second, "both": first * second}
    for shift in (1, 2, 3, 4, 8):  # four values share an integer, eight a byte of the packed mask
        pairs[f"shift {shift}"] = first.flatten()[shift:] * first.flatten()[:-shift]
    for name, kept in pairs.items():
        share = keep if name in ("one", "next") else keep**2
        # neighbouring pairs overlap, so that the variance of their mean is up to three times that of apart ones
        spread = math.sqrt((3 if "shift" in name else 1) * share * (1 - share) / kept.numel())
        assert abs(kept.double().mean().item() - share) < 5 * spread + 2**-16, name
    torch.manual_seed(7)
    assert torch.equal(unpack_bits(draw_bits(x, dropout), x), first), "torch's seed decides"
    assert not torch.equal(first, second)


def test_each_projection_has_a_mask_of_its_own(tiny_llama_folder, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Tensor] = []
    monkeypatch.setattr(fused, "draw_bits", lambda x, dropout: drawn.append(draw_bits(x, dropout)) or drawn[-1])
    model = load_model(tiny_llama_folder)
    inject_lora(model, LoRAConfig(r=4, lora_dropout=0.3, target_modules=["q_proj", "k_proj", "v_proj"]))
    model.train()(torch.arange(20)[None])
    assert len(drawn) == 3 * model.config.num_hidden_layers
    assert len({bits.numpy().tobytes() for bits in drawn}) == len(drawn)


def test_the_gradient_of_project_is_the_numerical_one() -> None:
    x, A = (torch.randn(n, 4, dtype=torch.float64, requires_grad=True) for n in (3, 2))

    def seeded(x: Tensor, A: Tensor) -> Tensor:
        torch.manual_seed(2)
        return project(x, A, 0.4)

    assert torch.autograd.gradcheck(seeded, (x, A))


@pytest.mark.parametrize("shape", [(1,), (8,), (3, 5), (2, 7, 24)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float64])
def test_bits_hold_a_mask(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    mask = torch.rand(math.ceil(math.prod(shape) / 8) * 8) < 0.5
    bits = pack_bits(mask.to(torch.uint8))
    assert bits.dtype == torch.uint8
    assert len(bits) == mask.numel() / 8
    x = torch.empty(shape, dtype=dtype)
    assert torch.equal(unpack_bits(bits, x), mask[: x.numel()].view(shape).to(dtype))


@pytest.mark.parametrize("dora", [False, True])
def test_under_autocast_the_products_run_in_its_dtype(dora: bool) -> None:
    layer = _linear(dora=dora)
    if dora:
        randomise({"lora_magnitude_vector": layer.lora_magnitude_vector})  # type: ignore[dict-item]
    x = torch.randn(9, 40)
    exact = layer(x)
    dtypes: list[torch.dtype] = []
    layer.lora_B.weight.register_hook(lambda gradient: dtypes.append(gradient.dtype))
    with torch.autocast("cpu", torch.bfloat16):
        output = layer(x)
    output.float().sum().backward()
    assert output.dtype == torch.bfloat16
    assert dtypes == [torch.float32], "the adapter's own gradients stay fp32"
    # three roundings to bf16 (2⁻⁹ of a value each) of sums of a few dozen terms
    assert float((output - exact).abs().max()) <= 2**-9 * 8 * float(exact.abs().max())
    assert float((output - exact).abs().max()) > 0


def test_token_rows_train_only_their_rows_from_both_sides() -> None:
    """Against a plain embedding and head that share one weight, all of it trained."""
    weight = nn.Parameter(torch.randn(10, 6))
    ids, new = torch.tensor([[1, 8, 9, 8, 3]]), [9, 8]
    hidden = nn.functional.embedding(ids, weight)
    nn.functional.linear(hidden, weight).square().sum().backward()
    expected = weight.grad
    assert expected is not None
    embedding, head = nn.Embedding(10, 6), nn.Linear(6, 10, bias=False)
    embedding.weight = head.weight = nn.Parameter(weight.detach().clone(), requires_grad=False)
    rows = TokenRows(embedding, new)
    tied = TokenRows(head, new, rows.trainable_tokens_delta)
    tied(rows(ids)).square().sum().backward()
    torch.testing.assert_close(rows.trainable_tokens_delta.grad, expected[new])
    assert embedding.weight.grad is None
    with torch.no_grad():
        rows.trainable_tokens_delta += 1
    weight.data[new] += 1
    torch.testing.assert_close(tied(rows(ids)), nn.functional.linear(nn.functional.embedding(ids, weight), weight))


def test_embedding_keeps_the_padding_row_out_of_training() -> None:
    layer = LoRAEmbedding(nn.Embedding(10, 6, padding_idx=2), 3, 1.0, False, init=False)
    layer(torch.tensor([2, 4])).sum().backward()
    gradient = layer.lora_embedding_A.grad
    assert gradient is not None
    assert torch.equal(gradient[:, 2], torch.zeros(3))
    assert bool((gradient[:, 4] != 0).all())
