"""One more position in each row of a cache: what `Decoder.hidden` computes, with as little as can be between products.

On a CPU a token of a small model takes as long as reading its weights, and half that again for modules and a hundred
small operations a layer. Here are no modules, and fewer operations. For Llama's kind of layer, in fp32; all else goes
through the modules, which also say what is meant.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.attention import Layout, attend
from model.config import ModelConfig
from model.layers import few_rows, rope_frequencies, rope_tables

PATHS = [f"self_attn.{name}_proj" for name in "qkvo"] + [f"mlp.{name}_proj" for name in ("gate", "up", "down")]


class Step:
    """The weights of a model as they are now, without a copy, ready for one position at a time."""

    def __init__(self, backbone: Any, config: ModelConfig, projections: list[list[Tensor]]) -> None:
        self.config = config
        self.frequencies = rope_frequencies(config.rope, config.head_dim)
        self.eps = torch.tensor(config.rms_norm_eps)
        self.embedding, self.norm = backbone.embed_tokens, backbone.norm.weight
        self.norms = [
            (layer.input_layernorm.weight, layer.post_attention_layernorm.weight) for layer in backbone.layers
        ]
        self.projections = projections  # of each layer, see `step_for`

    def __call__(self, input_ids: Tensor, cache: Any) -> Tensor:
        """The last hidden states (B, 1, D) for ids (B, 1), which the cache then holds too."""
        size, scale, half = self.config.head_dim, self.config.query_scale, self.config.head_dim // 2
        rows = len(input_ids)
        cache.begin(1)
        positions = torch.tensor([[cache.length]]) if cache.padding is None else (cache.length - cache.padding)[:, None]
        layout = Layout(cache=cache)
        cos, sin = rope_tables(self.frequencies, positions, torch.float32)  # (B or 1, 1, 1, d)
        sin = torch.cat((-sin[..., :half], sin[..., half:]), dim=-1)
        x = self.embedding(input_ids).view(rows, -1)  # (B, D)
        for i, (norm, mlp_norm) in enumerate(self.norms):
            q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj = self.projections[i]
            h = self._normed(x, norm)
            q = few_rows(q_proj, h).view(rows, 1, -1, size)
            k = few_rows(k_proj, h).view(rows, 1, -1, size)
            v = few_rows(v_proj, h).view(rows, 1, -1, size)
            q = torch.addcmul(q * cos, q.roll(half, -1), sin)
            k = torch.addcmul(k * cos, k.roll(half, -1), sin)
            x = x + few_rows(o_proj, attend(q, k, v, layout, i, scale)[:, 0])
            h = self._normed(x, mlp_norm)
            x = x + few_rows(down_proj, F.silu(few_rows(gate_proj, h)).mul_(few_rows(up_proj, h)))
        cache.end()
        return self._normed(x, self.norm)[:, None]

    def _normed(self, x: Tensor, weight: Tensor) -> Tensor:
        """RMSNorm of x (B, D)."""
        length = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
        return (x * torch.addcmul(self.eps, length, length, value=1 / x.shape[-1]).rsqrt_()).mul_(weight)


def step_for(backbone: Any, config: ModelConfig) -> Step | None:
    """A `Step` for the model as it is now, or None: of another kind, or with an adapter that is not merged."""
    gemma = config.norm_adds_one or config.four_norms or config.embedding_scale or config.activation != "silu"
    other = config.qk_norm or config.attention_bias or config.output_bias or config.mlp_bias or config.sliding_window
    norm = backbone.norm.weight
    if gemma or other or norm.dtype != torch.float32 or norm.device.type != "cpu":
        return None
    projections = []
    for layer in backbone.layers:
        modules: list[Any] = [_unwrapped(layer.get_submodule(name)) for name in PATHS]
        if not all(isinstance(module, nn.Linear) for module in modules):
            return None
        projections.append([module.weight for module in modules])
    return Step(backbone, config, projections)


def _unwrapped(module: Any) -> nn.Module:
    """What computes the same as an adapter's layer that is merged: its base layer."""
    while getattr(module, "merged", False):
        module = module.base_layer
    return module
