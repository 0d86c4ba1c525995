"""Serves the pages of `dashboards`: no page loads anything from elsewhere, and browsers keep what cannot change."""

import gzip
import mimetypes
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from dashboards.pages import PAGES, Page, fingerprint, plotly_script, rendered, static_files, swagger_files

STATIC = "/static"
POLICY = {
    # Plotly sets styles on what it draws; nothing else is allowed that is not a file of this service.
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
FOR_GOOD = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"
PACKED = (".css", ".html", ".js", ".json", ".svg")
TYPES = {".js": "text/javascript", ".svg": "image/svg+xml"}


def add_pages(app: FastAPI) -> None:
    """Adds the route of every page and of the files they load."""
    version, files, plotly = fingerprint(), static_files(), plotly_script()
    script = f"{STATIC}/plotly/{_digest(plotly)}.js" if plotly else ""
    swagger = swagger_files()
    described = f"{STATIC}/swagger/{_digest(*swagger.values())}" if swagger else ""
    for page in PAGES:
        answer = _page(page, assets=f"{STATIC}/{version}", plotly=script, swagger=described)
        app.get(page.path, include_in_schema=False)(answer)

    def plotly_file(request: Request) -> Response:
        if plotly is None:
            raise HTTPException(404)
        return _file(plotly, request, FOR_GOOD)

    def swagger_file(request: Request, name: str) -> Response:
        if name not in swagger:
            raise HTTPException(404)
        return _file(swagger[name], request, FOR_GOOD)

    def static_file(request: Request, asked: str, name: str) -> Response:
        if name not in files:
            raise HTTPException(404)
        return _file(files[name], request, FOR_GOOD if asked == version else ASK_FIRST)

    app.get(f"{STATIC}/plotly/{{name}}", include_in_schema=False)(plotly_file)
    app.get(f"{STATIC}/swagger/{{digest}}/{{name}}", include_in_schema=False)(swagger_file)
    app.get(f"{STATIC}/{{asked}}/{{name:path}}", include_in_schema=False)(static_file)


def _page(page: Page, **addresses: str) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        body = rendered(page, **addresses).encode()
        tag = f'"{sha256(body).hexdigest()[:16]}"'
        headers = {**POLICY, "Cache-Control": ASK_FIRST, "ETag": tag}
        if request.headers.get("if-none-match", "").removeprefix("W/") == tag:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type="text/html", headers=headers)

    return answer


def _file(path: Path, request: Request, caching: str) -> Response:
    kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    headers = {**POLICY, "Cache-Control": caching, "Vary": "Accept-Encoding"}
    if path.suffix in PACKED and "gzip" in request.headers.get("accept-encoding", ""):
        packed = _packed(path, path.stat().st_mtime_ns)
        return Response(packed, media_type=kind, headers={**headers, "Content-Encoding": "gzip"})
    return Response(path.read_bytes(), media_type=kind, headers=headers)


@lru_cache(maxsize=128)
def _packed(path: Path, _changed_at: int) -> bytes:
    return gzip.compress(path.read_bytes(), compresslevel=6)


def _digest(*paths: Path) -> str:
    """Changes when one of the files does, without reading them."""
    states = [path.stat() for path in paths]
    return sha256(" ".join(f"{state.st_size} {state.st_mtime_ns}" for state in states).encode()).hexdigest()[:12]
