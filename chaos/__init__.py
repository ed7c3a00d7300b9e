"""What the service loses when everything around it fails: `make chaos`, or `python -m chaos [SCENARIO …]`.

Each scenario is a function `def name(run: Run) -> None` in a module of this package, entered by
`@scenario("name", "what it does")` (chaos/run.py). It prints a line of figures for whatever it does, and says by
`run.must` what has to hold; what does not is a loss, and the run fails. Nothing but this machine is reached.
"""
