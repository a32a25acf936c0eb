"""Measures of runs in the state: what is written of them, and how it is read back.

Only totals are here. A centre is kept by its id alone, so that no address of its head is; the
settings of the day give it its name again.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from pydantic import TypeAdapter

from miro_sync.coverage import Direction, PlanCoverage
from miro_sync.kpi import Kept, Measured, PastValue
from miro_sync.memory import schema
from miro_sync.model import Center, Message, Place, Problem
from miro_sync.resource_map import CellFault, CenterMap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.engine import Connection

#: What the rows are counted from.
_EVENTS, _TABLES, _MAPS, _PLANS = "events", "tables", "map", "plan"


def store_measures(connection: Connection, run_id: int, kept: Kept) -> bool:
    """Make the measures of a run the current ones; unchanged ones are not touched.

    Returns:
        Whether anything was changed.

    """
    changed = False
    for kind, measured in ((_EVENTS, kept.of_events), (_TABLES, kept.of_tables)):
        if measured is not None:
            changed |= _replace(
                connection,
                run_id,
                kind,
                {
                    one.indicator_id: _Row(
                        _MEASURED.dump_json(_timeless(one), exclude_defaults=True).decode(),
                        kept.values.get(one.indicator_id),
                        one.definition,
                    )
                    for one in measured.values()
                },
            )
    if kept.maps is not None:
        maps = {one.center.id: _Row(_map_payload(one)) for one in kept.maps}
        changed |= _replace(connection, run_id, _MAPS, maps)
    if kept.plans is not None:
        plans = {
            str(number): _Row(_plan_payload(number, plan))
            for number, plan in enumerate(kept.plans, start=1)
        }
        changed |= _replace(connection, run_id, _PLANS, plans)
    return changed


def read_measures(connection: Connection, until: int) -> Kept:
    """Return the measures as of a run."""
    table = schema.measure
    over = table.c.until_run
    rows = connection.execute(
        sa.select(table.c.kind, table.c.payload)
        .where(table.c.from_run <= until)
        .where(sa.or_(over.is_(None), over > until))
        .order_by(table.c.id)
    )
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[row.kind].append(row.payload)
    plans = sorted((_PLAN.validate_json(one) for one in found[_PLANS]), key=lambda one: one.number)
    return Kept(
        of_events=_by_id(found[_EVENTS]),
        of_tables=_by_id(found[_TABLES]),
        maps=tuple(_map(payload) for payload in found[_MAPS]),
        plans=tuple(map(_plan, plans)),
    )


def read_past_values(connection: Connection, until: int) -> Mapping[str, Sequence[PastValue]]:
    """Return what indicators came to up to a run, by their ids, oldest first."""
    table, run = schema.measure, schema.run
    rows = connection.execute(
        sa.select(table.c.thing, table.c.value, table.c.definition, run.c.today)
        .join(run, run.c.id == table.c.from_run)
        .where(table.c.kind.in_((_EVENTS, _TABLES)), table.c.from_run <= until)
        .order_by(table.c.from_run, table.c.id)
    )
    found: defaultdict[str, list[PastValue]] = defaultdict(list)
    for row in rows:
        found[row.thing].append(PastValue(row.today, row.value, row.definition or ""))
    return found


# --- rows ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    payload: str
    value: float | None = None
    definition: str | None = None

    @property
    def digest(self) -> str:
        whole = f"{self.payload} {self.value} {self.definition}"
        return hashlib.sha256(whole.encode()).hexdigest()


def _replace(connection: Connection, run_id: int, kind: str, rows: Mapping[str, _Row]) -> bool:
    table = schema.measure
    known = {
        row.thing: (row.id, row.digest)
        for row in connection.execute(
            sa.select(table.c.id, table.c.thing, table.c.digest).where(
                table.c.kind == kind, table.c.until_run.is_(None)
            )
        )
    }
    digests = {thing: row.digest for thing, row in rows.items()}
    over = [
        {"row": row_id, "run": run_id}
        for thing, (row_id, digest) in known.items()
        if digests.get(thing) != digest
    ]
    fresh = [
        {
            "kind": kind,
            "thing": thing,
            "digest": digests[thing],
            "payload": row.payload,
            "value": row.value,
            "definition": row.definition,
            "from_run": run_id,
        }
        for thing, row in rows.items()
        if thing not in known or known[thing][1] != digests[thing]
    ]
    if over:
        connection.execute(
            table.update()
            .where(table.c.id == sa.bindparam("row"))
            .values(until_run=sa.bindparam("run")),
            over,
        )
    if fresh:
        connection.execute(table.insert(), fresh)
    return bool(over or fresh)


# --- values -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _StoredDirection:
    """A `Direction`; `months` are year, month, number: JSON knows no keys of two parts."""

    number: int
    title: str
    events: int
    months: tuple[tuple[int, int, int], ...]
    undated: int
    place: Place | None


@dataclass(frozen=True, slots=True)
class _StoredPlan:
    """A `PlanCoverage` and its place among the others."""

    number: int
    center_id: str | None
    sheet: str
    directions: tuple[_StoredDirection, ...]


_MEASURED = TypeAdapter(Measured)
_MAP = TypeAdapter(CenterMap)
_PLAN = TypeAdapter(_StoredPlan)


def _timeless(measured: Measured) -> Measured:
    """Return it without its day, which comes anew with every run."""
    return dataclasses.replace(measured, day=None, stale=False)


def _by_id(payloads: Sequence[str]) -> dict[str, Measured]:
    read = (_MEASURED.validate_json(payload) for payload in payloads)
    return {
        one.indicator_id: dataclasses.replace(
            one, problems=tuple(map(_revived_problem, one.problems))
        )
        for one in read
    }


def _map_payload(one: CenterMap) -> str:
    nameless = dataclasses.replace(one, center=Center(one.center.id, ""))
    return _MAP.dump_json(nameless, exclude_defaults=True).decode()


def _map(payload: str) -> CenterMap:
    one = _MAP.validate_json(payload)
    return dataclasses.replace(one, faults=tuple(map(_revived_fault, one.faults)))


def _plan_payload(number: int, plan: PlanCoverage) -> str:
    stored = _StoredPlan(
        number,
        plan.center_id,
        plan.sheet,
        tuple(
            _StoredDirection(
                one.number,
                one.title,
                one.events,
                tuple((year, month, count) for (year, month), count in one.months.items()),
                one.undated,
                one.place,
            )
            for one in plan.directions
        ),
    )
    return _PLAN.dump_json(stored).decode()


def _plan(stored: _StoredPlan) -> PlanCoverage:
    return PlanCoverage(
        stored.center_id,
        stored.sheet,
        tuple(
            Direction(
                one.number,
                one.title,
                one.events,
                {(year, month): count for year, month, count in one.months},
                one.undated,
                one.place,
            )
            for one in stored.directions
        ),
    )


def _revived_problem(problem: Problem) -> Problem:
    return dataclasses.replace(problem, message=_revived(problem.message))


def _revived_fault(fault: CellFault) -> CellFault:
    expected = None if fault.expected is None else _revived(fault.expected)
    return dataclasses.replace(fault, wrong=_revived(fault.wrong), expected=expected)


def _revived(message: Message) -> Message:
    """Give days and sentences inside a message their type back, which JSON does not keep."""
    return Message(message.key, {name: _param(value) for name, value in message.params.items()})


def _param(value: object) -> object:
    if isinstance(value, dict) and value.keys() == {"key", "params"}:
        return _revived(Message(str(value["key"]), value["params"]))
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            return value
    return value
