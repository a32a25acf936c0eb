"""miro-sync in a process whose wall clock is another one and jumps on when it is told to.

    python tests/timetable_process.py MOMENT[,MOMENT…] schedule run --projects FOLDER

The clock goes on from the first moment; each SIGUSR1 puts it to the next one, as a machine finds it
that has slept. The steady clock, by which programs wait, knows nothing of that.
"""

from __future__ import annotations

import datetime as dt
import signal
import sys

import time_machine

from miro_sync.cli import run


def main() -> int:
    moments = [dt.datetime.fromisoformat(one) for one in sys.argv[1].split(",")]
    rest = iter(moments[1:])
    with time_machine.travel(moments[0], tick=True) as clock:
        signal.signal(signal.SIGUSR1, lambda *_: clock.move_to(next(rest)))
        return run(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
