"""What stands in the way of a search is found, with what to do about it."""

import socket
from pathlib import Path

import pytest
from sqlalchemy import text

from api.database import open_engine, writing
from api.diagnosis import Finding, Level, data_roots, database, diagnosis, packages, ray, service, state_folder
from api.schema import newest_version, upgrade_database
from api.settings import Settings


def test_a_fresh_machine_has_no_problem(tmp_path):
    found = list(diagnosis(Settings(home=tmp_path / "home"), asks_service=False))
    assert [finding for finding in found if finding.level is Level.PROBLEM] == []
    assert {"versions", "state folder", "database", "data roots", "Ray"} <= {finding.thing for finding in found}
    assert not (tmp_path / "home").exists()


def test_what_is_installed_meets_the_requirements():
    versions, *others = packages()
    assert versions.told.startswith("Python 3.")
    assert [finding for finding in others if finding.level is Level.PROBLEM] == []


def test_a_folder_that_cannot_be_written_to_is_a_problem(tmp_path):
    (tmp_path / "file").write_text("")
    finding = state_folder(tmp_path / "file" / "home")
    assert (finding.level, finding.do) == (Level.PROBLEM, "set NAS_HOME to a folder that can be written to")
    assert state_folder(tmp_path / "new").level is not Level.PROBLEM


def test_a_database_has_to_have_this_schema(tmp_path):
    here = Settings(home=tmp_path)
    assert database(here).told.startswith("none yet")
    upgrade_database(here.storage_url)
    assert database(here) == Finding(thing="database", told=f"sqlite, schema {newest_version()}")
    engine = open_engine(here.storage_url)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    engine.dispose()
    assert (database(here).level, database(here).do) == (Level.PROBLEM, "nas db upgrade")


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/nas", "mysql://host/nas"])
def test_a_database_that_cannot_be_opened_is_told(url):
    finding = database(Settings(database_url=url))
    assert finding.level is Level.PROBLEM
    assert "NAS_DATABASE_URL" in finding.do


def test_data_roots_are_looked_into(tmp_path):
    good, gone = data_roots(Settings(data_roots=(tmp_path, Path("/no/such/root"))))
    assert good.told == f"{tmp_path}, 0 entries"
    assert (gone.level, gone.told) == (Level.PROBLEM, "/no/such/root: No such file or directory")


def test_a_cluster_has_to_answer():
    assert ray(None).level is Level.OK
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"127.0.0.1:{listening.getsockname()[1]}"
        assert ray(address).told.startswith(f"{address} answers")
    assert ray(address).level is ray("nowhere").level is Level.PROBLEM


def test_a_service_has_to_answer():
    finding = service(Settings(api_url="http://127.0.0.1:1"))
    assert (finding.level, finding.do) == (Level.PROBLEM, "start `nas serve`, or correct NAS_API_URL")
