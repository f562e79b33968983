"""A decoder layer's parts: RMSNorm, rotary positions, MLP, attention's projections, and the layer itself.

Shapes: B sequences, T positions, D hidden size, H query heads, K key-value heads, d head size.
Module and parameter names are the Hub's, so that checkpoints and PEFT adapters need no table of names.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.attention import Layout, attend
from model.config import ModelConfig, RopeConfig
from model.fused import fused_rotate, rms_norm, rotate, silu_mul

FEW_ROWS = 48  # more are F.linear's
# MKL's product of a matrix and a vector keeps one core busy where it has AVX2 alone; with AVX-512 it is as fast as the
# memory, and a batch of two takes twice as long.
HALVES = torch.backends.cpu.get_cpu_capability() == "AVX2"


class Linear(nn.Linear):
    """nn.Linear, quicker for generation on a CPU in fp32: (…, in) -> (…, out); see `few_rows`."""

    def forward(self, input: Tensor) -> Tensor:
        rows = input.numel() // self.in_features
        if rows > FEW_ROWS or torch.is_grad_enabled() or input.dtype != torch.float32 or input.device.type != "cpu":
            return super().forward(input)
        y = few_rows(self.weight, input.reshape(-1, self.in_features)).view(*input.shape[:-1], self.out_features)
        return y if self.bias is None else y + self.bias


def few_rows(weight: Tensor, x: Tensor) -> Tensor:
    """x Wᵀ for one row x (B, in) or a few, W (out, in): (B, out), as MKL does it quickest on two cores.

    One row takes little more than reading the weight; where that keeps one core busy, a batch of W's two halves keeps
    two. From eight rows on W xᵀ is quicker than x Wᵀ, and from sixteen on only where W is wide.
    """
    (rows, size), out = x.shape, len(weight)
    if rows == 1 and HALVES and out % 2 == 0:
        column = x.contiguous().as_strided((2, size, 1), (0, 1, size))  # stands in both halves, which is no copy
        return torch.bmm(weight.view(2, out // 2, size), column).view(1, out)
    if rows >= 8 and (rows < 16 or size > out):
        return (weight @ x.t()).t().contiguous()
    return F.linear(x, weight)


class RMSNorm(nn.Module):
    """x / rms(x) · weight (arXiv:1910.07467). Gemma scales by 1 + weight, all in fp32 (transformers #29402)."""

    def __init__(self, size: int, eps: float, adds_one: bool) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(size) if adds_one else torch.ones(size))
        self.eps = eps
        self.adds_one = adds_one

    def forward(self, x: Tensor) -> Tensor:
        if self.adds_one:
            return F.rms_norm(x.float(), x.shape[-1:], 1.0 + self.weight.float(), self.eps).to(x.dtype)
        if x.dtype == torch.float32:
            return rms_norm(x, self.weight, self.eps)
        # Llama rounds the normalised x to the model's dtype before it multiplies by the weight.
        return self.weight * F.rms_norm(x.float(), x.shape[-1:], None, self.eps).to(x.dtype)


def rope_frequencies(rope: RopeConfig, head_dim: int) -> Tensor:
    """Radians per position for each of head_dim / 2 planes, fp32: (d/2,)."""
    frequencies = 1.0 / rope.theta ** (torch.arange(0, head_dim, 2, dtype=torch.int64).float() / head_dim)
    if rope.kind == "linear":
        return frequencies / rope.factor
    if rope.kind == "llama3":  # Llama 3.1: long wavelengths are stretched, short ones stay, a ramp between
        wavelength = 2 * math.pi / frequencies
        ramp = (rope.original_max_position_embeddings / wavelength - rope.low_freq_factor) / (
            rope.high_freq_factor - rope.low_freq_factor
        )
        ramp = ramp.clamp(0, 1)
        return (1 - ramp) * frequencies / rope.factor + ramp * frequencies
    return frequencies


def rope_tables(frequencies: Tensor, positions: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Cosine and sine for positions (B, T), computed in fp32 and cast once: two of (B, T, 1, d)."""
    angles = positions[..., None].float() * frequencies  # (B, T, d/2)
    angles = torch.cat((angles, angles), dim=-1)[:, :, None, :]  # (B, T, 1, d)
    return angles.cos().to(dtype), angles.sin().to(dtype)


class MLP(nn.Module):
    """down(act(gate(x)) · up(x)) (arXiv:2002.05202)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.gate_proj = Linear(config.hidden_size, config.intermediate_size, bias=config.mlp_bias)
        self.up_proj = Linear(config.hidden_size, config.intermediate_size, bias=config.mlp_bias)
        self.down_proj = Linear(config.intermediate_size, config.hidden_size, bias=config.mlp_bias)
        self.activation = config.activation

    def forward(self, x: Tensor) -> Tensor:
        gate, up = self.gate_proj(x), self.up_proj(x)
        if self.activation == "silu":
            return self.down_proj(silu_mul(gate, up))
        return self.down_proj(F.gelu(gate, approximate="tanh" if self.activation == "gelu_tanh" else "none") * up)


class Attention(nn.Module):
    """Grouped-query attention (arXiv:2305.13245): H / K query heads share a key-value head."""

    def __init__(self, config: ModelConfig, index: int) -> None:
        super().__init__()
        self.index = index
        self.head_dim = config.head_dim
        self.scale = config.query_scale
        self.softcap = config.attention_softcap
        self.window = config.sliding_window if config.sliding_layers[index] else None
        width = config.num_attention_heads * config.head_dim
        kv_width = config.num_key_value_heads * config.head_dim
        self.q_proj = Linear(config.hidden_size, width, bias=config.attention_bias)
        self.k_proj = Linear(config.hidden_size, kv_width, bias=config.attention_bias)
        self.v_proj = Linear(config.hidden_size, kv_width, bias=config.attention_bias)
        self.o_proj = Linear(width, config.hidden_size, bias=config.output_bias)
        if config.qk_norm:
            self.q_norm = RMSNorm(config.head_dim, config.rms_norm_eps, config.norm_adds_one)
            self.k_norm = RMSNorm(config.head_dim, config.rms_norm_eps, config.norm_adds_one)
        self.qk_norm = config.qk_norm

    def forward(self, x: Tensor, rope: tuple[Tensor, Tensor], layout: Layout) -> Tensor:
        heads = (*x.shape[:2], -1, self.head_dim)
        q = self.q_proj(x).view(heads)  # (B, T, H, d)
        k = self.k_proj(x).view(heads)  # (B, T, K, d)
        v = self.v_proj(x).view(heads)
        if self.qk_norm:
            q, k = self.q_norm(q), self.k_norm(k)
        turn = fused_rotate if q.dtype == torch.float32 else rotate
        q, k = turn(q, *rope), turn(k, *rope)
        out = attend(q, k, v, layout, self.index, self.scale, self.window, self.softcap)
        return self.o_proj(out)  # (B, T, H · d) -> (B, T, D)


class DecoderLayer(nn.Module):
    """Pre-norm attention and MLP on a residual stream; Gemma also norms what each adds to it."""

    def __init__(self, config: ModelConfig, index: int) -> None:
        super().__init__()

        def norm() -> RMSNorm:
            return RMSNorm(config.hidden_size, config.rms_norm_eps, config.norm_adds_one)

        self.self_attn = Attention(config, index)
        self.mlp = MLP(config)
        self.input_layernorm = norm()
        self.post_attention_layernorm = norm()
        self.four_norms = config.four_norms
        if config.four_norms:
            self.pre_feedforward_layernorm = norm()
            self.post_feedforward_layernorm = norm()

    def forward(self, x: Tensor, rope: tuple[Tensor, Tensor], layout: Layout) -> Tensor:
        attended = self.self_attn(self.input_layernorm(x), rope, layout)
        if self.four_norms:
            x = x + self.post_attention_layernorm(attended)
            return x + self.post_feedforward_layernorm(self.mlp(self.pre_feedforward_layernorm(x)))
        x = x + attended
        return x + self.mlp(self.post_attention_layernorm(x))
