"""How the service stands, over REST: to each what they see."""

import subprocess
import sys

from api.people.records import Role
from nas.testing.searches import toy_document


def test_whoever_reads_is_told_of_their_project_and_nobody_but_an_admin_of_the_cluster(client, client_of):
    ours = client_of(Role.READ, "ours")
    client.app.state.service.storage.create_search("cells", toy_document().model_dump(mode="json"), project="ours")
    told = ours.get("/operations").json()
    assert [each["name"] for each in told["waiting"]] == ["cells"]
    assert [each["name"] for each in told["projects"]] == ["ours"]
    assert told["cluster"] is None
    assert client_of(Role.ADMIN, "ours").get("/operations").json()["cluster"] is None
    assert ours.get("/operations", params={"project": "default"}).status_code == 404
    everything = client.get("/operations").json()
    assert everything["cluster"]["address"] is None
    assert everything["cluster"]["unknown"].startswith("no search has run on Ray since this process began")
    assert everything["versions"]["schema"]


def test_neither_ray_nor_torch_is_loaded_for_that():
    code = "import sys, api.app, api.routes.operations; sys.exit(bool({'ray', 'torch'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
