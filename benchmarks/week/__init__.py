"""A week in the life of an installation, on a fast clock.

`python -m benchmarks.week` starts PostgreSQL, TikTok, the workers and the web part as processes,
connects the accounts of several agencies and schedules their posts, and then moves the clocks of
the database and of TikTok together from one moment at which something is due to the next. Tokens
live for two hours, TikTok and the database go away, an account is taken away and comes back,
workers are replaced. `script.py` draws what happens, `expect.py` says from the script alone what
must come of it, and `judge.py` compares that with what TikTok has.
"""
