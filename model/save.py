"""From a `Decoder` to a folder that every program of the Hub opens: config.json, safetensors, the tokenizer's files."""

import json
import shutil
from pathlib import Path

import torch
from huggingface_hub import save_torch_state_dict

from atomic import new_folder
from errors import InputError
from model.decoder import Decoder
from model.hub import read_json
from model.weights import load_model

_TOKENIZER_FILES = ("tokenizer*", "special_tokens_map.json", "added_tokens.json", "vocab*", "merges.txt", "*.jinja")


@torch.no_grad()
def save_model(model: Decoder, folder: Path, base: Path, tokenizer: Path, probe: list[int]) -> None:
    """Write a decoder as the new folder `folder`: beside its place, synced, read back, and only then renamed.

    `base` is the folder that it was loaded from, whose config.json goes over with the vocabulary's size, the tied
    flag and the dtype that hold now; `tokenizer` is the folder whose tokenizer files go along. Read back, the model
    must give the same logits for the ids `probe`, up to rounding. Raises InputError if it does not, or if nothing can
    be written.
    """
    parameter = model.lm_head.weight
    with new_folder(folder) as written:
        _write(model, written, base, tokenizer)
        ids = torch.tensor([probe], device=parameter.device)
        logits, again = model(ids), load_model(written, parameter.dtype, parameter.device)(ids)
        # The kernels may round otherwise where a mapped file lies otherwise in memory.
        if not (again - logits).abs().max() <= torch.finfo(parameter.dtype).eps ** 0.5 * logits.abs().max():
            raise InputError(f"{folder}: read back, the model gives other logits; is the disk sound?")


def _write(model: Decoder, folder: Path, base: Path, tokenizer: Path) -> None:
    folder.mkdir()
    weights = {name: weight.detach() for name, weight in model.named_parameters()}  # a tied head once
    save_torch_state_dict(weights, folder, metadata={"format": "pt"})  # in shards of 5 GB
    head, tied = model.lm_head.weight, model.lm_head.weight is model.model.embed_tokens.weight
    now = {"vocab_size": len(head), "tie_word_embeddings": tied, "dtype": str(head.dtype).removeprefix("torch.")}
    config = read_json(base / "config.json") | now
    config.pop("torch_dtype", None)  # dtype's older name
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    for source, pattern in [(base, "generation_config.json"), *((tokenizer, name) for name in _TOKENIZER_FILES)]:
        for file in source.glob(pattern):
            shutil.copyfile(file, folder / file.name)
