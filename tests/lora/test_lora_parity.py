"""Every kind of adapter against peft: forward, loss, gradients, files both ways, merging.

The adapter's values are random, B too, and copied from one side to the other: with B = 0 nothing would be proved.
"""

import copy
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from lora import LoRAConfig, inject_lora, load_adapter, merge_lora, save_adapter, unload_lora, unmerge_lora
from lora.adapter import adapter_tensors
from tests.conftest import Differences
from tests.lora.lora_reference import (
    copy_tensors,
    input_gradient,
    load_in_peft,
    logits_of,
    peft_model,
    peft_tensors,
    randomise,
    tiny_model,
)

pytestmark = pytest.mark.parity

NEW = [58, 57, 60]  # ids whose rows are trained, in no order
ATTENTION = ["q_proj", "v_proj"]

# name -> (model, options for both sides); attention projections and lora_alpha 5 unless the case says otherwise
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "linear": ("llama", {}),
    "linear-with-bias": ("llama-bias", {}),
    "gemma2": ("gemma2", {}),
    "embedding": ("llama", {"target_modules": ["embed_tokens"]}),
    "embedding-scaled-gemma3": ("gemma3", {"target_modules": ["embed_tokens"]}),
    "head-tied": ("llama", {"target_modules": ["lm_head"]}),
    "head-untied": ("llama-untied", {"target_modules": ["lm_head"]}),
    "embedding-and-head-tied": ("gemma2", {"target_modules": ["embed_tokens", "lm_head", "q_proj"]}),
    "embedding-and-head-untied": ("llama-untied", {"target_modules": ["embed_tokens", "lm_head", "q_proj"]}),
    **{f"r{r}": ("llama", {"r": r, "lora_alpha": 1 + r // 2}) for r in (1, 2, 16, 64)},
    "rslora": ("llama", {"r": 6, "use_rslora": True}),
    "dora-linear": ("llama", {"use_dora": True}),
    "dora-linear-with-bias": ("llama-bias", {"use_dora": True}),
    "dora-embedding": ("llama", {"use_dora": True, "target_modules": ["embed_tokens"]}),
    "dora-embedding-scaled": ("gemma3", {"use_dora": True, "target_modules": ["embed_tokens"]}),
    "dora-rslora-head": ("llama-untied", {"use_dora": True, "use_rslora": True, "target_modules": ["lm_head"]}),
    "rank-pattern": ("llama", {"r": 4, "rank_pattern": {r"layers\.1\.self_attn\.v_proj": 2, "v_proj": 7}}),
    "alpha-pattern": ("llama", {"alpha_pattern": {"q_proj": 3, r".*\.2\..*": 9}}),
    "rank-and-alpha-rslora": (
        "llama",
        {"rank_pattern": {"q_proj": 3}, "alpha_pattern": {"v_proj": 11}, "use_rslora": True},
    ),
    "layers-to-transform": ("llama", {"layers_to_transform": [0, 2]}),
    "layers-pattern": ("llama", {"layers_to_transform": 1, "layers_pattern": "layers"}),
    "targets-full-name": ("llama", {"target_modules": ["model.layers.1.mlp.up_proj", "k_proj"]}),
    "targets-regex": ("llama", {"target_modules": r".*layers\.[02]\.mlp\.(up|down)_proj"}),
    "all-linear": ("llama", {"target_modules": "all-linear"}),
    "all-linear-gemma2": ("gemma2", {"target_modules": "all-linear"}),
    "exclude-names": ("llama", {"exclude_modules": ["layers.1.self_attn.q_proj", "layers.0.self_attn.v_proj"]}),
    "exclude-regex": ("llama", {"target_modules": "all-linear", "exclude_modules": r".*mlp.*"}),
    "modules-to-save-norm": ("llama", {"modules_to_save": ["norm"]}),
    "modules-to-save-head-tied": ("llama", {"modules_to_save": ["lm_head"]}),
    "modules-to-save-embedding": ("llama-untied", {"modules_to_save": ["embed_tokens"]}),
    "modules-to-save-inside-targets": ("llama", {"target_modules": "all-linear", "modules_to_save": ["mlp"]}),
    "bias-none": ("llama-bias", {"bias": "none"}),
    "bias-all": ("llama-bias", {"bias": "all"}),
    "bias-lora-only": ("llama-bias", {"bias": "lora_only"}),
    "tokens-tied": ("llama", {"trainable_token_indices": NEW}),
    "tokens-tied-gemma2": ("gemma2", {"trainable_token_indices": NEW}),
    "tokens-tied-gemma3": ("gemma3", {"trainable_token_indices": NEW}),
    "tokens-untied": ("llama-untied", {"trainable_token_indices": NEW}),
    "tokens-untied-both": ("llama-untied", {"trainable_token_indices": {"embed_tokens": NEW, "lm_head": [60]}}),
    "tokens-tied-named-twice": ("llama", {"trainable_token_indices": {"embed_tokens": NEW, "lm_head": NEW}}),
    "tokens-tied-apart": ("llama", {"trainable_token_indices": {"embed_tokens": NEW, "lm_head": [60]}}),
    "tokens-and-head-tied": ("llama", {"target_modules": ["q_proj", "lm_head"], "trainable_token_indices": NEW}),
    "tokens-and-head-untied": ("llama-untied", {"target_modules": ["lm_head"], "trainable_token_indices": NEW}),
    "tokens-and-dora": ("llama", {"use_dora": True, "trainable_token_indices": NEW}),
    "init-gaussian": ("llama", {"init_lora_weights": "gaussian"}),
    "init-false": ("llama", {"init_lora_weights": False, "target_modules": ["q_proj", "embed_tokens"]}),
    "bf16-base": ("llama-bf16", {}),
    "bf16-base-embedding": ("llama-bf16", {"target_modules": ["embed_tokens", "v_proj"]}),
    "bf16-base-dora": ("llama-bf16", {"use_dora": True}),
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    model, options = CASES[request.param]
    return model, {"target_modules": ATTENTION, "lora_alpha": 5, **options}


@pytest.fixture
def base(case: tuple[str, dict[str, Any]]) -> nn.Module:
    return tiny_model(case[0])


@pytest.fixture
def input_ids() -> Tensor:
    ids = torch.randint(0, 61, (2, 19))
    ids[0, 3:6] = torch.tensor(NEW)
    return ids


def _pair(base: nn.Module, options: dict[str, Any]) -> tuple[nn.Module, nn.Module]:
    """The base with our adapter and with peft's, the same random values in both."""
    ours, theirs = copy.deepcopy(base), peft_model(base, **options)
    inject_lora(ours, LoRAConfig(**options))
    randomise(peft_tensors(theirs))
    copy_tensors(peft_tensors(theirs), adapter_tensors(ours))
    return ours, theirs


def _distance(a: Tensor, b: Tensor) -> float:
    assert a.shape == b.shape
    assert a.dtype == b.dtype
    return float((a.float() - b.float()).abs().max())


def test_forward_loss_and_gradients(
    case: tuple[str, dict[str, Any]], base: nn.Module, input_ids: Tensor, differences: Differences
) -> None:
    ours, theirs = _pair(base, case[1])
    results = []
    for model in (ours, theirs):
        with input_gradient(model) as inputs:
            output = model(input_ids=input_ids, labels=input_ids)
            output.loss.backward()
        results.append((output.logits, output.loss, inputs[0].grad))
    (our_logits, our_loss, our_input), (their_logits, their_loss, their_input) = results
    assert _distance(their_logits, base(input_ids=input_ids).logits) > 0.1, "the adapter must matter"
    differences.hold("logits", _distance(our_logits, their_logits))
    differences.hold("loss", _distance(our_loss, their_loss))
    differences.hold("input gradient", _distance(our_input, their_input))
    our_tensors, their_tensors = adapter_tensors(ours), peft_tensors(theirs)
    for key, tensor in their_tensors.items():
        ours_here, theirs_here = our_tensors[key].grad, tensor.grad
        assert ours_here is not None, key
        assert theirs_here is not None, key
        differences.hold("adapter gradient", _distance(ours_here, theirs_here))
    assert max(float(t.grad.abs().max()) for t in their_tensors.values() if t.grad is not None) > 1e-3
    trained = [name for name, p in ours.named_parameters() if p.requires_grad]
    assert len(trained) == len(our_tensors), "what the file holds is what is trained, counted once"
    assert not any(p.grad is not None for p in ours.parameters() if not p.requires_grad)


def test_files_both_ways(
    case: tuple[str, dict[str, Any]], base: nn.Module, input_ids: Tensor, tmp_path: Path, differences: Differences
) -> None:
    ours, theirs = _pair(base, case[1])
    save_adapter(ours, tmp_path / "ours")
    theirs.save_pretrained(tmp_path / "theirs")  # type: ignore[operator]
    in_peft = load_in_peft(base, tmp_path / "ours")
    copy_tensors(adapter_tensors(ours), peft_tensors(in_peft), change=False)
    differences.hold("our file in peft", _distance(logits_of(in_peft, input_ids), logits_of(theirs, input_ids)))
    in_ours = copy.deepcopy(base)
    load_adapter(in_ours, tmp_path / "theirs")
    copy_tensors(peft_tensors(theirs), adapter_tensors(in_ours), change=False)
    # Against what peft itself reads there: it sorts the patterns, of which the first that fits counts.
    in_peft = load_in_peft(base, tmp_path / "theirs")
    differences.hold("peft's file in ours", _distance(logits_of(in_ours, input_ids), logits_of(in_peft, input_ids)))


def test_merge_and_unmerge(
    case: tuple[str, dict[str, Any]], base: nn.Module, input_ids: Tensor, differences: Differences
) -> None:
    ours, theirs = _pair(base, case[1])
    live = logits_of(ours, input_ids)
    before = {key: value.clone() for key, value in ours.state_dict().items()}
    merge_lora(ours)
    merged = logits_of(ours, input_ids)
    bf16 = case[0] == "llama-bf16"
    # In bf16 a merged weight is rounded once more, by up to 2⁻⁹ of itself: test_lora_merge.py bounds each weight.
    bound = 2**-9 * 32 * float(live.abs().max()) if bf16 else 1e-5
    assert _distance(merged, live) <= bound
    if not bf16:
        differences.hold("merged", _distance(merged, live))
    merge_lora(ours)
    assert torch.equal(logits_of(ours, input_ids), merged), "merging twice is merging once"
    whole = [case[1]["target_modules"], case[1].get("modules_to_save"), case[1].get("trainable_token_indices")]
    if case[0] in ("llama-untied", "llama-bias") or not any(name in str(whole) for name in ("lm_head", "embed_tokens")):
        # With a tied vocabulary peft adds both changes to the one weight, and its merged model is another.
        assert _distance(merged, logits_of(theirs.merge_and_unload(), input_ids)) <= bound  # type: ignore[operator]
    unmerge_lora(ours)
    assert torch.equal(logits_of(ours, input_ids), live)
    after = ours.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[key], after[key]) for key in before)
    merge_lora(ours)
    unload_lora(ours)
    assert not any("lora" in name or "base_layer" in name for name, _ in ours.named_parameters())
    assert torch.equal(logits_of(ours, input_ids), merged)


def test_unload_gives_the_base_back(case: tuple[str, dict[str, Any]], base: nn.Module, tmp_path: Path) -> None:
    ours, theirs = _pair(base, case[1])
    theirs.save_pretrained(tmp_path)  # type: ignore[operator]
    load_adapter(ours, tmp_path)
    load_adapter(ours, tmp_path)
    unload_lora(ours)
    plain, expected = ours.state_dict(), base.state_dict()
    assert plain.keys() == expected.keys()
    assert all(torch.equal(plain[key], expected[key]) for key in expected)
    tied = base.lm_head.weight is base.model.embed_tokens.weight  # type: ignore[union-attr]
    assert (ours.lm_head.weight is ours.model.embed_tokens.weight) == tied  # type: ignore[union-attr]
    assert all(p.requires_grad for p in ours.parameters())
