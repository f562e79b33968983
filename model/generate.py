"""Generation: one sequence, streamed, from a kept cache; or a batch of prompts at once."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Protocol

import torch
from torch import Tensor

from model.cache import KVCache
from model.decoder import Decoder

SPARE = 64  # positions of a batch beside its longest row: when they are used up, its cache is fitted anew


class Constraint(Protocol):
    """Has a say in what comes next. It follows one generation from its first new token on."""

    def next_ids(self, logits: Tensor, pick: Callable[[Tensor], int]) -> list[int]:
        """The next id, which `pick` chooses from the logits (vocab,) of those allowed, and those that must follow it.

        The ids that are forced so are fed in one forward pass.
        """
        ...


@torch.inference_mode()
def generate(
    model: Decoder,
    input_ids: Sequence[int] | Tensor,
    *,
    max_new_tokens: int,
    stop_ids: Sequence[int] = (),
    temperature: float = 0.0,
    top_p: float = 1.0,
    seed: int | None = None,
    cache: KVCache | None = None,
    constraint: Constraint | None = None,
) -> Iterator[int]:
    """Yield new token ids one by one, the stop id included.

    `temperature` 0 is greedy; `top_p` keeps the likeliest tokens that together hold that share (arXiv:1904.09751).
    With a `cache`, only ids after the prefix that it shares with `input_ids` are computed, and it is left holding
    all that was: pass it again with the longer list to go on. A `constraint` has a say in every id.
    """
    ids = input_ids.flatten().tolist() if isinstance(input_ids, Tensor) else list(input_ids)
    if not ids:
        raise ValueError("input_ids is empty: generation needs at least one token")
    device = model.model.norm.weight.device
    generator = None if seed is None else torch.Generator(device).manual_seed(seed)
    cache = cache if cache is not None else KVCache(capacity=len(ids) + max_new_tokens)
    pick = partial(_choose, temperature=temperature, top_p=top_p, generator=generator)
    new = _missing(ids, cache)
    left = max_new_tokens
    while left > 0:
        new = _next_ids(model.logits(_read(model, new, cache)), pick, constraint)[:left]
        left -= len(new)
        for token in new:
            yield token
            if token in stop_ids:
                return


def _next_ids(logits: Tensor, pick: Callable[[Tensor], int], constraint: Constraint | None) -> list[int]:
    return [pick(logits)] if constraint is None else constraint.next_ids(logits, pick)


def _missing(ids: list[int], cache: KVCache) -> list[int]:
    """Crop the cache to the prefix that it shares with the ids; returns the rest: at least one, to give the logits."""
    pairs = zip(cache.ids, ids[:-1], strict=False)
    cache.crop(next((i for i, (x, y) in enumerate(pairs) if x != y), min(len(cache.ids), len(ids) - 1)))
    return ids[cache.length :]


def _read(model: Decoder, new: list[int], cache: KVCache) -> Tensor:
    """Compute the ids that come after those in the cache, and keep them there; the last one's hidden state (D,)."""
    hidden = model.hidden(torch.tensor([new], device=model.model.norm.weight.device), cache=cache)
    cache.ids += new
    return hidden[0, -1]


def _choose(logits: Tensor, temperature: float, top_p: float, generator: torch.Generator | None) -> int:
    """One id from logits (vocab,)."""
    if temperature == 0:
        return _likeliest(logits)
    probabilities = torch.softmax(logits.float() / temperature, dim=-1)
    if top_p < 1:
        ordered, order = probabilities.sort(descending=True)
        ordered[1:][(ordered.cumsum(dim=-1) - ordered)[1:] >= top_p] = 0  # what crosses the share counts, and the first
        probabilities = torch.zeros_like(probabilities).scatter(0, order, ordered)
    return int(torch.multinomial(probabilities, 1, generator=generator))


def _likeliest(logits: Tensor) -> int:
    return int(logits.argmax())


@torch.inference_mode()
def generate_batch(
    model: Decoder,
    prompts: Sequence[Sequence[int]],
    *,
    max_new_tokens: int,
    stop_ids: Sequence[int] = (),
    constraint: Callable[[int], Constraint | None] | None = None,
    budget: int | None = None,
    on_end: Callable[[], object] = lambda: None,
) -> list[list[int]]:
    """Greedy continuations of several prompts, each up to and including its stop id.

    As many run at a time as have room in `budget` positions, padding included, or all. Where one ends, the next takes
    its place, and `on_end` is called; long prompts are best put first, for the more that are left fit in, and prompts
    that share a prefix side by side, for it is computed once. Rows are padded on the left and masked, so each prompt
    gets what it would get alone, up to rounding. `constraint(i)` is asked as prompt i begins; the ids that one forces
    take a forward pass each, as the other rows' ids do.
    """
    if not all(prompts):
        raise ValueError("a prompt is empty: generation needs at least one token")
    if not prompts or max_new_tokens < 1:
        return [[] for _ in prompts]
    device = model.model.norm.weight.device
    waiting = list(reversed(range(len(prompts))))
    running: list[int] = []  # which prompt each row of the batch belongs to

    def room() -> tuple[int, int, int]:  # what the batch needs: rows, capacity and length (see KVCache)
        longest = max((len(prompts[i]) for i in waiting), default=0)
        width = max(longest, *(len(prompts[i]) for i in running), 0) + max_new_tokens
        left = len(waiting) + len(running)
        return left if budget is None else min(left, max(1, budget // width)), width + SPARE, longest

    rows, capacity, least = room()
    cache, single = KVCache(capacity, rows, least), KVCache(least)
    outputs: list[list[int]] = [[] for _ in prompts]
    coming: list[list[int]] = [[] for _ in prompts]  # ids that are settled, with constraints
    followed: dict[int, Constraint | None] = {}  # of those that run
    hidden: list[Tensor] = []  # the last states, of rows that run and of new ones: (B, D) in all
    while waiting or running:
        rows, capacity, least = room()
        if 5 * capacity < 4 * cache.capacity:  # what is left is so much shorter
            cache.refit(rows, capacity, least)
        while waiting and len(running) < cache.rows:
            i = waiting.pop()
            hidden.append(_read(model, _missing(list(prompts[i]), single), single)[None])
            cache.place(single)
            running.append(i)
            followed[i] = constraint(i) if constraint else None
        logits = model.logits(torch.cat(hidden))  # (B, vocab)
        if constraint:
            for i, scores in zip(running, logits, strict=True):
                coming[i] = coming[i] or _next_ids(scores, _likeliest, followed[i])
            tokens = [coming[i].pop(0) for i in running]
        else:
            tokens = logits.argmax(dim=-1).tolist()
        for i, token in zip(running, tokens, strict=True):
            outputs[i].append(token)
        for row in reversed(range(len(running))):
            if tokens[row] in stop_ids or len(outputs[running[row]]) == max_new_tokens:
                del followed[running[row]]
                cache.drop(row)  # the last row takes its place
                running[row], tokens[row] = running[-1], tokens[-1]
                del running[-1], tokens[-1]
                on_end()
        hidden = [model.hidden(torch.tensor(tokens, device=device)[:, None], cache=cache)[:, -1]] if running else []
    return outputs
