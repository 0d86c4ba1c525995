"""The base of every part of a search document."""

from pydantic import BaseModel, ConfigDict


class Options(BaseModel):
    """Frozen, unknown fields rejected, defaults validated, numbers finite."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False)
