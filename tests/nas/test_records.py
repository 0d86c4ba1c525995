"""The records of a search."""

from nas.records import LEGAL_SEARCH, LEGAL_TRIAL, Measurement, SearchStatus, Trial, TrialStatus


def test_every_status_has_its_legal_successors():
    assert set(LEGAL_TRIAL) == set(TrialStatus)
    assert set(LEGAL_SEARCH) == set(SearchStatus)


def test_every_status_leads_to_an_end():
    for table, start in ((LEGAL_TRIAL, TrialStatus.QUEUED), (LEGAL_SEARCH, SearchStatus.QUEUED)):
        reached, new = set(), {start}
        while new:
            reached |= new
            new = {after for status in new for after in table[status]} - reached
        assert reached == set(table)


def test_metrics_join_the_static_ones_with_the_newest_measured():
    trial = Trial(
        search_id="s",
        number=4,
        genotype=(),
        architecture={},
        architecture_id="",
        static_metrics={"params": 5.0},
        measurements=(
            Measurement(fidelity=1, metrics={"AP": 0.1, "loss": 2.0}),
            Measurement(fidelity=2, metrics={"AP": 0.2}),
        ),
    )
    assert trial.id == "s-4"
    assert trial.metrics == {"params": 5.0, "AP": 0.2, "loss": 2.0}
    assert trial.measured(Measurement(fidelity=2, metrics={"AP": 0.9})) == trial
    early = trial.measured(Measurement(fidelity=0, metrics={"AP": 0.9, "box_loss": 3.0}))
    assert [measurement.fidelity for measurement in early.measurements] == [0, 1, 2]
    assert early.metrics == {**trial.metrics, "box_loss": 3.0}
