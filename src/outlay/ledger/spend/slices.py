"""The first half of the statement: the series in scope with their groups, and the period summed by series."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    CompoundSelect,
    Date,
    DateTime,
    Integer,
    Interval,
    Numeric,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    not_,
    null,
    or_,
    select,
    union_all,
)

from outlay.kit.periods import Grain
from outlay.ledger.spend.model import BUCKET, LABEL_PREFIX, PORTFOLIO, QUANTITIES, TOKENS, Source
from outlay.ledger.spend.shape import WORKSPACE, Piece, Shape, Single, Wanted
from outlay.ledger.tables import adjustment, event, lane, series, usage_daily, usage_hourly

EXTREMES: Final = ("cost_least", "cost_most")
IS_PREVIOUS: Final = "is_previous"
_ROLLUPS: Final = {Source.DAYS: (usage_daily, usage_daily.c.day), Source.HOURS: (usage_hourly, usage_hourly.c.hour)}
# These rows are what is asked for already: one for each series and bucket.
_AS_THEY_ARE: Final = {(Source.DAYS, Grain.DAY), (Source.HOURS, Grain.HOUR)}
_MOMENT: Final = DateTime(timezone=True)

Term = ColumnElement[Any]
_ZERO: Final[Term] = literal_column("0")


def column_of(dimension: str) -> Term:
    """Where a series says what it is in a dimension."""
    column: Term = series.c.labels
    if dimension.startswith(LABEL_PREFIX):
        column = column[literal(dimension.removeprefix(LABEL_PREFIX), Text)].as_string()
    else:
        column = series.c[f"{dimension}_id" if dimension in PORTFOLIO else dimension]
    return column


def in_scope(*, of_client: bool, of_agent: bool) -> list[ColumnElement[bool]]:
    """What everybody's questions are confined to, whatever they ask."""
    confined: list[ColumnElement[bool]] = [_of_workspace(series)]
    if of_client:
        confined.append(series.c.client_id == bindparam("scope_client", type_=Uuid))
    if of_agent:
        confined.append(series.c.agent_id == bindparam("scope_agent", type_=Uuid))
    return confined


def columns_of(shape: Shape) -> list[str]:
    """The columns of rollups that are added up."""
    return ["quantity" if name == QUANTITIES else name for name in shape.measures]


def chosen_series(shape: Shape) -> CTE:
    """The series that are asked for, each with the number of its group."""
    places = [column_of(dimension) for dimension in shape.group_by]
    group = func.min(series.c.id).over(partition_by=places or None).label("group_id")
    confined = in_scope(of_client=shape.of_client, of_agent=shape.of_agent)
    query = select(series.c.id, series.c.unit, group).where(*confined, *map(_meets, shape.conditions))
    return query.cte("chosen")


def summed_by_series(shape: Shape, chosen: CTE) -> CTE:
    """The period, and the one before it where they are compared, by series and bucket."""
    # Without a filter nearly all rows of the period are wanted, and to look each of them up would only cost time.
    only = chosen if shape.is_narrow else None
    parts: list[Select[Any]] = []
    for piece in shape.pieces:
        if piece.source is Source.EVENTS:
            parts += [_of_events(shape, piece, only), _of_adjustments(shape, piece, only)]
        else:
            parts.append(_of_rollups(shape, piece, only))
    whole: Select[Any] | CompoundSelect[Any] = parts[0] if len(parts) == 1 else union_all(*parts)
    return whole.cte("summed")


def _of_rollups(shape: Shape, piece: Piece, only: CTE | None) -> Select[Any]:
    table, moment = _ROLLUPS[piece.source]
    bounds = Date() if piece.source is Source.DAYS else _MOMENT
    is_summed = (piece.source, shape.grain) not in _AS_THEY_ARE
    figures = [(func.sum(table.c[name]) if is_summed else table.c[name]).label(name) for name in columns_of(shape)]
    query = select(table.c.series_id, *_head(shape, piece, moment), *figures).where(
        _of_workspace(table), *_within(piece, moment, bounds)
    )
    if only is not None:
        query = query.join(only, only.c.id == table.c.series_id)
    return query.group_by(table.c.series_id, *_bucket_names(shape)) if is_summed else query


def _of_events(shape: Shape, piece: Piece, only: CTE | None) -> Select[Any]:
    columns = event.c
    sums = {
        "cost": func.coalesce(func.sum(columns.cost), _ZERO),
        "events": func.count(),
        "failed": func.count(columns.failed),
        "unpriced": func.count() - func.count(columns.cost),
        **{name: func.coalesce(func.sum(columns[name]), _ZERO) for name in (*TOKENS, "quantity")},
    }
    extremes = [func.min(columns.cost), func.max(columns.cost)] if shape.with_extremes else []
    return _of_single(shape, piece, only, event, [*(sums[name] for name in columns_of(shape)), *extremes])


def _of_adjustments(shape: Shape, piece: Piece, only: CTE | None) -> Select[Any]:
    """What was corrected counts no events; what a reversal takes away is negative already."""
    sums = [
        _ZERO if name == "events" else func.coalesce(func.sum(adjustment.c[name]), _ZERO) for name in columns_of(shape)
    ]
    extremes = [cast(null(), Numeric)] * 2 if shape.with_extremes else []
    return _of_single(shape, piece, only, adjustment, [*sums, *extremes])


def _of_single(shape: Shape, piece: Piece, only: CTE | None, table: Any, sums: Sequence[Term]) -> Select[Any]:
    names = [*columns_of(shape), *(EXTREMES if shape.with_extremes else ())]
    figures = [term.label(name) for name, term in zip(names, sums, strict=True)]
    moment = table.c.occurred_at
    query = (
        select(lane.c.series_id, *_head(shape, piece, moment), *figures)
        .select_from(table)
        .join(lane, (lane.c.workspace_id == table.c.workspace_id) & (lane.c.id == table.c.lane_id))
        .where(
            _of_workspace(table),
            *_within(piece, moment, _MOMENT),
            *(_meets_singly(one, table) for one in shape.singles),
        )
    )
    if only is not None:
        query = query.join(only, only.c.id == lane.c.series_id)
    return query.group_by(lane.c.series_id, *_bucket_names(shape))


def _of_workspace(table: Any) -> ColumnElement[bool]:
    mine: ColumnElement[bool] = table.c.workspace_id == bindparam(WORKSPACE, type_=Uuid)
    return mine


def _within(piece: Piece, moment: Term, kind: Date | DateTime) -> list[ColumnElement[bool]]:
    start, end = (bindparam(f"{bound}_{piece.number}", type_=kind) for bound in ("start", "end"))
    return [moment >= start, moment < end]


def _head(shape: Shape, piece: Piece, moment: Term) -> list[Term]:
    """The bucket, where there are any, and whether this is the period before, where there is one."""
    head: list[Term] = [_bucket(shape, shape.grain, piece, moment).label(BUCKET)] if shape.grain else []
    if shape.is_compared:
        head.append(literal_column("true" if piece.is_previous else "false").label(IS_PREVIOUS))
    return head


def _bucket_names(shape: Shape) -> list[str]:
    return [BUCKET] if shape.grain else []


def _bucket(shape: Shape, grain: Grain, piece: Piece, moment: Term) -> Term:
    is_shifted = shape.is_shifted and piece.is_previous
    if grain is Grain.HOUR:
        if is_shifted:
            return _hour(_bounded(moment + bindparam("shift_time", type_=Interval), _MOMENT))
        return moment if piece.source is Source.HOURS else _hour(moment)
    local = func.timezone(bindparam("zone", type_=Text), moment)
    day = moment if piece.source is Source.DAYS else cast(local, Date)
    if is_shifted:
        months = func.make_interval(_ZERO, bindparam("shift_months", type_=Integer))
        day = _bounded(cast(day + months + bindparam("shift_time", type_=Interval), Date), Date())
    if grain is Grain.DAY:
        return day
    return cast(func.date_trunc(literal_column(f"'{grain.value}'"), cast(day, DateTime)), Date)


def _bounded(moment: Term, kind: Date | DateTime) -> Term:
    """Within the period: a 31st is held against the last day of a shorter month."""
    first, last = (bindparam(f"shift_{bound}", type_=kind) for bound in ("first", "last"))
    return func.greatest(first, func.least(last, moment))


def _hour(moment: Term) -> Term:
    return func.date_trunc(literal_column("'hour'"), moment, literal_column("'UTC'"))


def _meets(condition: Wanted) -> ColumnElement[bool]:
    wanted = bindparam(f"wanted_{condition.number}", type_=ARRAY(Uuid if condition.dimension in PORTFOLIO else Text))
    found = _among(column_of(condition.dimension), wanted, with_none=condition.with_none)
    # What has no value is not among the unwanted ones.
    return not_(func.coalesce(found, literal_column("false"))) if condition.is_excluded else found


def _meets_singly(wanted: Single, table: Any) -> ColumnElement[bool]:
    """What only a single event knows. A correction repeats the details of the event that it corrects."""
    details = table.c.details
    if wanted.field == "source":
        term: Term = lane.c.source
    elif wanted.field in table.c:
        term = table.c[wanted.field]
    elif wanted.is_named:
        term = details[wanted.field][bindparam(f"name_{wanted.number}", type_=Text)].as_string()
    else:
        term = details[wanted.field].as_string()
    return _among(term, bindparam(f"single_{wanted.number}", type_=ARRAY(Text)), with_none=wanted.with_none)


def _among(term: Term, values: Any, *, with_none: bool) -> ColumnElement[bool]:
    found: ColumnElement[bool] = term == any_(values)
    return or_(found, term.is_(None)) if with_none else found
