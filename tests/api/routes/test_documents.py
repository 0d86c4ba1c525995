"""What a document may hold, over REST."""

from api.people.records import Role


def test_whoever_reads_may_look_at_the_guide_and_the_examples(client_of):
    reader = client_of(Role.READ, "ours")
    guide = reader.get("/documents/guide").json()
    assert guide["schema"]["properties"]["space"]["$ref"] == "#/$defs/space"
    assert guide["metrics"]["quality"]
    names = [each["name"] for each in reader.get("/documents/examples").json()["items"]]
    assert "blood-cells" in names
