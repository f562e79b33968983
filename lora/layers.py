"""The layers of an adapter. Read this file alone to see what LoRA computes.

LoRA (arXiv:2106.09685, section 4.1) freezes a weight W (out, in) and learns its change as a product of two thin
matrices, A (r, in) and B (out, r), with r far below in and out:

    y = W x + b + scaling * B A dropout(x)          scaling = lora_alpha / r

B starts at zero, so training starts from the base model. With `use_rslora` scaling is lora_alpha / √r
(arXiv:2312.03732). A layer with r = 16 on a 2048 x 2048 weight trains 65,536 numbers in place of 4,194,304.

DoRA (arXiv:2402.09353, section 4) splits a weight into the length m of each of its rows and their direction, lets LoRA
turn the direction and learns m as well:

    y = b + m / ||W + scaling * B A|| * (W + scaling * B A) x

The norm goes row by row and counts as a constant in the backward pass (section 4.3).

Each layer wraps the one that it adapts, its `base_layer`; nothing is subclassed, so the base keeps its own code. The
adapter's weights are fp32 whatever the base's dtype, and so are its products; under autocast they run in autocast's
dtype, as the base's do. `merged` is set by merge_lora: the base's weight then holds the change already.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.linalg import vector_norm

from lora.fused import project


class LoRALinear(nn.Module):
    """A linear layer and its low-rank change: (…, in) -> (…, out), in the base's dtype.

    Parameters, named as in PEFT's files: `lora_A.weight` (r, in), `lora_B.weight` (out, r) and, with DoRA,
    `lora_magnitude_vector` (out,). A tied head with trained rows has a TokenRows for its `base_layer`.
    """

    def __init__(
        self, base_layer: nn.Linear, r: int, scaling: float, dropout: float, dora: bool, init: bool | str
    ) -> None:
        super().__init__()
        self.base_layer = base_layer
        self.scaling = scaling
        self.dropout = dropout
        self.merged = False
        # nn.Linear itself draws its weight from the Kaiming-uniform distribution with a = √5.
        self.lora_A = nn.Linear(base_layer.in_features, r, bias=False, **_place(base_layer.weight))
        self.lora_B = nn.Linear(r, base_layer.out_features, bias=False, **_place(base_layer.weight))
        if init == "gaussian":
            nn.init.normal_(self.lora_A.weight, std=1 / r)
        if init:
            nn.init.zeros_(self.lora_B.weight)
        self.lora_magnitude_vector = nn.Parameter(vector_norm(self.changed_weight(), dim=1)) if dora else None

    def forward(self, x: Tensor) -> Tensor:
        if self.merged:
            return self.base_layer(x)  # (…, out)
        dropout = self.dropout if self.training else 0.0
        if self.lora_magnitude_vector is not None:
            return self._dora(x, self.base_layer(x), F.dropout(x, dropout) if dropout else x)
        y = self.base_layer(x.reshape(-1, x.shape[-1]))  # (n, out)
        a = project(x, self.lora_A.weight, dropout).view(-1, self.lora_A.out_features)  # A dropout(x), (n, r)
        B = self.lora_B.weight
        if a.dtype == y.dtype:
            # in place: nothing else holds y, which is no view, or autograd would copy its gradient
            y.addmm_(a, B.T.to(y.dtype), alpha=self.scaling)
        else:
            y = (y + F.linear(a, B) * self.scaling).to(y.dtype)
        return y.view(*x.shape[:-1], y.shape[-1])

    def _dora(self, x: Tensor, y: Tensor, dropped: Tensor) -> Tensor:
        """DoRA's equation from x, y = W x + b and the dropped x."""
        change = F.linear(project(dropped, self.lora_A.weight), self.lora_B.weight) * self.scaling  # (…, out)
        m = self.lora_magnitude_vector / vector_norm(self.changed_weight(), dim=1)  # (out,)
        if dropped is not x:  # the learnt length works on the dropped input, the base on all of it
            direction = F.linear(dropped.to(m.dtype), self.base_layer.weight.to(m.dtype))
        else:
            bias = getattr(self.base_layer, "bias", None)
            direction = y if bias is None else y - bias
        return (y + (m - 1) * direction + m * change).to(y.dtype)

    @torch.no_grad()
    def changed_weight(self) -> Tensor:
        """W + scaling * B A, (out, in), in the adapter's dtype; a constant for the backward pass."""
        A, B = self.lora_A.weight, self.lora_B.weight
        with torch.autocast(A.device.type, enabled=False):
            return torch.addmm(self.base_layer.weight.to(A.dtype), B, A, alpha=self.scaling)


class LoRAEmbedding(nn.Module):
    """An embedding and its low-rank change: ids (…) -> (…, dim). A x is then a look-up of A's column; no dropout.

    Parameters: `lora_embedding_A` (r, vocabulary), zero at first, `lora_embedding_B` (dim, r), normal, and with DoRA
    `lora_magnitude_vector` (dim,): the weight is (vocabulary, dim), so what the equation calls a row is a column here.
    """

    def __init__(self, base_layer: nn.Embedding, r: int, scaling: float, dora: bool, init: bool | str) -> None:
        super().__init__()
        self.base_layer = base_layer
        self.scaling = scaling
        self.merged = False
        vocabulary, dim = base_layer.weight.shape
        start = torch.zeros if init else torch.randn
        self.lora_embedding_A = nn.Parameter(start(r, vocabulary, **_place(base_layer.weight)))
        self.lora_embedding_B = nn.Parameter(torch.randn(dim, r, **_place(base_layer.weight)))
        self.lora_magnitude_vector = nn.Parameter(vector_norm(self.changed_weight(), dim=0)) if dora else None

    def forward(self, input_ids: Tensor) -> Tensor:
        y = self.base_layer(input_ids)  # (…, dim)
        if self.merged:
            return y
        a = F.embedding(input_ids, self.lora_embedding_A.T, self.base_layer.padding_idx)  # (…, r)
        y_changed = y + F.linear(a, self.lora_embedding_B) * (self.scaling * _embed_scale(self.base_layer))
        if self.lora_magnitude_vector is not None:
            y_changed = self.lora_magnitude_vector / vector_norm(self.changed_weight(), dim=0) * y_changed
        return y_changed.to(y.dtype)

    @torch.no_grad()
    def changed_weight(self) -> Tensor:
        """W + scaling * (B A)ᵀ, (vocabulary, dim), in the adapter's dtype; a constant for the backward pass."""
        A, B = self.lora_embedding_A, self.lora_embedding_B
        with torch.autocast(A.device.type, enabled=False):
            return torch.addmm(self.base_layer.weight.to(A.dtype), A.T, B.T, alpha=self.scaling)


class TokenRows(nn.Module):
    """A vocabulary of which only a few rows are trained: those of the new tokens (PEFT's trainable_token_indices).

    Around an embedding it replaces the rows looked up for these ids; around the head, their logits. A head tied to the
    embedding is given the embedding's own `rows`: one parameter, trained from both sides, counted and saved once.

    Parameter: `trainable_tokens_delta` (tokens, dim), fp32, starting from the base's rows. The name is PEFT's; the
    values are the rows themselves, not differences.
    """

    token_indices: Tensor

    def __init__(
        self, base_layer: nn.Embedding | nn.Linear, token_indices: list[int], rows: nn.Parameter | None = None
    ) -> None:
        super().__init__()
        self.base_layer = base_layer
        self.merged = False
        self.tied = rows is not None
        ids = torch.tensor(token_indices, device=base_layer.weight.device)
        self.register_buffer("token_indices", ids, persistent=False)
        if rows is None:
            rows = nn.Parameter(base_layer.weight.detach()[ids].to(**_place(base_layer.weight)))
        self.trainable_tokens_delta = rows

    def forward(self, x: Tensor) -> Tensor:
        y = self.base_layer(x)
        if self.merged:
            return y
        if isinstance(self.base_layer, nn.Embedding):  # x: ids (…), y: (…, dim)
            rows = self.trainable_tokens_delta.to(y.dtype) * _embed_scale(self.base_layer)
            which = x[..., None] == self.token_indices  # (…, tokens)
            return torch.where(which.any(-1, keepdim=True), F.embedding(which.int().argmax(-1), rows), y)
        # x: hidden states (…, dim), y: logits (…, vocabulary), written in place: nothing else holds them
        bias = None if self.base_layer.bias is None else self.base_layer.bias[self.token_indices]
        columns = F.linear(x, self.trainable_tokens_delta.to(x.dtype), bias)  # (…, tokens)
        return y.index_copy_(-1, self.token_indices, columns.to(y.dtype))

    @property
    def weight(self) -> Tensor:
        """The base's weight with the trained rows in place, in the base's dtype."""
        weight = self.base_layer.weight
        if self.merged:
            return weight
        return weight.index_copy(0, self.token_indices, self.trainable_tokens_delta.to(weight.dtype))


def _place(weight: Tensor) -> dict[str, Any]:
    """Where and in which dtype an adapter of this weight lives: beside it, in fp32 at least."""
    return {"device": weight.device, "dtype": torch.promote_types(weight.dtype, torch.float32)}


def _embed_scale(embedding: nn.Embedding) -> float:
    """The factor that transformers' Gemma 3 embedding applies in its own forward, in its weight's dtype; else 1."""
    return float(torch.as_tensor(getattr(embedding, "embed_scale", 1.0)).to(embedding.weight.dtype))
