"""Upload against `curl -T`: `python -m benchmarks.upload`, which is `make bench NAME=upload`.

Both send sparse files to one sink on loopback, in turn, each in a process of its own.
"""
