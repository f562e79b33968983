"""What a whole run leaves for people to see, on a tiny random model: report, card, TensorBoard, and on the Hub."""

import base64
import json
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from huggingface_hub import ModelCard

from tests.small_runs import run_training, write_short_data

RUN = [*("--eval-turns", 2, "--eval-steps", 2, "--num-train-epochs", 5, "--max-steps", 5, "--save-steps", 3)]


class Hub(ThreadingHTTPServer):
    """A stand-in for the Hub's API: repositories of small files, one user whose token is `hf_good`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.files: dict[str, bytes] = {}
        self.private: dict[str, bool] = {}
        self.commits = 0
        self.refuses_commits = False
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Answers(BaseHTTPRequestHandler):
    server: Hub

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        allowed = self.headers.get("Authorization") == "Bearer hf_good"
        if not allowed:
            self.reply(401, {"error": "Invalid username or password."})
        elif self.path == "/api/repos/create":
            asked = json.loads(body)
            name = f"{asked['organization']}/{asked['name']}"
            if asked["organization"] != "me":
                self.reply(403, {"error": "You don't have the rights to create a model under this namespace"})
                return
            self.server.private.setdefault(name, asked.get("private") or asked.get("visibility") == "private")
            self.reply(200, {"url": f"{self.server.url}/{name}"})
        elif self.path == "/api/validate-yaml":
            self.reply(200, {"errors": [], "warnings": []})
        elif self.path == "/api/models/me/caller/preupload/main":
            files = [
                {"path": f["path"], "uploadMode": "regular", "shouldIgnore": False} for f in json.loads(body)["files"]
            ]
            self.reply(200, {"files": files})
        elif self.path == "/api/models/me/caller/commit/main" and not self.server.refuses_commits:
            for line in map(json.loads, body.splitlines()):
                if line["key"] == "file":
                    assert line["value"]["encoding"] == "base64"
                    self.server.files[line["value"]["path"]] = base64.b64decode(line["value"]["content"])
            self.server.commits += 1
            self.reply(200, {"commitUrl": f"{self.server.url}/me/caller/commit/{'a' * 40}", "commitOid": "a" * 40})
        else:
            self.reply(403, {"error": "Forbidden: the storage limit is reached"})

    def reply(self, code: int, content: dict) -> None:
        body = json.dumps(content).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def hub():
    with Hub() as server:
        yield server
        server.shutdown()


def train(hub: str, *flags: object, token: str = "hf_good") -> subprocess.CompletedProcess[str]:
    places = {"HF_ENDPOINT": hub, "HF_HUB_OFFLINE": "0", "HF_TOKEN": token, "HF_HOME": "/nonexistent"}
    return run_training("--max-length", 2048, "--r", 4, "--question", "", *flags, **places)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_short_data(tmp_path_factory.mktemp("data") / "short.jsonl", 5)


@pytest.fixture(scope="module")
def pushed(hub: Hub, tiny_llama_folder: Path, data: Path, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    flags = ["--model", tiny_llama_folder, "--data", data, "--eval-data", data, "--output-dir", folder, *RUN]
    result = train(hub.url, *flags, "--push-to-hub", "me/caller")
    assert result.returncode == 0, result.stderr
    return folder, flags, result


def test_the_report_has_every_evaluation_and_what_was_said(pushed):
    folder, _, result = pushed
    page = (folder / "report.html").read_text()
    rows = re.findall(r"<tr><td>(base|tuned, step \d+)</td>(.*?)</tr>", page)
    assert [name for name, _ in rows] == ["base", "tuned, step 2", "tuned, step 4", "tuned, step 5"]
    table = {line.split()[0]: line.split() for line in result.stdout.splitlines() if line.strip()}
    assert (rows[0][1].count("<td"), table["turns"][1:3]) == (6, ["2", "2"])
    assert page.count("<tr><td><pre>") == 2
    assert "&lt;think&gt;" in page  # a turn that is due
    assert "<svg" in page
    for flag, value in (("max_steps", "5"), ("eval_steps", "2"), ("r", "4")):
        assert f'<td>{flag}</td><td class="number">{value}</td>' in page.replace("class=number", 'class="number"')


def test_tensorboard_has_the_numbers_of_the_metrics_file(pushed):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    folder, _, _ = pushed
    board = EventAccumulator(str(folder / "tensorboard")).Reload()
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    for name in ("loss", "learning_rate", "grad_norm", "tokens_per_second", "peak_memory_bytes"):
        events = board.Scalars(name)
        assert [event.step for event in events] == [1, 2, 3, 4, 5]
        assert [event.value for event in events] == pytest.approx([line[name] for line in lines], rel=1e-6)


def test_what_was_pushed_is_what_lies_on_the_disk(pushed, hub: Hub):
    folder, _, result = pushed
    names = {"adapter_config.json", "adapter_model.safetensors", "tokenizer.json", "tokenizer_config.json"}
    assert hub.files.keys() == names | {"README.md", "report.html", "metrics.jsonl"}
    assert all(content == (folder / name).read_bytes() for name, content in hub.files.items())
    assert hub.private == {"me/caller": True}
    assert hub.commits == 1
    assert f"pushed: {hub.url}/me/caller/commit/" in result.stdout
    card = ModelCard(hub.files["README.md"].decode())
    assert "hf download me/caller" in card.text
    assert "| steps | 5 |" in card.text
    assert "after step 5" in card.text


@pytest.mark.slow
def test_evaluating_on_the_way_changes_nothing_and_survives_a_resume(pushed, hub: Hub, tmp_path: Path):
    folder, flags, _ = pushed
    again = [tmp_path if flag == folder else flag for flag in flags]
    assert train(hub.url, *again).returncode == 0
    (tmp_path / "unfinished").touch()  # as if the run had been killed after step 3
    again[again.index("--eval-steps") + 1] = 100
    assert "checkpoint-3" in train(hub.url, *again, "--resume").stdout
    assert (tmp_path / "adapter_model.safetensors").read_bytes() == (folder / "adapter_model.safetensors").read_bytes()
    names = re.findall(r"<tr><td>(base|tuned, step \d+)</td>", (tmp_path / "report.html").read_text())
    assert names == ["base", "tuned, step 2", "tuned, step 5"]
    assert "<code>pip" not in (tmp_path / "report.html").read_text()


@pytest.mark.parametrize(
    ("repo", "token", "up", "says"),
    [
        ("me/caller", "", True, "401"),
        ("you/caller", "hf_good", True, "403 Forbidden"),
        ("a/b/c", "hf_good", True, "a/b/c"),
        ("me/caller", "hf_good", False, "onnect"),
    ],
    ids=["no token", "not allowed", "no name", "no network"],
)
def test_a_repository_that_cannot_be_had_ends_the_run_before_it_begins(
    hub: Hub, pushed, tmp_path: Path, repo: str, token: str, up: bool, says: str
):
    folder, flags, _ = pushed
    again = [tmp_path / "out" if flag == folder else flag for flag in flags]
    result = train(hub.url if up else "http://127.0.0.1:9", *again, "--push-to-hub", repo, token=token)
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert result.stderr.startswith(f"error: --push-to-hub {repo}: ")
    assert says in result.stderr
    assert not list((tmp_path / "out").iterdir())


def test_a_push_that_fails_loses_nothing(hub: Hub, pushed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder, flags, _ = pushed
    again = [tmp_path if flag == folder else flag for flag in flags]
    again[again.index("--eval-turns") + 1] = 0
    monkeypatch.setattr(hub, "refuses_commits", True)
    result = train(hub.url, *again, "--push-to-hub", "me/caller")
    assert result.returncode == 2
    last = result.stderr.splitlines()[-1]
    assert last.startswith("error: nothing was pushed to me/caller (")
    assert "storage limit" in last
    assert f"hf upload me/caller {tmp_path}" in last
    assert hub.files.keys() <= {path.name for path in tmp_path.iterdir()}
