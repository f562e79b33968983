"""What `bench.generation` measures, each in a process of its own: `python -m bench.generators NAME JOB.json`.

`callora` and `transformers` answer one prompt greedily; the peer's process holds nothing of callora. `first-token` and
`batch` are about callora alone. A job names the model's folder, its prompts as token ids, and where the result goes.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

Job = dict[str, Any]


class Clock:
    """Notes when each new token came."""

    def __init__(self) -> None:
        self.tokens: list[int] = []
        self.times = [time.perf_counter()]

    def tick(self, token: int) -> None:
        """A token is there."""
        self.tokens.append(token)
        self.times.append(time.perf_counter())

    @property
    def first(self) -> float:
        """Seconds to the first token."""
        return self.times[1] - self.times[0]

    @property
    def rest(self) -> float:
        """Seconds from the first token to the last."""
        return self.times[-1] - self.times[1]


def callora(job: Job) -> dict[str, Any]:
    """Ours, on one prompt."""
    from model import load_model

    return _race(job, _answerer(load_model(job["model"])))


def transformers(job: Job) -> dict[str, Any]:
    """The peer, on the same prompt with the same weights."""
    import torch
    from transformers import AutoModelForCausalLM
    from transformers.generation.streamers import BaseStreamer

    class Streamer(BaseStreamer):
        def __init__(self) -> None:
            self.clock = Clock()
            self.prompt = True

        def put(self, value: torch.Tensor) -> None:
            if not self.prompt:
                self.clock.tick(int(value))
            self.prompt = False

        def end(self) -> None:
            pass

    model: Any = AutoModelForCausalLM.from_pretrained(job["model"], dtype=torch.float32).eval()
    model.generation_config.eos_token_id = None  # it writes as many tokens as it is asked for
    model.generation_config.pad_token_id = 0

    def answer(ids: Sequence[int], count: int) -> Clock:
        prompt, streamer = torch.tensor([ids]), Streamer()
        mask = torch.ones_like(prompt)
        model.generate(prompt, attention_mask=mask, max_new_tokens=count, do_sample=False, streamer=streamer)
        return streamer.clock

    return _race(job, answer)


def first_token(job: Job) -> dict[str, Any]:
    """Seconds to the first token of an agent's steps after the first: with the kept cache, and all computed anew.

    A step reads an observation after what the model wrote, which the cache holds but for its last token.
    """
    from model import KVCache, load_model

    answer = _answerer(load_model(job["model"]))
    text, end = job["prompt"], job["prompt_tokens"]
    cache = KVCache()
    answer(text[:end], 1, cache)  # the first step
    kept, anew = [], []
    while (written := end + job["written_tokens"]) + job["observation_tokens"] <= len(text):
        answer(text[:written], 1, cache)
        end = written + job["observation_tokens"]
        kept.append(answer(text[:end], 1, cache).first)
        anew.append(answer(text[:end], 1).first)
    return {"kept_seconds": kept, "recomputed_seconds": anew}


def batch(job: Job) -> dict[str, Any]:
    """Replies to the prompts of an evaluation, one at a time and in its batch: tokens, and seconds by part."""
    from model import generate_batch, load_model
    from training.memory import return_freed_tensors

    return_freed_tensors()  # as evaluate.py does
    model, stops, count = load_model(job["model"]), job["stop_ids"], job["new_tokens"]
    prompts, budget = job["prompts"], job["budget"]
    answer = _answerer(model, stops)
    clocks = [answer(prompt, count) for prompt in prompts]
    one = {
        "seconds": sum(clock.times[-1] - clock.times[0] for clock in clocks),
        "decode_seconds": sum(clock.rest for clock in clocks),
        "decode_tokens": sum(len(clock.tokens) - 1 for clock in clocks),
    }
    started = time.perf_counter()
    generate_batch(model, prompts, max_new_tokens=1, budget=budget)
    between = time.perf_counter()
    replies = generate_batch(model, prompts, max_new_tokens=count, stop_ids=stops, budget=budget)
    seconds = time.perf_counter() - between
    batched = {
        "seconds": seconds,
        "decode_seconds": seconds - (between - started),
        "decode_tokens": sum(len(ids) - 1 for ids in replies),
    }
    same = sum(ids == clock.tokens for ids, clock in zip(replies, clocks, strict=True)) / len(replies)
    return {"one": one, "batched": batched, "same_replies": same}


def _answerer(model: Any, stop_ids: Sequence[int] = ()) -> Callable[..., Clock]:
    from model import generate

    def answer(ids: Sequence[int], count: int, cache: Any = None) -> Clock:
        clock = Clock()
        for token in generate(model, ids, max_new_tokens=count, stop_ids=stop_ids, cache=cache):
            clock.tick(token)
        return clock

    return answer


def _race(job: Job, answer: Callable[[Sequence[int], int], Clock]) -> dict[str, Any]:
    """Speeds on one prompt, the median of three answers after a short one to warm up, and what was answered."""
    prompt, count = job["prompt"], job["new_tokens"]
    answer(prompt[:8], 4)
    clocks = [answer(prompt, count) for _ in range(3)]
    return {
        "tokens_per_second": median((count - 1) / clock.rest for clock in clocks),
        "prefill_tokens_per_second": median(len(prompt) / clock.first for clock in clocks),
        "tokens": clocks[0].tokens,
    }


def main() -> None:
    name, path = sys.argv[1:]
    job = json.loads(Path(path).read_text(encoding="utf-8"))
    measured = {"callora": callora, "transformers": transformers, "first-token": first_token, "batch": batch}[name](job)
    Path(job["result"]).write_text(json.dumps(measured), encoding="utf-8")


if __name__ == "__main__":
    main()
