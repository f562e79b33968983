"""What a decoder is, read from `config.json`. Families differ by these fields alone; there is one decoder.

Both of the Hub's forms are read: today's (`rope_parameters`, nested by layer type for gemma3) and the older one
(`rope_theta`, `rope_scaling`, `rope_local_base_freq`). A field that is known to change the result and is
not implemented is an error that names it: such a model must not load and compute something else.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from errors import InputError
from model.hub import read_json

FAMILIES = ("llama", "mistral", "qwen2", "qwen3", "gemma2", "gemma3_text")
ACTIVATIONS = {"silu": "silu", "gelu_pytorch_tanh": "gelu_tanh", "gelu_tanh": "gelu_tanh", "gelu": "gelu"}


@dataclass(frozen=True)
class RopeConfig:
    """Rotary position embedding of one kind of layer (RoFormer, arXiv:2104.09864)."""

    theta: float = 10000.0  # base of the frequencies
    kind: str = "default"  # "default", "linear" (positions divided by factor) or "llama3"
    factor: float = 1.0
    low_freq_factor: float = 1.0  # llama3: wavelengths longer than original_max / low are divided by factor
    high_freq_factor: float = 4.0  # llama3: wavelengths shorter than original_max / high stay
    original_max_position_embeddings: int = 8192


@dataclass(frozen=True)
class ModelConfig:
    """Shapes and switches of a decoder. Names follow the Hub's `config.json`."""

    model_type: str
    vocab_size: int
    hidden_size: int
    intermediate_size: int
    num_hidden_layers: int
    num_attention_heads: int
    num_key_value_heads: int
    head_dim: int
    max_position_embeddings: int
    rms_norm_eps: float
    tie_word_embeddings: bool
    rope: RopeConfig  # of global layers
    local_rope: RopeConfig  # of sliding layers: another one in gemma3 alone
    activation: str = "silu"  # "silu", "gelu_tanh" or "gelu"
    attention_bias: bool = False  # biases of q_proj, k_proj and v_proj
    output_bias: bool = False  # bias of o_proj
    mlp_bias: bool = False
    qk_norm: bool = False  # RMSNorm over each head of q and k (qwen3, gemma3)
    norm_adds_one: bool = False  # RMSNorm scales by 1 + weight, in fp32 (gemma)
    four_norms: bool = False  # norms after attention and MLP too (gemma)
    embedding_scale: bool = False  # embeddings times the square root of hidden_size (gemma)
    query_scale: float = 0.0  # scores are q·k times this: 1/√head_dim, or 1/√query_pre_attn_scalar (gemma)
    attention_softcap: float | None = None  # cap · tanh(scores / cap) (gemma2)
    logit_softcap: float | None = None
    sliding_window: int | None = None  # a sliding layer sees this many positions, itself included
    sliding_layers: tuple[bool, ...] = ()  # which layers slide
    eos_token_ids: tuple[int, ...] = ()
    name_or_path: str = ""  # what the model was asked for by; an adapter's config records it

    @classmethod
    def from_dict(cls, raw: dict[str, Any], name_or_path: str = "") -> "ModelConfig":
        """Read a parsed `config.json`. Raises InputError that names what is missing, unknown or unsupported."""
        kind = raw.get("model_type")
        if kind not in FAMILIES:
            raise InputError(f"config.json: model_type {kind!r} is not supported: use one of {', '.join(FAMILIES)}")
        _refuse_unsupported(raw)

        def get(field: str, default: int | None = None) -> int:
            value = raw.get(field, default)
            if type(value) is not int or value <= 0:
                raise InputError(f"config.json: {field} should be a positive integer, and is {value!r}")
            return value

        def number(field: str, default: float) -> float:
            value = raw.get(field, default)
            if type(value) not in (int, float) or not 0 < value < math.inf:
                raise InputError(f"config.json: {field} should be a positive number, and is {value!r}")
            return value

        def cap(field: str, default: float) -> float | None:  # gemma2 alone has caps, and null is none
            return number(field, default) if kind == "gemma2" and raw.get(field, default) is not None else None

        gemma = kind.startswith("gemma")
        hidden, heads, layers = (get(k) for k in ("hidden_size", "num_attention_heads", "num_hidden_layers"))
        usual = 256 if gemma else 128 if kind == "qwen3" else hidden // heads
        head_dim = get("head_dim") if raw.get("head_dim") else usual
        activation = raw.get("hidden_activation") or raw.get("hidden_act") or ("gelu" if gemma else "silu")
        if gemma and activation == "gelu":  # Gemma's first configs mean the tanh form by it (transformers #29402)
            activation = "gelu_pytorch_tanh"
        if activation not in ACTIVATIONS:
            raise InputError(f"config.json: activation {activation!r} is not supported: use {', '.join(ACTIVATIONS)}")
        rope, local_rope = _ropes(raw, kind)
        sliding = _sliding_layers(raw, kind, layers)
        eos = raw.get("eos_token_id")
        return cls(
            model_type=kind,
            vocab_size=get("vocab_size"),
            hidden_size=hidden,
            intermediate_size=get("intermediate_size"),
            num_hidden_layers=layers,
            num_attention_heads=heads,
            num_key_value_heads=get("num_key_value_heads") if raw.get("num_key_value_heads") else heads,
            head_dim=head_dim,
            max_position_embeddings=get("max_position_embeddings", 2048),
            rms_norm_eps=number("rms_norm_eps", 1e-6),
            tie_word_embeddings=raw.get("tie_word_embeddings", gemma),
            rope=rope,
            local_rope=local_rope,
            activation=ACTIVATIONS[activation],
            attention_bias=raw.get("attention_bias", False) or kind == "qwen2",
            output_bias=raw.get("attention_bias", False) and kind != "qwen2",
            mlp_bias=raw.get("mlp_bias", False),
            qk_norm=kind in ("qwen3", "gemma3_text"),
            norm_adds_one=gemma,
            four_norms=gemma,
            embedding_scale=gemma,
            query_scale=(number("query_pre_attn_scalar", 256) if gemma else head_dim) ** -0.5,
            attention_softcap=cap("attn_logit_softcapping", 50.0),
            logit_softcap=cap("final_logit_softcapping", 30.0),
            sliding_window=get("sliding_window", 4096) if any(sliding) else None,  # transformers' own default
            sliding_layers=sliding,
            eos_token_ids=tuple(eos if isinstance(eos, list) else [] if eos is None else [eos]),
            name_or_path=name_or_path,
        )

    @classmethod
    def from_folder(cls, folder: Path, name_or_path: str = "") -> "ModelConfig":
        """Read `config.json` in a folder."""
        raw = read_json(folder / "config.json")
        try:
            return cls.from_dict(raw, name_or_path or str(folder))
        except InputError:
            raise
        except (TypeError, AttributeError, ValueError, ArithmeticError) as error:
            raise InputError(f"{folder / 'config.json'}: a value of another kind than it should be: {error}") from None


# Fields that change the result, with the values that mean "off". Anything else is refused by name.
_MUST_BE_OFF: dict[str, tuple[Any, ...]] = {
    "quantization_config": (None,),
    "partial_rotary_factor": (None, 1.0),
    "num_local_experts": (None, 0),
    "num_experts": (None, 0),
    "use_bidirectional_attention": (None, False),
    "attention_multiplier": (None,),
    "residual_multiplier": (None, 1.0),
    "embedding_multiplier": (None, 1.0),
    "logits_scaling": (None, 1.0),
    "attention_sinks": (None, False),
    "layer_norm_eps": (None,),
    "clip_qkv": (None,),
}


def _refuse_unsupported(raw: dict[str, Any]) -> None:
    for field, off in _MUST_BE_OFF.items():
        if raw.get(field) not in off:
            raise InputError(
                f"config.json: {field} = {str(raw[field])[:60]} is not supported (only {off[-1]!r} or absent): "
                "choose a plain, unquantised checkpoint of the family"
            )
    if raw["model_type"] == "gemma3_text" and (raw.get("attn_logit_softcapping") or raw.get("final_logit_softcapping")):
        raise InputError("config.json: soft caps are supported for gemma2 only, not for gemma3_text")


def _rope(raw: dict[str, Any], theta: float) -> RopeConfig:
    kind = raw.get("rope_type") or raw.get("type") or "default"
    if kind not in ("default", "linear", "llama3"):
        raise InputError(f"config.json: rope type {kind!r} is not supported: use default, linear or llama3")
    if raw.get("partial_rotary_factor", 1.0) != 1.0:
        raise InputError("config.json: partial_rotary_factor is not supported: choose a model that rotates whole heads")
    fields = ("factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings")
    given = {field: raw[field] for field in fields if field in raw}
    if (kind == "llama3" and len(given) < 4) or (kind == "linear" and "factor" not in given):
        raise InputError(f"config.json: rope type {kind} needs {', '.join(f for f in fields if f not in given)}")
    return RopeConfig(theta=float(raw.get("rope_theta") or theta), kind=kind, **(given if kind != "default" else {}))


def _ropes(raw: dict[str, Any], kind: str) -> tuple[RopeConfig, RopeConfig]:
    """The rope of global and of sliding layers."""
    default = raw.get("rope_theta") or (1_000_000.0 if kind == "gemma3_text" else 10_000.0)
    today = raw.get("rope_parameters")
    if today and {"full_attention", "sliding_attention"} <= today.keys():
        return _rope(today["full_attention"], default), _rope(today["sliding_attention"], 10_000.0)
    if nested := [name for name, value in (today or {}).items() if isinstance(value, dict)]:
        raise InputError(f"config.json: rope_parameters has {nested[0]} alone: give both kinds of layers, or one rope")
    old = today or (raw.get("rope_scaling") or {}) | {"rope_theta": default}
    rope = _rope(old, default)
    if today and (scaling := raw.get("rope_scaling")) and _rope({"rope_theta": rope.theta} | scaling, default) != rope:
        raise InputError("config.json: rope_parameters and rope_scaling say different things: leave one of them out")
    if kind == "gemma3_text":
        return rope, RopeConfig(theta=float(raw.get("rope_local_base_freq", 10_000.0)))
    return rope, rope


def _sliding_layers(raw: dict[str, Any], kind: str, layers: int) -> tuple[bool, ...]:
    """Which layers see a window alone: from `layer_types` where given, else by the family's own rule."""
    unused = kind in ("qwen2", "qwen3") and not raw.get("use_sliding_window", False)
    # The Llama family has no window, whatever its config says; elsewhere null is none.
    if kind == "llama" or unused or raw.get("sliding_window", 4096) is None:
        return (False,) * layers
    if types := raw.get("layer_types"):
        if len(types) != layers or not {"sliding_attention", "full_attention"}.issuperset(types):
            raise InputError(f"config.json: layer_types should be sliding_attention or full_attention, {layers} times")
        return tuple(name == "sliding_attention" for name in types)
    if kind == "gemma2":
        return tuple(i % 2 == 0 for i in range(layers))
    if kind == "gemma3_text":
        pattern = raw.get("sliding_window_pattern", 6)
        return tuple((i + 1) % pattern != 0 for i in range(layers))
    if kind in ("qwen2", "qwen3"):
        first = raw.get("max_window_layers", 28)
        return tuple(i >= first for i in range(layers))
    return (True,) * layers
