"""The service as a whole: its description, real HTTP, and what its process does not load."""

import asyncio
import gc
import subprocess
import sys
import threading
from contextlib import asynccontextmanager
from functools import partial

import httpx
import uvicorn

from api.app import create_app
from api.examples import DOCUMENT
from api.settings import Settings

_SERVE_ONE_REQUEST = """
import asyncio, sys
import httpx
from api.app import create_app
from api.settings import Settings
from api.storage import open_storage

app = create_app(open_storage(sys.argv[1]), Settings(api_token="s3cret"))
token = {"Authorization": "Bearer s3cret"}

async def ask():
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=token) as client:
        return (await client.get("/api/v1/spaces")).status_code

assert asyncio.run(ask()) == 200
loaded = {"torch", "ray", "torchvision"} & set(sys.modules)
assert not loaded, loaded
"""


def test_the_process_loads_neither_torch_nor_ray(sqlite_url):
    subprocess.run([sys.executable, "-c", _SERVE_ONE_REQUEST, sqlite_url], check=True, timeout=120)


def test_every_endpoint_is_described_with_an_example_and_its_problems(client):
    description = client.get("/openapi.json").json()
    schemas = description["components"]["schemas"]
    assert "HTTPValidationError" not in schemas
    operations = [operation for path in description["paths"].values() for operation in path.values()]
    assert len(operations) >= 22
    for operation in operations:
        assert operation["description"]
        problem = operation["responses"]["422"]["content"]["application/problem+json"]["schema"]
        assert problem == {"$ref": "#/components/schemas/Problem"}
        success = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
        if "application/json" not in success.get("content", {}):
            continue  # a page, a file, a stream
        named = success["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[-1]
        assert schemas[named]["examples"], named
    assert "FieldProblem" in schemas


def test_what_runs_around_serving_is_run_and_the_garbage_collector_is_left_as_it_was(sqlite_storage):
    steps = []

    @asynccontextmanager
    async def around(app):
        steps.append("before")
        yield
        steps.append("after")

    async def serve():
        app = create_app(sqlite_storage, Settings(), lifespan=around)
        async with app.router.lifespan_context(app):
            steps.append(gc.get_freeze_count() > 1000)

    asyncio.run(serve())
    assert steps == ["before", True, "after"]
    assert gc.get_freeze_count() == 0


def test_a_real_server_answers_on_loopback(sqlite_storage):
    config = uvicorn.Config(create_app(sqlite_storage, Settings(api_token="s3cret")), port=0, log_level="warning")
    server = uvicorn.Server(config)
    started = threading.Event()
    startup = server.startup

    async def announced(sockets=None):
        await startup(sockets)
        started.set()

    server.startup = announced
    thread = threading.Thread(target=partial(server.run))
    thread.start()
    try:
        assert started.wait(30)
        token = {"Authorization": "Bearer s3cret"}
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", headers=token) as client:
            assert client.post("/searches", json=DOCUMENT).status_code == 201
            assert client.get("/searches/blood-cells").json()["status"] == "queued"
            assert client.get("/ready").json() == {"status": "ready"}
            head = client.head("/health")
            assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", "15")
    finally:
        server.should_exit = True
        thread.join()
