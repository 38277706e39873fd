"""Benchmarks that print ratios: each bench_*.py compares ways of doing one thing, within one run on one machine."""
