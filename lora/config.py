"""What an adapter is: PEFT's names, so that `adapter_config.json` is read and written without a table."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from errors import InputError

CONFIG_NAME = "adapter_config.json"

# Fields of PEFT (0.21) that change what an adapter computes and that are not built here, with the values that switch
# them off. `velora_config` (backward pass only), `eva_config`, `runtime_config` and the like do not change the result.
_SWITCHED_OFF: dict[str, tuple[Any, ...]] = {
    "fan_in_fan_out": (False,),
    "lora_bias": (False,),
    "use_qalora": (False,),
    "use_bdlora": (None, False),
    "layer_replication": (None, []),
    "target_parameters": (None, []),
    "alora_invocation_tokens": (None, []),
    "arrow_config": (None,),
    "kasa_config": (None,),
    "monteclora_config": (None,),
    "megatron_config": (None,),
    "loftq_config": (None, {}),
}
# Ways to start an adapter that leave the base as it is: once trained, such an adapter is plain LoRA.
_INIT_WITHOUT_TRACE = ("eva", "orthogonal", "mica")


@dataclass(frozen=True)
class LoRAConfig:
    """An adapter's settings, under PEFT's names (peft.LoraConfig). Raises InputError for values that make no sense."""

    r: int = 8  # rank of the update: A is (r, in), B is (out, r)
    lora_alpha: float = 8  # strength: the update is multiplied by lora_alpha / r
    lora_dropout: float = 0.0  # share of the adapter's inputs set to zero in training
    target_modules: list[str] | str | None = None  # names or name endings, one regex, or "all-linear"
    exclude_modules: list[str] | str | None = None  # names or name endings, or one regex, never adapted
    rank_pattern: dict[str, int] = field(default_factory=dict)  # regex on the module's name -> its own r
    alpha_pattern: dict[str, float] = field(default_factory=dict)  # regex on the module's name -> its own lora_alpha
    layers_to_transform: list[int] | int | None = None  # only these layer numbers
    layers_pattern: list[str] | str | None = None  # name of the list of layers, such as "layers"; any if not given
    modules_to_save: list[str] | None = None  # modules trained whole, as copies, and saved with the adapter
    bias: str = "none"  # which biases of the base are trained: "none", "all" or "lora_only"
    use_rslora: bool = False  # strength lora_alpha / sqrt(r) (arXiv:2312.03732)
    use_dora: bool = False  # learn the length of each row apart from its direction (arXiv:2402.09353)
    init_lora_weights: bool | str = True  # True: B = 0; "gaussian": A normal, B = 0; False: both random
    trainable_token_indices: list[int] | dict[str, list[int]] | None = None  # vocabulary rows trained whole
    base_model_name_or_path: str | None = None  # the model that the adapter belongs to
    revision: str | None = None  # its revision on the Hub
    task_type: str | None = "CAUSAL_LM"  # which class of PEFT opens the adapter
    unknown: Mapping[str, Any] = field(default_factory=dict)  # further fields of the file, written back as they came

    def __post_init__(self) -> None:
        ranks = [("r", self.r), *((f"rank_pattern[{key!r}]", r) for key, r in self.rank_pattern.items())]
        for name, rank in ranks:
            if not _is_int(rank) or rank < 1:
                raise InputError(f"LoRA: {name} is {rank!r}; give a whole number of at least 1")
        alphas = [("lora_alpha", self.lora_alpha)]
        alphas += [(f"alpha_pattern[{key!r}]", alpha) for key, alpha in self.alpha_pattern.items()]
        for name, alpha in [*alphas, ("lora_dropout", self.lora_dropout)]:
            if isinstance(alpha, bool) or not isinstance(alpha, int | float):
                raise InputError(f"LoRA: {name} is {alpha!r}; give a number")
        if not 0 <= self.lora_dropout < 1:
            raise InputError(f"LoRA: lora_dropout is {self.lora_dropout}; it is a share, from 0 up to but not 1")
        if self.bias not in ("none", "all", "lora_only"):
            raise InputError(f"LoRA: bias is {self.bias!r}; choose 'none', 'all' or 'lora_only'")
        if self.init_lora_weights not in (True, False, "gaussian"):
            raise InputError(f"LoRA: init_lora_weights is {self.init_lora_weights!r}; choose True, False or 'gaussian'")
        for name in ("target_modules", "exclude_modules", "modules_to_save"):
            value = getattr(self, name)
            text_is_fine = isinstance(value, str) and name != "modules_to_save"
            if value is not None and not text_is_fine and not _is_list_of(value, str):
                raise InputError(f"LoRA: {name} is {value!r}; give a list of module names")
        if isinstance(self.target_modules, str) and self.layers_to_transform is not None:
            raise InputError("LoRA: layers_to_transform needs target_modules as a list of names, not as a regex")
        patterns = [*self.rank_pattern, *self.alpha_pattern]
        patterns += [p for p in (self.target_modules, self.exclude_modules) if isinstance(p, str)]
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise InputError(f"LoRA: {pattern!r} is not a regular expression: {error}") from None
        tokens = self.trainable_token_indices
        for ids in tokens.values() if isinstance(tokens, dict) else [tokens or []]:
            if not _is_list_of(ids, int) or len(set(ids)) < len(ids) or min(ids, default=0) < 0:
                raise InputError("LoRA: trainable_token_indices holds something else than distinct token ids")

    def scaling(self, name: str) -> tuple[int, float]:
        """(r, scaling) of the module `name`: the first pattern that matches the end of the name counts (as in PEFT)."""
        r = next((r for key, r in self.rank_pattern.items() if _ends_in(key, name)), self.r)
        alpha = next((a for key, a in self.alpha_pattern.items() if _ends_in(key, name)), self.lora_alpha)
        return r, alpha / (r**0.5 if self.use_rslora else r)

    def to_json(self) -> str:
        known = {key: value for key, value in asdict(self).items() if key != "unknown"}
        record = {"inference_mode": True, **self.unknown, **known, "peft_type": "LORA"}
        return json.dumps(record, indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    @classmethod
    def from_folder(cls, folder: Path) -> "LoRAConfig":
        """Read `adapter_config.json`. Raises InputError if it is missing, broken, or asks for what is not built."""
        path = folder / CONFIG_NAME
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror}); is {folder} an adapter's folder?") from None
        except ValueError as error:
            raise InputError(f"{path}: not JSON: {error}") from None
        if not isinstance(record, dict) or record.get("peft_type") != "LORA":
            raise InputError(f"{path}: peft_type is not 'LORA'; only LoRA adapters are read")
        for key, off in _SWITCHED_OFF.items():
            if key in record and record[key] not in off:
                raise InputError(f"{path}: {key} is {record[key]!r}, which is not supported; train the adapter without")
        if record.get("init_lora_weights") in _INIT_WITHOUT_TRACE:
            record["init_lora_weights"] = True
        names = {f.name for f in fields(cls)} - {"unknown"}
        known = {key: value for key, value in record.items() if key in names}
        for key in ("rank_pattern", "alpha_pattern"):
            known[key] = known.get(key) or {}
        try:
            return cls(**known, unknown={key: value for key, value in record.items() if key not in names})
        except InputError as error:
            raise InputError(f"{path}: {error}") from None


def _ends_in(pattern: str, name: str) -> bool:
    return re.match(rf"(.*\.)?({pattern})$", name) is not None


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_list_of(value: object, kind: type) -> bool:
    return isinstance(value, list | tuple) and all(
        _is_int(v) if kind is int else isinstance(v, kind) for v in value
    )
