"""Benchmarks, all in one session: python -m benchmarks."""
