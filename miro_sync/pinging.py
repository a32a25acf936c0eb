"""The door to a dead-man service: it raises the alarm when nobody calls it any more.

The addresses are those of healthchecks.io and of what speaks as it does: `/start`, the bare address
for success, `/fail`; the body is one line of plain text. The address is a secret: whoever knows it
can silence the alarm.
"""

from __future__ import annotations

import logging
from typing import Final, Literal

import requests

from miro_sync.logs import note

_log = logging.getLogger(__name__)

#: Seconds to connect and to wait for the answer: a job waits no longer for its watchman.
TIMEOUT: Final = (3.0, 5.0)

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
    try:
        with requests.Session() as session:
            answer = session.post(
                address + _ENDINGS[signal],
                data=line.encode("utf-8"),
                headers={"Content-Type": "text/plain; charset=utf-8", "User-Agent": "miro-sync"},
                timeout=TIMEOUT,
                allow_redirects=False,
            )
    except requests.RequestException as error:
        note(_log, "ping_failed", signal=signal, reason=type(error).__name__)
        return False
    if not answer.ok or answer.is_redirect:
        note(_log, "ping_failed", signal=signal, reason="refused", code=answer.status_code)
        return False
    note(_log, "pinged", signal=signal)
    return True
