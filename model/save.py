"""From a `Decoder` to a folder that every program of the Hub opens: config.json, safetensors, the tokenizer's files."""

import json
import os
import shutil
from pathlib import Path

from huggingface_hub import save_torch_state_dict

from model.decoder import Decoder
from model.hub import read_json

_TOKENIZER_FILES = ("tokenizer*", "special_tokens_map.json", "added_tokens.json", "vocab*", "merges.txt", "*.jinja")


def save_model(model: Decoder, folder: Path, base: Path, tokenizer: Path) -> None:
    """Write a decoder into the new folder `folder`, in shards of 5 GB, every file synced.

    `base` is the folder that it was loaded from, whose config.json goes over, with the sizes and the tied flag that
    hold now; `tokenizer` is the folder whose tokenizer files go along. A tied head is stored once.
    """
    folder.mkdir()
    weights = {name: weight.detach() for name, weight in model.named_parameters()}
    save_torch_state_dict(weights, folder, metadata={"format": "pt"})
    tied = model.lm_head.weight is model.model.embed_tokens.weight
    config = {**read_json(base / "config.json"), "vocab_size": len(model.lm_head.weight), "tie_word_embeddings": tied}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    for source, pattern in [(base, "generation_config.json"), *((tokenizer, name) for name in _TOKENIZER_FILES)]:
        for file in source.glob(pattern):
            shutil.copyfile(file, folder / file.name)
    for file in folder.iterdir():
        with open(file, "rb+") as written:
            os.fsync(written.fileno())
