"""What lies in the state folder."""

from api.monitoring.folders import folder_families


def told(home):
    return {family.name: family.samples[0].value for family in folder_families(home)}


def test_only_caches_of_pictures_count_and_the_room_for_more_is_told(tmp_path):
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "a-b.pixels").write_bytes(bytes(1000))
    (cache / "c-d.pixels").write_bytes(bytes(500))
    (cache / "c.lock").write_bytes(bytes(7))
    now = told(tmp_path)
    assert (now["nas_picture_caches"], now["nas_picture_cache_bytes"]) == (2, 1500)
    assert now["nas_home_free_bytes"] > 0


def test_a_folder_that_is_not_there_yet_holds_nothing(tmp_path):
    assert told(tmp_path / "none") == {"nas_picture_caches": 0, "nas_picture_cache_bytes": 0}
