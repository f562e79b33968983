"""An adapter in a model: find the modules it names, wrap them, freeze the rest; fold it in; take it out.

A name means the modules that it means to PEFT (tuners_utils.check_target_module_exists).
"""

import copy
import re
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.linalg import vector_norm

from errors import InputError
from lora.config import LoRAConfig
from lora.layers import LoRAEmbedding, LoRALinear, TokenRows

AdapterLayer = LoRALinear | LoRAEmbedding | TokenRows


@dataclass
class Injection:
    """What an adapted model remembers: its adapter's settings, and the base where something stands in its place."""

    config: LoRAConfig
    rows: int | None = None  # how many the vocabulary had, where load_adapter has enlarged it
    replaced: dict[str, nn.Module] = field(default_factory=dict)  # modules_to_save: name -> the base's own module
    overwritten: dict[str, Tensor] = field(default_factory=dict)  # parameter's name -> the base's own values
    unmerged: list[tuple[nn.Module, nn.Parameter]] = field(default_factory=list)  # a merged module, its own weight


def injection(model: nn.Module) -> Injection | None:
    """The record that inject_lora left on the model; None on a plain model."""
    return vars(model).get("injection")


def adapter_layers(model: nn.Module) -> dict[str, AdapterLayer]:
    """The wrappers of an adapted model by name, an outer one before the one inside it."""
    return {name: m for name, m in model.named_modules() if isinstance(m, AdapterLayer)}


def inject_lora(model: nn.Module, config: LoRAConfig) -> None:
    """Wrap the modules that `config` names, in place, and freeze all that the adapter does not train.

    The model is any tree of modules with the Hub's names. A wrapped module keeps its place; only its own weight's name
    gains `base_layer`. Raises InputError, with the model untouched, if it has an adapter already, if a name fits no
    module, or if a module is not one that LoRA is built for.
    """
    for option in ("target_modules", "modules_to_save"):
        named = getattr(config, option)
        for name in [] if isinstance(named, str) else named or []:
            if not any(_ends_with(key, name) for key, _ in model.named_modules()):
                raise InputError(f"LoRA: no module is called {name!r} ({option}); there are {_kinds(model)}")
    attach(model, config)


def attach(model: nn.Module, config: LoRAConfig, rows_before: int | None = None) -> None:
    """inject_lora for an adapter from a file, whose settings may name modules that this model does not have."""
    if injection(model) is not None:
        raise InputError("LoRA: the model has an adapter already; call unload_lora(model) first")
    modules = dict(model.named_modules())
    adapted = {n: _adapted(config, n, m) for n, m in modules.items() if n and _is_target(config, n, m)}
    if not adapted:
        raise InputError(f"LoRA: target_modules={config.target_modules!r} fits no module; there are {_kinds(model)}")
    # PEFT takes any ending of a name here, so "norm" means each layer's input_layernorm too.
    saved = [name for name in modules if config.modules_to_save and name.endswith(tuple(config.modules_to_save))]
    rows = _token_rows(config, model)
    if twice := (adapted.keys() | set(saved)) & rows.keys():
        raise InputError(f"LoRA: {twice.pop()} is in trainable_token_indices and to be adapted or saved; choose one")

    model.requires_grad_(False)
    state = Injection(config, rows_before)
    vars(model)["injection"] = state
    for name, layer in adapted.items():
        model.set_submodule(name, layer.train(modules[name].training))  # dropout is off in a model that is in eval mode
    for name in saved:
        state.replaced[name] = modules[name]
        model.set_submodule(name, copy.deepcopy(modules[name]).requires_grad_())
    for name, ids in rows.items():
        base = model.get_submodule(name)
        layer = TokenRows(base, ids)  # type: ignore[arg-type]  # _token_rows has seen to its kind
        for head in _tied_heads(model, base):
            if head not in rows:
                model.set_submodule(head, TokenRows(model.get_submodule(head), ids, layer.trainable_tokens_delta))  # type: ignore[arg-type]
        model.set_submodule(name, layer)
    for name, parameter in model.named_parameters():
        of_lora = name.endswith(".base_layer.bias") and name.removesuffix(".base_layer.bias") in adapted
        chosen = (config.bias == "all" and name.endswith("bias")) or (config.bias == "lora_only" and of_lora)
        if chosen and not parameter.requires_grad:  # else it is trained already, in a module of modules_to_save
            state.overwritten[name] = parameter.detach().clone()
            parameter.requires_grad_()


@torch.no_grad()
def merge_lora(model: nn.Module) -> None:
    """Write the adapter's change into the base's weights: summed in fp32, cast once. A second call changes nothing.

    Tied weights part where the adapter changes only one of them. The base's own weights are kept for unmerge_lora
    until unload_lora lets go of them. Raises InputError, with nothing changed, if NaN or infinity came out.
    """
    state, layers = injection(model), adapter_layers(model)
    if state is None or state.unmerged:
        return
    inside = [layer.base_layer for layer in layers.values()]
    shared: dict[tuple[int, ...], nn.Parameter] = {}  # one new weight for all that share the base's and the adapter
    merged: list[tuple[nn.Module, nn.Parameter]] = []
    for name, layer in layers.items():
        if layer in inside:
            continue  # rows within a LoRALinear, whose weight holds them
        module = layer.base_layer.base_layer if isinstance(layer.base_layer, TokenRows) else layer.base_layer
        key = (id(module.weight), *(id(p) for p in layer.parameters() if p is not module.weight))
        if key not in shared:
            shared[key] = nn.Parameter(_merged_weight(layer), requires_grad=False)
            if not torch.isfinite(shared[key]).all():
                raise InputError(f"LoRA: {name} would hold NaN or infinity once merged; its adapter is broken")
        merged.append((module, shared[key]))
    for module, weight in merged:
        state.unmerged.append((module, module.weight))  # type: ignore[arg-type]
        module.weight = weight
    for layer in layers.values():
        layer.merged = True


def unmerge_lora(model: nn.Module) -> None:
    """Put the base's own weights back, bit for bit, and the adapter beside them. Does nothing if it is not merged."""
    state = injection(model)
    while state and state.unmerged:
        module, weight = state.unmerged.pop()
        weight.data = weight.data.to(module.weight.device)  # type: ignore[arg-type]
        module.weight = weight
    for layer in adapter_layers(model).values():
        layer.merged = False


def _merged_weight(layer: AdapterLayer) -> Tensor:
    """The one weight that does what base and adapter do together, in the base's dtype."""
    if isinstance(layer, TokenRows):
        return layer.weight
    weight = layer.changed_weight()
    if layer.lora_magnitude_vector is not None:  # DoRA: the learnt length of each row, or of an embedding's column
        m = layer.lora_magnitude_vector[:, None] if isinstance(layer, LoRALinear) else layer.lora_magnitude_vector
        weight *= m / vector_norm(weight, dim=1 if isinstance(layer, LoRALinear) else 0, keepdim=True)
    return weight.to(layer.base_layer.weight.dtype)


def unload_lora(model: nn.Module) -> None:
    """Take the adapter out: the model is plain again, and all of it trainable, as in a fresh one.

    The base is what it was, bit for bit and row for row; after merge_lora it stays merged. A plain one is left alone.
    """
    if (state := injection(model)) is None:
        return
    layers = adapter_layers(model)
    if state.unmerged:
        state = Injection(state.config)  # of which nothing is put back
    parameters = dict(model.named_parameters(remove_duplicate=False))
    for name, values in state.overwritten.items():
        parameters[name].data.copy_(values)
    for name, module in state.replaced.items():
        model.set_submodule(name, module)
    for name, layer in reversed(layers.items()):  # the inner of two first
        model.set_submodule(name, layer.base_layer)
    if state.rows is not None:
        model.resize_vocabulary(state.rows, shrink=True)  # type: ignore[operator]
    del vars(model)["injection"]
    model.requires_grad_()


def _adapted(config: LoRAConfig, name: str, module: nn.Module) -> LoRALinear | LoRAEmbedding:
    r, scaling = config.rank_and_scaling(name)
    if isinstance(module, nn.Embedding):
        return LoRAEmbedding(module, r, scaling, config.use_dora, config.init_lora_weights)
    if isinstance(module, nn.Linear):
        return LoRALinear(module, r, scaling, config.lora_dropout, config.use_dora, config.init_lora_weights)
    raise InputError(f"LoRA: {name} is a {type(module).__name__}; only linear layers and embeddings can be adapted")


def _is_target(config: LoRAConfig, name: str, module: nn.Module) -> bool:
    """Whether target_modules and its companions mean the module called `name`."""
    targets, excluded = config.target_modules or [], config.exclude_modules or []
    if re.fullmatch(excluded, name) if isinstance(excluded, str) else any(_ends_with(name, key) for key in excluded):
        return False
    if any(re.match(rf"(^|.*\.){key}($|\..*)", name) for key in config.modules_to_save or []):
        return False
    if targets == "all-linear":
        return isinstance(module, nn.Linear) and name.split(".")[-1] != "lm_head"
    if isinstance(targets, str):
        return re.fullmatch(targets, name) is not None
    return name in targets or (any(_ends_with(name, key) for key in targets) and _is_in_layers(config, name))


def _is_in_layers(config: LoRAConfig, name: str) -> bool:
    """Whether layers_to_transform allows this module, going by the first number in its name."""
    wanted, lists = config.layers_to_transform, config.layers_pattern or "[^.]*"
    if wanted is None or wanted == []:
        return True
    found = [re.match(rf"(?:^|.*?\.){key}\.(\d+)\.", name) for key in ([lists] if isinstance(lists, str) else lists)]
    numbers = [int(match[1]) for match in found if match]
    return bool(numbers) and numbers[0] in ([wanted] if isinstance(wanted, int) else wanted)


def _token_rows(config: LoRAConfig, model: nn.Module) -> dict[str, list[int]]:
    """Module's name -> the ids whose rows it trains; without a tied head that trains the same as the embedding."""
    named, rows = config.trainable_token_indices, {}
    names = [name for name, _ in model.named_modules()]
    embedding = next((n for n in names if isinstance(model.get_submodule(n), nn.Embedding)), "embed_tokens")
    for target, ids in (named if isinstance(named, dict) else {embedding: named or []}).items():
        found = [name for name in names if name.endswith(target)] if ids else []
        if ids and not found:
            raise InputError(f"LoRA: no module is called {target!r} (trainable_token_indices)")
        for name in found:
            module = model.get_submodule(name)
            if not isinstance(module, nn.Embedding | nn.Linear):
                raise InputError(f"LoRA: {name} is neither an embedding nor a head (trainable_token_indices)")
            if max(ids) >= len(module.weight):
                raise InputError(f"LoRA: {name} has {len(module.weight)} rows; enlarge it to train row {max(ids)}")
            rows[name] = ids
    tied = _tied_heads(model, model.get_submodule(embedding)) if embedding in rows else []
    return {name: ids for name, ids in rows.items() if not (name in tied and ids == rows[embedding])}


def _tied_heads(model: nn.Module, embedding: nn.Module) -> list[str]:
    """Linear layers, inside a LoRALinear or not, whose weight is the embedding's own."""
    linear = [(name, module) for name, module in model.named_modules() if isinstance(module, nn.Linear)]
    return [name for name, module in linear if module.weight is embedding.weight and module is not embedding]


def _ends_with(name: str, ending: str) -> bool:
    return f".{name}".endswith(f".{ending}")


def _kinds(model: nn.Module) -> str:
    fitting = (name for name, module in model.named_modules() if isinstance(module, nn.Linear | nn.Embedding))
    return ", ".join(sorted({name.split(".")[-1] for name in fitting}))
