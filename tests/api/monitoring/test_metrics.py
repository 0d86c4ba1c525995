"""All metrics of a service together."""


def test_the_program_its_process_and_the_answers_with_plots_are_told(client, figures):
    now = figures(client.get("/metrics").text)
    assert [value for labels, value in now["nas_info"].items() if len(labels) == 2] == [1.0]
    assert now["process_resident_memory_bytes"][()] > 0
    assert now["nas_plot_answers_total"] == {("made",): 0.0, ("kept",): 0.0}


def test_readers_get_the_kind_of_text_that_they_accept(client):
    plain = client.get("/metrics")
    assert plain.headers["content-type"].startswith("text/plain; version=")
    modern = client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert modern.headers["content-type"].startswith("application/openmetrics-text")
    assert modern.text.endswith("# EOF\n")
