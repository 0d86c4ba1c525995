"""How leaderboard queries are written, and their cursors."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.errors import InvalidQuery
from nas.leaderboard import (
    Position,
    cursor_after,
    decode_cursor,
    encode_cursor,
    fingerprint,
    parse_condition,
    parse_query,
    position_of,
    select,
    spelled_sort,
)
from nas.ports import Condition, Query
from nas.records import Measurement, Search, Trial, TrialStatus


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("params<300000", Condition(metric="params", operator="<", bound=300000.0)),
        (" AP50 >= 0.5 ", Condition(metric="AP50", operator=">=", bound=0.5)),
        ("AP50/traffic light!=1e-3", Condition(metric="AP50/traffic light", operator="!=", bound=0.001)),
        ("macs=5", Condition(metric="macs", operator="==", bound=5.0)),
    ],
)
def test_a_condition_is_read(text, condition):
    assert parse_condition(text) == condition


@pytest.mark.parametrize("text", ["", "params", "<3", "params<", "params<many", "params=<3", "a<1<2"])
def test_a_condition_that_makes_no_sense_is_refused(text):
    with pytest.raises(InvalidQuery, match=r"condition"):
        parse_condition(text)


def test_a_query_is_read():
    query = parse_query(sort="-AP", where=["params<5,macs>1"], limit=3)
    assert (query.sort, query.descending, query.limit, len(query.where)) == ("AP", True, 3, 2)


@pytest.mark.parametrize(
    ("sort", "metric", "descending"),
    [
        ("AP", "AP", True),
        ("AP50/traffic light", "AP50/traffic light", True),
        ("AR_small", "AR_small", True),
        ("samples_per_s", "samples_per_s", True),
        ("top1", "top1", True),
        ("top1_error", "top1_error", False),
        *((name, name, False) for name in ("params", "macs", "backbone_macs", "loss", "box_loss", "number")),
        ("-params", "params", True),
        ("AP:asc", "AP", False),
        (" AP ", "AP", True),
    ],
)
def test_a_bare_metric_means_best_first(sort, metric, descending):
    query = parse_query(sort=sort)
    assert (query.sort, query.descending) == (metric, descending)
    assert parse_query(sort=spelled_sort(query)) == query


def test_the_goals_of_a_search_decide_what_is_best_and_the_first_leads():
    objectives = [{"metric": "params", "goal": "maximize"}, {"metric": "AP", "goal": "minimize"}, {"metric": "loss"}]
    search = Search(id="s", name="s", document={"objectives": objectives})
    queries = [parse_query(sort=sort, search=search) for sort in (None, "AP", "loss", "AP50")]
    assert [(q.sort, q.descending) for q in queries] == [
        ("params", True),
        ("AP", False),
        ("loss", True),
        ("AP50", True),
    ]
    assert not parse_query(sort="params:asc", search=search).descending
    with pytest.raises(InvalidQuery, match="got ''"):
        parse_query(search=Search(id="s", name="s", document={}))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"sort": "-"}, r"sort must be metric \(best first\), .*, got '-'"),
        ({"sort": ":asc"}, "got ':asc'"),
        ({"sort": "-AP:asc"}, "got '-AP:asc'"),
        ({"sort": "AP", "limit": 0}, r"limit must be in 1\.\.1000, got 0"),
        ({"sort": "AP", "where": ["AP<inf"]}, "must be finite"),
        ({"sort": "AP", "cursor": "é"}, "not one this service"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused(fields, message):
    with pytest.raises(InvalidQuery, match=message):
        parse_query(**fields)


def test_an_unknown_operator_is_refused():
    with pytest.raises(InvalidQuery, match="operator must be one of"):
        select([], Query(sort="AP", where=(Condition(metric="AP", operator="~", bound=1.0),)))


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 2**31 - 1))
def test_a_cursor_holds_its_position_exactly(value, number):
    query = parse_query(sort="-AP", where=["params<5"])
    cursor = cursor_after(query, Position(value=value, number=number))
    assert position_of(parse_query(sort="-AP", where=["params<5"], cursor=cursor, limit=7)) == Position(
        value=value, number=number
    )
    assert cursor.isascii()
    for other in ({"sort": "AP:asc"}, {"sort": "-AP"}, {"sort": "-AP", "where": ["params<6"]}):
        with pytest.raises(InvalidQuery, match="another query"):
            parse_query(**other, cursor=cursor)


@given(st.text(max_size=40))
def test_any_other_text_is_no_cursor(text):
    with pytest.raises(InvalidQuery):
        decode_cursor(text, "binding", fields=1)


def test_a_cursor_of_the_wrong_shape_is_refused():
    with pytest.raises(InvalidQuery):
        decode_cursor(encode_cursor("binding", [1, 2]), "binding", fields=1)


@pytest.mark.parametrize(
    "position",
    [["x", 1], [None, 1], [math.nan, 1], [math.inf, 1], [10**400, 1], [1.0, 1.5], [1.0, True], [1.0, -1], [1.0, 2**63]],
)
def test_a_position_that_no_page_ends_at_is_refused(position):
    cursor = encode_cursor(fingerprint(parse_query(sort="AP")), position)
    with pytest.raises(InvalidQuery, match="not one this service has given out"):
        parse_query(sort="AP", cursor=cursor)


@given(st.lists(st.sampled_from([0.1, 0.2, 0.5, 0.1 + 0.2]), max_size=12), st.integers(1, 5), st.booleans())
def test_pages_join_to_the_sorted_whole(values, limit, descending):
    trials = [
        Trial(
            search_id="s",
            number=number,
            genotype=(),
            architecture={},
            architecture_id="",
            status=TrialStatus.COMPLETED,
            measurements=(Measurement(fidelity=1, metrics={"AP": value}),),
        )
        for number, value in enumerate(values)
    ]
    sort = "-AP" if descending else "AP:asc"
    whole = sorted(range(len(values)), key=lambda n: (-values[n] if descending else values[n], n))
    found, cursor = [], None
    while True:
        page = select(trials, parse_query(sort=sort, limit=limit, cursor=cursor))
        found += [trial.number for trial in page.trials]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == whole
