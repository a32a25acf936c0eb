"""The door to a dead-man service: it raises the alarm when nobody calls it any more.

The addresses are those of healthchecks.io and of what speaks as it does: `/start`, the bare address
for success, `/fail`; the body is one line of plain text. The address is a secret: whoever knows it
can silence the alarm.
"""

from __future__ import annotations

import logging
import threading
from typing import Final, Literal

import requests

from miro_sync.logs import note

_log = logging.getLogger(__name__)

#: Seconds to connect, and to wait for the next bytes of the answer.
TIMEOUT: Final = (3.0, 5.0)

#: Seconds that a job waits for its watchman in all, however slowly he answers.
PATIENCE: Final = 10.0

Signal = Literal["start", "success", "fail"]

_ENDINGS: Final = {"start": "/start", "success": "", "fail": "/fail"}


def ping(address: str, signal: Signal, line: str = "") -> bool:
    """Tell the service how a job fares; a service that cannot be reached stops nothing.

    Args:
        address: of the check, without an ending.
        signal: what to tell.
        line: words and figures of this program alone; no names, no texts of the board.

    Returns:
        Whether the service has taken it; where not, the records say so without the address.

    """
    told: list[requests.Response | requests.RequestException] = []
    caller = threading.Thread(
        target=lambda: told.append(_asked(address + _ENDINGS[signal], line)), daemon=True
    )
    caller.start()
    caller.join(PATIENCE)
    answer = told[0] if told else None
    if not isinstance(answer, requests.Response):
        reason = "slow" if answer is None else type(answer).__name__
        note(_log, "ping_failed", signal=signal, reason=reason)
        return False
    if not answer.ok or answer.is_redirect:
        note(_log, "ping_failed", signal=signal, reason="refused", code=answer.status_code)
        return False
    note(_log, "pinged", signal=signal)
    return True


def _asked(address: str, line: str) -> requests.Response | requests.RequestException:
    """Return the head of the answer; what follows it is nobody's business."""
    try:
        with requests.Session() as session:
            return session.post(
                address,
                data=line.encode("utf-8"),
                headers={"Content-Type": "text/plain; charset=utf-8", "User-Agent": "miro-sync"},
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
            )
    except requests.RequestException as error:
        return error
