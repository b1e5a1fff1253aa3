"""What `schoolwatch check` tries before a school relies on it: one line each, with what to do."""

from monitor.checks.lines import CheckLine, State, worst
from monitor.checks.run import run_checks

__all__ = ["CheckLine", "State", "run_checks", "worst"]
