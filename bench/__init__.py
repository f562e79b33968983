"""Side by side with peft, transformers and trl: `python -m bench.training`, `python -m bench.scaling`.

`race.py` is what every benchmark shares: fresh processes that take turns, and medians of paired rounds.
"""
