"""Benchmark: `python -m tests.bench [--customers N] [--json F]`, ratios to the raw limit."""
