"""The key-value cache: what attention has already computed for the positions before the new ones."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from model.step import Step


class KVCache:
    """Keys and values of every layer for the positions so far, in buffers of `capacity` that double where it is short.

    `ids` are the token ids that the cache holds. A batch of up to `rows` has none: its rows come and go by `place` and
    `drop`, and `refit` changes how many and how long they may be. They are padded on the left, so that all end at
    `length`, which is never below `least`; `padding` (B,) says by how many positions, and no query ever sees those.
    """

    def __init__(self, capacity: int = 256, rows: int = 0, least: int = 0) -> None:
        self.ids: list[int] = []
        self.length = self.least = least  # positions held, padding included
        self.padding = torch.zeros(0, dtype=torch.long) if rows else None
        self.capacity, self.rows = capacity, rows
        self._keys: list[Tensor] = []  # per layer (B, K, capacity, d): a head's keys are read in one stretch
        self._values: list[Tensor] = []
        self.step: Step | None = None  # the quick way for one position a row, by the weights at the first pass
        self._new = 0  # positions of the forward pass under way
        self._masks: dict[int | None, Tensor | None] = {}  # of this pass, by window

    def begin(self, new: int) -> None:
        """Announce a forward pass over `new` further positions."""
        if self.padding is not None and self.length + new > self.capacity:
            self.refit(self.rows, self.capacity, self.least)
        self._new = new
        self._masks = {}

    def end(self) -> None:
        """The pass is done in every layer: its positions count as held from now on."""
        self.length += self._new

    def crop(self, length: int) -> None:
        """Forget everything after the first `length` positions."""
        self.length = min(self.length, length)
        del self.ids[length:]

    def update(self, layer: int, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Store a layer's new k and v (B, T, K, d); returns all keys and values (B, S, K, d)."""
        start, end, rows = self.length, self.length + self._new, k.shape[0]
        if layer == len(self._keys):
            self._keys.append(k.new_empty(rows, k.shape[2], max(self.capacity, end), k.shape[3]))
            self._values.append(torch.empty_like(self._keys[layer]))
        for buffers, new in ((self._keys, k), (self._values, v)):
            if end > buffers[layer].shape[2]:
                grown = new.new_empty(rows, new.shape[2], 2 * end, new.shape[3])
                grown[:, :, :start] = buffers[layer][:rows, :, :start]
                buffers[layer] = grown
            buffers[layer][:rows, :, start:end] = new.transpose(1, 2)
        k, v = (buffers[layer][:rows, :, :end].transpose(1, 2) for buffers in (self._keys, self._values))
        return k, v

    def mask(self, window: int | None, device: torch.device) -> Tensor | None:
        """Who sees whom in this pass, (B or 1, 1, T, S); None where plain causal attention says the same."""
        if window not in self._masks:
            self._masks[window] = self._mask(window, device)
        return self._masks[window]

    def _mask(self, window: int | None, device: torch.device) -> Tensor | None:
        start, end = self.length, self.length + self._new
        if self.padding is None and (start == 0 or self._new == 1) and (window is None or end <= window):
            return None
        position = torch.arange(end, device=device)
        seen = visible(position[start:], position, window)  # (T, S)
        if self.padding is not None:
            seen = seen & (position >= self.padding[:, None, None])  # (B, T, S)
        return seen.view(-1, 1, *seen.shape[-2:])

    def place(self, single: "KVCache") -> None:
        """Add what the cache of a single row holds to this batch, as its last row."""
        assert self.padding is not None
        self.step = single.step
        row, padding, device = len(self.padding), self.length - single.length, single._keys[0].device
        for ours, theirs in ((self._keys, single._keys), (self._values, single._values)):
            for layer, buffer in enumerate(theirs):
                if layer == len(ours):
                    _, heads, _, size = buffer.shape
                    ours.append(buffer.new_empty(self.rows, heads, self.capacity, size))
                ours[layer][row, :, :padding] = 0  # unseen, and yet NaN times 0 is NaN
                ours[layer][row, :, padding : self.length] = buffer[0, :, : single.length]
        self.padding = torch.cat((self.padding.to(device), torch.tensor([padding], device=device)))

    def drop(self, row: int) -> None:
        """Take a row out of the batch; the last one takes its place."""
        assert self.padding is not None
        last = len(self.padding) - 1
        self.padding[row] = self.padding[last]
        self.padding = self.padding[:last]
        for buffer in (*self._keys, *self._values):
            buffer[row, :, : self.length] = buffer[last, :, : self.length]

    def refit(self, rows: int, capacity: int, least: int) -> None:
        """Have room for `rows` rows of `capacity` positions, without what is padding in every row; see the class."""
        assert self.padding is not None
        held = len(self.padding)
        kept = int((self.length - self.padding).max()) if held else 0
        length = max(kept, least)
        for buffers in (self._keys, self._values):
            for layer, old in enumerate(buffers):  # one by one: no more than a layer is held twice
                buffers[layer] = new = old.new_empty(rows, old.shape[1], capacity, old.shape[3])
                new[:held, :, : length - kept] = 0  # unseen, and yet NaN times 0 is NaN
                new[:held, :, length - kept : length] = old[:held, :, self.length - kept : self.length]
        self.padding += length - self.length
        self.length, self.rows, self.capacity, self.least = length, rows, capacity, least


def visible(query: Tensor, key: Tensor, window: int | None) -> Tensor:
    """Which key positions each query position sees: itself and what is before it, within the window. (…, Tq, Tk)."""
    distance = query[..., :, None] - key[..., None, :]
    seen = distance >= 0
    return seen if window is None else seen & (distance < window)
