"""Files of a trial: the end of its log, its pictures, and nothing from anywhere else."""

import hashlib

import pytest

from api.trial import files
from api.trial.files import log_tail, picture_of
from nas.artifact_stores import MemoryArtifacts
from nas.errors import NotFound
from nas.folders import LOG
from nas.records import Artifact, Measurement
from tests.api.filed_trial import PNG


def write(folder, text):
    (folder / LOG).write_bytes(text if isinstance(text, bytes) else text.encode())


def recorded(filed):
    return filed.storage.trial(filed.search.id, 0)


def test_the_last_lines_come_first_and_then_what_was_added(tmp_path):
    write(tmp_path, "one\ntwo\nthr")
    first = log_tail(tmp_path, None)
    assert (first.text, first.start, first.end, first.size) == ("one\ntwo\n", 0, 8, 11)
    write(tmp_path, "one\ntwo\nthree\n")
    assert log_tail(tmp_path, first.end).text == "three\n"
    assert log_tail(tmp_path, 14).text == ""


def test_a_long_log_is_read_from_a_line_near_its_end_and_in_bounded_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "TAIL_BYTES", 10)
    monkeypatch.setattr(files, "MOST_BYTES", 12)
    write(tmp_path, "".join(f"line {place}\n" for place in range(10)))
    tail = log_tail(tmp_path, None)
    assert (tail.text, tail.start) == ("line 9\n", 63)
    assert log_tail(tmp_path, 0).text == "line 0\n"


def test_a_line_longer_than_an_answer_comes_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MOST_BYTES", 4)
    write(tmp_path, "abcdefgh")
    assert [log_tail(tmp_path, after).text for after in (0, 4)] == ["abcd", "efgh"]


def test_a_log_that_was_begun_anew_is_read_from_its_end(tmp_path):
    write(tmp_path, "new\n")
    assert (log_tail(tmp_path, 900).text, log_tail(tmp_path, 900).start) == ("new\n", 0)


def test_a_log_that_is_not_there_is_said_to_be_so(tmp_path):
    assert log_tail(tmp_path, None).size is None
    assert log_tail(tmp_path / "nowhere", 5).size is None


def test_what_is_not_utf_8_is_shown_all_the_same(tmp_path):
    write(tmp_path, b"caf\xe9\n")
    assert log_tail(tmp_path, None).text == "caf�\n"


def test_a_log_that_is_a_link_out_of_the_folder_is_not_read(tmp_path):
    (tmp_path / "secret").write_text("secret\n")
    folder = tmp_path / "trial"
    folder.mkdir()
    (folder / LOG).symlink_to(tmp_path / "secret")
    assert log_tail(folder, None).size is None


def test_a_picture_is_found_by_the_name_it_was_recorded_under(filed):
    file = filed.folder() / "resized.png"
    file.write_bytes(PNG)
    filed.add()
    filed.measure(1, file, AP=0.1)
    picture = picture_of(recorded(filed), "resized", filed.folder())
    assert (picture.file, picture.media_type, picture.content) == ("resized.png", "image/png", PNG)


@pytest.mark.parametrize("name", ["other", "../resized", "resized.png", "/etc/passwd", "\x00"])
def test_another_name_is_not_looked_for_on_the_disk(filed, name):
    file = filed.folder() / "resized.png"
    file.write_bytes(PNG)
    filed.add()
    filed.measure(1, file, AP=0.1)
    with pytest.raises(NotFound, match="has no picture"):
        picture_of(recorded(filed), name, filed.folder())


def test_a_picture_outside_the_folder_is_not_served_nor_a_link_to_one(filed, tmp_path):
    outside = tmp_path / "outside.png"
    outside.write_bytes(PNG)
    link = filed.folder() / "link.png"
    link.symlink_to(outside)
    filed.add()
    filed.measure(1, outside, link, filed.folder() / "gone.png", AP=0.1)
    for name in ("outside", "link", "gone"):
        with pytest.raises(NotFound, match="not on this machine"):
            picture_of(recorded(filed), name, filed.folder())


@pytest.mark.parametrize(("name", "content"), [("page.png", b"<html>"), ("empty.jpg", b"")])
def test_what_only_looks_like_a_picture_is_not_served(filed, name, content):
    file = filed.folder() / name
    file.write_bytes(content)
    filed.add()
    filed.measure(1, file, AP=0.1)
    with pytest.raises(NotFound, match="is no image/"):
        picture_of(recorded(filed), file.stem, filed.folder())


def test_other_artifacts_are_no_pictures(filed):
    file = filed.folder() / "model.pt"
    file.write_bytes(PNG)
    filed.add()
    filed.measure(1, file, AP=0.1)
    with pytest.raises(NotFound, match="has no picture 'model'"):
        picture_of(recorded(filed), "model", filed.folder())


def test_a_picture_is_served_from_the_store_if_it_is_the_recorded_one(filed):
    store = MemoryArtifacts()
    digest = hashlib.sha256(PNG).hexdigest()
    kept = [
        Artifact(name=name, uri=store.put(content, f"{name}.png"), sha256=digest, size_bytes=5)
        for name, content in (("ours", PNG), ("other", PNG + b"more"), ("gone", PNG))
    ]
    store.remove(kept[2].uri)
    filed.add()
    measured = Measurement(fidelity=1, metrics={"AP": 0.1}, elapsed_s=1.0, artifacts=tuple(kept))
    filed.storage.add_measurement(filed.lease, 0, measured)
    assert picture_of(recorded(filed), "ours", filed.folder(), store).content == PNG
    for name in ("other", "gone"):
        with pytest.raises(NotFound, match="not on this machine"):
            picture_of(recorded(filed), name, filed.folder(), store)
    with pytest.raises(NotFound, match="not on this machine"):
        picture_of(recorded(filed), "ours", filed.folder())
