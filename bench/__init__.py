"""Side by side with peft, transformers and trl: `python -m bench.training`, `bench.scores` and `bench.generation`.

`bench.grammar` sets constrained calls beside free ones, and `bench.scaling` a step's cost beside its row's length.
`race.py` is what those with a peer share: fresh processes, which take turns where time is measured, and medians of
paired rounds.
"""
