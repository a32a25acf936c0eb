"""The allowance of one account, shared by all processes that use it, on however many machines.

Every call is written down before it leaves, with the moment until which it counts: a minute after
the longest time its answer can take, and, once it was answered, a minute after the answer. So the
sum of what counts is never less than what the service counts, and a process that dies in the
middle of a call, or is frozen there, leaves nothing behind that would have to be tidied up.

Fairness: while several projects wait, the one that has used least within the minute goes first.
So a large project may use the whole allowance while it is alone, and its fair part beside others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from miro_sync.fleet.store import Shared, charge, waiting
from miro_sync.miro_budget import CREDITS_PER_MINUTE, WINDOW_SECONDS, Budget, Charge, Clock

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

#: Seconds within which an answer has come or was given up, connecting included.
_LONGEST_CALL: Final = 180.0

#: Requests a minute that Google Sheets allows one account, of reading and of writing each
#: (Google's).
GOOGLE_A_MINUTE: Final = 60

#: Who waits for others asks again after so many seconds; who waits for the minute to pass, when
#: something of it has passed, but no sooner and no later than after so many …
_ASK_AGAIN: Final = 0.25
_SOONEST: Final = 0.05
_LATEST: Final = 1.0

#: … and who has not asked for so many is not waiting any more.
_WAITS_NO_MORE: Final = 3.0


class Allowance:
    """What one account may use within a minute; the part of one project in one process."""

    def __init__(self, shared: Shared, clock: Clock, account: str, project: str) -> None:
        """Remember whose it is.

        Args:
            shared: where it is kept.
            clock: waits.
            account: names the account without giving its secret away (`account_of`).
            project: among which the allowance is shared fairly.

        """
        self._shared, self._clock = shared, clock
        self._account, self._project = account, project
        self._one_asks = Lock()
        self._has_waited = self._has_swept = False

    def take(
        self, amount: int, limit: int, ended: Callable[[], bool] = lambda: False
    ) -> int | None:
        """Wait until so much can be used, and write it down; `settle` should follow.

        Args:
            amount: of the call.
            limit: the most that may count at any moment.
            ended: tells that the call is not wanted any more.

        Returns:
            The number to settle; None when the call is not wanted any more.

        Raises:
            StateError: the database cannot be reached.

        """
        # Of the threads of a process one asks; the others would only ask the same.
        with self._one_asks:
            while not ended():
                with self._shared.writing(alone=f"allowance/{self._account}") as connection:
                    number, wait = self._tried(connection, amount, limit)
                if number is not None:
                    return number
                self._clock.sleep(wait)
        return None

    def settle(self, number: int) -> None:
        """Note that the call was answered or given up: it counts for a minute from now."""
        with self._shared.writing() as connection:
            until = self._shared.clock() + WINDOW_SECONDS
            connection.execute(charge.update().where(charge.c.id == number).values(until=until))

    def _tried(self, connection: Connection, amount: int, limit: int) -> tuple[int | None, float]:
        """Return the number of the charge, or None and the seconds to wait before asking again."""
        now = self._shared.seconds(connection)
        if not self._has_swept:  # once for a project's reading; what is over counts for nobody
            over = (charge.c.account == self._account) & (charge.c.until <= now)
            connection.execute(charge.delete().where(over))
            self._has_swept = True
        mine = (charge.c.account == self._account) & (charge.c.until > now)
        used, others = self._used_and_waiting(connection, now)
        # A call dearer than the whole allowance goes alone: waiting would not make it cheaper.
        free = sum(used.values()) + min(amount, limit) <= limit
        if free and not self._is_after(others, used):
            self._waits_no_more(connection)
            until = now + _LONGEST_CALL + WINDOW_SECONDS
            row = {
                "account": self._account,
                "project": self._project,
                "amount": amount,
                "until": until,
            }
            made = connection.execute(charge.insert().values(row).returning(charge.c.id))
            return int(made.scalar_one()), 0.0
        self._waits(connection, now)
        if free:
            return None, _ASK_AGAIN
        first = connection.scalar(sa.select(sa.func.min(charge.c.until)).where(mine)) or now
        return None, min(max(first - now, _SOONEST), _LATEST)

    def _used_and_waiting(
        self, connection: Connection, now: float
    ) -> tuple[Mapping[str, int], Collection[str]]:
        """Return what each project has used, and which other ones wait: one question of both."""
        used = (
            sa.select(charge.c.project, sa.func.sum(charge.c.amount).label("amount"))
            .where(charge.c.account == self._account, charge.c.until > now)
            .group_by(charge.c.project)
        )
        waits = sa.select(waiting.c.project, sa.null().label("amount")).where(
            waiting.c.account == self._account,
            waiting.c.project != self._project,
            waiting.c.seen > now - _WAITS_NO_MORE,
        )
        rows = connection.execute(sa.union_all(used, waits)).all()
        return (
            {row.project: int(row.amount) for row in rows if row.amount is not None},
            {row.project for row in rows if row.amount is None},
        )

    def _is_after(self, others: Collection[str], used: Mapping[str, int]) -> bool:
        """Tell whether another project that waits has used less."""
        ours = used.get(self._project, 0)
        return any(used.get(one, 0) < ours for one in others)

    def _waits(self, connection: Connection, now: float) -> None:
        self._has_waited = True
        table = waiting
        row = (table.c.account == self._account) & (table.c.project == self._project)
        if not connection.execute(table.update().where(row).values(seen=now)).rowcount:
            values = {
                "account": self._account,
                "project": self._project,
                "since": now,
                "seen": now,
            }
            connection.execute(table.insert().values(values))

    def _waits_no_more(self, connection: Connection) -> None:
        if not self._has_waited:
            return  # another process of this project may wait: its row is passed over soon enough
        table = waiting
        connection.execute(
            table.delete().where(table.c.account == self._account, table.c.project == self._project)
        )
        self._has_waited = False


class SharedBudget(Budget):
    """Miro's credits as `Budget` keeps them, of all processes together."""

    def __init__(
        self, clock: Clock, allowance: Allowance, credits_per_minute: int = CREDITS_PER_MINUTE
    ) -> None:
        """Start with nothing spent by this process."""
        super().__init__(clock, credits_per_minute)
        self._shared = allowance
        self._numbers: dict[int, int] = {}

    def set_aside(self, credits_: int, ended: Callable[[], bool] = lambda: False) -> Charge | None:
        """As `Budget.set_aside`; also waits for the calls of other processes.

        Raises:
            StateError: the database cannot be reached.

        """
        ours = super().set_aside(credits_, ended)
        if ours is None:
            return None
        number = None
        try:
            if credits_:
                number = self._shared.take(credits_, self._allowance, ended)
        finally:
            if number is None and credits_:
                super().settle(ours, {})
        if number is not None:
            self._numbers[id(ours)] = number
        return ours if number is not None or not credits_ else None

    def settle(self, charge: Charge, headers: Mapping[str, str]) -> None:
        """As `Budget.settle`, for all processes."""
        super().settle(charge, headers)
        number = self._numbers.pop(id(charge), None)
        if number is not None:
            self._shared.settle(number)


def account_of(service: str, secret: str) -> str:
    """Name an account by its secret, so that the secret cannot be had from the name."""
    return f"{service}:{hashlib.sha256(f'miro-sync/{service}/{secret}'.encode()).hexdigest()[:40]}"
