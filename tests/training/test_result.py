"""What a run has made is not lost where it cannot be written to its own folder."""

import re
import shutil
from pathlib import Path

import pytest
from safetensors.torch import load_file

from data import ChatFormat
from errors import InputError
from lora import LoRAConfig, inject_lora
from model import load_model, load_tokenizer
from training.result import save_result

FILES = ["adapter_config.json", "adapter_model.safetensors", "tokenizer.json", "tokenizer_config.json"]


@pytest.fixture
def model(tiny_llama_folder):
    model = load_model(tiny_llama_folder)
    inject_lora(model, LoRAConfig(r=2, target_modules=["q_proj"], init_lora_weights=False))
    return model


def test_another_folder_takes_what_the_full_one_cannot(model, tiny_llama_folder, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    tokenizer, blocked = load_tokenizer(tiny_llama_folder), tmp_path / "file" / "out"
    save_result(model, tokenizer, ChatFormat(), tiny_llama_folder, tmp_path / "out")
    (tmp_path / "file").touch()  # a folder can't be made in a file
    with pytest.raises(InputError, match="cannot be written") as caught:
        save_result(model, tokenizer, ChatFormat(), tiny_llama_folder, blocked)
    found = re.search(r"; meanwhile the adapter is whole in (.*)$", str(caught.value))
    assert found
    elsewhere = Path(found[1])
    assert sorted(path.name for path in elsewhere.iterdir()) == FILES
    ours, there = (load_file(folder / FILES[1]) for folder in (tmp_path / "out", elsewhere))
    assert ours.keys() == there.keys()
    assert all(ours[name].equal(there[name]) for name in ours)
    shutil.rmtree(elsewhere)
    monkeypatch.setattr("training.result.tempfile.mkdtemp", lambda prefix: str(blocked))
    with pytest.raises(InputError) as caught:
        save_result(model, tokenizer, ChatFormat(), tiny_llama_folder, blocked)
    assert "meanwhile" not in str(caught.value)
