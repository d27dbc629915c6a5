"""kill -9 and SIGSTOP over real publications: workers, emulator and database are processes.

`python -m benchmarks.crash` starts all of them, publishes files of 10 to 200 MB, kills and stops
workers at moments that are drawn from a seed or aimed at the narrow windows of the protocol, and
then counts: every publication published, one post each, the same bytes. `windows.py` says where
each blow landed, from what the database and the emulator held right after it.

The seed draws sizes, victims and moments; how far each publication is at a moment is up to the
machine, so two runs with one seed are alike and not equal.
"""
