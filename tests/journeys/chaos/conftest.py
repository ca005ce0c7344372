"""Every failure test reports a row, and the rows are printed at the end."""

import time
from collections.abc import Callable

import pytest

from tests.journeys.chaos.table import ROWS, Row, draw

Report = Callable[..., None]


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Report:
    """Hold a test's figures against its bound, and keep them for the table."""

    def report(
        recipients: int, events: str = "-", *, lost: int = 0, duplicates: int = 0, bound: int = 0
    ) -> None:
        name = request.node.name.removeprefix("test_").removesuffix("[long]")
        ROWS.append(Row(name, recipients, events, lost, duplicates, bound))
        assert lost == 0
        assert duplicates <= bound

    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if ROWS and not terminalreporter.config.option.markexpr:
        terminalreporter.section(f"what failures cost, {time.strftime('%Y-%m-%d %H:%M')}")
        for line in draw(sorted(ROWS, key=lambda row: row.test)):
            terminalreporter.write_line(line)
