"""What the service refuses on top of the core's exception tree.

NasError
├── SchemaMismatch      the database has another schema version than this program
├── Unreachable         the service, or Ray, cannot be reached
├── Refused             the service answered with a problem
├── Taken               something else has that name
└── RequestRefused      a request that stored state does not explain
    ├── Unauthorized        no token, or a wrong one
    ├── Forbidden           a token, but not of the role it needs
    ├── ForeignRequest      of another page, or under a name that is not the service's
    ├── UnsupportedMedia    a body that is not JSON
    └── PayloadTooLarge     a body beyond the limit
"""

from nas.errors import NasError


class SchemaMismatch(NasError):
    """The database has an older or a newer schema than this program."""


class RequestRefused(NasError):
    """Root of what is wrong with a request itself."""


class Unauthorized(RequestRefused):
    """No token or session came with the request, or none that is good."""


class Forbidden(RequestRefused):
    """Who asks may not do that."""


class ForeignRequest(RequestRefused):
    """The request comes from another page, or names another host."""


class UnsupportedMedia(RequestRefused):
    """The body is not declared to be JSON."""


class PayloadTooLarge(RequestRefused):
    """The body is larger than the service accepts."""


class Unreachable(NasError):
    """The service, or Ray, cannot be reached."""


class Refused(NasError):
    """The service answered with a problem."""


class Taken(NasError):
    """Something else has that name already."""
