"""Retraining: the document that trains a trial's architecture in full."""

from dataclasses import replace

import pytest

from nas.document import parse_document, stored_document
from nas.errors import DocumentError
from nas.memory import MemoryStorage
from nas.records import Measurement, Search, Trial
from nas.retraining import MAX_SEEDS, retraining_document, retraining_name
from nas.rules import comparison_of, max_failures, trial_budget
from nas.testing.searches import SPLIT, toy_document
from search_spaces.joint.architecture import Joint
from search_spaces.registry import published_architecture, space_from
from search_spaces.resizer.architecture import Resizer
from search_spaces.training.architecture import Training
from tests.nas.known_search import finished, known_search

BACKBONE = published_architecture("spinenet-49")
TASK = {"kind": "detection", "data": {"train": SPLIT, "val": SPLIT, "classes": 3}, "epochs": 4}


def search(**fields):
    document = toy_document(name="cells", task=TASK, resources={"concurrent": 2, "gpus": 1}, **fields)
    return Search(id="0001", name="cells", document=document.model_dump(mode="json"), status="completed")


def trial(architecture=BACKBONE, **fields):
    values = {
        "genotype": (0,),
        "architecture_id": architecture.architecture_id,
        "seed": 1,
        "static_metrics": {"params": 9.0},
        "measurements": [Measurement(fidelity=4, metrics={"AP": 0.375})],
    }
    return Trial(search_id="0001", number=7, architecture=architecture.model_dump(mode="json"), **values | fields)


def retraining(found=None, of=None, changes=None, **options):
    return parse_document(retraining_document(found or search(), of or trial(), changes, **options))


def test_the_very_architecture_is_trained_on_the_full_task():
    document = retraining(changes={"task": {"epochs": 350, "image_size": [640, 640]}})
    space = space_from(document.space)
    assert space.architectures == (BACKBONE,)
    assert (document.name, document.task.epochs, document.task.image_size) == ("cells-7-full", 350, (640, 640))
    assert document.task.data == stored_document(search()).task.data
    assert (document.resources.gpus, document.objectives[0].metric) == (1, "AP")
    assert trial_budget(document) == 1


def test_it_says_where_it_comes_from_and_what_that_had_reached():
    mark = retraining().retrains
    assert (mark.search, mark.name, mark.trial) == ("0001", "cells", 7)
    assert (mark.metric, mark.reached, mark.epochs) == ("AP", 0.375, 4)
    assert retraining(of=trial(measurements=[])).retrains.reached is None


def test_several_seeds_are_one_search():
    assert comparison_of(retraining()) is None
    document = retraining(seeds=3)
    rules = comparison_of(document)
    assert (rules.top, rules.seeds, rules.controls) == (1, 2, False)
    assert max_failures(retraining(seeds=MAX_SEEDS).budget) == MAX_SEEDS


def test_its_seed_is_its_own_and_the_same_every_time():
    assert retraining().seed == retraining().seed != search().document["seed"]
    assert retraining(of=trial()).seed != retraining(search(seed=1)).seed
    assert retraining(changes={"seed": 5}).seed == 5


def test_bounds_and_scores_that_guided_the_search_do_not_bind_it():
    found = search(
        constraints=[{"metric": "params", "max": 1}],
        objectives=[{"metric": "nwot"}, {"metric": "AP"}],
        screening={"scores": ["nwot"], "pool": 4},
        scheduler={"kind": "asha"},
    )
    document = retraining(found)
    assert document.constraints == ()
    assert [each.metric for each in document.objectives] == ["AP"]
    assert document.scheduler is document.screening is None


def test_what_the_candidate_chose_of_its_training_is_the_task_s_and_can_be_changed():
    training = Training(values={"batch_size": 4, "optimizer.learning_rate": 0.5})
    found = trial(Joint(parts={"backbone": BACKBONE, "training": training}))
    document = retraining(of=found, changes={"task": {"batch_size": 16}})
    assert (document.task.batch_size, document.task.optimizer.learning_rate) == (16, 0.5)
    (architecture,) = space_from(document.space).architectures
    assert architecture == Joint(parts={"backbone": BACKBONE})


def test_a_joint_architecture_stays_whole_and_meets_no_controls():
    joint = Joint(parts={"backbone": BACKBONE, "resizer": Resizer(input_size=(256, 256), output_size=(128, 128))})
    document = retraining(of=trial(joint))
    assert space_from(document.space).architectures == (joint,)
    assert comparison_of(document) is None


@pytest.mark.parametrize("field", ["space", "strategy", "retrains", "comparison"])
def test_what_makes_it_this_retraining_cannot_be_changed(field):
    with pytest.raises(DocumentError, match=rf"{field}: cannot be changed in a retraining, only name, task"):
        retraining_document(search(), trial(), {field: {}})


def test_changes_are_held_to_the_rules_of_documents():
    with pytest.raises(DocumentError, match=r"task\.epochs"):
        retraining(changes={"task": {"epochs": 0}})


def test_an_architecture_that_is_no_longer_known_is_told():
    gone = replace(trial(), architecture={"kind": "gone"})
    with pytest.raises(DocumentError, match=r"trial 7 cannot be retrained: .*unknown kind 'gone'"):
        retraining_document(search(), gone)


def test_names_stay_within_what_a_search_may_be_called():
    assert retraining_name("x" * 100, 12) == "x" * 92 + "-12-full"


def test_it_runs_to_its_end_with_as_many_seeds_as_asked_for():
    storage = MemoryStorage()
    found = known_search(storage)
    document = retraining(found, storage.trial(found.id, 1), {"task": {"epochs": 4}}, seeds=3)
    made = storage.create_search(document.name, document.model_dump(mode="json"))
    assert finished(storage, made.id).status == "completed"
    trials = storage.trials(made.id)
    assert {each.architecture_id for each in trials} == {storage.trial(found.id, 1).architecture_id}
    assert len({each.seed for each in trials}) == 3
    assert all(each.fidelity == 4 for each in trials)
