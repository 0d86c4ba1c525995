"""The manifests for Kubernetes: valid by its schemas and by KubeRay's fields, complete, and without secrets."""

import subprocess
from collections.abc import Iterator

import kubernetes_validate
import pytest
import yaml

from tests.docker.conftest import ROOT
from tests.docker.dockerfile import stages_of

FOLDER = ROOT / "docker" / "kubernetes"
KUBERNETES = "1.37"
# The fields of a RayCluster as the API reference of KubeRay lists them; templates of pods are Kubernetes' own.
SPEC = {
    "rayVersion", "enableInTreeAutoscaling", "autoscalerOptions", "headGroupSpec", "workerGroupSpecs", "suspend",
    "managedBy", "headServiceAnnotations", "gcsFaultToleranceOptions", "authOptions",
}  # fmt: skip
AUTOSCALER = {
    "resources", "image", "imagePullPolicy", "securityContext", "idleTimeoutSeconds", "upscalingMode", "version", "env",
    "envFrom", "volumeMounts",
}  # fmt: skip
HEAD = {"template", "headService", "enableIngress", "rayStartParams", "serviceType"}
WORKERS = {
    "template", "groupName", "replicas", "minReplicas", "maxReplicas", "numOfHosts", "idleTimeoutSeconds",
    "rayStartParams", "scaleStrategy", "suspend",
}  # fmt: skip
SECRET_KEYS = {"database-password", "ray-token"}


@pytest.fixture(scope="session", params=["base", "without-gpu"])
def manifests(request, tool):
    """What would be applied."""
    told: subprocess.CompletedProcess[str] = tool("kubectl", "kustomize", FOLDER / request.param, HOME="/nonexistent")
    assert (told.returncode, told.stderr) == (0, "")
    return list(yaml.safe_load_all(told.stdout))


@pytest.fixture
def cluster(manifests):
    """The Ray cluster."""
    (found,) = (each for each in manifests if each["kind"] == "RayCluster")
    return found


def named(manifests, kind):
    """Those of a kind by name."""
    return {each["metadata"]["name"]: each for each in manifests if each["kind"] == kind}


def templates(manifests) -> Iterator[tuple[str, dict]]:
    """Every template of pods with whose it is."""
    for each in manifests:
        spec = each.get("spec", {})
        for owner in (spec, spec.get("headGroupSpec", {}), *spec.get("workerGroupSpecs", [])):
            if "template" in owner:
                yield f"{each['kind']} {each['metadata']['name']}", owner["template"]


def containers(manifests):
    """Every container."""
    return [container for _, template in templates(manifests) for container in template["spec"]["containers"]]


def variables(manifests):
    """Every variable of every container, and of the autoscaler beside the head."""
    for owner in (*containers(manifests), *(each["spec"].get("autoscalerOptions", {}) for each in of_ray(manifests))):
        yield from owner.get("env", [])


def of_ray(manifests):
    return [each for each in manifests if each["kind"] == "RayCluster"]


def test_everything_meets_the_schemas_of_kubernetes(manifests):
    checked = [each for each in manifests if each["kind"] != "RayCluster"]
    assert len(checked) == len(manifests) - 1
    for each in checked:
        kubernetes_validate.validate(each, KUBERNETES, strict=True)


def test_the_ray_cluster_has_the_fields_that_kuberay_knows(cluster):
    spec = cluster["spec"]
    assert (cluster["apiVersion"], set(spec) - SPEC) == ("ray.io/v1", set())
    assert set(spec["autoscalerOptions"]) <= AUTOSCALER
    assert set(spec["headGroupSpec"]) <= HEAD
    for group in (spec["headGroupSpec"], *spec["workerGroupSpecs"]):
        assert all(isinstance(value, str) for value in group["rayStartParams"].values())
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "ray"}, "spec": group["template"]["spec"]}
        kubernetes_validate.validate(pod, KUBERNETES, strict=True)
    for group in spec["workerGroupSpecs"]:
        assert set(group) <= WORKERS


def test_workers_come_and_go(cluster):
    (workers,) = cluster["spec"]["workerGroupSpecs"]
    assert cluster["spec"]["enableInTreeAutoscaling"]
    assert workers["minReplicas"] <= workers["replicas"] < workers["maxReplicas"]
    container = workers["template"]["spec"]["containers"][0]
    assert workers["rayStartParams"]["num-cpus"] == container["resources"]["requests"]["cpu"]


def test_the_controller_knows_how_far_the_cluster_grows(manifests, cluster):
    (workers,) = cluster["spec"]["workerGroupSpecs"]
    of_one = workers["template"]["spec"]["containers"][0]["resources"]["requests"]
    settings = named(manifests, "ConfigMap")["spinesearch"]["data"]
    for variable, resource in (("NAS_RAY_MOST_CPUS", "cpu"), ("NAS_RAY_MOST_GPUS", "nvidia.com/gpu")):
        assert int(settings[variable]) == workers["maxReplicas"] * int(of_one.get(resource, 0))


def test_only_the_base_asks_for_gpus(request, manifests, cluster):
    asked = "nvidia.com/gpu" in str(cluster["spec"]["workerGroupSpecs"])
    assert asked == ("base" in request.node.callspec.id)


def test_the_version_of_ray_is_the_one_that_is_installed(cluster, constraints):
    assert cluster["spec"]["rayVersion"] == constraints["ray"]


def test_images_are_targets_of_the_dockerfile_in_the_version_of_the_compose_file(manifests):
    known = stages_of(ROOT / "docker" / "Dockerfile")
    compose = (ROOT / "docker" / "compose.yaml").read_text()
    for container in containers(manifests):
        image, version = container["image"].split(":")
        assert image.removeprefix("spinesearch/") in known
        assert f"{image}:${{NAS_VERSION:-{version}}}" in compose


def test_no_pod_is_root_or_gains_rights(manifests):
    for owner, template in templates(manifests):
        assert template["spec"]["securityContext"]["runAsUser"] == 10001, owner
        assert template["spec"]["securityContext"]["runAsNonRoot"], owner
        for container in template["spec"]["containers"]:
            assert container["securityContext"]["allowPrivilegeEscalation"] is False, owner
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}, owner


def test_who_runs_on_says_how_it_is(manifests):
    for owner, template in templates(manifests):
        if owner != "Job migrate":
            assert all("livenessProbe" in container for container in template["spec"]["containers"]), owner


def test_no_secret_is_written_down(manifests):
    assert not named(manifests, "Secret")
    for variable in variables(manifests):
        secret = any(word in variable["name"] for word in ("PASSWORD", "AUTH_TOKEN"))
        assert ("valueFrom" in variable) == secret, variable["name"]
        if secret:
            reference = variable["valueFrom"]["secretKeyRef"]
            assert reference["name"] == "spinesearch"
            assert reference["key"] in SECRET_KEYS


def test_what_is_referred_to_exists(manifests):
    settings, claims = named(manifests, "ConfigMap"), named(manifests, "PersistentVolumeClaim")
    for _, template in templates(manifests):
        for container in template["spec"]["containers"]:
            assert {source["configMapRef"]["name"] for source in container.get("envFrom", [])} <= set(settings)
            volumes = {volume["name"]: volume for volume in template["spec"].get("volumes", [])}
            assert {mount["name"] for mount in container.get("volumeMounts", [])} <= set(volumes)
            bound = (volume["persistentVolumeClaim"]["claimName"] for volume in volumes.values() if is_bound(volume))
            assert set(bound) <= set(claims)
    address = settings["spinesearch"]["data"]["NAS_RAY_ADDRESS"]
    assert address == f"{next(iter(of_ray(manifests)))['metadata']['name']}-head-svc:6379"


def is_bound(volume):
    return "persistentVolumeClaim" in volume


def test_services_and_policies_select_pods_that_are_there(manifests):
    labels = [template["metadata"]["labels"] for _, template in templates(manifests)]
    for each in (*named(manifests, "Service").values(), *named(manifests, "PodDisruptionBudget").values()):
        chosen = each["spec"]["selector"]
        wanted = chosen.get("matchLabels", chosen)
        assert any(wanted.items() <= found.items() for found in labels), each["metadata"]["name"]
    (nodes,) = named(manifests, "NetworkPolicy")["ray"]["spec"]["podSelector"]["matchExpressions"]
    assert set(nodes["values"]) <= {found["app.kubernetes.io/name"] for found in labels}


def test_nothing_comes_in_unless_it_is_named(manifests):
    closed = named(manifests, "NetworkPolicy")["nothing-comes-in"]["spec"]
    assert closed == {"podSelector": {}, "policyTypes": ["Ingress"]}
