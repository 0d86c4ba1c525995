"""Seeds of trials."""

from nas.seeds import trial_seed


def test_training_seeds_differ_between_trials_and_between_searches():
    seeds = {trial_seed(search, number) for search in range(3) for number in range(100)}
    assert len(seeds) == 300


def test_seeds_of_repeats_differ_from_one_another_and_from_the_trial():
    seeds = {trial_seed(0, number, repeat) for number in range(100) for repeat in (None, 1, 2)}
    assert len(seeds) == 300


def test_a_seed_is_the_same_in_every_version():
    assert (trial_seed(0, 0), trial_seed(0, 1, 2)) == (1427366890, 4052747781)
