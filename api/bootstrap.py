"""The composition root: wires a driver of `workers` to a storage of `api`, and runs a search to its end.

The only place where the two rooms meet. Imports of torch and ray happen inside, when a search begins to run.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, redirect_stdout
from enum import StrEnum
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from api.data_sets.checking import CheckData
from api.errors import Refused, Unreachable
from api.ownership import TTL_S, free_from_the_dead, kept, this_process
from api.sharing import ClusterShare
from api.supervisor import ON_LOOPBACK
from nas.artifacts import open_artifacts
from nas.controller import Controller
from nas.document import SearchDocument, stored_document
from nas.errors import ScreeningFailed
from nas.exporting import ExportFormat, ExportOrder
from nas.fair_share import Room
from nas.opening import open_controller
from nas.ports import Screener, Storage
from nas.records import Search, SearchStatus
from nas.reproduction import Reproduction, Way
from nas.tasks.training import TrainingOptions
from search_spaces.resizer.architecture import Resizer
from search_spaces.space import Architecture

TRAINING = "workers.evaluator:evaluate"
INSTALLED = "nas.evaluating:evaluate"
SCORER = "workers.zero_cost.scorer:Scorer"
NOWHERE = Room(cpus=0)


class Driver(StrEnum):
    """What runs the trials."""

    INLINE = "inline"
    RAY = "ray"


def conduct(
    storage: Storage,
    search_id: str,
    *,
    home: Path,
    artifacts: str | None = None,
    driver: Driver = Driver.RAY,
    concurrent: int | None = None,
    ray_address: str | None = None,
    grows_to: Room = NOWHERE,
) -> Search:
    """The search as it ended; resumed where it was, when it had begun before.

    Artifacts go to the store at `artifacts`, if given. `concurrent` replaces the document's for this run only. Searches
    on the Ray at one address share it, or what it `grows_to` where that is more. Raises `LeaseHeld`, which names the
    process that works on the search, `LeaseLost`, `Unreachable` when there is no Ray at the address, and `Refused` when
    a trial fits nowhere or candidates cannot be scored: the search goes on when it is conducted again.
    """
    open_artifacts(artifacts)  # a store that cannot be had is told before anything is trained
    free_from_the_dead(storage, search_id)
    home = home.absolute()
    scoring = Scoring(stored_document(storage.search(search_id)), home)
    cluster = ray_address if driver is Driver.RAY else None
    share = ClusterShare(storage, search_id, cluster=cluster, grows_to=grows_to)
    controller = open_controller(
        storage,
        search_id,
        owner=str(this_process(cluster=cluster)),
        home=home,
        artifacts=artifacts,
        screener=scoring,
        share=share,
    )
    try:
        with kept(storage, storage.lease_of(search_id)), _told_if_not_scored(storage, search_id):
            match driver:
                case Driver.INLINE:
                    _run_inline(controller)
                case Driver.RAY:
                    _run_on_ray(controller, scoring, share, home=home, concurrent=concurrent, address=ray_address)
    finally:
        controller.close()
    return storage.search(search_id)


class Scoring:
    """Scores the candidates of a search in this process, and inside `on_ray` on warm workers there."""

    def __init__(self, document: SearchDocument, home: Path) -> None:
        self.document = document
        self.home = home
        self.screener: Screener | None = None

    def __call__(self, architectures: Sequence[Architecture]) -> Sequence[Mapping[str, float] | str]:
        """The scores of each, or why it has none. Raises `ScreeningFailed`."""
        if self.screener is None:
            from workers.zero_cost.scorer import Scorer

            self.screener = Scorer(**self._order())
        return self.screener(architectures)

    @contextmanager
    def on_ray(self, *, workers: int) -> Iterator[None]:
        """Inside, candidates are scored on so many workers, which are kept until the end; nothing without screening."""
        screening = self.document.screening
        if screening is None or not screening.computed:
            yield
            return
        from workers.ray_cluster.screening import screening_pool

        with screening_pool(SCORER, self._order(), actors=min(workers, screening.pool)) as self.screener:
            yield
        self.screener = None

    def _order(self) -> dict[str, Any]:
        """What a screener has to know of the search."""
        document, screening = self.document, self.document.screening
        assert screening is not None, "only a document with screening has candidates scored"
        return {
            "task": document.task.model_dump(mode="json"),
            "scores": screening.computed,
            "batch_size": screening.batch_size,
            "seed": document.seed,
            "cache_directory": str(self.home / "cache"),
            "cpus": document.resources.cpus,
            "gpus": document.resources.gpus,
        }


@contextmanager
def _told_if_not_scored(storage: Storage, search_id: str) -> Iterator[None]:
    """Candidates that cannot be scored inside are an event of the search, and `Refused`."""
    try:
        yield
    except ScreeningFailed as error:
        sentence = f"candidates cannot be scored (screening): {error}"
        lease = storage.lease_of(search_id)
        if lease is not None:
            storage.add_event(lease, "screening_failed", sentence)
        raise Refused(sentence) from error


def evaluator_of(document: SearchDocument) -> str:
    """What judges the candidates of a search, as "module:name": an installed evaluator needs none of `workers`."""
    return TRAINING if isinstance(document.task, TrainingOptions) else INSTALLED


def _run_inline(controller: Controller) -> None:
    from nas.drivers.inline import run_inline

    run_inline(controller, resolve_name(evaluator_of(controller.document)))


def _run_on_ray(
    controller: Controller,
    scoring: Scoring,
    share: ClusterShare,
    *,
    home: Path,
    concurrent: int | None,
    address: str | None,
) -> None:
    if address is None:
        _stay_on_loopback()
    from workers.ray_cluster.connection import room, shortage
    from workers.ray_cluster.driver import run_on_ray

    document = controller.document
    concurrent = concurrent or document.resources.concurrent
    cpus, gpus = document.resources.cpus, document.resources.gpus
    directory = home / "ray" / controller.search_id
    with _ray(document.name, directory, cpus=concurrent * cpus, address=address):
        lack = shortage(cpus=cpus, gpus=gpus)
        if lack is not None:
            raise Refused(lack)
        share.room = room
        with scoring.on_ray(workers=concurrent):
            run_on_ray(
                controller,
                evaluator_of(document),
                name=document.name,
                concurrent=concurrent,
                cpus=cpus,
                gpus=gpus,
                storage_directory=directory,
            )


@contextmanager
def ray_head(*, cpus: int | None) -> Iterator[dict[str, str]]:
    """A local Ray of its own with its dashboard, for searches that run in other processes; where both are found."""
    _stay_on_loopback()
    from workers.ray_cluster.connection import connected

    with connected(name="nas serve", cpus=cpus or os.cpu_count() or 1, dashboard=True) as found:
        dashboard = f"http://{found['webui_url']}" if found["webui_url"] else "not installed"
        yield {"address": found["gcs_address"], "dashboard": dashboard}


def gpus() -> list[str]:
    """The GPUs of this machine that a training could use."""
    from workers.devices import gpus

    return gpus()


def keep_resizer(model: Path, resizer: Resizer, file: Path) -> None:
    """Writes the weights of the resizer out of the model of a trial. Raises `TrialFailure`, a sentence about the model,
    and `OSError`."""
    from workers.resizer_weights import write_resizer_weights

    write_resizer_weights(model, resizer, file)


def data_checker() -> CheckData:
    """What looks at the data of a registered set."""
    from workers.data.checking import check_data

    return check_data


def export_trial(
    order: ExportOrder, folder: Path, *, form: ExportFormat = ExportFormat.PT2, judge: bool = True
) -> dict[str, Any]:
    """Writes the trial into a new folder and returns what was measured of it. Raises `NoExport`, `TrialFailure` for
    data that cannot be read, and `Refused` where torch is not installed or the folder cannot be written."""
    with _where_torch_is():
        from workers.export.exporting import export_trial as written
    try:
        return written(order, folder, form=form, judge=judge)
    except OSError as error:
        raise Refused(f"{error.filename or folder} cannot be written: {error.strerror or error}") from error


def reproduce_trial(order: ExportOrder, *, way: Way, within: Path) -> Reproduction:
    """The trial measured again, here; `within` is where a training may lie meanwhile. Raises as `export_trial`."""
    with _where_torch_is():
        from workers.export.reproduction import judged_again, trained_again
    match way:
        case Way.JUDGED:
            return judged_again(order)
        case Way.TRAINED:
            return trained_again(order, within=within)


@contextmanager
def _where_torch_is() -> Iterator[None]:
    """Inside, what needs torch is imported. Raises `Refused` where it is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        sentence = f'{error.name} is not installed here: pip install "spinesearch[train]", or do it where trials run'
        raise Refused(sentence) from error


def give_up(storage: Storage, search_id: str, reason: str) -> Search:
    """The search, which cannot begin here, as failed for that reason."""
    lease = storage.acquire_lease(search_id, str(this_process()), TTL_S)
    if lease is not None:
        storage.set_search_status(lease, SearchStatus.FAILED, reason)
        storage.release_lease(lease)
    return storage.search(search_id)


def _stay_on_loopback() -> None:
    """Keeps a Ray of our own off the network. Works until ray is imported, which reads it then."""
    os.environ.update({**ON_LOOPBACK, **os.environ})


@contextmanager
def _ray(name: str, directory: Path, *, cpus: float, address: str | None) -> Iterator[None]:
    """Connected to Ray inside. What Ray prints, from threads of its own, goes to a log beside the trials."""
    from workers.ray_cluster.connection import connected

    directory.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        log = stack.enter_context((directory / "ray.log").open("a", buffering=1))
        stack.enter_context(redirect_stdout(log))
        try:
            stack.enter_context(connected(name=name, cpus=cpus, address=address))
        except (OSError, ValueError) as error:
            raise Unreachable(f"no Ray answers at {address}: {error}") from error
        yield
