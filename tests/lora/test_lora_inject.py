"""Finding modules, freezing, and names that fit nothing."""

import copy
from typing import Any

import pytest
import torch
from torch import nn

from errors import InputError
from lora import LoRAConfig, inject_lora, load_adapter, merge_lora, save_adapter, unload_lora, unmerge_lora
from lora.adapter import adapter_tensors
from model import load_model
from tests.lora.lora_reference import is_plain, tiny_model


def test_only_the_adapter_is_trained_and_a_step_moves_only_it() -> None:
    model = tiny_model("llama-bias")
    inject_lora(model, LoRAConfig(r=4, target_modules=["q_proj"], bias="lora_only", trainable_token_indices=[3]))
    trained = {name for name, p in model.named_parameters() if p.requires_grad}
    assert trained == {
        *(f"model.layers.{i}.self_attn.q_proj.lora_{x}.weight" for i in range(3) for x in "AB"),
        *(f"model.layers.{i}.self_attn.q_proj.base_layer.bias" for i in range(3)),
        "model.embed_tokens.trainable_tokens_delta",
    }
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=0.1)
    ids = torch.tensor([[3, 5, 8, 3, 1]])
    for _ in range(2):  # A moves only once B has left zero
        model(input_ids=ids, labels=ids).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    moved = {name for name, p in model.named_parameters() if not torch.equal(p, before[name])}
    assert moved == trained


@pytest.mark.parametrize("training", [False, True])
def test_an_adapter_joins_the_models_mode(tmp_path, training: bool) -> None:
    """A model in eval mode stays in it: its adapter drops nothing."""
    model = tiny_model("llama").train(training)
    inject_lora(model, LoRAConfig(lora_dropout=0.5, target_modules=["q_proj", "lm_head"], modules_to_save=["norm"]))
    save_adapter(model, tmp_path)
    load_adapter(model, tmp_path)
    assert {module.training for module in model.modules()} == {training}


@pytest.mark.parametrize("settings", [{"target_modules": ["embed_tokens"]}, {"trainable_token_indices": [3]}], ids=str)
def test_a_vocabulary_that_is_wrapped_is_not_resized(tiny_llama_folder, settings) -> None:
    model = load_model(tiny_llama_folder)
    inject_lora(model, LoRAConfig(**{"target_modules": ["q_proj"]} | settings))
    with pytest.raises(InputError, match="wrapped by an adapter"):
        model.resize_vocabulary(model.config.vocab_size + 8)
    unload_lora(model)
    model.resize_vocabulary(model.config.vocab_size + 8)
    assert model(torch.tensor([[3]])).shape[-1] == model.config.vocab_size == len(model.lm_head.weight)


def test_tied_rows_are_counted_once_and_stay_one_after_a_copy_and_a_move() -> None:
    model = tiny_model("gemma2")
    inject_lora(model, LoRAConfig(target_modules=["q_proj"], trainable_token_indices=[58, 57]))
    for twin in (model, copy.deepcopy(model), copy.deepcopy(model).to(torch.float64)):
        embedding, head = twin.get_submodule("model.embed_tokens"), twin.get_submodule("lm_head")
        assert embedding.trainable_tokens_delta is head.trainable_tokens_delta
        assert [n for n, _ in twin.named_parameters() if "trainable_tokens" in n] == [
            "model.embed_tokens.trainable_tokens_delta"
        ]
        assert torch.equal(embedding.trainable_tokens_delta, embedding.base_layer.weight[[58, 57]])  # type: ignore[union-attr, index]


def test_a_tied_head_alone_gets_its_own_rows() -> None:
    model = tiny_model("llama")
    inject_lora(model, LoRAConfig(target_modules=["q_proj"], trainable_token_indices={"lm_head": [5]}))
    assert isinstance(model.get_submodule("model.embed_tokens"), nn.Embedding)
    with torch.no_grad():
        model.get_parameter("lm_head.trainable_tokens_delta").add_(1)
    merge_lora(model)
    unload_lora(model)
    head, embedding = model.get_parameter("lm_head.weight"), model.get_parameter("model.embed_tokens.weight")
    assert (head != embedding).any(1).nonzero().flatten().tolist() == [5]


BAD_TARGETS: dict[str, dict[str, Any]] = {
    "'query'": {"target_modules": ["q_proj", "query"]},
    "q_proj": {"target_modules": ["query"]},
    "fits no module": {"target_modules": "nothing"},
    "None fits no module": {"target_modules": None},
    "only linear layers": {"target_modules": r"model\.layers\.0\.mlp"},
    "'score' (modules_to_save)": {"modules_to_save": ["score"]},
    "'wte' (trainable_token_indices)": {"trainable_token_indices": {"wte": [1]}},
    "neither an embedding nor a head": {"trainable_token_indices": {"norm": [1]}},
    "has 61 rows; enlarge it to train row 61": {"trainable_token_indices": [61]},
    "choose one": {"target_modules": ["embed_tokens"], "trainable_token_indices": [1]},
    "embed_tokens is in trainable_token_indices": {"modules_to_save": ["embed_tokens"], "trainable_token_indices": [1]},
    "layers_to_transform": {"target_modules": "q_proj", "layers_to_transform": 1},
    "not a regular expression": {"target_modules": "(q_proj"},
    "r is 0": {"r": 0},
    "rank_pattern is {'q_proj': -1}": {"rank_pattern": {"q_proj": -1}},
    "r is True": {"r": True},
    "lora_alpha is '8'": {"lora_alpha": "8"},
    "lora_dropout is 1.0": {"lora_dropout": 1.0},
    "bias is 'some'": {"bias": "some"},
    "init_lora_weights is 'pissa'": {"init_lora_weights": "pissa"},
    "distinct token ids": {"trainable_token_indices": [1, 1]},
    "lists of distinct token ids": {"trainable_token_indices": [-1]},
    "target_modules is 3": {"target_modules": 3},
    "layers_to_transform is 'x'": {"layers_to_transform": "x"},
    "layers_pattern is 5": {"layers_pattern": 5},
    "lora_alpha is nan": {"lora_alpha": float("nan")},
    "lora_alpha is 1000": {"lora_alpha": 10**400},
    "alpha_pattern is {'q_proj': inf}": {"alpha_pattern": {"q_proj": float("inf")}},
    "'(lm_head()' is not a regular expression": {"modules_to_save": ["lm_head("]},
    "'((?i)layers)' is not a regular expression": {"layers_to_transform": 0, "layers_pattern": "(?i)layers"},
    "'((?i)q_proj)' is not a regular expression": {"rank_pattern": {"(?i)q_proj": 2}},
}


@pytest.mark.parametrize("message", BAD_TARGETS)
def test_what_fits_nothing_is_named_and_leaves_the_model_alone(message: str) -> None:
    model = tiny_model("llama")
    with pytest.raises(InputError) as caught:
        inject_lora(model, LoRAConfig(**{"target_modules": ["q_proj"], **BAD_TARGETS[message]}))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert is_plain(model)
    assert all(p.requires_grad for p in model.parameters())


def test_one_adapter_at_a_time(tmp_path) -> None:
    model, config = tiny_model("llama"), LoRAConfig(target_modules=["q_proj"])
    inject_lora(model, config)
    with pytest.raises(InputError, match="unload_lora"):
        inject_lora(model, config)
    merge_lora(model)
    with pytest.raises(InputError, match="unmerge_lora"):
        save_adapter(model, tmp_path)
    unmerge_lora(model)
    save_adapter(model, tmp_path)
    unload_lora(model)
    assert is_plain(model)
    for call in (merge_lora, unmerge_lora, unload_lora):
        call(model)  # nothing to do
    for call in (adapter_tensors, lambda m: save_adapter(m, tmp_path)):
        with pytest.raises(InputError, match="no adapter"):
            call(model)
    load_adapter(model, tmp_path)
    assert not is_plain(model)
