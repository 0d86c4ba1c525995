"""What operators are told holds what the description shows."""

from api.operation_views import CLUSTER, ClusterView, OperationsView


def test_the_examples_are_what_they_stand_for():
    assert ClusterView.model_validate(CLUSTER).model_dump() == CLUSTER
    (example,) = OperationsView.model_config["json_schema_extra"]["examples"]
    assert OperationsView.model_validate(example).running_total == 1
