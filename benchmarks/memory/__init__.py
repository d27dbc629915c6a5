"""Memory of a worker while it uploads 2 GiB: `python -m benchmarks.memory`.

Database, emulator and worker are processes of their own. The file is a real video with a hole
behind it, so it costs no disk until the emulator stores what it is sent.
"""
