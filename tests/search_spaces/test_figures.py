"""The parts that all figures are made of."""

from search_spaces.figures import Edge, Node, Shape, by, chain, number


def test_a_chain_leads_from_each_node_to_the_next():
    nodes = [Node(id=name, name=name, label=name, shape=Shape.LAYER, column=0) for name in "abc"]
    assert chain(*nodes) == (Edge(source="a", target="b"), Edge(source="b", target="c"))


def test_sizes_and_numbers_are_spelled_for_people():
    assert (by(32, 64), number(0.5), number(1.0)) == ("32 × 64", "0.5", "1")
