"""Fair shares: within the cluster, nothing idle that is wanted, weights and priorities kept."""

from hypothesis import given
from hypothesis import strategies as st

from nas.fair_share import Demand, Room, demand_of, fair_shares
from nas.ports import Underway
from nas.records import Search

ONE = Room(cpus=1, gpus=1)


def demand(search_id, concurrent, **fields):
    return Demand(search_id=search_id, concurrent=concurrent, **{"trial": ONE, **fields})


demands = st.lists(
    st.builds(
        Demand,
        search_id=st.uuids().map(str),
        concurrent=st.integers(1, 12),
        trial=st.builds(Room, cpus=st.integers(1, 4), gpus=st.sampled_from([0, 0.5, 1, 2])),
        project=st.sampled_from("abc"),
        weight=st.just(1.0),
        priority=st.integers(-1, 2),
    ),
    max_size=6,
    unique_by=lambda each: each.search_id,
)
clusters = st.builds(Room, cpus=st.integers(0, 24), gpus=st.integers(0, 8))


@given(demands, clusters)
def test_shares_fit_the_cluster_and_what_is_wanted(wanted, cluster):
    shares = fair_shares(wanted, cluster)
    assert set(shares) == {each.search_id for each in wanted}
    assert all(0 <= shares[each.search_id] <= each.concurrent for each in wanted)
    for kind in ("cpus", "gpus"):
        taken = sum(shares[each.search_id] * getattr(each.trial, kind) for each in wanted)
        assert taken <= getattr(cluster, kind) + 1e-6


@given(demands, clusters)
def test_nothing_stays_free_that_somebody_wants(wanted, cluster):
    shares = fair_shares(wanted, cluster)
    left = cluster
    for each in wanted:
        for _ in range(shares[each.search_id]):
            left = left.less(each.trial)
    assert not any(left.fits(each.trial) for each in wanted if shares[each.search_id] < each.concurrent)


@given(demands, clusters)
def test_the_order_of_asking_does_not_matter(wanted, cluster):
    assert fair_shares(wanted, cluster) == fair_shares(wanted[::-1], cluster)


def test_a_lone_search_has_the_whole_cluster():
    assert fair_shares([demand("a", 10)], Room(cpus=8, gpus=4)) == {"a": 4}


def test_projects_share_by_their_weights_whatever_their_number_of_searches():
    many = [demand(f"many-{n}", 8, project="many") for n in range(3)]
    one = demand("one", 8, project="one")
    shares = fair_shares([*many, one], Room(cpus=8, gpus=8))
    assert shares["one"] == 4
    assert sum(shares[each.search_id] for each in many) == 4
    heavy = demand("one", 8, project="one", weight=3.0)
    assert fair_shares([*many, heavy], Room(cpus=8, gpus=8))["one"] == 6


def test_what_a_project_does_not_want_goes_to_the_others():
    modest, greedy = demand("a", 1, project="modest"), demand("b", 20, project="greedy")
    assert fair_shares([modest, greedy], Room(cpus=8, gpus=8)) == {"a": 1, "b": 7}


def test_within_a_project_the_higher_priority_comes_first_and_equals_share():
    first, second, third = demand("a", 5), demand("b", 5, priority=1), demand("c", 5)
    assert fair_shares([first, second, third], Room(cpus=9, gpus=9)) == {"a": 2, "b": 5, "c": 2}
    assert fair_shares([first, second, third], Room(cpus=3, gpus=3)) == {"a": 0, "b": 3, "c": 0}


def test_a_search_asks_for_what_its_document_says():
    document = {"name": "cells", "resources": {"cpus": 2, "gpus": 0.5, "concurrent": 6}}
    search = Search(id="s", name="cells", document=document, project="vision", priority=3)
    assert demand_of(Underway(search=search, owner="somebody", weight=2.0)) == Demand(
        search_id="s",
        trial=Room(cpus=2, gpus=0.5),
        concurrent=6,
        project="vision",
        weight=2.0,
        priority=3,
    )
    assert demand_of(Underway(search=Search(id="s", name="n", document={}), owner="x")).concurrent == 1


def test_a_cluster_that_grows_has_at_least_what_it_grows_to():
    assert Room(cpus=4, gpus=2).at_least(Room(cpus=8)) == Room(cpus=8, gpus=2)
