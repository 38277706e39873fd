"""The one statement that answers a question about spend, put together from what the question names.

Its steps: `chosen`, the series in scope, each with the number of its group; `summed`, the period by series; `counted`,
by group and unit; `grouped`, by group; and from these the totals and one page of groups. Summing by series first keeps
the price at rows of rollups, whatever is joined and grouped afterwards. A group goes by the smallest number among its
series: so grouping compares integers, and "without a client" is a group like any other. Values are always parameters,
so that the same kind of question is the same statement.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Integer,
    Numeric,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    collate,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.types import TypeEngine

from outlay.ledger.spend.model import BUCKET, PORTFOLIO, PREVIOUS, QUANTITIES, Plan
from outlay.ledger.spend.shape import WORKSPACE, Shape
from outlay.ledger.spend.slices import (
    IS_PREVIOUS,
    Term,
    chosen_series,
    column_of,
    columns_of,
    summed_by_series,
)
from outlay.ledger.tables import series

PREVIOUS_PREFIX: Final = "previous_"
TOTAL_PREFIX: Final = "total_"
PLACE_PREFIX: Final = "place_"
VALUE_PREFIX: Final = "value_"
GROUP: Final = "group_id"
_ZERO: Final[ColumnElement[Any]] = literal_column("0")
_TYPES: Final[Mapping[type, TypeEngine[Any]]] = {
    datetime: DateTime(timezone=True),
    date: Date(),
    Decimal: Numeric(),
    int: Integer(),
    str: Text(),
}
# More kinds of questions than pages ask; whoever makes up others only has them put together anew.
_SHAPES_MAX: Final = 512
UNITS: Final = "units"
_EXTREME: Final[Mapping[str, Callable[..., ColumnElement[Any]]]] = {"cost_least": func.min, "cost_most": func.max}


@lru_cache(maxsize=_SHAPES_MAX)
def statement_for(shape: Shape) -> Select[Any]:
    """Totals of all groups, beside each group of one page; where the page is empty, beside nothing."""
    chosen = chosen_series(shape)
    counted = _counted(shape, chosen, summed_by_series(shape, chosen))
    grouped = _grouped(shape, counted)
    total = _total(shape, counted, grouped)
    page = _page(shape, _placed(shape, grouped))
    places = [page.c[f"{PLACE_PREFIX}{index}"] for index in range(len(sort_terms(shape)))]
    return select(total, page).select_from(total.outerjoin(page, true())).order_by(*_directed(shape, places))


def sort_terms(asked: Plan | Shape) -> list[tuple[str, bool]]:
    """What groups are sorted by, and whether downwards; the last ones make the order of any two groups certain."""
    terms = [(one.by, one.is_descending) for one in asked.order]
    if asked.grain and all(name != BUCKET for name, _ in terms):
        terms.append((BUCKET, False))
    return [*terms, (GROUP, False)]


def _figures(shape: Shape) -> list[str]:
    names = [name for name in shape.measures if name != QUANTITIES]
    return [*names, *(f"{PREVIOUS_PREFIX}{name}" for name in names)] if shape.is_compared else names


def _counted(shape: Shape, chosen: CTE, summed: CTE) -> CTE:
    """By group, bucket and unit: what is counted in different units is kept apart."""
    is_current = not_(summed.c[IS_PREVIOUS]) if shape.is_compared else None

    def total(name: str, when: ColumnElement[bool] | None) -> ColumnElement[Any]:
        added = func.sum(summed.c[name])
        return added if when is None else func.coalesce(added.filter(when), _ZERO)

    figures = [total(name, is_current).label(name) for name in columns_of(shape)]
    if shape.is_compared:
        is_previous = summed.c[IS_PREVIOUS]
        before = (name for name in shape.measures if name != QUANTITIES)
        figures += [total(name, is_previous).label(f"{PREVIOUS_PREFIX}{name}") for name in before]
    if shape.with_extremes:
        for name, pick in _EXTREME.items():
            of_current = summed.c[name] if is_current is None else case((is_current, summed.c[name]))
            figures.append(pick(of_current).label(name))
    keys = [chosen.c.group_id, *([summed.c[BUCKET]] if shape.grain else [])]
    if QUANTITIES in shape.measures:
        keys.append(chosen.c.unit)
    together = summed.join(chosen, chosen.c.id == summed.c.series_id)
    return select(*keys, *figures).select_from(together).group_by(*keys).cte("counted")


def _grouped(shape: Shape, counted: CTE) -> CTE:
    columns = counted.c
    figures = [func.sum(columns[name]).label(name) for name in _figures(shape)]
    if shape.with_extremes:
        figures += [pick(columns[name]).label(name) for name, pick in _EXTREME.items()]
    if QUANTITIES in shape.measures:
        counted_in_units = columns.unit.is_not(None), columns.quantity != _ZERO
        units = func.jsonb_object_agg(columns.unit, cast(columns.quantity, Text)).filter(*counted_in_units)
        figures.append(cast(units, Text).label(UNITS))
    keys = [columns.group_id, *([columns[BUCKET]] if shape.grain else [])]
    query = select(*keys, *figures).group_by(*keys)
    if shape.has_cost_min:
        query = query.having(func.sum(columns.cost) >= bindparam("cost_min", type_=Numeric))
    if shape.has_cost_max:
        query = query.having(func.sum(columns.cost) <= bindparam("cost_max", type_=Numeric))
    return query.cte("grouped")


def _total(shape: Shape, counted: CTE, grouped: CTE) -> CTE:
    figures = [
        func.coalesce(func.sum(grouped.c[name]), _ZERO).label(f"{TOTAL_PREFIX}{name}") for name in _figures(shape)
    ]
    if shape.with_extremes:
        figures += [pick(grouped.c[name]).label(f"{TOTAL_PREFIX}{name}") for name, pick in _EXTREME.items()]
    if QUANTITIES in shape.measures:
        figures.append(_units_in_all(shape, counted, grouped).label(f"{TOTAL_PREFIX}{UNITS}"))
    return select(func.count(grouped.c.group_id).label("group_count"), *figures).cte("total")


def _units_in_all(shape: Shape, counted: CTE, grouped: CTE) -> ColumnElement[Any]:
    source: FromClause = counted
    if shape.has_cost_min or shape.has_cost_max:
        same = [counted.c.group_id == grouped.c.group_id]
        same += [counted.c[BUCKET] == grouped.c[BUCKET]] if shape.grain else []
        source = counted.join(grouped, and_(*same))
    quantity = func.sum(counted.c.quantity)
    by_unit = (
        select(counted.c.unit, quantity.label("quantity"))
        .select_from(source)
        .where(counted.c.unit.is_not(None))
        .group_by(counted.c.unit)
        .having(quantity != _ZERO)
        .subquery("by_unit")
    )
    return select(cast(func.jsonb_object_agg(by_unit.c.unit, cast(by_unit.c.quantity, Text)), Text)).scalar_subquery()


def _placed(shape: Shape, grouped: CTE) -> CTE:
    """The groups with what they are in each dimension, and their place in the order."""
    values = [column_of(name).label(f"{VALUE_PREFIX}{index}") for index, name in enumerate(shape.group_by)]
    together: FromClause = grouped.join(
        series,
        and_(series.c.workspace_id == bindparam(WORKSPACE, type_=Uuid), series.c.id == grouped.c.group_id),
    )
    places: list[ColumnElement[Any]] = []
    for index, (name, _) in enumerate(sort_terms(shape)):
        if name in PORTFOLIO:
            ids, words = (
                bindparam(f"ids_of_{name}", type_=ARRAY(Uuid)),
                bindparam(f"names_of_{name}", type_=ARRAY(Text)),
            )
            known = func.unnest(ids, words)
            table = known.table_valued("id", "name").render_derived(name=f"named_{index}")
            together = together.outerjoin(table, table.c.id == column_of(name))
            places.append(_collated(table.c.name))
        else:
            places.append(_place(name, grouped))
    labelled = [place.label(f"{PLACE_PREFIX}{index}") for index, place in enumerate(places)]
    return select(grouped, *values, *labelled).select_from(together).cte("placed")


def _place(name: str, grouped: CTE) -> ColumnElement[Any]:
    if name == "tokens":
        return grouped.c.input_tokens + grouped.c.output_tokens
    if name == PREVIOUS:
        return grouped.c[f"{PREVIOUS_PREFIX}cost"]
    if name in grouped.c:
        return grouped.c[name]
    return _collated(column_of(name))


def _collated(term: Term) -> ColumnElement[Any]:
    """Text in an order that is the same in every database; what has none comes first."""
    return collate(func.lower(func.coalesce(term, "")), "C")


def _page(shape: Shape, placed: CTE) -> CTE:
    places = [placed.c[f"{PLACE_PREFIX}{index}"] for index in range(len(sort_terms(shape)))]
    query = select(placed).order_by(*_directed(shape, places)).limit(bindparam("limit", type_=Integer))
    if shape.after is not None:
        query = query.where(_behind(shape, places, shape.after))
    return query.cte("page")


def _directed(shape: Shape, places: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    return [
        place.desc() if is_descending else place.asc()
        for place, (_, is_descending) in zip(places, sort_terms(shape), strict=True)
    ]


def _behind(shape: Shape, places: Sequence[ColumnElement[Any]], kinds: Sequence[type]) -> ColumnElement[bool]:
    """Whether a group comes after the last one of the page before."""
    behind: ColumnElement[bool] | None = None
    terms = list(enumerate(zip(places, kinds, sort_terms(shape), strict=True)))
    for number, (place, kind, (_, is_descending)) in reversed(terms):
        known = bindparam(f"after_{number}", type_=_TYPES[kind])
        further = place < known if is_descending else place > known
        behind = further if behind is None else or_(further, and_(place == known, behind))
    assert behind is not None
    return behind
