"""Weights: in one file or several, in any dtype, whole or refused, and never twice in memory."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

import model.weights
from errors import InputError
from model import Decoder, ModelConfig, load_model

ROOT = Path(__file__).parents[2]
DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
UP = "model.layers.1.mlp.up_proj.weight"


@pytest.fixture
def folder(tiny_llama_folder, tmp_path):
    """A copy of the tiny Llama whose files a test may change."""
    for name in ("config.json", "model.safetensors"):
        (tmp_path / name).write_bytes((tiny_llama_folder / name).read_bytes())
    return tmp_path


def change(folder, function):
    """Rewrite the folder's tensors after `function(tensors)` has changed them in place."""
    tensors = load_file(folder / "model.safetensors")
    function(tensors)
    save_file(tensors, folder / "model.safetensors")


def assert_same_weights(ours, theirs):
    theirs = theirs.state_dict()
    assert ours.state_dict().keys() == theirs.keys()
    for name, weight in ours.state_dict().items():
        assert weight.dtype == theirs[name].dtype
        assert torch.equal(weight, theirs[name]), name


@pytest.mark.parity
@pytest.mark.parametrize("in_memory", DTYPES)
@pytest.mark.parametrize("on_disk", DTYPES)
def test_any_dtype_on_disk_opens_in_any_other(tiny_llama_folder, tmp_path, monkeypatch, on_disk, in_memory):
    """As transformers converts them, bit for bit; in stretches that end within a tensor."""
    monkeypatch.setattr(model.weights, "_STRETCH", 1000)
    AutoModelForCausalLM.from_pretrained(tiny_llama_folder, dtype=DTYPES[on_disk]).save_pretrained(tmp_path)
    assert {tensor.dtype for tensor in load_file(tmp_path / "model.safetensors").values()} == {DTYPES[on_disk]}
    ours = load_model(tmp_path, dtype=DTYPES[in_memory])
    assert_same_weights(ours, AutoModelForCausalLM.from_pretrained(tmp_path, dtype=DTYPES[in_memory]))
    assert ours.lm_head.weight is ours.model.embed_tokens.weight


@pytest.mark.parity
def test_shards_open_like_one_file(tiny_llama_folder, tmp_path):
    theirs = AutoModelForCausalLM.from_pretrained(tiny_llama_folder)
    theirs.save_pretrained(tmp_path, max_shard_size="100KB")
    assert len(list(tmp_path.glob("model-*-of-*.safetensors"))) > 2
    assert not (tmp_path / "model.safetensors").exists()
    assert_same_weights(load_model(tmp_path), theirs)


def test_a_tied_head_may_be_stored_as_well_and_an_untied_one_must(folder):
    plain = load_model(folder).state_dict()
    change(folder, lambda tensors: tensors.update({"lm_head.weight": tensors["model.embed_tokens.weight"].clone()}))
    stored = load_model(folder)
    assert stored.lm_head.weight is stored.model.embed_tokens.weight
    assert all(torch.equal(stored.state_dict()[name], weight) for name, weight in plain.items())
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"tie_word_embeddings": False}))
    untied = load_model(folder)
    assert untied.lm_head.weight is not untied.model.embed_tokens.weight
    change(folder, lambda tensors: tensors.pop("lm_head.weight"))
    with pytest.raises(InputError, match=r"missing, the first is lm_head\.weight"):
        load_model(folder)


BAD_TENSORS = {
    f"1 tensors are missing, the first is {UP}": lambda tensors: tensors.pop(UP),
    "tensor model.extra.weight has no place": lambda tensors: tensors.update({"model.extra.weight": torch.zeros(1)}),
    f"tensor {UP} has shape (2, 2), and config.json asks for (96, 64)": lambda tensors: tensors.update(
        {UP: torch.zeros(2, 2)}
    ),
    f"tensor {UP} is I8; only F32, BF16, F16 is read": lambda tensors: tensors.update({UP: tensors[UP].char()}),
}


@pytest.mark.parametrize("message", BAD_TENSORS)
def test_tensors_that_do_not_fit_are_named(folder, message):
    change(folder, BAD_TENSORS[message])
    with pytest.raises(InputError) as caught:
        load_model(folder)
    assert message in str(caught.value)
    assert str(folder) in str(caught.value)


@pytest.mark.parametrize("dtype", ["fp32", "bf16"])  # mapped, and converted
@pytest.mark.parametrize("kept", [0.0, 4e-5, 0.005, 0.5, 0.999])  # nothing, a part of the header, parts of the tensors
def test_a_truncated_file_is_refused(folder, dtype, kept):
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[: int(kept * len(whole))])
    with pytest.raises(InputError, match=r"model\.safetensors is damaged or cut short"):
        load_model(folder, dtype=DTYPES[dtype])


MEASURE = """
import sys, torch
from model import load_model

def memory(field):  # of the process, in bytes
    return next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith(field))

before = memory("VmHWM")
model = load_model(sys.argv[1], dtype=getattr(torch, sys.argv[2]))
weights = sum(parameter.numel() * parameter.element_size() for parameter in model.parameters())
print((memory("VmHWM") - before) / weights, weights, float(model.model.embed_tokens.weight[-1, -1]))
"""


@pytest.mark.parametrize(
    ("on_disk", "in_memory"), [("float32", "bfloat16"), ("bfloat16", "float32"), ("bfloat16", "bfloat16")]
)
def test_loading_takes_no_more_memory_than_the_weights(tmp_path, on_disk, in_memory):
    """The peak of a fresh process, beyond what its imports took, is at most 1.15 times the weights as they end up.

    Half of this model is its embedding, as in the smallest real ones: a copy of one tensor would already show.
    """
    sizes = {"vocab_size": 65536, "hidden_size": 768, "intermediate_size": 2048, "num_hidden_layers": 8}
    raw = {"model_type": "llama", **sizes, "num_attention_heads": 12, "tie_word_embeddings": True}
    with torch.device("meta"):
        shapes = {name: tensor.shape for name, tensor in Decoder(ModelConfig.from_dict(raw)).named_parameters()}
    tensors = {name: torch.ones(shape, dtype=getattr(torch, on_disk)) for name, shape in shapes.items()}
    save_file(tensors, tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text(json.dumps(raw))
    command = [sys.executable, "-c", MEASURE, tmp_path, in_memory]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    (tmp_path / "model.safetensors").unlink()  # pytest keeps the folders of three runs
    peak, weights, last = map(float, result.stdout.split())
    assert weights > 200e6
    assert last == 1
    assert peak <= 1.15
    assert peak > 0.9 or on_disk == in_memory, "converted weights are in memory: the measure must see them"


@pytest.mark.parity
def test_a_tied_weight_may_be_stored_under_the_heads_name_alone(folder, tiny_llama_folder):
    """As safetensors.torch.save_model stores it."""
    change(folder, lambda tensors: tensors.update({"lm_head.weight": tensors.pop("model.embed_tokens.weight")}))
    assert_same_weights(load_model(folder), load_model(tiny_llama_folder))
    assert_same_weights(load_model(folder), AutoModelForCausalLM.from_pretrained(folder))


def test_two_ropes_that_differ_are_refused(folder):
    config = json.loads((folder / "config.json").read_text())
    config["rope_parameters"] = {"rope_type": "default", "rope_theta": 10_000.0}
    for scaling in (None, {"type": "default"}, {"type": "linear", "factor": 4.0}):
        (folder / "config.json").write_text(json.dumps(config | {"rope_scaling": scaling}))
        if scaling and "factor" in scaling:
            with pytest.raises(InputError, match="rope_parameters and rope_scaling say different things"):
                load_model(folder)
        else:
            load_model(folder)
