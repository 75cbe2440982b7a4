"""How fast tcpsim is, measured as ratios within one run: `python -m benchmarks`. Nothing here is a test."""
