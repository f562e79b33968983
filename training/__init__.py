"""What the training loop in `train.py` calls: the loss, the schedule, state that survives, proofs, and reports."""
