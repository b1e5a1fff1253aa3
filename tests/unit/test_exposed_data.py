"""The one abuse report that is made for programs to read, as an abuse desk's own library reads it."""

import uuid
from datetime import UTC, datetime

import pytest
import xarf

from alerts.routes.exposed_data import ExposedData, exposed_data_report

DATA = ExposedData(
    report_id=str(uuid.UUID(int=7)),
    seen_at=datetime(2026, 11, 20, 15, 30, tzinfo=UTC),
    url="https://forum.village.org.uk/thread/7",
    address="192.0.1.10",
    school="Fernhill Primary",
    contact="office@fernhill.example.sch.uk",
    meant=False,
)


@pytest.mark.parametrize("meant", [False, True])
def test_an_abuse_desk_could_not_read_the_report(meant: bool) -> None:
    form = exposed_data_report(ExposedData(**{**vars(DATA), "meant": meant}))
    result = xarf.parse(form)
    assert not result.errors
    assert result.report is not None
    assert result.report.type == "exposed_data"


def test_a_report_would_carry_the_pupils_data_further() -> None:
    """No sample of the data, no evidence, and no type that says something about a picture."""
    form = exposed_data_report(DATA)
    assert not {"sample_records", "evidence"} & set(form)
    assert form["type"] not in ("csam", "csem")
