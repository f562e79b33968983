"""The loop of `train.py`: its proofs broken on purpose, fp16's scaler, and the same gradients however a step is cut."""

import json
import math

import pytest
import torch

import train
from tests.small_runs import train_here, write_short_data
from training.checks import ProofError

SMALL = ["--r", 2, "--max-length", 700, "--eval-turns", 0, "--question", "", "--num-train-epochs", 99, "--seed", 3]


@pytest.fixture(scope="module")
def flags(tiny_llama_folder, tmp_path_factory):
    data = write_short_data(tmp_path_factory.mktemp("data") / "short.jsonl", 12)
    return ["--model", tiny_llama_folder, "--data", data, *SMALL]


@pytest.fixture
def prepared(monkeypatch):
    """`change(model)` is called once the model has its adapter."""

    def patch(change):
        inject = train.inject_lora
        monkeypatch.setattr(train, "inject_lora", lambda model, config: (inject(model, config), change(model)))

    return patch


# Proofs


def test_a_cut_off_adapter_stops_the_run_in_its_first_step(flags, prepared, monkeypatch, tmp_path):
    def cut(model):
        layer = model.model.layers[1].mlp.up_proj
        layer.forward = layer.base_layer.forward

    prepared(cut)
    with pytest.raises(ProofError, match=r"layers\.1\.mlp\.up_proj\.lora_B\.weight has no gradient in step 1"):
        train_here(monkeypatch, tmp_path, *flags, "--max-steps", 3)
    assert not list(tmp_path.glob("*.safetensors"))


def test_a_frozen_weight_that_moves_keeps_the_adapter_from_being_saved(flags, prepared, monkeypatch, tmp_path):
    models = []
    prepared(models.append)
    step = torch.optim.AdamW.step

    def moving_step(self, *arguments):
        step(self, *arguments)
        models[0].model.norm.weight[0] += 1e-6

    monkeypatch.setattr(torch.optim.AdamW, "step", torch.no_grad()(moving_step))
    with pytest.raises(ProofError, match="a frozen weight has moved"):
        train_here(monkeypatch, tmp_path, *flags, "--max-steps", 3)
    assert not list(tmp_path.glob("*.safetensors"))


def test_steps_of_rate_zero_are_no_alarm(flags, monkeypatch, tmp_path):
    true = train.learning_rate
    monkeypatch.setattr(train, "learning_rate", lambda step, *rest: 0.0 if step < 2 else true(step, *rest))
    assert train_here(monkeypatch, tmp_path, *flags, "--max-steps", 4)


# fp16's scaler; fp16 itself works on a CPU too


@pytest.fixture
def steps(monkeypatch):
    """For each step of a run with a scaler: whether a parameter moved, and the scale afterwards."""
    seen: list[tuple[bool, float]] = []
    step, update = torch.amp.GradScaler.step, torch.amp.GradScaler.update

    def watched_step(self, optimizer):
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        before = [p.detach().clone() for p in parameters]
        step(self, optimizer)
        seen.append((not all(map(torch.equal, before, parameters)), math.nan))

    def watched_update(self):
        update(self)
        seen[-1] = seen[-1][0], self.get_scale()

    monkeypatch.setattr(torch.amp.GradScaler, "step", watched_step)
    monkeypatch.setattr(torch.amp.GradScaler, "update", watched_update)
    return seen


def overflowing(monkeypatch, *rows):
    """The gradient of the run's rows of these numbers, counted from 1, is infinite."""
    true, calls = train.masked_cross_entropy, []

    def loss(*arguments):
        value = true(*arguments)
        calls.append(None)
        if len(calls) in rows:
            value.register_hook(lambda gradient: gradient * math.inf)
        return value

    monkeypatch.setattr(train, "masked_cross_entropy", loss)


def test_an_infinite_gradient_in_fp16_skips_the_step_and_lowers_the_scale(flags, steps, monkeypatch, tmp_path):
    """Also in the first steps, where the proof looks at every gradient; and resumed, the scale is the one it was."""
    flags = [*flags, "--fp16", "--max-steps", 7, "--save-steps", 5]
    with monkeypatch.context() as patch:
        overflowing(patch, 1, 2, 5)
        adapter = train_here(patch, tmp_path / "whole", *flags)
    scales = [2.0**15, 2.0**14, 2.0**14, 2.0**14, 2.0**13, 2.0**13, 2.0**13]
    assert steps == list(zip([False, False, True, True, False, True, True], scales, strict=True))

    def no_constant(name):
        raise AssertionError(f"{name} is not JSON")

    lines = (tmp_path / "whole" / "metrics.jsonl").read_text().splitlines()
    norms = [json.loads(line, parse_constant=no_constant)["grad_norm"] for line in lines]
    assert [norm is None for norm in norms] == [True, True, False, False, True, False, False]

    (tmp_path / "whole" / "adapter_model.safetensors").unlink()  # as if it had been killed after step 5
    steps.clear()
    assert train_here(monkeypatch, tmp_path / "whole", *flags, "--resume") == adapter
    assert steps == [(True, 2.0**13)] * 2


def test_gradients_that_stay_infinite_stop_the_run(flags, steps, monkeypatch, tmp_path):
    overflowing(monkeypatch, *range(1, 99))
    with pytest.raises(ProofError, match=r"the gradient's norm is (inf|nan) in step 17, "):
        train_here(monkeypatch, tmp_path, *flags, "--fp16", "--max-steps", 40)
    assert [scale for _, scale in steps] == [2.0 ** (15 - skipped) for skipped in range(16)]


@pytest.mark.parametrize("precision", [[], ["--bf16"]], ids=["fp32", "bf16"])
def test_other_precisions_have_no_scale(flags, precision, monkeypatch, tmp_path):
    def started(self, device):
        raise AssertionError("a scale was made")

    monkeypatch.setattr(torch.amp.GradScaler, "_lazy_init_scale_growth_tracker", started)
    assert train_here(monkeypatch, tmp_path, *flags, *precision, "--max-steps", 2)
    with pytest.raises(AssertionError, match="a scale was made"):
        train_here(monkeypatch, tmp_path, *flags, "--fp16", "--max-steps", 2)


# Gradients


@pytest.fixture
def gradients(flags, prepared, monkeypatch, tmp_path):
    """The gradients of a run's first step, unclipped, with an adapter whose B is not zero."""

    def randomise(model):
        generator = torch.Generator().manual_seed(5)
        for name, parameter in model.named_parameters():
            if ".lora_B." in name:
                parameter.data.normal_(0, 0.02, generator=generator)

    prepared(randomise)

    def first_step(*more):
        found = []

        def kept(self):
            found.extend(p.grad.clone() for group in self.param_groups for p in group["params"])

        with monkeypatch.context() as patch:
            patch.setattr(torch.optim.AdamW, "step", kept)
            train_here(patch, tmp_path / str(more), *flags, "--max-grad-norm", 1e9, "--max-steps", 1, *more)
        assert all(gradient.any() for gradient in found)
        return found

    return first_step


def test_four_rows_of_one_have_the_gradients_of_one_batch_of_four(gradients):
    accumulated = gradients("--gradient-accumulation-steps", 4)
    together = gradients("--per-device-train-batch-size", 4)
    torch.testing.assert_close(accumulated, together, atol=1e-6, rtol=0)
    alone = gradients()
    assert max(float((a - b).abs().max()) for a, b in zip(alone, together, strict=True)) > 1e-3


def test_gradient_checkpointing_changes_no_gradient_under_dropout(gradients):
    plain = gradients("--lora-dropout", 0.2)
    torch.testing.assert_close(gradients("--lora-dropout", 0.2, "--gradient-checkpointing"), plain, atol=1e-7, rtol=0)
    assert not all(map(torch.equal, gradients("--lora-dropout", 0.1), plain)), "dropout was at work"
