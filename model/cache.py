"""The key-value cache: what attention has already computed for the positions before the new ones."""

import torch
from torch import Tensor


class KVCache:
    """Keys and values of every layer for the positions so far, in buffers of `capacity` that double where it is short.

    `ids` are the token ids that the cache holds (of a single row; empty for batches). Rows of a batch are padded on
    the left; `padding` (B,) says by how many positions, and no query ever sees those.
    """

    def __init__(self, padding: Tensor | None = None, capacity: int = 256) -> None:
        self.ids: list[int] = []
        self.length = 0  # positions held, padding included
        self.padding = padding
        self.capacity = capacity
        self._keys: list[Tensor] = []  # per layer (B, capacity, K, d)
        self._values: list[Tensor] = []
        self._new = 0  # positions of the forward pass under way

    def begin(self, new: int) -> None:
        """Announce a forward pass over `new` further positions."""
        self._new = new

    def end(self) -> None:
        """The pass is done in every layer: its positions count as held from now on."""
        self.length += self._new

    def crop(self, length: int) -> None:
        """Forget everything after the first `length` positions."""
        self.length = min(self.length, length)
        del self.ids[length:]

    def update(self, layer: int, k: Tensor, v: Tensor, window: int | None) -> tuple[Tensor, Tensor, Tensor | None]:
        """Store a layer's new k and v (B, T, K, d); returns all keys and values, and the mask (B or 1, 1, T, S)."""
        start, end = self.length, self.length + self._new
        if layer == len(self._keys):
            self._keys.append(k.new_empty(k.shape[0], max(self.capacity, end), *k.shape[2:]))
            self._values.append(torch.empty_like(self._keys[layer]))
        for buffers, new in ((self._keys, k), (self._values, v)):
            if end > buffers[layer].shape[1]:
                grown = new.new_empty(new.shape[0], 2 * end, *new.shape[2:])
                grown[:, :start] = buffers[layer][:, :start]
                buffers[layer] = grown
            buffers[layer][:, start:end] = new
        return self._keys[layer][:, :end], self._values[layer][:, :end], self._mask(start, end, window, k.device)

    def _mask(self, start: int, end: int, window: int | None, device: torch.device) -> Tensor | None:
        if self._new == 1 and self.padding is None and (window is None or end <= window):
            return None  # one new position sees everything
        distance = torch.arange(start, end, device=device)[:, None] - torch.arange(end, device=device)  # (T, S)
        seen = distance >= 0
        if window is not None:
            seen &= distance < window
        if self.padding is None:
            return seen[None, None]
        real = torch.arange(end, device=device) >= self.padding[:, None]  # (B, S)
        # A padded query sees nothing but itself: softmax over nothing would be NaN.
        return (seen & real[:, None, :] | (distance == 0))[:, None]

    def select(self, rows: Tensor) -> None:
        """Keep only these rows of the batch, in this order."""
        for buffers in (self._keys, self._values):
            for layer, buffer in enumerate(buffers):
                kept = buffer.new_empty(len(rows), *buffer.shape[1:])
                kept[:, : self.length] = buffer[rows, : self.length]
                buffers[layer] = kept
        self.padding = None if self.padding is None else self.padding[rows]
