"""What a training is told apart by: what its result depends on, and nothing else."""

from nas.tasks.training import AdamW, TrainingOptions, WarmStart
from tests.workers.training.toy_task import ToyTask, Width
from workers.training.identity import training_identity

OPTIONS = TrainingOptions(epochs=2, warm_start=WarmStart(epochs=3))


class Described(ToyTask):
    """A task that tells its options, as those with pictures do."""

    def __init__(self, options, **more):
        super().__init__()
        self._told = {**options.model_dump(mode="json"), "flips": [], **more}

    def description(self):
        return dict(self._told)


def identity(task, options=OPTIONS, *, width=8, seed=0):
    return training_identity(task, Width(width=width), options, seed=seed)


def test_a_training_with_the_options_of_its_task_is_told_as_both_are():
    task = Described(OPTIONS)
    assert identity(task) == {
        "architecture": Width().architecture_id,
        "task": task.description(),
        "options": OPTIONS.model_dump(mode="json"),
        "seed": 0,
    }


def test_a_training_that_others_build_on_is_the_same_however_long_theirs_take():
    first = OPTIONS.model_copy(update={"epochs": 3, "warm_start": None})
    longer = OPTIONS.model_copy(update={"epochs": 9})
    assert identity(Described(OPTIONS), first) == identity(Described(longer), first)
    assert identity(Described(OPTIONS)) != identity(Described(longer), longer)


def test_everything_else_tells_trainings_apart():
    usual = identity(Described(OPTIONS))
    faster = OPTIONS.model_copy(update={"optimizer": AdamW(learning_rate=0.1)})
    others = [
        identity(Described(OPTIONS, flips=["horizontal"])),
        identity(Described(OPTIONS), faster),
        identity(Described(OPTIONS), width=4),
        identity(Described(OPTIONS), seed=1),
    ]
    assert all(other != usual for other in others)
