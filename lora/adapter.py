"""Adapters on disk, in PEFT's format: `adapter_config.json` beside `adapter_model.safetensors`.

A tensor's key is its place in the model behind "base_model.model.": "….q_proj.lora_A.weight". Whole new rows lie under
"….embed_tokens.token_adapter.trainable_tokens_delta". Where LoRA adapts the embedding or the head itself, the base's
weight is written too ("….base_layer.weight"), as PEFT does: rows added for new tokens would exist nowhere else.
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
from lora.inject import Injection, adapter_layers, attach, injection, unload_lora
from lora.layers import TokenRows

WEIGHTS_NAME = "adapter_model.safetensors"
PREFIX = "base_model.model."
_VOCABULARY = ("embed_tokens", "lm_head")  # the names that PEFT takes for the embedding and the head


def adapter_tensors(model: nn.Module) -> dict[str, Tensor]:
    """Every tensor of the model's adapter by its key in the file; the live tensors, not copies."""
    state = _state(model)
    tensors: dict[str, Tensor] = {}
    for name, layer in adapter_layers(model).items():
        if not isinstance(layer, TokenRows):
            tensors |= {f"{name}.{key}": value for key, value in layer.named_parameters() if key.startswith("lora_")}
        elif not layer.tied:
            tensors[f"{name}.token_adapter.trainable_tokens_delta"] = layer.trainable_tokens_delta
    for name in state.replaced:
        tensors |= {f"{name}.{key}": p for key, p in model.get_submodule(name).state_dict(keep_vars=True).items()}
    tensors |= {name: p for name, p in model.named_parameters() if name in state.overwritten and name.endswith("bias")}
    return {PREFIX + key: value for key, value in tensors.items()}


def _base_tensors(model: nn.Module) -> dict[str, Tensor]:
    """The base's own weights that go beside the adapter (see above), by their key."""
    if _state(model).config.trainable_token_indices is not None:
        return {}
    layers = {name: m for name, m in adapter_layers(model).items() if name.split(".")[-1] in _VOCABULARY}
    return {f"{PREFIX}{name}.base_layer.weight": layer.base_layer.weight for name, layer in layers.items()}


def save_adapter(model: nn.Module, folder: str | Path) -> None:
    """Write the model's adapter into `folder`, each file beside its place, synced and renamed.

    Raises InputError if the model has no adapter, if it is merged, or if the folder cannot be written.
    """
    config = _state(model).config
    if any(layer.merged for layer in adapter_layers(model).values()):
        raise InputError("LoRA: the adapter is merged; call unmerge_lora(model) before saving it")
    name = config.base_model_name_or_path or getattr(getattr(model, "config", None), "name_or_path", None)
    once = {id(tensor): key for key, tensor in _base_tensors(model).items()}  # a tied weight under one key
    base = {key: tensor for key, tensor in _base_tensors(model).items() if key in once.values()}
    write_adapter(Path(folder), replace(config, base_model_name_or_path=name or None), adapter_tensors(model) | base)


def write_adapter(folder: Path, config: LoRAConfig, tensors: dict[str, Tensor]) -> None:
    """Write an adapter's two files, each beside its place, synced and renamed."""
    data = save({key: t.detach().cpu().contiguous() for key, t in tensors.items()}, metadata={"format": "pt"})
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in ((WEIGHTS_NAME, data), (CONFIG_NAME, config.to_json().encode())):
            beside = folder / f"{name}.part"
            try:
                with open(beside, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(beside, folder / name)
            finally:
                beside.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: the adapter cannot be written: {error.strerror}") from None


def read_adapter(folder: Path) -> tuple[LoRAConfig, dict[str, Tensor]]:
    """An adapter's settings and its tensors by key. Raises InputError for a file that is missing, cut or not finite."""
    config, path = LoRAConfig.from_folder(folder), folder / WEIGHTS_NAME
    if not path.is_file():
        raise InputError(f"{path}: missing; an adapter's weights are read from safetensors only")
    try:
        tensors = load_file(path)
    except (SafetensorError, OSError) as error:
        raise InputError(f"{path}: cut short or not safetensors ({error}); fetch or save it again") from None
    for key, tensor in tensors.items():
        if not torch.isfinite(tensor).all():
            raise InputError(f"{path}: {key} holds NaN or infinity; the training that wrote it has failed")
    return config, tensors


def load_adapter(model: nn.Module, folder: str | Path) -> LoRAConfig:
    """Put the adapter in `folder` into the model, in place of the one it may have; trainable, the base frozen.

    Rows that the adapter trains and the model lacks are added (`model.resize_vocabulary`). Returns the adapter's
    settings. Raises InputError if the files cannot be read or a tensor does not fit the model, which is then plain.
    """
    config, tensors = read_adapter(Path(folder))
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
        raise InputError(f"{folder}: does not fit the model: {error}") from None
    return config


def _state(model: nn.Module) -> Injection:
    state = injection(model)
    if state is None:
        raise InputError("LoRA: the model has no adapter; call inject_lora or load_adapter first")
    return state


def _enlarge_vocabulary(model: nn.Module, config: LoRAConfig, tensors: dict[str, Tensor]) -> None:
    """Give the model a row for every token that the adapter trains or brings a base row for."""
    ids = config.trainable_token_indices or []
    trained = [i for part in (ids.values() if isinstance(ids, dict) else [ids]) for i in part]
    brought = [len(tensors[key]) for key in tensors if key.endswith(".base_layer.weight")]
    needed = max(max(trained, default=-1) + 1, *brought, 0)
    present = max((len(m.weight) for m in model.modules() if isinstance(m, nn.Embedding)), default=0)
    if needed > present:
        resize = getattr(model, "resize_vocabulary", None)
        if resize is None:
            raise InputError(f"it needs {needed} rows in the vocabulary, not {present}; resize the model's first")
        resize(needed)


def _fill(model: nn.Module, tensors: dict[str, Tensor]) -> None:
    """Copy the file's tensors into the adapter, once each is known to have its place and shape."""
    own, base = adapter_tensors(model), _base_tensors(model)
    places = own | base
    for key in sorted(own.keys() | tensors.keys()):
        if key not in tensors or key not in places:
            raise InputError(f"{key} has no place in {'the model' if key in tensors else 'its file'}")
        if tensors[key].shape != places[key].shape:
            shapes = f"{tuple(tensors[key].shape)}, and {tuple(places[key].shape)} in the model"
            raise InputError(f"{key} has the shape {shapes}")
        twin = next(other for other in places if places[other] is places[key])
        if not torch.equal(tensors.get(twin, tensors[key]), tensors[key]):
            raise InputError(f"{key} and {twin} differ, and the model ties them")
    with torch.no_grad():
        for key, tensor in tensors.items():
            if key in base and not torch.equal(tensor.to(places[key]), places[key]):
                # The base as the adapter knew it, with rows that were added for new tokens.
                _state(model).overwritten.setdefault(key.removeprefix(PREFIX), places[key].clone())
            places[key].copy_(tensor)
