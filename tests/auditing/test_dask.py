"""A Dask cluster gives the same rows as this machine's processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import dask
import pytest
from distributed import LocalCluster

import convcost
from tests.auditing.zoo import line
from tests.shell import convcost as command

LINES = [line("Small", f"--arg width={width}") for width in (1, 2, 3)] + [line("broken"), line("dies")]


@pytest.mark.filterwarnings("ignore")  # of Dask's own
def test_two_workers_give_the_same_rows() -> None:
    local: Any = LocalCluster
    with (
        dask.config.set({"distributed.worker.daemon": False}),
        local(n_workers=2, threads_per_worker=1, dashboard_address=None, protocol="tcp") as cluster,
    ):
        address = cluster.scheduler_address
        assert address.startswith("tcp://")
        clustered = convcost.audit(LINES, dask=address)
    alone = convcost.audit(LINES, jobs=1)
    assert [row.timed(0, 0) for row in clustered] == [row.timed(0, 0) for row in alone]
    assert [row.verdict for row in clustered] == ["agree"] * 3 + ["error"] * 2


def test_jobs_are_for_this_machine() -> None:
    outcome = command("audit", "torchvision", "--filter", "resnet18", "--jobs", "2", "--dask", "tcp://127.0.0.1:1")
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)


CLUSTER = """
import time
from distributed import LocalCluster
if __name__ == "__main__":
    cluster = LocalCluster(n_workers=1, processes=False, protocol="tcp", dashboard_address=None)
    print(cluster.scheduler_address, flush=True)
    while True:
        time.sleep(600)
"""


@pytest.mark.filterwarnings("ignore")  # of Dask's own
def test_a_cluster_that_is_lost_is_one_line_and_resumed_without(tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    gate = tmp_path / "gate"  # behind which the others wait until the cluster is gone
    lines = [LINES[0], *(line("Small", f"--arg width={width} --arg gate={gate}") for width in (2, 3))]
    cluster = subprocess.Popen([sys.executable, "-c", CLUSTER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert cluster.stdout is not None
    address = cluster.stdout.readline().decode().strip()
    with pytest.raises(convcost.ConvcostError, match="the Dask cluster gave up: "):
        convcost.audit(lines, dask=address, out=out, progress=lambda done, _: cluster.kill() if done else None)
    cluster.communicate()
    gate.touch()
    resumed = convcost.audit(lines, out=out, resume=True, jobs=1)
    assert [row.verdict for row in resumed] == ["agree"] * 3
