"""On a GPU: what tests elsewhere hold to the references on a CPU, held to the CPU."""

import json

import pytest
import torch
import transformers

import train
from lora import LoRAConfig, inject_lora
from model import generate, generate_batch, load_model
from model.decoder import _compiled_layer
from tests.small_runs import QUICK, train_here, write_short_data
from training.arguments import PROJECTIONS
from training.loss import masked_cross_entropy

pytestmark = pytest.mark.cuda

FAMILIES = {
    "llama": ("Llama", {}),
    "mistral-window": ("Mistral", {"sliding_window": 16}),
    "qwen3": ("Qwen3", {}),
    "gemma2-softcap-window": ("Gemma2", {"sliding_window": 16, "attn_logit_softcapping": 5.0}),
    "gemma3-window": ("Gemma3Text", {"sliding_window": 16, "num_hidden_layers": 7}),
}
PACKS = [(25, 33, 2, 68), (128,), (1, 100, 27)]
UNEQUAL = [(25, 300, 2, 173), (700,), (90,), (1, 400, 27)]  # in blocks of 128: full ones, empty ones, and parts


@pytest.fixture(scope="module", params=FAMILIES)
def folder(request, tmp_path_factory):
    """A small random model of a family."""
    family, own = FAMILIES[request.param]
    small = {"vocab_size": 97, "hidden_size": 64, "intermediate_size": 80, "num_hidden_layers": 4}
    small |= {"num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16, "initializer_range": 0.1}
    ids = {"pad_token_id": 0, "eos_token_id": 1, "bos_token_id": 2}
    config = getattr(transformers, f"{family}Config")(**small | ids | own)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = getattr(transformers, f"{family.removesuffix('Text')}ForCausalLM")(config)
    folder = tmp_path_factory.mktemp("model")
    model.save_pretrained(folder)
    return folder


def losses_and_gradients(folder, device, dtype=torch.float32, compiled=False, checkpointing=False, packs=PACKS):
    """A forward and backward pass over each pack, with an adapter: the losses, and the gradients' sums by name."""
    torch.manual_seed(0)
    model = load_model(folder, dtype=dtype)
    inject_lora(model, LoRAConfig(r=4, lora_alpha=8, target_modules=PROJECTIONS, trainable_token_indices=[5, 7]))
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.1)
    model.to(device).train()
    model.torch_compile, model.gradient_checkpointing = compiled, checkpointing
    losses = []
    for number, documents in enumerate(packs):
        ids = torch.randint(3, 97, (1, sum(documents)), generator=torch.Generator().manual_seed(number)).to(device)
        with torch.autocast(device, torch.bfloat16, enabled=dtype == torch.bfloat16):
            loss = masked_cross_entropy(model.hidden(ids, documents=documents), ids, model.logits) / len(ids[0])
        loss.backward()
        losses.append(loss.item())
    return losses, {name: p.grad.cpu() for name, p in model.named_parameters() if p.grad is not None}


def distance(ours, theirs):
    """The largest distance of a gradient, as a share of that gradient's own length."""
    assert ours.keys() == theirs.keys()
    each = [(ours[name] - theirs[name]).norm() / theirs[name].norm() for name in theirs]
    return float(torch.stack(each).max())  # NaN where one is NaN


def test_packed_documents_have_the_cpus_loss_and_gradients(folder):
    losses, gradients = losses_and_gradients(folder, "cuda", packs=UNEQUAL)
    expected, theirs = losses_and_gradients(folder, "cpu", packs=UNEQUAL)
    assert losses == pytest.approx(expected, abs=1e-5)
    assert distance(gradients, theirs) < 1e-4  # sums of some 1e4 products, in another order


@pytest.mark.slow
@pytest.mark.parametrize("checkpointing", [False, True])
def test_compiled_layers_compute_the_same_and_are_compiled_once_a_kind(folder, checkpointing):
    torch._dynamo.reset()
    torch._dynamo.utils.counters.clear()
    _compiled_layer.cache_clear()
    losses, gradients = losses_and_gradients(folder, "cuda", compiled=True, checkpointing=checkpointing)
    kinds = len({layer.self_attn.window for layer in load_model(folder).model.layers})
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == kinds
    expected, theirs = losses_and_gradients(folder, "cuda")
    assert losses == pytest.approx(expected, abs=1e-5)
    assert distance(gradients, theirs) < 1e-4


def test_bf16_under_autocast_is_as_near_to_fp32_as_on_a_cpu(folder):
    exact, exact_gradients = losses_and_gradients(folder, "cpu")
    on_cpu, cpu_gradients = losses_and_gradients(folder, "cpu", torch.bfloat16)
    for compiled in (False, True):
        losses, gradients = losses_and_gradients(folder, "cuda", torch.bfloat16, compiled=compiled)
        error, cpu_error = (sum(abs(a - b) for a, b in zip(each, exact, strict=True)) for each in (losses, on_cpu))
        assert error < 2 * cpu_error + 0.01
        assert distance(gradients, exact_gradients) < 2 * distance(cpu_gradients, exact_gradients) + 0.01


def test_generated_tokens_are_the_cpus_alone_and_in_batches(folder):
    prompts = [[5, 9, 40], [7] * 30, [11, 3]]
    expected = [list(generate(load_model(folder), prompt, max_new_tokens=24)) for prompt in prompts]
    model = load_model(folder, device="cuda")
    assert [list(generate(model, prompt, max_new_tokens=24)) for prompt in prompts] == expected
    assert generate_batch(model, prompts, max_new_tokens=24, budget=110) == expected
    drawn = [list(generate(model, [5], max_new_tokens=9, temperature=1.0, top_p=0.9, seed=3)) for _ in range(2)]
    assert drawn[0] == drawn[1]


def test_a_large_vocabulary_at_8192_tokens_adds_less_than_600_megabytes():
    head = torch.nn.Linear(64, 256_000, bias=False, device="cuda").requires_grad_(False)
    hidden = torch.randn(1, 8192, 64, device="cuda", requires_grad=True)
    labels = torch.full((1, 8192), -100, device="cuda")
    labels[:, ::10] = 7
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    masked_cross_entropy(hidden, labels, head).backward()
    assert 4 * 2**24 < torch.cuda.max_memory_allocated() - before < 600e6


@pytest.fixture(scope="module")
def flags(tiny_llama_folder, tmp_path_factory):
    data = write_short_data(tmp_path_factory.mktemp("data") / "short.jsonl", 12)
    return [*QUICK, "--model", tiny_llama_folder, "--data", data, "--num-train-epochs", 6, "--lora-dropout", 0.1]


WAYS = {
    "bf16": [],
    "fp16": ["--fp16"],
    "compiled": ["--torch-compile", "--gradient-checkpointing"],
    "offloaded": ["--activation-offloading", "--gradient-checkpointing"],
}


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_a_run_learns_and_is_the_same_again_and_after_a_stop(flags, way, tmp_path, monkeypatch):
    flags = [*flags, *WAYS[way], "--max-steps", 8, "--learning-rate", 1e-2]
    whole = train_here(monkeypatch, tmp_path / "whole", *flags)
    lines = [json.loads(line) for line in (tmp_path / "whole" / "metrics.jsonl").read_text().splitlines()]
    assert lines[-1]["loss"] < lines[0]["loss"]

    class Stopped(Exception):
        pass

    def checkpoint_then_stop(checkpoints, step, save=train.Checkpoints.save):
        save(checkpoints, step)
        raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(train.Checkpoints, "save", checkpoint_then_stop)
        with pytest.raises(Stopped):
            train_here(patch, tmp_path / "stopped", *flags, "--save-steps", 3)
    assert train_here(monkeypatch, tmp_path / "stopped", *flags, "--save-steps", 3, "--resume") == whole


def test_the_whole_run_scores_and_answers(flags, tmp_path, monkeypatch, capsys):
    train_here(monkeypatch, tmp_path, *flags, "--max-steps", 2, "--eval-turns", 4, "--question", "What is 2 + 2?")
    out = capsys.readouterr().out
    assert "on cuda" in out
    assert "tool_name" in out
