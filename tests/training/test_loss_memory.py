"""The loss's memory at a real size: a vocabulary of 256,000 and 8,192 tokens, of which a tenth are learned."""

import os
import subprocess
import sys
from pathlib import Path

VOCABULARY, TOKENS, HIDDEN = 256_000, 8192, 64
PROGRAM = f"""
import torch
from training.loss import masked_cross_entropy
from training.memory import peak_memory_bytes, return_freed_tensors

return_freed_tensors()
torch.manual_seed(0)
head = torch.nn.Linear({HIDDEN}, {VOCABULARY}, bias=False).requires_grad_(False)

def peak_after(tokens):
    hidden = torch.randn(1, tokens, {HIDDEN}, requires_grad=True)
    labels = torch.full((1, tokens), -100)
    labels[:, ::10] = torch.randint({VOCABULARY}, (1, len(range(0, tokens, 10))))
    masked_cross_entropy(hidden, labels, head).backward()
    assert hidden.grad.any()
    return peak_memory_bytes(torch.device("cpu"))

before = peak_after(11)  # one learned token: the libraries are at work
print(peak_after({TOKENS}) - before)
"""


def test_a_large_vocabulary_at_8192_tokens_adds_less_than_600_megabytes():
    """What the loss adds to head and hidden states. All learned logits alone would be 839 MB, all logits 8.4 GB."""
    command = [sys.executable, "-c", PROGRAM]  # a process of its own, whose highest memory use is the loss's
    result = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, env=os.environ)
    assert result.returncode == 0, result.stderr
    chunk = 4 * 2**24  # bytes of a chunk's logits: less than that would mean that nothing was measured
    assert chunk < int(result.stdout) < 600e6
