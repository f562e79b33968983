"""Each proof is broken on purpose and has to notice; and none cries wolf in an honest run's first steps."""

import pytest
import torch

from lora import LoRAConfig, inject_lora
from model import load_model
from training.checks import (
    GradientProof,
    ProofError,
    frozen_checksum,
    require_finite,
    require_learned_tokens,
    require_unmoved,
)
from training.state import trainable


@pytest.fixture
def model(tiny_llama_folder):
    model = load_model(tiny_llama_folder).train()
    inject_lora(model, LoRAConfig(r=2, target_modules=["q_proj", "down_proj"]))
    return model


def steps(model, count, rate=0.1):
    proof = GradientProof(model)
    optimizer = torch.optim.AdamW(trainable(model).values(), lr=rate)
    for step in range(1, count + 1):
        model(torch.tensor([[1, 5, 9, 14]])).logsumexp(-1).sum().backward()
        proof.check(step)
        optimizer.step()
        optimizer.zero_grad()
    return proof


def test_an_honest_run_passes_and_every_parameter_is_looked_at(model):
    proof = GradientProof(model)
    assert len(proof.waiting) == 8  # A and B of two modules in two layers
    assert steps(model, 2).waiting == []


def test_no_false_alarm_while_the_rate_is_still_zero(model):
    assert len(steps(model, 3, rate=0.0).waiting) == 4  # every A still waits for its B


def test_a_lora_b_cut_off_from_the_loss_is_named_in_the_first_step(model):
    layer = model.model.layers[1].self_attn
    layer.q_proj.forward = layer.q_proj.base_layer.forward
    with pytest.raises(ProofError, match=r"layers\.1\.self_attn\.q_proj\.lora_B\.weight has no gradient in step 1"):
        steps(model, 1)


def test_a_lora_a_cut_off_from_the_loss_is_named_in_the_second_step(model):
    module = model.model.layers[0].mlp.down_proj
    module.lora_A.weight.register_hook(torch.zeros_like)
    with pytest.raises(ProofError, match=r"layers\.0\.mlp\.down_proj\.lora_A\.weight has no gradient in step 2"):
        steps(model, 2)


def test_a_frozen_weight_that_moves_is_noticed_and_a_trained_one_is_not(model):
    before = frozen_checksum(model)
    steps(model, 2)
    require_unmoved(before, frozen_checksum(model))
    with torch.no_grad():
        model.model.norm.weight[3] += 1e-6
    with pytest.raises(ProofError, match="frozen weight has moved"):
        require_unmoved(before, frozen_checksum(model))


def test_nothing_to_learn_and_a_loss_that_is_no_number(model):
    with pytest.raises(ProofError, match="none of the 3 conversations"):
        require_learned_tokens(0, 3)
    require_finite(1.0, 1, [])
    for loss in (float("nan"), float("inf")):
        with pytest.raises(ProofError, match="step 7, conversations a, b"):
            require_finite(loss, 7, ["a", "b"])
