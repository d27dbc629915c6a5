"""Kills and stops over real publications: workers, web part, PostgreSQL and TikTok are processes.

`python -m benchmarks.crash` starts all of them and publishes videos and photos, sent and fetched,
posts and drafts. Meanwhile answers are lost, webhooks come twice, late or never, drafts are
finished and posts cancelled. 200 times a worker, the web part or the database is killed or
stopped, at moments that are drawn from a seed or aimed at the narrow windows of the protocol;
`windows.py` says where each blow landed, from what the database and the emulator held just then.

Then it lets days pass and compares (`judge.py`, `ledger.py`): each publication has the posts it
says it has, with the same bytes; nothing is stuck; and the ledger explains everything.

The seed draws sizes, victims and moments; how far each publication is at a moment is up to the
machine, so two runs with one seed are alike and not equal.
"""
