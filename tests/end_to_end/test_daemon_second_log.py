"""The second log that the settings name is written by the service, and not only by its parts."""

import json
from pathlib import Path

from support.daemon import Daemon, town

from config.loading import load_settings
from monitor.evidence.second_log import CHECKPOINTS, LEAVES
from monitor.evidence.verify import verify_store
from monitor.evidence.verify_log import Outside
from monitor.site import open_site


def test_a_second_log_in_the_settings_would_stay_empty(tmp_path: Path, sqlite_database: str) -> None:
    """The school believes that there is a witness on another disk, and there is none."""
    second = tmp_path / "other-disk"
    with town(tmp_path / "school", "x") as here:
        settings = here.write(sqlite_database, more=f'[evidence]\nsecond_log = "{second}"\n')
        with Daemon(settings) as daemon:
            daemon.wait_until_started()
            here.threaten()
            daemon.wait_until(here.alerts)
            assert daemon.terminate()[0] == 0
        site = open_site(load_settings(settings), line_up=False)
        found = verify_store(site.database, site.evidence, site.school_id, Outside(second_log=second))
        site.close()
    assert found.faults == ()
    copied = (second / LEAVES).read_bytes().splitlines()
    assert len(copied) == found.leaves > 0
    assert len((second / CHECKPOINTS).read_bytes().splitlines()) == found.checkpoints > 0
    assert [json.loads(line)["seq"] for line in copied] == list(range(found.leaves))
