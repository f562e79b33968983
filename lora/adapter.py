"""Adapters on disk, in PEFT's format: `adapter_config.json` beside `adapter_model.safetensors`.

A tensor's key is its place in the model behind "base_model.model.": "….q_proj.lora_A.weight". Whole new rows lie under
"….embed_tokens.token_adapter.trainable_tokens_delta". Where LoRA adapts the embedding or the head itself, the base's
weight is written too ("….base_layer.weight"), as PEFT does, since rows added for new tokens exist nowhere else; with
`trainable_token_indices` only the rows are.
"""

import os
import warnings
from dataclasses import replace
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from errors import InputError
from lora.config import CONFIG_NAME, LoRAConfig
from lora.inject import adapter_layers, attach, injection, unload_lora
from lora.layers import TokenRows

WEIGHTS_NAME = "adapter_model.safetensors"
PREFIX = "base_model.model."
_VOCABULARY = ("embed_tokens", "lm_head")  # names that PEFT takes for the embedding and the head


def adapter_tensors(model: nn.Module) -> dict[str, Tensor]:
    """Every tensor of the model's adapter by its key in the file; the live tensors, not copies."""
    state = injection(model)
    if state is None:
        raise InputError("LoRA: the model has no adapter; call inject_lora or load_adapter first")
    tensors: dict[str, Tensor] = {}
    for name, layer in adapter_layers(model).items():
        if isinstance(layer, TokenRows):
            if not layer.tied:
                tensors[f"{name}.token_adapter.trainable_tokens_delta"] = layer.trainable_tokens_delta
        else:
            own = {key: value for key, value in layer.named_parameters() if key.startswith("lora_")}
            tensors |= {f"{name}.{key}": value for key, value in own.items()}
    for name in state.replaced:
        tensors |= {f"{name}.{k}": v for k, v in model.get_submodule(name).state_dict(keep_vars=True).items()}
    parameters = dict(model.named_parameters())
    tensors |= {name: parameters[name] for name in state.overwritten if name.endswith("bias")}
    return {PREFIX + key: value for key, value in tensors.items()}


def base_tensors(model: nn.Module) -> dict[str, Tensor]:
    """The weights of the base that belong into the file beside the adapter (see above), a tied one once."""
    state = injection(model)
    if state is None or state.config.trainable_token_indices is not None:
        return {}
    names = [name for name in adapter_layers(model) if name.split(".")[-1] in _VOCABULARY]
    weights = {f"{PREFIX}{name}.base_layer.weight": model.get_submodule(name).base_layer.weight for name in names}
    first = {id(weight): key for key, weight in reversed(weights.items())}
    return {key: weight for key, weight in weights.items() if first[id(weight)] == key}


def save_adapter(model: nn.Module, folder: str | Path) -> None:
    """Write the model's adapter into `folder`, each file beside its place, synced and renamed.

    Raises InputError if the model has no adapter, if it is merged, or if the folder cannot be written.
    """
    tensors = adapter_tensors(model)
    if any(layer.merged for layer in adapter_layers(model).values()):
        raise InputError("LoRA: the adapter is merged; call unmerge_lora(model) before saving it")
    state = injection(model)
    assert state is not None
    name = state.config.base_model_name_or_path or getattr(getattr(model, "config", None), "name_or_path", None)
    config = replace(state.config, base_model_name_or_path=name or None)
    write_adapter(Path(folder), config, tensors | base_tensors(model))


def write_adapter(folder: Path, config: LoRAConfig, tensors: dict[str, Tensor]) -> None:
    """Write an adapter's two files, each beside its place, synced and renamed."""
    data = save({key: t.detach().cpu().contiguous() for key, t in tensors.items()}, metadata={"format": "pt"})
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in ((WEIGHTS_NAME, data), (CONFIG_NAME, config.to_json().encode())):
            _write(folder / name, content)
    except OSError as error:
        raise InputError(f"{folder}: the adapter cannot be written: {error.strerror}") from None


def _write(path: Path, content: bytes) -> None:
    beside = path.with_name(path.name + ".part")
    try:
        with open(beside, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def read_adapter(folder: str | Path) -> tuple[LoRAConfig, dict[str, Tensor]]:
    """An adapter's settings and its tensors by key. Raises InputError for a file that is missing, cut or not finite."""
    folder = Path(folder)
    config = LoRAConfig.from_folder(folder)
    path = folder / WEIGHTS_NAME
    if not path.is_file():
        raise InputError(f"{path}: missing; an adapter's weights are read from safetensors only")
    try:
        tensors = load_file(path)
    except (SafetensorError, OSError) as error:
        raise InputError(f"{path}: cut short or not a safetensors file ({error}); fetch or save it again") from None
    for key, tensor in tensors.items():
        if not torch.isfinite(tensor).all():
            raise InputError(f"{path}: {key} holds NaN or infinity; the training that wrote it has failed")
    return config, tensors


def load_adapter(model: nn.Module, folder: str | Path) -> LoRAConfig:
    """Put the adapter in `folder` into the model, in place of the one it may have; trainable, the base frozen.

    Rows that the adapter trains and the model lacks are added (`model.resize_vocabulary`). Returns the adapter's
    settings. Raises InputError if the files cannot be read or a tensor does not fit the model, which is then plain.
    """
    config, tensors = read_adapter(folder)
    name = getattr(getattr(model, "config", None), "name_or_path", None)
    if name and config.base_model_name_or_path and name != config.base_model_name_or_path:
        warnings.warn(f"{folder}: made for {config.base_model_name_or_path}, loaded into {name}", stacklevel=2)
    unload_lora(model)
    try:
        _enlarge_vocabulary(model, config, tensors)
        attach(model, config)
        _fill(model, tensors)
    except InputError as error:
        unload_lora(model)
        raise InputError(f"{folder} does not fit the model: {error}") from None
    return config


def _enlarge_vocabulary(model: nn.Module, config: LoRAConfig, tensors: dict[str, Tensor]) -> None:
    """Give the model a row for every token that the adapter trains or brings a base row for."""
    ids = config.trainable_token_indices or []
    needed = 1 + max((i for part in (ids.values() if isinstance(ids, dict) else [ids]) for i in part), default=-1)
    for key, tensor in tensors.items():
        if key.endswith(tuple(f"{name}.base_layer.weight" for name in _VOCABULARY)):
            needed = max(needed, len(tensor))
    present = [len(m.weight) for m in model.modules() if isinstance(m, nn.Embedding)]
    if not present or needed <= max(present):
        return
    resize = getattr(model, "resize_vocabulary", None)
    if resize is None:
        raise InputError(f"it needs {needed} rows in the vocabulary, not {max(present)}; resize the model's first")
    resize(needed)


def _fill(model: nn.Module, tensors: dict[str, Tensor]) -> None:
    """Copy the file's tensors into the adapter, after checking that each has its place and shape."""
    own = adapter_tensors(model)
    weights = {f"{PREFIX}{name}.weight": p for name, p in model.named_parameters(remove_duplicate=False)}
    base = {k: p for k, p in model.named_parameters(remove_duplicate=False) if k.endswith("base_layer.weight")}
    base = {PREFIX + key: parameter for key, parameter in base.items()}
    places = own | {key: base[key] for key in tensors if key in base}
    del weights
    for key in own.keys() | tensors.keys():
        if key not in tensors:
            raise InputError(f"{key} is missing from its file")
        if key not in places:
            raise InputError(f"{key} has no place in the model")
        if tensors[key].shape != places[key].shape:
            shapes = f"{tuple(tensors[key].shape)}, the model's {tuple(places[key].shape)}"
            raise InputError(f"{key} has the shape {shapes}")
