"""A service at which no data set is registered."""

from nas.data_sets import DataSet, no_data_set


def nowhere(name: str) -> DataSet:
    """Finds none."""
    raise no_data_set(name, [])
