"""When trials ran: bars in as many lanes as ran at a time, and what they used."""

from datetime import datetime
from heapq import heappop, heappush
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, Select, select

from api.rows import AnyRow
from api.tables import trials
from nas.records import Search

BARS = 300


class BarView(BaseModel):
    """One trial from its first start to its end; of a running trial the end is the time of this answer."""

    number: int
    status: str
    lane: int
    start_s: float = Field(description="seconds after `origin`")
    end_s: float


class TimelineView(BaseModel):
    """A stretch of the search, trial by trial."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "origin": "2026-01-01T12:00:00Z",
                    "now_s": 80.0,
                    "lanes": 1,
                    "bars": [{"number": 0, "status": "completed", "lane": 0, "start_s": 0.0, "end_s": 61.5}],
                    "cpus": 1.0,
                    "gpus": 0.0,
                    "earlier_before": None,
                }
            ]
        }
    )

    origin: datetime | None = Field(description="when the first of them started; null: none has")
    now_s: float
    lanes: int = Field(description="how many ran at a time, at most")
    bars: list[BarView] = Field(description="ascending start")
    cpus: float = Field(description="that each of them uses")
    gpus: float
    earlier_before: int | None = Field(
        description="send it as `before` for the trials before these; null: there are none"
    )


def timeline_of(connection: Connection, search: Search, *, now: datetime, before: int | None = None) -> TimelineView:
    """The newest trials that have started, or those with a number below `before`."""
    rows = connection.execute(_started(search.id, before)).all()
    shown = sorted(rows[:BARS], key=lambda row: (row.started_at, row.number))
    resources = search.document.get("resources", {})
    origin = shown[0].started_at if shown else None
    bars = _bars(shown, origin, now) if origin else []
    return TimelineView(
        origin=origin,
        now_s=_since(origin, now) if origin else 0.0,
        lanes=1 + max((bar.lane for bar in bars), default=-1),
        bars=bars,
        cpus=resources.get("cpus", 1),
        gpus=resources.get("gpus", 0),
        earlier_before=min(row.number for row in shown) if len(rows) > BARS else None,
    )


def _bars(rows: list[AnyRow], origin: datetime, now: datetime) -> list[BarView]:
    """Each in the lowest lane that is free when it starts."""
    free: list[int] = []
    ending: list[tuple[float, int]] = []
    bars: list[BarView] = []
    for row in rows:
        start, end = _since(origin, row.started_at), _since(origin, row.finished_at or now)
        while ending and ending[0][0] <= start:
            heappush(free, heappop(ending)[1])
        lane = heappop(free) if free else len(ending)
        heappush(ending, (max(start, end), lane))
        bars.append(BarView(number=row.number, status=row.status, lane=lane, start_s=start, end_s=max(start, end)))
    return bars


def _since(origin: datetime, moment: datetime) -> float:
    return round((moment - origin).total_seconds(), 1)


def _started(search_id: str, before: int | None) -> Select[Any]:
    columns = (trials.c[name] for name in ("number", "status", "started_at", "finished_at"))
    statement = select(*columns).where(trials.c.search_id == search_id, trials.c.started_at.is_not(None))
    if before is not None:
        statement = statement.where(trials.c.number < before)
    return statement.order_by(trials.c.number.desc()).limit(BARS + 1)
