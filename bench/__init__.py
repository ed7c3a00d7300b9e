"""How fast the service is, measured on this machine: `make bench`, or `python -m bench --quick`.

One run starts PostgreSQL and gunicorn on this machine, measures everything in turn, several rounds, and
prints medians. Only ratios within one run mean anything: machines differ, and are noisy.
"""
