"""The registered data sets, and what checks found of them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from api.data_sets.records import Checking, Registered
from api.database import reading, writing
from api.errors import Taken
from api.people.listing import listing
from api.people.records import Listing
from api.rows import AnyRow
from api.tables import data_sets
from nas.clock import Clock, utc
from nas.data_sets import DataReport, DataSet, no_data_set


class DataSets:
    """The stored sets. None of them is ever changed: another place is another name, or the set is removed first."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def add(self, name: str, kind: str, data: Mapping[str, Any], *, check: Checking | None = None) -> Registered:
        """The set as it is stored, a check of it asked for or not. Raises `Taken` when there is one of that name."""
        row = {"name": name, "kind": kind, "data": dict(data), "created_at": utc(self._clock()), "wish": check}
        try:
            with writing(self._engine) as connection:
                connection.execute(insert(data_sets).values(row))
        except IntegrityError as error:
            raise Taken(f"there is a data set {name!r} already; `nas data remove {name}` makes room") from error
        return self.registered(name)

    def find(self, name: str) -> DataSet:
        """By its name: a `nas.data_sets.FindDataSet`. Raises `NotFound`."""
        return self.registered(name).data_set

    def registered(self, name: str) -> Registered:
        """By its name, with how far a check of it is. Raises `NotFound`, with the nearest name."""
        with reading(self._engine) as connection:
            row = connection.execute(select(data_sets).where(data_sets.c.name == name)).one_or_none()
            known = [] if row else connection.scalars(select(data_sets.c.name).order_by(data_sets.c.name)).all()
        if row is None:
            raise no_data_set(name, list(known))
        return _record(row)

    def all(self, *, limit: int = 50, cursor: str | None = None) -> Listing[Registered]:
        """By ascending name."""
        return listing(
            self._engine,
            select(data_sets),
            along=data_sets.c.name,
            newest_first=False,
            limit=limit,
            cursor=cursor,
            project=None,
            record=_record,
        )

    def remove(self, name: str) -> Registered:
        """The set that was there; its files stay, and searches that named it know where they lie. Raises `NotFound`."""
        removed = self.registered(name)
        with writing(self._engine) as connection:
            connection.execute(delete(data_sets).where(data_sets.c.name == name))
        return removed

    def wanted(self) -> list[str]:
        """The names of those that somebody wants checked."""
        with reading(self._engine) as connection:
            wished = select(data_sets.c.name).where(data_sets.c.wish.is_not(None)).order_by(data_sets.c.name)
            return list(connection.scalars(wished))

    def wish(self, name: str, check: Checking) -> Registered:
        """Asks whoever serves to check the set. Raises `NotFound`."""
        self._change(name, wish=check)
        return self.registered(name)

    def claim(self, name: str) -> Checking | None:
        """Which check is wanted, for the one who asks first and does it; None for everybody else."""
        with writing(self._engine) as connection:
            wish = connection.scalar(select(data_sets.c.wish).where(data_sets.c.name == name))
            if wish is not None:
                begun = update(data_sets).where(data_sets.c.name == name, data_sets.c.wish.is_not(None))
                wish = wish if connection.execute(begun.values(wish=None, done=0, total=0)).rowcount else None
        return None if wish is None else Checking(wish)

    def begin(self, name: str) -> None:
        """A check has begun; it is no longer asked for."""
        self._change(name, wish=None, done=0, total=0)

    def progress(self, name: str, done: int, total: int) -> None:
        """Tells how far a check is."""
        self._change(name, done=done, total=total)

    def end(self, name: str, report: DataReport | None = None) -> None:
        """A check has ended: with a report, or without one, where it could not be made."""
        told = {} if report is None else {"report": report.model_dump(mode="json")}
        self._change(name, done=None, total=None, **told)

    def _change(self, name: str, **values: Any) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(data_sets).where(data_sets.c.name == name).values(values))


def _record(row: AnyRow) -> Registered:
    report = None if row.report is None else DataReport.model_validate(row.report)
    found = DataSet(name=row.name, kind=row.kind, data=row.data, created_at=row.created_at, report=report)
    wish = None if row.wish is None else Checking(row.wish)
    return Registered(data_set=found, wish=wish, done=row.done, total=row.total)
