"""The decoder: token ids in, logits out. One class for every family; `ModelConfig` holds what differs."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.graph import save_on_cpu
from torch.utils.checkpoint import checkpoint

from errors import InputError
from model.attention import Layout, packed
from model.cache import KVCache
from model.config import ModelConfig
from model.layers import DecoderLayer, Linear, RMSNorm, rope_frequencies, rope_tables
from model.step import step_for


class Backbone(nn.Module):
    """Everything below the head; named `model` in a checkpoint."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        # nn.Embedding alone would draw its weight, which on the meta device imports sympy: a second and 70 MB.
        empty = torch.empty(config.vocab_size, config.hidden_size)
        self.embed_tokens = nn.Embedding.from_pretrained(empty, freeze=False)
        self.layers = nn.ModuleList(DecoderLayer(config, i) for i in range(config.num_hidden_layers))
        self.norm = RMSNorm(config.hidden_size, config.rms_norm_eps, config.norm_adds_one)


class Decoder(nn.Module):
    """A decoder-only language model.

    `gradient_checkpointing = True` keeps only each layer's input for the backward pass and computes the rest anew;
    with `activation_offloading = True` besides, those inputs wait for it in the host's memory.
    `torch_compile = True` compiles a layer for training, once for all that are alike; rows of equal length fit it best.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.model = Backbone(config)
        self.lm_head = Linear(config.hidden_size, config.vocab_size, bias=False)
        if config.tie_word_embeddings:
            self.lm_head.weight = self.model.embed_tokens.weight
        self.gradient_checkpointing = self.activation_offloading = self.torch_compile = False

    def forward(self, input_ids: Tensor, *, documents: tuple[int, ...] = (), cache: KVCache | None = None) -> Tensor:
        """Logits (B, T, vocab) for ids (B, T); see `hidden` for the arguments."""
        return self.logits(self.hidden(input_ids, documents=documents, cache=cache))

    def hidden(self, input_ids: Tensor, *, documents: tuple[int, ...] = (), cache: KVCache | None = None) -> Tensor:
        """The last hidden state (B, T, D), after the final norm.

        `documents`: lengths of the documents packed into each row (B must be 1); they never see each other, and
        positions start anew in each. `cache`: go on after what it holds.
        """
        config = self.config
        if cache is not None and cache.length == 0:
            cache.step = step_for(self.model, config)
        if cache is not None and cache.step is not None and input_ids.shape[1] == 1 and not torch.is_grad_enabled():
            return cache.step(input_ids, cache)
        x = self.model.embed_tokens(input_ids)
        if config.embedding_scale:  # the factor itself is rounded to the model's dtype (transformers #29402)
            x = x * torch.tensor(config.hidden_size**0.5, dtype=x.dtype)
        positions = self._positions(input_ids, documents, cache)
        ropes = [
            rope_tables(rope_frequencies(rope, config.head_dim).to(x.device), positions, x.dtype)
            for rope in dict.fromkeys((config.rope, config.local_rope))
        ]
        layout = Layout(cache=cache)
        if documents:
            windows = {config.sliding_window if sliding else None for sliding in config.sliding_layers}
            layout = packed(documents, windows, x.device, config.head_dim)
        if cache is not None:
            cache.begin(input_ids.shape[1])
        training = self.training and torch.is_grad_enabled()
        run = _compiled_layer() if self.torch_compile and training else _run_layer
        offload = self.activation_offloading and self.gradient_checkpointing and training
        with save_on_cpu(pin_memory=x.is_cuda) if offload else nullcontext():
            for layer, sliding in zip(self.model.layers, config.sliding_layers, strict=True):
                rope = ropes[-1] if sliding else ropes[0]
                if self.gradient_checkpointing and training:
                    x = checkpoint(run, layer, x, rope, layout, use_reentrant=False)
                else:
                    x = run(layer, x, rope, layout)
        if cache is not None:
            cache.end()
        return self.model.norm(x)

    def logits(self, hidden: Tensor) -> Tensor:
        """The head: (…, D) -> (…, vocab)."""
        logits = self.lm_head(hidden)
        if cap := self.config.logit_softcap:
            logits = cap * torch.tanh(logits / cap)
        return logits

    def _positions(self, input_ids: Tensor, documents: tuple[int, ...], cache: KVCache | None) -> Tensor:
        device = input_ids.device
        if documents:
            return torch.cat([torch.arange(length, device=device) for length in documents])[None]
        start = cache.length if cache is not None else 0
        positions = torch.arange(start, start + input_ids.shape[1], device=device)[None]
        if cache is not None and cache.padding is not None:
            return (positions - cache.padding[:, None]).clamp(min=0)
        return positions

    @torch.no_grad()
    def resize_vocabulary(self, size: int, shrink: bool = False) -> None:
        """Give embedding and head `size` rows, new ones zero; tied weights stay tied. Shrinks only if told to.

        Raises InputError where an adapter wraps one of them.
        """
        embedding, head = self.model.embed_tokens, self.lm_head
        if not (isinstance(embedding, nn.Embedding) and isinstance(head, nn.Linear)):
            raise InputError("the vocabulary is wrapped by an adapter: resize before inject_lora or after unload_lora")
        old, tied = embedding.weight, head.weight is embedding.weight
        if size == len(old) or (size < len(old) and not shrink):
            return
        embedding.weight, embedding.num_embeddings = _resized(old, size), size
        head.weight, head.out_features = embedding.weight if tied else _resized(head.weight, size), size
        self.config = replace(self.config, vocab_size=size)


def _run_layer(layer: nn.Module, x: Tensor, rope: tuple[Tensor, Tensor], layout: Layout) -> Tensor:
    return layer(x, rope, layout)


@cache
def _compiled_layer() -> Callable[..., Tensor]:
    return torch.compile(_run_layer)


def _resized(weight: Tensor, size: int) -> nn.Parameter:
    return nn.Parameter(F.pad(weight, (0, 0, 0, size - len(weight))), weight.requires_grad)
