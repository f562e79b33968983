"""Adapter files: what is kept, what is refused, vocabularies that grow, how large they get."""

import copy
import json
from pathlib import Path
from typing import Any

import peft
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import AutoModelForCausalLM, Gemma2Config, Gemma2ForCausalLM

from errors import InputError
from lora import LoRAConfig, inject_lora, load_adapter, merge_lora, save_adapter, unload_lora, unmerge_lora
from lora.adapter import adapter_tensors, write_adapter
from lora.layers import LoRALinear
from model import load_model
from tests.lora.lora_reference import (
    copy_tensors,
    is_plain,
    load_in_peft,
    logits_of,
    peft_model,
    peft_tensors,
    randomise,
    tiny_model,
)

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
Q_A = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"


def _save(folder: Path, seed: int = 1, **options: Any) -> nn.Module:
    """A tiny model with a random adapter, saved in `folder`."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = tiny_model("llama")
    inject_lora(model, LoRAConfig(**{"r": 3, "target_modules": ["q_proj", "v_proj"], **options}))
    randomise(adapter_tensors(model), seed)
    save_adapter(model, folder)
    return model


def _edit(folder: Path, **changes: Any) -> None:
    path = folder / CONFIG
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_fields_that_are_not_known_are_written_back(tmp_path: Path) -> None:
    model = _save(tmp_path / "a")
    _edit(tmp_path / "a", a_field_of_tomorrow={"x": [1, "é"]}, peft_version="0.99", velora_config=None)
    config = load_adapter(model, tmp_path / "a")
    assert config.unknown["a_field_of_tomorrow"] == {"x": [1, "é"]}
    save_adapter(model, tmp_path / "b")
    first, second = (json.loads((tmp_path / x / CONFIG).read_text()) for x in "ab")
    assert second == first
    assert second["peft_version"] == "0.99"


@pytest.mark.parity
def test_our_config_has_no_field_that_peft_lacks(tmp_path: Path) -> None:
    _save(tmp_path / "ours")
    peft_model(tiny_model("llama"), target_modules=["q_proj"]).save_pretrained(tmp_path / "theirs")
    ours, theirs = (json.loads((tmp_path / x / CONFIG).read_text()) for x in ("ours", "theirs"))
    assert ours.keys() <= theirs.keys()


def test_saving_again_replaces_the_files_and_leaves_nothing_beside(tmp_path: Path) -> None:
    _save(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    second = _save(tmp_path, seed=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == [CONFIG, WEIGHTS, "tokenizer.json"]
    assert torch.equal(load_file(tmp_path / WEIGHTS)[Q_A], adapter_tensors(second)[Q_A])


def test_a_failed_save_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = _save(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full_disk(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    randomise(adapter_tensors(model), 7)
    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(InputError, match="No space left"):
        save_adapter(model, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        save_adapter(model, tmp_path / "file")


@pytest.mark.parametrize("first", ["dora", "rank", "tokens", "bias", "saved", "embedding"])
def test_another_adapter_replaces_the_first_cleanly(tmp_path: Path, first: str) -> None:
    """After the second, the model is what a fresh one with the second alone is, trained and frozen the same."""
    options: dict[str, dict[str, Any]] = {
        "dora": {"use_dora": True, "target_modules": ["q_proj", "up_proj"]},
        "rank": {"r": 7, "target_modules": "all-linear", "lora_dropout": 0.5},
        "tokens": {"trainable_token_indices": [3, 9]},
        "bias": {"bias": "all"},
        "saved": {"modules_to_save": ["lm_head", "norm"]},
        "embedding": {"target_modules": ["embed_tokens", "lm_head"]},
    }
    _save(tmp_path / "first", seed=1, **options[first])
    expected = _save(tmp_path / "second", seed=2)
    model = _save(tmp_path / "unused", seed=3)
    unload_lora(model)
    for name in ("first", "second"):
        load_adapter(model, tmp_path / name)
    ids = torch.randint(0, 61, (2, 9))
    assert torch.equal(logits_of(model, ids), logits_of(expected, ids))
    theirs = {name: (p.shape, p.requires_grad) for name, p in expected.named_parameters()}
    assert {name: (p.shape, p.requires_grad) for name, p in model.named_parameters()} == theirs


@pytest.mark.parametrize("merged", [False, True])
def test_new_rows_come_and_go_with_their_adapter(tiny_llama_folder: Path, tmp_path: Path, merged: bool) -> None:
    """One adapter after the other, each with rows of its own: the model is what a fresh one with the last would be."""
    adapters: dict[str, dict[str, Any]] = {
        "five": {"trainable_token_indices": [512, 516]},
        "one": {"trainable_token_indices": [512]},
        "none": {},
        "course": {"target_modules": ["q_proj", "embed_tokens", "lm_head"]},
    }
    for seed, (name, options) in enumerate(adapters.items()):
        model = load_model(tiny_llama_folder)
        model.resize_vocabulary({"five": 517, "one": 513, "course": 515}.get(name, 512))
        inject_lora(model, LoRAConfig(**{"r": 2, "target_modules": ["q_proj"], **options}))
        randomise(adapter_tensors(model), seed)
        save_adapter(model, tmp_path / name)
    model, ids = load_model(tiny_llama_folder), torch.tensor([[3, 511, 7]])
    for name in ("five", "one", "course", "none", "five", "none", "course", "one"):
        fresh = load_model(tiny_llama_folder)
        for each in (fresh, model):
            load_adapter(each, tmp_path / name)
            if merged:
                merge_lora(each)
        assert model.config == fresh.config
        assert not any(layer.training for layer in model.modules() if isinstance(layer, LoRALinear))
        with torch.no_grad():
            assert torch.equal(model(ids), fresh(ids)), name
        if merged:
            unmerge_lora(model)
    unload_lora(model)
    with torch.no_grad():
        assert torch.equal(model(ids), load_model(tiny_llama_folder)(ids))
    assert model.lm_head.weight is model.model.embed_tokens.weight
    load_adapter(model, tmp_path / "five")
    merge_lora(model)
    unload_lora(model)
    assert len(model.lm_head.weight) == 517, "what is merged stays"


@pytest.mark.parity
@pytest.mark.parametrize("vocabulary", ["auto", True, False])  # whether peft writes the base's vocabulary too
@pytest.mark.parametrize("options", [{"trainable_token_indices": [62, 64]}, {"target_modules": ["embed_tokens"]}, {}])
def test_a_vocabulary_that_peft_resized_opens_on_the_first_base(
    tmp_path: Path, options: dict[str, Any], vocabulary: Any
) -> None:
    """Saved by peft from a base with 65 rows, of which the last four are in the adapter's files alone; ours grows."""
    tiny_model("llama").save_pretrained(tmp_path / "base")  # type: ignore[operator]
    small, large = (AutoModelForCausalLM.from_pretrained(tmp_path / "base") for _ in range(2))
    large.resize_token_embeddings(65)
    theirs = peft_model(large, r=3, **{"target_modules": ["q_proj"], **options})
    randomise(peft_tensors(theirs))
    theirs.save_pretrained(tmp_path / "adapter", save_embedding_layers=vocabulary)
    ours = load_model(tmp_path / "base")
    known = list(range(65))
    if not vocabulary:
        known = [*range(61), *options.get("trainable_token_indices", [])]
        if "target_modules" in options:  # made for 65 rows, of which four are nowhere
            with pytest.raises(InputError, match=r"lora_embedding_A is \[3, 65\], and \[3, 61\] in the model"):
                load_adapter(ours, tmp_path / "adapter")
            return
    load_adapter(ours, tmp_path / "adapter")
    assert ours.config.vocab_size == (65 if len(known) > 61 else 61)
    ids = torch.tensor([[3, known[-1], 60, known[-2], 5, known[-1]]])
    with torch.no_grad():
        expected = logits_of(theirs, ids)[..., known]
        torch.testing.assert_close(ours(ids)[..., known], expected, atol=1e-5, rtol=1e-5)
    if len(known) > 61:
        with pytest.raises(InputError, match="65 rows in the vocabulary, not 61; resize"):
            load_adapter(small, tmp_path / "adapter")
        assert is_plain(small)
    unload_lora(ours)
    assert torch.equal(ours.model.embed_tokens.weight[:61], load_model(tmp_path / "base").model.embed_tokens.weight)


@pytest.mark.parity
def test_the_courses_heads_carry_the_rows_they_were_trained_on(tmp_path: Path) -> None:
    """LoRA on embedding and head of an enlarged base: the new rows open in ours and in peft, and are stored once."""
    tiny_model("llama").save_pretrained(tmp_path / "base")  # type: ignore[operator]
    model = load_model(tmp_path / "base")
    model.resize_vocabulary(64)
    with torch.no_grad():
        model.model.embed_tokens.weight[61:] = model.model.embed_tokens.weight[:3] * 2
    inject_lora(model, LoRAConfig(r=3, target_modules=["q_proj", "embed_tokens", "lm_head"]))
    randomise(adapter_tensors(model))
    save_adapter(model, tmp_path / "adapter")
    assert sum(key.endswith("base_layer.weight") for key in load_file(tmp_path / "adapter" / WEIGHTS)) == 1
    ids = torch.tensor([[3, 61, 60, 63, 5, 62]])
    with torch.no_grad():
        expected = model(ids)
    ours = load_model(tmp_path / "base")
    load_adapter(ours, tmp_path / "adapter")
    theirs = AutoModelForCausalLM.from_pretrained(tmp_path / "base")
    theirs.resize_token_embeddings(64)
    in_peft = load_in_peft(theirs, tmp_path / "adapter")
    with torch.no_grad():
        assert torch.equal(ours(ids), expected)
        torch.testing.assert_close(logits_of(in_peft, ids), expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parity
def test_a_whole_vocabulary_beside_the_adapter_is_read_and_given_back(tmp_path: Path) -> None:
    """peft's save_embedding_layers=True writes weights that no LoRA touches: the base as the adapter knew it."""
    model = tiny_model("llama-untied")
    other = copy.deepcopy(model)
    with torch.no_grad():
        other.model.embed_tokens.weight += 1  # type: ignore[union-attr, operator]
        other.lm_head.weight -= 1  # type: ignore[union-attr, operator]
    theirs = peft_model(other, target_modules=["q_proj"])
    randomise(peft_tensors(theirs))
    theirs.save_pretrained(tmp_path, save_embedding_layers=True)
    ids = torch.randint(0, 61, (2, 9))
    before = logits_of(model, ids)
    load_adapter(model, tmp_path)
    torch.testing.assert_close(logits_of(model, ids), logits_of(theirs, ids), atol=1e-5, rtol=1e-5)
    unload_lora(model)
    assert torch.equal(logits_of(model, ids), before)
    tied = tiny_model("llama")
    with pytest.raises(InputError, match=r"differs from .*, and the model ties the two"):
        load_adapter(tied, tmp_path)
    assert is_plain(tied)


def _truncate(folder: Path) -> None:
    data = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(data[: len(data) // 2])


def _with_tensors(change) -> Any:
    def edit(folder: Path) -> None:
        tensors = load_file(folder / WEIGHTS)
        change(tensors)
        save_file(tensors, folder / WEIGHTS)

    return edit


def _nan(tensors: dict[str, torch.Tensor]) -> None:
    tensors[Q_A][0, 0] = float("nan")


def _infinite(tensors: dict[str, torch.Tensor]) -> None:
    tensors[Q_A][0, 0] = float("-inf")


BAD_FILES: dict[str, Any] = {
    "cut short or not safetensors": _truncate,
    "No such file": lambda folder: (folder / WEIGHTS).unlink(),
    f"cannot read FOLDER/{CONFIG}": lambda folder: (folder / CONFIG).unlink(),
    "not valid JSON": lambda folder: (folder / CONFIG).write_text("{"),
    "not an object": lambda folder: (folder / CONFIG).write_text("[]"),
    "peft_type is 'IA3'": lambda folder: _edit(folder, peft_type="IA3"),
    f"{Q_A} holds NaN": _with_tensors(_nan),
    "holds NaN or infinity": _with_tensors(_infinite),
    f"{Q_A} has no place in its file": _with_tensors(lambda tensors: tensors.pop(Q_A)),
    "x.lora_A.weight has no place in the model": _with_tensors(
        lambda tensors: tensors.update({"base_model.model.x.lora_A.weight": torch.ones(1)})
    ),
    f"{Q_A} is [3, 25], and [3, 24] in the model": _with_tensors(
        lambda tensors: tensors.update({Q_A: torch.ones(3, 25)})
    ),
    "is [3, 24], and [5, 24] in the model": lambda folder: _edit(folder, r=5),
    "fits no module": lambda folder: _edit(folder, target_modules=["c_attn"]),
    "r is '3'": lambda folder: _edit(folder, r="3"),
    "init_lora_weights is 'pissa_niter_4'": lambda folder: _edit(folder, init_lora_weights="pissa_niter_4"),
    "use_qalora is True": lambda folder: _edit(folder, use_qalora=True),
    "lora_bias is True": lambda folder: _edit(folder, lora_bias=True),
    "fan_in_fan_out is True": lambda folder: _edit(folder, fan_in_fan_out=True),
    "layer_replication is [[0, 2]]": lambda folder: _edit(folder, layer_replication=[[0, 2]]),
    "arrow_config is {'top_k': 3}": lambda folder: _edit(folder, arrow_config={"top_k": 3}),
    "target_parameters is ['mlp.w']": lambda folder: _edit(folder, target_parameters=["mlp.w"]),
    "alora_invocation_tokens is [1]": lambda folder: _edit(folder, alora_invocation_tokens=[1]),
    "ensure_weight_tying is True": lambda folder: _edit(folder, ensure_weight_tying=True),
}


@pytest.mark.parametrize("message", BAD_FILES)
def test_a_bad_file_is_one_line_that_names_it(tmp_path: Path, message: str) -> None:
    _save(tmp_path)
    BAD_FILES[message](tmp_path)
    model = tiny_model("llama")
    with pytest.raises(InputError) as caught:
        load_adapter(model, tmp_path)
    assert message.replace("FOLDER", str(tmp_path)) in str(caught.value)
    assert str(tmp_path) in str(caught.value)
    assert is_plain(model)


@pytest.mark.parametrize("start", ["eva", "orthogonal"])
def test_an_adapter_that_started_otherwise_is_plain_lora(tmp_path: Path, start: str) -> None:
    expected = adapter_tensors(_save(tmp_path))
    _edit(tmp_path, init_lora_weights=start, eva_config={"rho": 2.0})
    model = tiny_model("llama")
    load_adapter(model, tmp_path)
    copy_tensors(expected, adapter_tensors(model), change=False)


def test_another_base_with_fitting_shapes_is_a_warning(tmp_path: Path) -> None:
    _save(tmp_path, base_model_name_or_path="somebody/llama")
    model = tiny_model("llama")
    model.config.name_or_path = "somebody/else"  # type: ignore[union-attr]
    with pytest.warns(UserWarning, match="made for somebody/llama, loaded into somebody/else"):
        load_adapter(model, tmp_path)


def test_narrow_files_open_as_fp32(tmp_path: Path) -> None:
    expected = adapter_tensors(_save(tmp_path))
    save_file({key: tensor.bfloat16() for key, tensor in load_file(tmp_path / WEIGHTS).items()}, tmp_path / WEIGHTS)
    model = tiny_model("llama")
    load_adapter(model, tmp_path)
    for key, tensor in adapter_tensors(model).items():
        assert tensor.dtype == torch.float32
        assert torch.equal(tensor, expected[key].bfloat16().float())


def test_the_courses_adapter_on_gemma_2_2b_is_under_90_mb(tmp_path: Path) -> None:
    """The real shape, on the meta device: r = 16 on all projections and eight new rows, in fp32, as written."""
    shape = {"num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256, "vocab_size": 256_008}
    config = Gemma2Config(hidden_size=2304, intermediate_size=9216, num_hidden_layers=26, **shape)  # type: ignore[arg-type]
    with torch.device("meta"):
        model = Gemma2ForCausalLM(config)
    assert 2.6e9 < sum(p.numel() for p in model.parameters()) < 2.63e9  # google/gemma-2-2b has 2.61 billion
    lora = LoRAConfig(r=16, target_modules="all-linear", trainable_token_indices=list(range(256_000, 256_008)))
    inject_lora(model, lora)
    tensors = {key: torch.zeros(tensor.shape) for key, tensor in adapter_tensors(model).items()}
    assert len(tensors) == 26 * 7 * 2 + 1
    write_adapter(tmp_path, lora, tensors)
    size = sum(path.stat().st_size for path in tmp_path.iterdir())
    assert 80e6 < size < 90e6


@pytest.mark.parity
@pytest.mark.slow
def test_smollm2_both_ways(smollm2_folder: Path, tmp_path: Path) -> None:
    """The real model, new rows included: ours in peft, peft's in ours, logits to 1e-4."""
    ours = load_model(smollm2_folder)
    theirs = AutoModelForCausalLM.from_pretrained(smollm2_folder, dtype=torch.float32)
    size = ours.config.vocab_size + 8
    new = list(range(size - 8, size))
    ours.resize_vocabulary(size)
    theirs.resize_token_embeddings(size, mean_resizing=False)
    with torch.no_grad():
        theirs.model.embed_tokens.weight.copy_(ours.model.embed_tokens.weight)
    options: dict[str, Any] = {"r": 8, "target_modules": ["q_proj", "v_proj", "down_proj"]}
    inject_lora(ours, LoRAConfig(**options, trainable_token_indices=new))
    randomise(adapter_tensors(ours))
    with torch.no_grad():
        for key, tensor in adapter_tensors(ours).items():  # rows of a real size; changes that leave the model alive
            tensor.copy_(0.05 * torch.randn_like(tensor) if "tokens" in key else tensor * 0.3)
    ids = torch.tensor([[1, 9690, 198, new[0], 2683, 359, new[7], 253, 5356, new[3], 11173, 2]])
    with torch.no_grad():
        expected, plain = ours(ids), theirs(input_ids=ids).logits
    assert float((expected - plain).abs().max()) > 1
    save_adapter(ours, tmp_path / "ours")
    in_peft = peft.PeftModel.from_pretrained(theirs, tmp_path / "ours")
    with torch.no_grad():
        torch.testing.assert_close(in_peft(input_ids=ids).logits, expected, atol=1e-4, rtol=0)
    in_peft.save_pretrained(tmp_path / "theirs")
    again = load_model(smollm2_folder)
    load_adapter(again, tmp_path / "theirs")
    with torch.no_grad():
        assert torch.equal(again(ids), expected)


@pytest.mark.parity
@pytest.mark.parametrize("kind", ["llama", "llama-untied"])
def test_a_vocabulary_that_peft_trained_whole_opens(tmp_path: Path, kind: str) -> None:
    """After a resize peft writes modules_to_save under three keys each."""
    tiny_model(kind).save_pretrained(tmp_path / "base")  # type: ignore[operator]
    large = AutoModelForCausalLM.from_pretrained(tmp_path / "base")
    large.resize_token_embeddings(64)
    saved = ["embed_tokens"] if kind == "llama" else ["embed_tokens", "lm_head"]
    theirs = peft_model(large, r=3, target_modules=["q_proj"], modules_to_save=saved)
    randomise(peft_tensors(theirs))
    theirs.save_pretrained(tmp_path / "adapter")
    assert sum("embed_tokens" in key for key in load_file(tmp_path / "adapter" / WEIGHTS)) == 3
    ours = load_model(tmp_path / "base")
    load_adapter(ours, tmp_path / "adapter")
    ids = torch.tensor([[3, 61, 60, 63, 5, 62]])
    with torch.no_grad():
        torch.testing.assert_close(ours(ids), logits_of(theirs, ids), atol=1e-5, rtol=1e-5)


@pytest.mark.parity
@pytest.mark.parametrize("options", [{}, {"trainable_token_indices": [5, 63]}])
def test_rows_that_came_with_an_adapter_are_saved_with_it(tmp_path: Path, options: dict[str, Any]) -> None:
    tiny_model("llama").save_pretrained(tmp_path / "base")  # type: ignore[operator]
    large = AutoModelForCausalLM.from_pretrained(tmp_path / "base")
    large.resize_token_embeddings(64)
    theirs = peft_model(large, r=3, target_modules=["q_proj"], **options)
    randomise(peft_tensors(theirs))
    theirs.save_pretrained(tmp_path / "theirs", save_embedding_layers=True)
    ids = torch.tensor([[3, 61, 60, 63, 5, 62]])
    first, second = load_model(tmp_path / "base"), load_model(tmp_path / "base")
    load_adapter(first, tmp_path / "theirs")
    save_adapter(first, tmp_path / "ours")
    load_adapter(second, tmp_path / "ours")
    for model in (first, second):
        with torch.no_grad():
            torch.testing.assert_close(model(ids), logits_of(theirs, ids), atol=1e-5, rtol=1e-5)


def test_a_second_adapter_takes_the_place_of_a_merged_one(tmp_path: Path) -> None:
    model, other = _save(tmp_path / "a"), _save(tmp_path / "b", seed=2)
    merge_lora(model)
    load_adapter(model, tmp_path / "b")
    ids = torch.randint(0, 61, (2, 9))
    assert torch.equal(logits_of(model, ids), logits_of(other, ids))


def test_a_refused_adapter_leaves_no_rows_behind(tiny_llama_folder: Path, tmp_path: Path) -> None:
    _save(tmp_path)
    _edit(tmp_path, target_modules=["c_attn"], trainable_token_indices=[600])
    model = load_model(tiny_llama_folder)
    with pytest.raises(InputError, match="c_attn"):
        load_adapter(model, tmp_path)
    assert len(model.lm_head.weight) == load_model(tiny_llama_folder).config.vocab_size == model.config.vocab_size
