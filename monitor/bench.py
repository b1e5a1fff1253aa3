"""`./run bench`: what storing, verifying, judging and large registers cost, in one run."""

from rich.console import Console
from rich.table import Table

from monitor import bench_detoxify, bench_evidence, bench_judging, bench_register, bench_storing
from monitor.demo.story import read_story

SECOND_OPINION = 64
"""Comments that detoxify itself is asked about: it needs about a second for each."""


def main() -> None:
    screen = Console(width=110)
    screen.print(bench_storing.table())
    screen.print(bench_evidence.table(bench_evidence.verifying()))
    screen.print(bench_judging.table(bench_judging.measure()))
    screen.print(bench_register.table(bench_register.measure()))
    _print_second_opinion()


def _print_second_opinion() -> None:
    """Only where the extra is installed; where it is not, that is said instead of measured."""
    screen = Console(width=110)
    if lacking := bench_detoxify.missing():
        screen.print(f"Not measured: the second opinion; not installed here: {', '.join(lacking)}")
        return
    texts = [line.text for line in read_story() if line.text.strip()][:SECOND_OPINION]
    title = f"{len(texts)} comments, random weights, processor time of one core"
    table = Table(box=None, title=title)
    for column in ("second opinion on abuse", "per second", "times", "scores differ by at most"):
        table.add_column(column, justify="left" if column.startswith("second") else "right")
    for what, rate, times, apart in bench_detoxify.rows(texts):
        table.add_row(what, f"{rate:,.1f}", f"{times:.1f}", f"{apart:.1g}")
    screen.print(table)


if __name__ == "__main__":
    main()
