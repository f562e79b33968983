"""What `evaluate.py` is made of: scores of replies, their intervals, BFCL's cases and checker, and tables."""
