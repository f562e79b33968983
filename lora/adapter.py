"""Adapters on disk, in PEFT's format: `adapter_config.json` beside `adapter_model.safetensors`.

A tensor's key is its place in the model behind "base_model.model.": "….q_proj.lora_A.weight". Whole new rows lie under
"….embed_tokens.token_adapter.trainable_tokens_delta". Where LoRA adapts the embedding or the head itself, or the
adapter brought them along, the base's weight is written too ("….base_layer.weight"), as PEFT does: rows added for new
tokens would exist nowhere else.
"""

import re
import warnings
from dataclasses import replace
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from atomic import write_files
from errors import InputError
from lora.config import CONFIG_NAME, LoRAConfig
from lora.inject import Injection, adapter_layers, attach, injection, unload_lora, unmerge_lora
from lora.layers import TokenRows

WEIGHTS_NAME = "adapter_model.safetensors"
PREFIX = "base_model.model."
_ROWS = ".token_adapter.trainable_tokens_delta"
_VOCABULARY = ("embed_tokens.weight", "lm_head.weight")  # as PEFT names the embedding's and the head's


def adapter_tensors(model: nn.Module) -> dict[str, Tensor]:
    """Every tensor of the model's adapter by its key in the file; the live tensors, not copies."""
    state = _state(model)
    tensors: dict[str, Tensor] = {}
    for name, layer in adapter_layers(model).items():
        if not isinstance(layer, TokenRows):
            tensors |= {f"{name}.{key}": value for key, value in layer.named_parameters() if key.startswith("lora_")}
        elif not layer.tied:
            tensors[name + _ROWS] = layer.trainable_tokens_delta
    for name in state.replaced:
        tensors |= {f"{name}.{key}": p for key, p in model.get_submodule(name).state_dict(keep_vars=True).items()}
    tensors |= {name: p for name, p in model.named_parameters() if name in state.overwritten and name.endswith("bias")}
    return {PREFIX + key: value for key, value in tensors.items()}


def save_adapter(model: nn.Module, folder: str | Path) -> None:
    """Write the model's adapter into `folder`, each file beside its place, synced and renamed.

    Raises InputError if the model has no adapter, if it is merged, or if the folder cannot be written.
    """
    state = _state(model)
    config, brought = state.config, state.overwritten
    if state.unmerged:
        raise InputError("LoRA: the adapter is merged; call unmerge_lora(model) before saving it")
    name = config.base_model_name_or_path or getattr(getattr(model, "config", None), "name_or_path", None)
    tensors = adapter_tensors(model)
    own = {id(weight) for key, weight in model.named_parameters(remove_duplicate=False) if key in brought}
    for key, weight in model.named_parameters():  # the vocabulary: a tied weight comes once
        adapted = config.trainable_token_indices is None and ".base_layer.weight" in key
        if _plain(key).endswith(_VOCABULARY) and (adapted or id(weight) in own):
            tensors.setdefault(PREFIX + key, weight)
    write_adapter(Path(folder), replace(config, base_model_name_or_path=name or None), tensors)


def write_adapter(folder: Path, config: LoRAConfig, tensors: dict[str, Tensor]) -> None:
    """Write an adapter's two files, the weights last. Raises InputError if they cannot be written."""
    data = save({key: t.detach().cpu().contiguous() for key, t in tensors.items()}, metadata={"format": "pt"})
    write_files(folder, {CONFIG_NAME: config.to_json().encode(), WEIGHTS_NAME: data})


def read_adapter(folder: Path) -> tuple[LoRAConfig, dict[str, Tensor]]:
    """An adapter's settings and its tensors by key. Raises InputError for a file that is missing, cut or not finite."""
    config, path = LoRAConfig.from_folder(folder), folder / WEIGHTS_NAME
    try:
        tensors = load_file(path)
    except (SafetensorError, OSError) as error:
        raise InputError(f"{path}: missing, cut short or not safetensors ({error}); fetch or save it again") from None
    if broken := [key for key, tensor in tensors.items() if not torch.isfinite(tensor).all()]:
        raise InputError(f"{path}: {broken[0]} holds NaN or infinity; the training that wrote it has failed")
    # Of a model whose vocabulary was resized PEFT writes modules_to_save thrice; the plain key holds what was trained.
    return config, {k: t for k, t in tensors.items() if not re.search(r"\.(original_module|modules_to_save)\.", k)}


def load_adapter(model: nn.Module, folder: str | Path) -> LoRAConfig:
    """Put the adapter in `folder` into the model, in place of the one it may have; trainable, the base frozen.

    Rows that the adapter trains and the model lacks are added (`model.resize_vocabulary`). Returns the adapter's
    settings. Raises InputError if the files cannot be read or a tensor does not fit the model, which is then plain.
    """
    config, tensors = read_adapter(Path(folder))
    name = getattr(getattr(model, "config", None), "name_or_path", None)
    if name and config.base_model_name_or_path and name != config.base_model_name_or_path:
        warnings.warn(f"{folder}: made for {config.base_model_name_or_path}, loaded into {name}", stacklevel=2)
    unmerge_lora(model)
    unload_lora(model)
    rows = None
    try:
        rows = _enlarge_vocabulary(model, config, tensors)
        attach(model, config, rows)
        _fill(model, tensors)
    except InputError as error:
        if rows is not None and injection(model) is None:
            model.resize_vocabulary(rows, shrink=True)  # type: ignore[operator]
        unload_lora(model)
        raise InputError(f"{folder}: does not fit the model: {error}") from None
    return config


def _state(model: nn.Module) -> Injection:
    if (state := injection(model)) is None:
        raise InputError("LoRA: the model has no adapter; call inject_lora or load_adapter first")
    return state


def _plain(key: str) -> str:
    """A parameter's name as it was before anything was wrapped."""
    return key.replace(".token_adapter", "").replace(".base_layer", "")


def _enlarge_vocabulary(model: nn.Module, config: LoRAConfig, tensors: dict[str, Tensor]) -> int | None:
    """Give the model a row for every token that the adapter trains or brings one for; how many it had, if they grew."""
    ids = config.trainable_token_indices or []
    trained = [i + 1 for part in (ids.values() if isinstance(ids, dict) else [ids]) for i in part]
    needed = max([0, *trained, *(len(t) for key, t in tensors.items() if _plain(key).endswith(_VOCABULARY))])
    present = max((len(m.weight) for m in model.modules() if isinstance(m, nn.Embedding)), default=0)
    if needed <= present:
        return None
    if not hasattr(model, "resize_vocabulary"):
        raise InputError(f"it needs {needed} rows in the vocabulary, not {present}; resize the model's first")
    model.resize_vocabulary(needed)  # type: ignore[operator]
    return present


def _fill(model: nn.Module, tensors: dict[str, Tensor]) -> None:
    """Copy the file's tensors into the model, once each is known to have its place and shape."""
    own, parameters = adapter_tensors(model), dict(model.named_parameters(remove_duplicate=False))
    layers = adapter_layers(model).items()
    rows = {PREFIX + name + _ROWS: m.trainable_tokens_delta for name, m in layers if isinstance(m, TokenRows)}
    vocabulary = {PREFIX + _plain(name): name for name in parameters if _plain(name).endswith(_VOCABULARY)}
    base = {key: vocabulary[_plain(key)] for key in tensors if key not in own and _plain(key) in vocabulary}
    places = rows | own | {key: parameters[name] for key, name in base.items()}
    for key in sorted(own.keys() | tensors.keys()):
        if key not in tensors or key not in places:
            raise InputError(f"{key} has no place in {'the model' if key in tensors else 'its file'}")
        if tensors[key].shape != places[key].shape:
            raise InputError(f"{key} is {list(tensors[key].shape)}, and {list(places[key].shape)} in the model")
    filled: dict[int, str] = {}
    for key, tensor in tensors.items():
        place = places[key].data
        twin = filled.setdefault(id(places[key]), key)
        if not torch.equal(tensors[twin], tensor):
            raise InputError(f"{key} differs from {twin}, and the model ties the two")
        if key in base and twin == key and not torch.equal(place, tensor.to(place)):  # the base as the adapter knew it
            _state(model).overwritten[base[key]] = place.clone()
        place.copy_(tensor)
