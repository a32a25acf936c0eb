"""Miro's allowance of credits, kept by counting before each call; and the clock it is kept by.

Miro allows 100,000 credits a minute to a user of an application and charges each call by its
level. All figures are Miro's own ("Rate limiting" of its developer documentation), where they
are "subject to change without notice": so what the answers say of the allowance is believed
over what stands here. Seconds are monotonic unless said otherwise.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from threading import Condition, Lock
from typing import Final

from miro_sync.logs import note

_log = logging.getLogger(__name__)

#: Credits of one call by its level (Miro's).
LEVEL_CREDITS: Final = {1: 50, 2: 100, 3: 500, 4: 2000}

#: Credits a minute for one user of one application (Miro's).
CREDITS_PER_MINUTE: Final = 100_000

#: Digits of a number in a header; a moment has ten (ours).
_LONGEST_NUMBER: Final = 15

#: Seconds over which the allowance is reckoned (Miro's).
WINDOW_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Clock:
    """The time, given by whoever starts the program and by every test.

    Attributes:
        now: the wall clock, aware, UTC.
        monotonic: seconds that never go back.
        sleep: waits for so many seconds.

    """

    now: Callable[[], dt.datetime]
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def sleep_unless(self, ended: Callable[[], bool], seconds: float) -> None:
        """Wait, but not much longer than a second once there is nothing to wait for."""
        end = self.monotonic() + seconds
        while (left := end - self.monotonic()) > 0 and not ended():
            self.sleep(min(left, 1.0))


@dataclass(slots=True)
class Charge:
    """Credits set aside for one call; `until` is None while it has not been answered."""

    credits: int
    until: float | None = None


class Budget:
    """Credits spent within the last minute, by all threads of one reader together.

    A charge counts from before its call until a minute after the answer, so the allowance is
    kept whenever within that time Miro counts it, and whether its minute slides or jumps.
    """

    def __init__(self, clock: Clock, credits_per_minute: int = CREDITS_PER_MINUTE) -> None:
        """Start with nothing spent."""
        self._clock = clock
        self._allowance = credits_per_minute
        self._charges: list[Charge] = []
        self._answered = Condition()
        self._left: int | None = None  # what Miro said is left …
        self._left_until = 0.0  # … until then
        self.calls = 0
        self.credits = 0

    def set_aside(self, credits_: int, ended: Callable[[], bool] = lambda: False) -> Charge | None:
        """Wait until the credits can be spent and set them aside; `settle` must follow.

        Args:
            credits_: of the call.
            ended: tells that the call is not wanted any more.

        Returns:
            What to settle; None when the call is not wanted any more.

        """
        charge = Charge(credits_)
        while not ended():
            with self._answered:
                wait = self._seconds_until_free(credits_)
                if wait is None:
                    # Only calls under way stand in the way; their answers say until when.
                    self._answered.wait()
                    continue
                if wait <= 0:
                    self._charges.append(charge)
                    self.calls += 1
                    self.credits += credits_
                    return charge
            note(_log, "waiting", service="miro", reason="allowance", seconds=wait)
            self._clock.sleep_unless(ended, wait)
        return None

    def settle(self, charge: Charge, headers: Mapping[str, str]) -> None:
        """Note that the call was answered, or failed, and believe what the answer says.

        Args:
            charge: what `set_aside` returned.
            headers: of the answer; empty when there was none.

        """
        with self._answered:
            charge.until = self._clock.monotonic() + WINDOW_SECONDS
            if self._left is not None:
                self._left -= charge.credits
            self._believe(headers)
            self._answered.notify_all()

    def _seconds_until_free(self, credits_: int) -> float | None:
        """Return the wait before so many credits may be spent, None for "until an answer"."""
        now = self._clock.monotonic()
        self._charges = [kept for kept in self._charges if kept.until is None or kept.until > now]
        under_way = sum(kept.credits for kept in self._charges if kept.until is None)
        wait = 0.0
        if self._left is not None and self._left - under_way < credits_:
            wait = max(0.0, self._left_until - now)
        spent = sum(kept.credits for kept in self._charges)
        # A call dearer than the whole allowance goes alone: waiting would not make it cheaper.
        over = spent + min(credits_, self._allowance) - self._allowance
        if over <= 0:
            return wait
        answered = sorted((kept for kept in self._charges if kept.until), key=_end)
        for kept in answered:
            over -= kept.credits
            if over <= 0:
                return max(wait, _end(kept) - now)
        return None

    def _believe(self, headers: Mapping[str, str]) -> None:
        if (allowance := _number(headers, "X-RateLimit-Limit")) and allowance > 0:
            self._allowance = min(self._allowance, int(allowance))
        left = _number(headers, "X-RateLimit-Remaining")
        seconds = seconds_to_reset(headers, self._clock.now())
        if left is None or seconds is None:
            return
        until = self._clock.monotonic() + min(seconds, WINDOW_SECONDS)
        # Answers overtake each other: of one minute the lowest figure is the newest.
        same_minute = self._left is not None and abs(until - self._left_until) <= 1
        self._left = min(self._left or 0, int(left)) if same_minute else int(left)
        self._left_until = until


class Account:
    """What one connection spends of a budget that it may share with others.

    Attributes:
        calls, credits: of this connection.

    """

    def __init__(self, budget: Budget) -> None:
        """Start with nothing spent."""
        self.budget = budget
        self.calls = 0
        self.credits = 0
        self._lock = Lock()

    def set_aside(self, credits_: int, ended: Callable[[], bool] = lambda: False) -> Charge | None:
        """Wait for credits of the budget; see `Budget.set_aside`."""
        charge = self.budget.set_aside(credits_, ended)
        if charge is not None:
            with self._lock:
                self.calls += 1
                self.credits += credits_
        return charge

    def settle(self, charge: Charge, headers: Mapping[str, str]) -> None:
        """Note that a call was answered; see `Budget.settle`."""
        self.budget.settle(charge, headers)


def seconds_to_reset(headers: Mapping[str, str], now: dt.datetime) -> float | None:
    """Return the seconds until Miro's minute ends, None when the answer does not say.

    `X-RateLimit-Reset` is seconds since 1970 by Miro's clock, which the answer's own `Date`
    tells; ours may be minutes off.
    """
    reset = _number(headers, "X-RateLimit-Reset")
    if reset is None:
        return None
    with suppress(TypeError, ValueError, KeyError):
        now = parsedate_to_datetime(headers["Date"])
    return max(0.0, reset - now.timestamp())


def seconds_to_retry(headers: Mapping[str, str], now: dt.datetime) -> float | None:
    """Return the seconds that `Retry-After` asks for, as a number or as a moment, or None."""
    seconds = _number(headers, "Retry-After")
    if seconds is not None:
        return max(0.0, seconds)
    with suppress(TypeError, ValueError, KeyError):
        moment = parsedate_to_datetime(headers["Retry-After"])
        return max(0.0, moment.timestamp() - now.timestamp())
    return None


def _number(headers: Mapping[str, str], name: str) -> float | None:
    text = headers.get(name, "").strip()
    return float(text[:_LONGEST_NUMBER]) if text.isascii() and text.isdigit() else None


def _end(charge: Charge) -> float:
    return charge.until or 0.0
