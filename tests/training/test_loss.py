"""The chunked, masked loss against PyTorch's own on all logits."""

import pytest
import torch
import torch.nn.functional as F

import training.loss
from data.format import IGNORE
from model import load_model
from training.loss import masked_cross_entropy


@pytest.fixture
def problem():
    generator = torch.Generator().manual_seed(0)
    hidden = torch.randn(2, 40, 16, generator=generator)
    head = torch.randn(50, 16, generator=generator)
    labels = torch.randint(0, 50, (2, 40), generator=generator)
    labels[torch.rand(2, 40, generator=generator) < 0.6] = IGNORE
    return hidden, head, labels


def run(function, hidden, head):
    hidden, head = hidden.clone().requires_grad_(), head.clone().requires_grad_()
    loss = function(hidden, lambda x: x @ head.T)
    loss.backward()
    return loss.detach(), hidden.grad, head.grad


@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_equals_cross_entropy_in_value_and_gradients_whatever_the_chunk(problem, chunk, monkeypatch):
    hidden, head, labels = problem
    monkeypatch.setattr(training.loss, "CHUNK_LOGITS", 50 * chunk)

    def plain(hidden, project):
        logits = project(hidden)[:, :-1].flatten(0, 1)
        return F.cross_entropy(logits, labels[:, 1:].flatten(), ignore_index=IGNORE, reduction="sum")

    ours = run(lambda hidden, project: masked_cross_entropy(hidden, labels, project), hidden, head)
    torch.testing.assert_close(ours, run(plain, hidden, head), atol=1e-5, rtol=1e-5)


def test_the_head_never_sees_more_than_a_chunk_nor_an_unlearned_position(problem, monkeypatch):
    hidden, head, labels = problem
    monkeypatch.setattr(training.loss, "CHUNK_LOGITS", 50 * 4)
    seen = []
    masked_cross_entropy(hidden, labels, lambda x: (seen.append(len(x)), x @ head.T)[1])
    assert max(seen) <= 4
    assert sum(seen) == int((labels[:, 1:] != IGNORE).sum())


def test_no_learned_token_is_a_loss_of_zero_with_a_gradient_of_zero(problem):
    hidden, head, labels = problem
    loss, grad, _ = run(
        lambda h, p: masked_cross_entropy(h, torch.full_like(labels, IGNORE), p) + 0 * p(h).sum(), hidden, head
    )
    assert loss == 0
    assert not grad.any()


def test_under_autocast_the_loss_is_summed_in_fp32(problem):
    hidden, head, labels = problem
    weights = torch.rand(labels.shape, generator=torch.Generator().manual_seed(1))
    with torch.autocast("cpu", torch.bfloat16):
        loss, _, _ = run(lambda h, p: masked_cross_entropy(h, labels, p, weights), hidden, head)
        logits = (hidden @ head.T)[:, :-1].float()
    each = F.cross_entropy(logits.flatten(0, 1), labels[:, 1:].flatten(), ignore_index=IGNORE, reduction="none")
    torch.testing.assert_close(loss, (each * weights[:, 1:].flatten()).sum(), atol=0, rtol=1e-5)


def test_no_learned_token_and_no_gradient(tiny_llama_folder):
    model, ids = load_model(tiny_llama_folder), torch.tensor([[3, 4, 5]])
    with torch.no_grad():
        assert masked_cross_entropy(model.hidden(ids), torch.full_like(ids, IGNORE), model.logits) == 0


def test_weights_scale_each_tokens_loss_whatever_the_chunk(problem, monkeypatch):
    hidden, head, labels = problem
    weights = torch.rand(labels.shape, generator=torch.Generator().manual_seed(1))

    def plain(hidden, project):
        logits = project(hidden)[:, :-1].flatten(0, 1)
        each = F.cross_entropy(logits, labels[:, 1:].flatten(), ignore_index=IGNORE, reduction="none")
        return (each * weights[:, 1:].flatten()).sum()

    expected = run(plain, hidden, head)
    for chunk in (3, 1000):
        monkeypatch.setattr(training.loss, "CHUNK_LOGITS", 50 * chunk)
        ours = run(lambda hidden, project: masked_cross_entropy(hidden, labels, project, weights), hidden, head)
        torch.testing.assert_close(ours, expected, atol=1e-5, rtol=1e-5)
