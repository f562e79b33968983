"""Put an adapter into a model: find the modules it names, wrap them, freeze everything else.

Which module a name means follows PEFT (tuners_utils.check_target_module_exists), so that one `adapter_config.json`
adapts the same modules in both.
"""

import copy
import re
from dataclasses import dataclass, field

from torch import Tensor, nn

from errors import InputError
from lora.config import LoRAConfig
from lora.layers import LoRAEmbedding, LoRALinear, TokenRows

AdapterLayer = LoRALinear | LoRAEmbedding | TokenRows


@dataclass
class Injection:
    """What an adapted model remembers of its adapter, and of the base where the adapter took its place."""

    config: LoRAConfig
    replaced: dict[str, nn.Module] = field(default_factory=dict)  # modules_to_save: name -> the base's own module
    overwritten: dict[str, Tensor] = field(default_factory=dict)  # parameter's name -> the base's own values


def injection(model: nn.Module) -> Injection | None:
    """The adapter's record that inject_lora left on the model, or None on a plain model."""
    return vars(model).get("injection")


def inject_lora(model: nn.Module, config: LoRAConfig) -> None:
    """Wrap the modules that `config` names, in place, and freeze all that the adapter does not train.

    The model is any tree of modules with the Hub's names. Modules keep their place, so a wrapped weight's own name
    only gains `base_layer`. Raises InputError, with the model untouched, if a name fits no module, if a module is not
    one that LoRA is built for, or if the model has an adapter already.
    """
    if injection(model) is not None:
        raise InputError("LoRA: the model has an adapter already; call unload_lora(model) first")
    for option in ("target_modules", "modules_to_save"):
        named = getattr(config, option)
        for name in [] if isinstance(named, str) else named or []:
            if not any(_ends_with(key, name) for key, _ in model.named_modules()):
                raise InputError(f"LoRA: no module is called {name!r} ({option}); there are: {_kinds(model)}")
    attach(model, config)


def attach(model: nn.Module, config: LoRAConfig) -> None:
    """inject_lora without its checks: an adapter's file may name modules that this model does not have."""
    modules = dict(model.named_modules())
    adapted = {name: module for name, module in modules.items() if name and _is_target(config, name, model)}
    if not adapted:
        raise InputError(f"LoRA: target_modules={config.target_modules!r} fits no module; there are: {_kinds(model)}")
    for name, module in adapted.items():
        if not isinstance(module, nn.Linear | nn.Embedding):
            kind = type(module).__name__
            raise InputError(f"LoRA: {name} is a {kind}; only linear layers and embeddings can be adapted")
    # PEFT takes any ending of a name here, so "norm" means each layer's input_layernorm too.
    saved = [name for name in modules if config.modules_to_save and name.endswith(tuple(config.modules_to_save))]
    rows = _token_rows(config, model)
    for name in rows:
        if name in adapted or name in saved:
            other = "target_modules" if name in adapted else "modules_to_save"
            raise InputError(f"LoRA: {name} is in both {other} and trainable_token_indices; choose one")

    model.requires_grad_(False)
    state = Injection(config)
    vars(model)["injection"] = state
    for name, module in adapted.items():
        r, scaling = config.scaling(name)
        dora, init = config.use_dora, config.init_lora_weights
        if isinstance(module, nn.Embedding):
            _put(model, name, LoRAEmbedding(module, r, scaling, dora, init))
        else:
            _put(model, name, LoRALinear(module, r, scaling, config.lora_dropout, dora, init))
    for name in saved:
        state.replaced[name] = modules[name]
        _put(model, name, copy.deepcopy(modules[name]).requires_grad_())
    for name, ids in rows.items():
        _wrap_rows(model, name, ids)
    for name, parameter in model.named_parameters():
        lora_bias = name.endswith(".base_layer.bias") and name.removesuffix(".base_layer.bias") in adapted
        if (config.bias == "all" and name.endswith("bias")) or (config.bias == "lora_only" and lora_bias):
            if not parameter.requires_grad:  # else it belongs to a module that is trained whole
                state.overwritten[name] = parameter.detach().clone()
                parameter.requires_grad_()


def adapter_layers(model: nn.Module) -> dict[str, AdapterLayer]:
    """The wrappers of an adapted model by name, an outer one before the one inside it."""
    return {name: m for name, m in model.named_modules() if isinstance(m, LoRALinear | LoRAEmbedding | TokenRows)}


def unload_lora(model: nn.Module) -> None:
    """Take the adapter out: the model is plain again, and trainable as a fresh one is.

    Its weights stay as they are: the base's, bit for bit, or the merged ones after merge_lora. Does nothing to a plain
    model.
    """
    state = injection(model)
    if state is None:
        return
    layers = adapter_layers(model)
    merged = any(layer.merged for layer in layers.values())
    if not merged:
        parameters = dict(model.named_parameters())
        for name, values in state.overwritten.items():
            parameters[name].data.copy_(values)
        for name, module in state.replaced.items():
            _put(model, name, module)
    for name, layer in reversed(layers.items()):  # the inner of two first
        _put(model, name, layer.base_layer)
    del vars(model)["injection"]
    model.requires_grad_()


def _is_target(config: LoRAConfig, name: str, model: nn.Module) -> bool:
    """Whether target_modules and its companions mean the module called `name`."""
    targets, excluded = config.target_modules, config.exclude_modules
    if isinstance(excluded, str):
        if re.fullmatch(excluded, name):
            return False
    elif any(_ends_with(name, key) for key in excluded or []):
        return False
    if any(re.match(rf"(^|.*\.){key}($|\..*)", name) for key in config.modules_to_save or []):
        return False
    if targets == "all-linear":
        module = model.get_submodule(name)
        return isinstance(module, nn.Linear) and module is not _output_head(model)
    if isinstance(targets, str):
        return re.fullmatch(targets, name) is not None
    if name in (targets or []):
        return True
    return any(_ends_with(name, key) for key in targets or []) and _is_in_layers(config, name)


def _is_in_layers(config: LoRAConfig, name: str) -> bool:
    """Whether layers_to_transform allows this module, by the first number in its name."""
    wanted = config.layers_to_transform
    if wanted is None or wanted == []:
        return True
    lists = config.layers_pattern or [r"[^.]*"]
    found = [re.match(rf"(?:^|.*?\.){key}\.(\d+)\.", name) for key in ([lists] if isinstance(lists, str) else lists)]
    number = next((int(match[1]) for match in found if match), None)
    return number is not None and number in ([wanted] if isinstance(wanted, int) else wanted)


def _token_rows(config: LoRAConfig, model: nn.Module) -> dict[str, list[int]]:
    """Module's name -> the ids whose rows it trains; a tied head is left out where it follows the embedding."""
    named = config.trainable_token_indices
    if named is None:
        return {}
    embedding = _input_embedding(model)
    targets = named if isinstance(named, dict) else {embedding: named}
    rows: dict[str, list[int]] = {}
    for target, ids in targets.items():
        found = [n for n, m in model.named_modules(remove_duplicate=False) if n and n.endswith(target)]
        if not found:
            raise InputError(f"LoRA: no module is called {target!r} (trainable_token_indices)")
        for name in found:
            module = model.get_submodule(name)
            if not isinstance(module, nn.Embedding | nn.Linear):
                kind = type(module).__name__
                raise InputError(f"LoRA: {name} is a {kind}; trainable_token_indices takes the embedding or the head")
            if max(ids, default=-1) >= len(module.weight):
                raise InputError(
                    f"LoRA: {name} has {len(module.weight)} rows, none for token {max(ids)}; enlarge the vocabulary first"
                )
            rows[name] = ids
    for head in _tied_heads(model, embedding):
        if head in rows and rows[head] == rows.get(embedding):
            del rows[head]
    return rows


def _wrap_rows(model: nn.Module, name: str, ids: list[int]) -> None:
    """Put TokenRows around an embedding or a head, and around the heads that share its weight."""
    module = model.get_submodule(name)
    heads = _tied_heads(model, name)
    layer = TokenRows(module, ids)  # type: ignore[arg-type]  # _token_rows has seen to the kind
    _put(model, name, layer)
    for head in heads:
        _put(model, head, TokenRows(model.get_submodule(head), ids, layer.trainable_tokens_delta))  # type: ignore[arg-type]


def _tied_heads(model: nn.Module, embedding: str) -> list[str]:
    """Linear layers, inside a LoRALinear or not, whose weight is the embedding's own and that no TokenRows holds."""
    source = model.get_submodule(embedding)
    if not isinstance(source, nn.Embedding):
        return []
    held = {id(m.base_layer) for m in model.modules() if isinstance(m, TokenRows)}
    linear = [(n, m) for n, m in model.named_modules() if isinstance(m, nn.Linear) and id(m) not in held]
    return [name for name, module in linear if module.weight is source.weight]


def _input_embedding(model: nn.Module) -> str:
    get = getattr(model, "get_input_embeddings", None)
    module = get() if get else None
    for name, candidate in model.named_modules():
        if candidate is module or (get is None and name.split(".")[-1] == "embed_tokens"):
            return name
    raise InputError("LoRA: the model has no embedding called embed_tokens (trainable_token_indices)")


def _output_head(model: nn.Module) -> nn.Module | None:
    get = getattr(model, "get_output_embeddings", None)
    return get() if get else getattr(model, "lm_head", None)


def _put(model: nn.Module, name: str, module: nn.Module) -> None:
    parent, _, child = name.rpartition(".")
    setattr(model.get_submodule(parent), child, module)


def _ends_with(name: str, ending: str) -> bool:
    return name == ending or name.endswith("." + ending)


def _kinds(model: nn.Module) -> str:
    """The last parts of the names of all linear layers and embeddings, for an error's last words."""
    fitting = [name for name, module in model.named_modules() if isinstance(module, nn.Linear | nn.Embedding)]
    return ", ".join(sorted({name.split(".")[-1] for name in fitting}))
