"""How long `import tiktok_client` takes: `python -m benchmarks.imports`, `make bench NAME=imports`.

Each time in a fresh process. The table names the modules that take longest by themselves.
"""
