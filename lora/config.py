"""What an adapter is: PEFT's names, so that `adapter_config.json` is read and written without a table."""

import json
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from errors import InputError
from model.hub import read_json

CONFIG_NAME = "adapter_config.json"

# Fields of PEFT 0.21 that change what an adapter computes and are not built here, with the values that mean "off".
# Fields that only steer the start or the backward pass (eva_config, velora_config, …) are kept and do no harm.
_READ_ONLY_WITH: dict[str, tuple[Any, ...]] = {
    "peft_type": ("LORA",),
    **dict.fromkeys(("fan_in_fan_out", "lora_bias", "use_qalora", "ensure_weight_tying"), (False, None)),
    **dict.fromkeys(("use_bdlora", "arrow_config", "kasa_config", "monteclora_config", "megatron_config"), (None,)),
    **dict.fromkeys(("layer_replication", "target_parameters", "alora_invocation_tokens"), (None, [])),
    "loftq_config": (None, {}),
}


@dataclass(frozen=True)
class LoRAConfig:
    """An adapter's settings, under PEFT's names (peft.LoraConfig). Raises InputError for values that make no sense."""

    r: int = 8  # rank of the update: A is (r, in), B is (out, r)
    lora_alpha: float = 8  # strength: the update is multiplied by lora_alpha / r
    lora_dropout: float = 0.0  # share of the adapter's inputs set to zero in training
    target_modules: list[str] | str | None = None  # names or their endings, one regex, or "all-linear"
    exclude_modules: list[str] | str | None = None  # names or their endings, or one regex, never adapted
    rank_pattern: dict[str, int] = field(default_factory=dict)  # regex for the end of a name -> its own r
    alpha_pattern: dict[str, float] = field(default_factory=dict)  # regex for the end of a name -> its own lora_alpha
    layers_to_transform: list[int] | int | None = None  # only these layer numbers
    layers_pattern: list[str] | str | None = None  # the list that they count in, such as "layers"; any if not given
    modules_to_save: list[str] | None = None  # modules trained whole, as copies, and saved with the adapter
    bias: str = "none"  # which biases of the base are trained: "none", "all" or "lora_only"
    use_rslora: bool = False  # strength lora_alpha / √r (arXiv:2312.03732)
    use_dora: bool = False  # learn the length of each row apart from its direction (arXiv:2402.09353)
    init_lora_weights: bool | str = True  # True: B = 0; "gaussian": A normal, B = 0; False: both random
    trainable_token_indices: list[int] | dict[str, list[int]] | None = None  # vocabulary rows trained whole
    base_model_name_or_path: str | None = None  # the model that the adapter belongs to
    task_type: str | None = "CAUSAL_LM"  # which of PEFT's classes opens the adapter
    unknown: Mapping[str, Any] = field(default_factory=dict)  # the file's other fields, written back as they came

    def __post_init__(self) -> None:
        tokens = self.trainable_token_indices
        token_lists = list(tokens.values()) if isinstance(tokens, dict) else [tokens or []]
        dropout, init = self.lora_dropout, self.init_lora_weights
        layers = self.layers_to_transform
        numbers = layers if isinstance(layers, list) else [] if layers is None else [layers]
        ranks, alphas = self.rank_pattern, self.alpha_pattern
        rules = [
            ("r", type(self.r) is int and self.r > 0, "a whole number from 1 up"),
            ("rank_pattern", _is_table(ranks, lambda r: type(r) is int and r > 0), "names with ranks from 1 up"),
            ("lora_alpha", _is_finite(self.lora_alpha), "a number"),
            ("alpha_pattern", _is_table(alphas, _is_finite), "names with numbers"),
            ("lora_dropout", isinstance(dropout, int | float) and 0 <= dropout < 1, "a share from 0 to below 1"),
            ("target_modules", isinstance(self.target_modules, str) or _names(self.target_modules), "a list of names"),
            ("exclude_modules", isinstance(self.exclude_modules, str) or _names(self.exclude_modules), "names"),
            ("modules_to_save", _names(self.modules_to_save), "a list of names"),
            ("layers_to_transform", all(type(i) is int for i in numbers), "layer numbers"),
            ("layers_pattern", isinstance(self.layers_pattern, str) or _names(self.layers_pattern), "a list of names"),
            ("bias", self.bias in ("none", "all", "lora_only"), "'none', 'all' or 'lora_only'"),
            ("init_lora_weights", init in (True, False, "gaussian"), "True, False or 'gaussian'"),
            ("trainable_token_indices", all(_distinct_ids(ids) for ids in token_lists), "lists of distinct token ids"),
        ]
        for name, fine, wanted in rules:
            if not fine:
                raise InputError(f"LoRA: {name} is {getattr(self, name)!r}; give {wanted}")
        if isinstance(self.target_modules, str) and self.layers_to_transform is not None:
            raise InputError("LoRA: layers_to_transform needs target_modules as a list of names, not as a regex")
        lists = self.layers_pattern if isinstance(self.layers_pattern, list) else [self.layers_pattern]
        lists = [*lists, *(self.modules_to_save or [])]
        parts = map("({})".format, (*ranks, *alphas, *lists))  # of a larger one, which cannot begin with flags
        for pattern in (self.target_modules, self.exclude_modules, *parts):
            try:
                re.compile(pattern if isinstance(pattern, str) else "")
            except re.error as error:
                raise InputError(f"LoRA: {pattern!r} is not a regular expression: {error}") from None

    def rank_and_scaling(self, name: str) -> tuple[int, float]:
        """r and scaling of the module called `name`; of several patterns the first that fits counts, as in PEFT."""

        def first(pattern: dict[str, Any], default: Any) -> Any:
            return next((own for key, own in pattern.items() if re.match(rf"(.*\.)?({key})$", name)), default)

        r, alpha = first(self.rank_pattern, self.r), first(self.alpha_pattern, self.lora_alpha)
        return r, alpha / (r**0.5 if self.use_rslora else r)

    def to_json(self) -> str:
        known = {key: value for key, value in asdict(self).items() if key != "unknown"}
        record = {"inference_mode": True, **self.unknown, **known, "peft_type": "LORA"}
        return json.dumps(record, indent=2, ensure_ascii=False) + "\n"  # unsorted: the first pattern that fits counts

    @classmethod
    def from_folder(cls, folder: Path) -> "LoRAConfig":
        """Read `adapter_config.json`. Raises InputError if it is missing, broken, or asks for what is not built."""
        path = folder / CONFIG_NAME
        record = read_json(path)
        for key, values in _READ_ONLY_WITH.items():
            if record.get(key, values[0]) not in values:
                raise InputError(f"{path}: {key} is {record[key]!r}; only adapters with {values[0]!r} are read")
        if record.get("init_lora_weights") in ("eva", "orthogonal", "mica"):  # these leave the base as it is
            record["init_lora_weights"] = True
        record |= {key: record.get(key) or {} for key in ("rank_pattern", "alpha_pattern")}
        known = {f.name: record.pop(f.name) for f in fields(cls) if f.name in record and f.name != "unknown"}
        try:
            return cls(**known, unknown=record)
        except InputError as error:
            raise InputError(f"{path}: {error}") from None


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and abs(value) <= sys.float_info.max


def _is_table(value: object, fine: Callable[[Any], bool]) -> bool:
    return isinstance(value, dict) and all(isinstance(name, str) and fine(each) for name, each in value.items())


def _names(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(name, str) for name in value))


def _distinct_ids(ids: object) -> bool:
    return isinstance(ids, list) and all(type(i) is int and i >= 0 for i in ids) and len(set(ids)) == len(ids)
