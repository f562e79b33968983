"""Tiny random models of transformers, and the peft side of a comparison."""

import copy
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import peft
import torch
from torch import Tensor, nn
from transformers import Gemma2Config, Gemma2ForCausalLM, Gemma3ForCausalLM, Gemma3TextConfig, LlamaForCausalLM
from transformers import LlamaConfig as HubLlamaConfig

from lora.inject import injection

SHAPE = {
    "vocab_size": 61,
    "hidden_size": 24,
    "intermediate_size": 36,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 6,
    "max_position_embeddings": 64,
    "initializer_range": 0.2,
    "pad_token_id": None,
}


def tiny_model(kind: str) -> nn.Module:
    """A fresh random model: "llama" (tied), "llama-untied", "-bias" or "-bf16", "gemma2", "gemma3" (scaled, tied)."""
    if kind == "gemma2":
        model: Any = Gemma2ForCausalLM(Gemma2Config(**SHAPE, query_pre_attn_scalar=6, attn_implementation="eager"))
    elif kind == "gemma3":
        model = Gemma3ForCausalLM(Gemma3TextConfig(**SHAPE, query_pre_attn_scalar=6, attn_implementation="eager"))
    else:
        bias = kind == "llama-bias"
        model = LlamaForCausalLM(
            HubLlamaConfig(
                **SHAPE,
                tie_word_embeddings=kind not in ("llama-untied", "llama-bias"),
                attention_bias=bias,
                mlp_bias=bias,
            )
        )
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):
            nn.init.normal_(parameter)
    return model.to(torch.bfloat16 if kind == "llama-bf16" else torch.float32).eval()


def peft_tensors(model: nn.Module) -> dict[str, Tensor]:
    """The live tensors of a peft model by their key in the file."""
    tensors = {}
    for name, parameter in model.named_parameters():
        if ".original_module." in name or not parameter.requires_grad:
            continue
        key = name.replace(".default", "").replace(".modules_to_save", "")
        tensors[key.removesuffix(".weight") if key.endswith("lora_magnitude_vector.weight") else key] = parameter
    return tensors


def randomise(tensors: dict[str, Tensor], seed: int = 1) -> None:
    """Give an adapter values that all matter: with B = 0 a comparison would prove nothing."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for key in sorted(tensors):
            noise = torch.randn(tensors[key].shape, generator=generator)
            if "magnitude" in key or "lora_" not in key:
                tensors[key] += 0.3 * noise.to(tensors[key].dtype) * tensors[key].abs().mean()
            else:
                tensors[key].copy_(noise / math.sqrt(2 * tensors[key].shape[-1]))


def copy_tensors(source: dict[str, Tensor], target: dict[str, Tensor], change: bool = True) -> None:
    """Copy an adapter's values; with `change=False`, only make sure that they are the same already."""
    assert source.keys() == target.keys()
    with torch.no_grad():
        for key, tensor in source.items():
            assert tensor.shape == target[key].shape, key
            assert tensor.dtype == target[key].dtype, key
            if change:
                target[key].copy_(tensor)
            assert torch.equal(target[key], tensor), key


def peft_model(model: nn.Module, **options: Any) -> Any:
    return peft.get_peft_model(copy.deepcopy(model), peft.LoraConfig(task_type="CAUSAL_LM", **options))  # type: ignore[arg-type]


def load_in_peft(model: nn.Module, folder: Path) -> Any:
    return peft.PeftModel.from_pretrained(copy.deepcopy(model), folder, is_trainable=True)  # type: ignore[arg-type]


def logits_of(model: nn.Module, input_ids: Tensor) -> Tensor:
    with torch.no_grad():
        return model(input_ids=input_ids).logits


@contextmanager
def input_gradient(model: nn.Module) -> Iterator[list[Tensor]]:
    """Collects what the embedding gives, with its gradient, whether anything below it is trained or not."""
    collected: list[Tensor] = []

    def hook(module: nn.Module, args: tuple, output: Tensor) -> Tensor:
        output = output if output.requires_grad else output.detach().requires_grad_()
        output.retain_grad()
        collected.append(output)
        return output

    name = next(name for name, _ in model.named_modules() if name.endswith("embed_tokens"))
    handle = model.get_submodule(name).register_forward_hook(hook)
    yield collected
    handle.remove()


def is_plain(model: nn.Module) -> bool:
    return injection(model) is None and not any("lora" in name for name, _ in model.named_modules())
