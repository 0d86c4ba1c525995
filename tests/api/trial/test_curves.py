"""The learning curves of one trial."""

from api.trial.curves import CURVES, MOST_CURVES, POINTS, trial_curves


def curves(filed, *metrics):
    return trial_curves(filed.search, filed.storage.trial(filed.search.id, 0), metrics)


def test_objectives_come_first_and_single_classes_last(filed):
    filed.add()
    filed.measure(1, **{"AP50/cell": 0.4, "loss": 2.0, "AP": 0.1})
    filed.measure(2, **{"AP": 0.2})
    view = curves(filed)
    assert view.names == ["AP", "loss", "AP50/cell"]
    assert (view.curves[0].fidelity, view.curves[0].value, view.curves[0].goal) == ([1, 2], [0.1, 0.2], "maximize")
    assert view.curves[1].fidelity == [1]


def test_only_what_is_asked_for_and_measured_comes(filed):
    filed.add()
    filed.measure(1, loss=2.0, AP=0.1)
    assert [curve.metric for curve in curves(filed, "loss", "none", "loss").curves] == ["loss"]
    assert curves(filed, "none").curves == []


def test_an_answer_is_bounded_whatever_was_measured(filed):
    filed.add()
    for epoch in range(1, POINTS + 60):
        filed.measure(epoch, **{f"m{place:03}": 0.1 for place in range(40)})
    assert len(curves(filed).curves) == CURVES
    many = curves(filed, *(f"m{place:03}" for place in range(40)))
    assert len(many.curves) == MOST_CURVES
    assert {len(curve.value) for curve in many.curves} == {POINTS}
    assert many.curves[0].fidelity[-1] == POINTS + 59
    assert len(many.model_dump_json()) < 100_000
