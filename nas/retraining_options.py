"""What a stored search says that trains one trial of an earlier search in full."""

from pydantic import Field

from nas.tasks.options import Options


class Retrains(Options):
    """Which trial the search trains again, and what that had reached then. Written by `nas retrain`."""

    search: str = Field(description="id of the trial's search")
    name: str = Field(description="name of that search")
    trial: int = Field(ge=0, description="number of the trial")
    metric: str = Field(description="the metric that they are held to each other by")
    reached: float | None = Field(None, description="what the trial had reached in it; null: it was never measured")
    epochs: int | None = Field(None, description="epochs that the trial had received")
