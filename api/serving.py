"""The HTTP server: uvicorn, ending what would never end by itself when it is asked to stop."""

import socket

import uvicorn
from fastapi import FastAPI

GRACE_S = 10  # for requests that are being answered when the server is asked to stop


class Server(uvicorn.Server):
    """Closes the streams first, which the server would otherwise wait for."""

    def __init__(self, app: FastAPI) -> None:
        # Without a log configuration its lines go where all others do, and look like them.
        super().__init__(uvicorn.Config(app, log_config=None, log_level="warning", timeout_graceful_shutdown=GRACE_S))
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As of any server, streams first."""
        self._app.state.service.watching.close()
        await super().shutdown(sockets)
