"""Every interleaving of the publish protocol, within bounds, and mutants that must be caught.

`python -m benchmarks.explorer` runs the real `decide` of `postwright.publishing.protocol` in a
model of everything around it: the durable row, a lane with lease and fence, two workers that
crash and oversleep, TikTok, and a person. `assumptions.py` names what the proof rests on.
"""
