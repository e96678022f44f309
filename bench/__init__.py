"""What a flow costs: CPU seconds per 1,000, as ratios between providers measured in one run, in alternating rounds.

`make bench` (or `python -m bench`). Machines are shared and noisy: compare inside one table, never across runs, and
never in a test. bench/README.md says what was reached and where the rest goes.
"""
