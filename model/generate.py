"""Generation: one sequence, streamed, from a kept cache; or a batch of prompts at once."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Protocol

import torch
from torch import Tensor

from model.cache import KVCache
from model.decoder import Decoder


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
    cache.crop(min(_common_prefix(cache.ids, ids), len(ids) - 1))  # at least one id is computed: it gives the logits
    pick = partial(_choose, temperature=temperature, top_p=top_p, generator=generator)
    new = ids[cache.length :]
    left = max_new_tokens
    while left > 0:
        hidden = model.hidden(torch.tensor([new], device=device), cache=cache)
        cache.ids += new
        new = _next_ids(model.logits(hidden[0, -1]), pick, constraint)[:left]
        left -= len(new)
        for token in new:
            yield token
            if token in stop_ids:
                return


def _next_ids(logits: Tensor, pick: Callable[[Tensor], int], constraint: Constraint | None) -> list[int]:
    return [pick(logits)] if constraint is None else constraint.next_ids(logits, pick)


def _common_prefix(a: Sequence[int], b: Sequence[int]) -> int:
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _choose(logits: Tensor, temperature: float, top_p: float, generator: torch.Generator | None) -> int:
    """One id from logits (vocab,)."""
    if temperature == 0:
        return _likeliest(logits)
    probabilities = torch.softmax(logits.float() / temperature, dim=-1)
    if top_p < 1:
        ordered, order = probabilities.sort(descending=True)
        ordered[ordered.cumsum(dim=-1) - ordered >= top_p] = 0  # the token that crosses the share still counts
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
    constraints: Sequence[Constraint | None] = (),
) -> list[list[int]]:
    """Greedy continuations of several prompts at once, each up to and including its stop id.

    Prompts are padded on the left and masked, so each gets what it would get alone. `constraints`: none, or one (or
    None) for each prompt; the ids that one forces take a forward pass each, as the other rows' ids do.
    """
    device = model.model.norm.weight.device
    longest = max(map(len, prompts))
    padding = torch.tensor([longest - len(prompt) for prompt in prompts], device=device)
    batch = torch.tensor([[0] * (longest - len(prompt)) + list(prompt) for prompt in prompts], device=device)  # (B, T)
    cache = KVCache(padding, longest + max_new_tokens)
    outputs: list[list[int]] = [[] for _ in prompts]
    running = list(range(len(prompts)))  # which prompt each row of the batch belongs to
    coming: list[list[int]] = [[] for _ in prompts]  # ids that are settled, with constraints
    for step in range(max_new_tokens):
        hidden = model.hidden(batch, cache=cache)
        logits = model.logits(hidden[:, -1])  # (B, vocab)
        if constraints:
            for row, scores in zip(running, logits, strict=True):
                coming[row] = coming[row] or _next_ids(scores, _likeliest, constraints[row])
            tokens = torch.tensor([coming[row].pop(0) for row in running], device=device)  # (B,)
        else:
            tokens = logits.argmax(dim=-1)
        for row, token in zip(running, tokens.tolist(), strict=True):
            outputs[row].append(token)
        keep = [i for i, row in enumerate(running) if outputs[row][-1] not in stop_ids]
        if not keep or step + 1 == max_new_tokens:
            break
        if len(keep) < len(running):  # rows that ended leave the batch
            running = [running[i] for i in keep]
            index = torch.tensor(keep, device=device)
            cache.select(index)
            tokens = tokens[index]
        batch = tokens[:, None]
    return outputs
