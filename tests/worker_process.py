"""A worker in a process of its own, less patient than a real one, so that tests are short."""

from __future__ import annotations

import datetime as dt
import os
import sys

from miro_sync.app import worker
from miro_sync.app.building import moment
from miro_sync.commands.worker import OUTDATED_CODE
from miro_sync.errors import MiroSyncError
from miro_sync.fleet.job_queue import Pace
from miro_sync.logs import configure

PACE = Pace(heartbeat=1.0, dead=4.0, plan=2, reap=2, again=2.0, busy=2.0, attempts=3)


def main() -> int:
    database, name, jobs = sys.argv[1:4]
    configure("json", sys.stderr)
    ahead = dt.timedelta(minutes=float(os.environ.get("CLOCK_AHEAD", "0")))
    how = worker.How(int(jobs), name, PACE, lambda: moment() + ahead)
    try:
        left = worker.work(database, how)
    except MiroSyncError as error:
        sys.stderr.write(f"{error.message.key}\n")
        return error.exit_code
    return OUTDATED_CODE if left is worker.Left.OUTDATED else 0


if __name__ == "__main__":
    sys.exit(main())
