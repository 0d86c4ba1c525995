"""The learned resizer as built: the published numbers, live in every part, at its start an interpolation if asked."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from nas.errors import TrialFailure
from nas.records import FailureKind
from nas.tasks.training import BatchNorm
from search_spaces.resizer.architecture import Resizer, control_of
from search_spaces.resizer.cost import resizer_cost
from search_spaces.resizer.resampling import RESAMPLINGS, canonical
from workers.networks.counting import count
from workers.networks.resizer import BaseResizer, Colours, LearnedResizer, Resized, build_resizer
from workers.networks.resizing import resize

SIZES = [
    ((40, 48), (20, 24)),
    ((20, 24), (20, 24)),
    ((20, 24), (33, 30)),
    ((36, 20), (18, 30)),
]  # down, equal, up, mixed
COLUMNS = [(blocks, filters) for filters in (16, 32) for blocks in (1, 2, 3, 4)]


def learned(**fields: object) -> Resizer:
    return Resizer(**{"input_size": (40, 48), "output_size": (20, 24), "filters": 4, **fields})


def built(**fields: object) -> LearnedResizer:
    torch.manual_seed(0)
    return LearnedResizer(learned(**fields))


def pictures(*size: int, batch: int = 2) -> Tensor:
    return torch.randn(batch, 3, *size, generator=torch.Generator().manual_seed(0))


def without_gradient(network: nn.Module) -> list[str]:
    return [
        name
        for name, parameter in network.named_parameters()
        if parameter.grad is None or not parameter.grad.abs().sum() > 0
    ]


@pytest.mark.parametrize(("blocks", "filters"), COLUMNS)
def test_the_built_network_has_the_published_numbers(blocks, filters):
    resizer = learned(blocks=blocks, filters=filters, input_size=(448, 448), output_size=(224, 224))
    with torch.device("meta"):
        network = LearnedResizer(resizer)
    cost = resizer_cost(resizer)
    kernels = sum(module.weight.numel() for module in network.modules() if isinstance(module, nn.Conv2d))
    assert kernels == cost.paper_params
    assert sum(parameter.numel() for parameter in network.parameters()) == cost.params
    counted = count(network, (3, 448, 448))
    assert (counted.params, counted.conv_macs) == (cost.params, cost.macs)
    with FlopCounterMode(display=False) as counter:
        network(torch.empty(1, 3, 448, 448, device="meta"))
    assert counter.get_total_flops() == 2 * cost.macs


@pytest.mark.parametrize("blocks", [0, 3])
def test_with_biases_everywhere_network_and_arithmetic_agree_too(blocks):
    network = built(blocks=blocks, biases="all")
    assert sum(parameter.numel() for parameter in network.parameters()) == resizer_cost(network.architecture).params
    assert all(module.bias is not None for module in network.modules() if isinstance(module, nn.Conv2d))
    assert resizer_cost(network.architecture).params > resizer_cost(learned(blocks=blocks)).params


@pytest.mark.parametrize(("initialiser", "variance"), [("lecun", 1.0), ("he", 2.0), ("glorot", 1.0), ("torch", 1 / 3)])
def test_kernels_are_drawn_as_the_architecture_says(initialiser, variance):
    kernels = built(filters=64, initialiser=initialiser).merge[0].weight
    assert kernels.var().item() * 64 * 9 == pytest.approx(variance, rel=0.05)
    assert not built(initialiser=initialiser, tail="zero").tail.weight.any()


COLOURS = Colours(mean=(123.0, 116.0, 103.0), std=(58.0, 57.0, 61.0))


def test_a_resizer_before_the_normalisation_sees_colours_of_0_to_1_and_gives_normalised_ones():
    torch.manual_seed(0)
    network = LearnedResizer(learned(normalisation="after"), colours=COLOURS).eval()
    inner = built().eval()
    inner.load_state_dict(network.state_dict())
    mean, std = (torch.tensor(values)[:, None, None] for values in (COLOURS.mean, COLOURS.std))
    colours = torch.rand(2, 3, 40, 48, generator=torch.Generator().manual_seed(1)) * 255
    found = network((colours - mean) / std)
    torch.testing.assert_close(found, (inner(colours / 255) * 255 - mean) / std, atol=1e-4, rtol=1e-4)


def test_with_a_zero_tail_it_begins_as_the_interpolation_wherever_colours_are_normalised():
    x = pictures(40, 48)
    plain = build_resizer(control_of(learned()))(x)
    after = build_resizer(learned(normalisation="after", tail="zero"), colours=COLOURS)
    torch.testing.assert_close(after(x), plain)
    with pytest.raises(ValueError, match="needs the colours that pictures are normalised by"):
        build_resizer(learned(normalisation="after"))


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 5),
    st.integers(1, 20),
    st.tuples(st.integers(3, 60), st.integers(3, 60)),
    st.sampled_from(RESAMPLINGS),
)
def test_network_and_arithmetic_agree_at_any_size(blocks, filters, taken, way):
    way = canonical(way, [(taken[0], 24), (taken[1], 17)])
    resizer = learned(blocks=blocks, filters=filters, input_size=taken, output_size=(24, 17), **way._asdict())
    with torch.device("meta"):
        network = LearnedResizer(resizer)
    counted, cost = count(network, (3, *taken)), resizer_cost(resizer)
    assert (counted.params, counted.conv_macs) == (cost.params, cost.macs)
    assert network(torch.empty(2, 3, *taken, device="meta")).shape == (2, 3, 24, 17)


def test_biases_stand_at_both_ends_and_in_the_1x1_convolution():
    convolutions = [module for module in built(blocks=2).modules() if isinstance(module, nn.Conv2d)]
    assert [(layer.kernel_size[0], layer.bias is not None) for layer in convolutions] == [
        (7, True),
        (1, True),
        *[(3, False)] * 5,
        (7, True),
    ]


def test_the_network_is_the_published_one_written_out():
    network = built(blocks=2, input_size=(21, 26), output_size=(10, 12), interpolation="bicubic")
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias)
    x = pictures(21, 26)

    def norm(y: Tensor, layer: nn.BatchNorm2d) -> Tensor:
        mean, variance = y.mean((0, 2, 3), keepdim=True), y.var((0, 2, 3), keepdim=True, unbiased=False)
        y = (y - mean) / (variance + 1e-3).sqrt()
        return y * layer.weight[:, None, None] + layer.bias[:, None, None]

    def conv(y: Tensor, layer: nn.Conv2d) -> Tensor:
        return nn.functional.conv2d(y, layer.weight, layer.bias, padding=layer.kernel_size[0] // 2)

    def leaky(y: Tensor) -> Tensor:
        return torch.where(y > 0, y, 0.2 * y)

    def resized(y: Tensor) -> Tensor:
        return nn.functional.interpolate(y, size=(10, 12), mode="bicubic", align_corners=False)

    wide, _, narrow, _, head_norm = network.head
    b = resized(norm(leaky(conv(leaky(conv(x, wide)), narrow)), head_norm))
    z = b
    for block in network.blocks:
        first, first_norm, _, second, second_norm = block.branch
        z = z + norm(conv(leaky(norm(conv(z, first), first_norm)), second), second_norm)
    last, last_norm = network.merge
    expected = resized(x) + conv(b + norm(conv(z, last), last_norm), network.tail)
    torch.testing.assert_close(network(x), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("taken", "given"), SIZES)
def test_it_scales_down_not_at_all_up_and_both(taken, given):
    assert built(input_size=taken, output_size=given)(pictures(*taken)).shape == (2, 3, *given)


def test_299_becomes_224():
    network = built(filters=2, input_size=(299, 299), output_size=(224, 224))
    assert network(pictures(299, 299, batch=1)).shape == (1, 3, 224, 224)


@pytest.mark.parametrize("way", RESAMPLINGS[:-1])
@pytest.mark.parametrize("training", [True, False])
def test_with_a_zero_tail_it_starts_as_exactly_the_interpolation(way, training):
    resizer = learned(blocks=3, tail="zero", input_size=(37, 50), output_size=(16, 25), **way._asdict())
    network, x = build_resizer(resizer).train(training), pictures(37, 50)
    expected = resize(x, (16, 25), **way._asdict())
    assert torch.equal(network(x), expected)
    assert torch.equal(build_resizer(control_of(resizer))(x), expected)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(network(x), expected)


def test_a_random_tail_starts_as_something_else():
    x = pictures(40, 48)
    network = built()
    assert (network(x) - network.base(x)).abs().mean() > 0.1


@pytest.mark.parametrize("blocks", [0, 1, 2, 3, 4])
@pytest.mark.parametrize(("taken", "given"), SIZES)
def test_every_parameter_of_every_block_gets_a_gradient(blocks, taken, given):
    network = built(blocks=blocks, input_size=taken, output_size=given)
    network(pictures(*taken)).square().sum().backward()
    assert without_gradient(network) == []


@pytest.mark.parametrize("blocks", [1, 4])
def test_with_a_zero_tail_every_parameter_gets_a_gradient_after_one_step(blocks):
    network, x = built(blocks=blocks, tail="zero"), pictures(40, 48)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
    network(x).square().mean().backward()
    moved = {name for name, _ in network.named_parameters()} - set(without_gradient(network))
    assert moved == {"tail.weight", "tail.bias"}
    optimizer.step()
    optimizer.zero_grad()
    network(x).square().mean().backward()
    assert without_gradient(network) == []


@pytest.mark.parametrize("blocks", [1, 2, 4])
def test_every_block_changes_the_picture(blocks):
    network, x = built(blocks=blocks).eval(), pictures(40, 48)
    before = network(x)
    for block in network.blocks:
        hook = block.register_forward_hook(lambda *arguments: arguments[-1] + 1.0)
        assert not torch.allclose(network(x), before)
        hook.remove()


@pytest.mark.parametrize("tail", ["random", "zero"])
@pytest.mark.parametrize("method", ["learned", "none"])
def test_gradients_flow_to_the_picture(method, tail):
    resizer = learned(tail=tail)
    network = build_resizer(resizer if method == "learned" else control_of(resizer))
    x = pictures(40, 48).requires_grad_()
    network(x).sum().backward()
    assert (x.grad != 0).all()


@pytest.mark.parametrize("way", RESAMPLINGS[:-1])
def test_channels_last_goes_in_and_comes_out(way):
    network = built(input_size=(37, 50), output_size=(16, 25), **way._asdict()).eval()
    plain = network(pictures(37, 50))
    seen = []
    network.to(memory_format=torch.channels_last)
    for layer in network.modules():
        layer.register_forward_hook(lambda *arguments: seen.append(arguments[-1]))
    rearranged = network(pictures(37, 50).contiguous(memory_format=torch.channels_last))
    assert all(x.is_contiguous(memory_format=torch.channels_last) for x in (*seen, rearranged))
    torch.testing.assert_close(rearranged, plain, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("way", RESAMPLINGS[:-1])
def test_it_trains_under_bfloat16_autocast(way):
    network = built(blocks=2, input_size=(37, 50), output_size=(16, 25), **way._asdict())
    network.to(memory_format=torch.channels_last)
    x = pictures(37, 50).contiguous(memory_format=torch.channels_last).requires_grad_()
    exact = network(x)
    with torch.autocast("cpu", torch.bfloat16):
        resized = network(x)
        assert network.head(x).dtype == torch.bfloat16
    assert resized.dtype == torch.float32
    torch.testing.assert_close(resized, exact, rtol=0.1, atol=0.1)
    resized.square().sum().backward()
    assert without_gradient(network) == []
    assert x.grad.isfinite().all()


def test_every_batch_norm_has_the_constants_of_the_options():
    network = build_resizer(learned(blocks=2), batch_norm=BatchNorm(momentum=0.5, epsilon=0.1))
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    assert len(norms) == 6
    assert {(norm.momentum, norm.eps) for norm in norms} == {(0.5, 0.1)}


def test_weights_move_between_sizes():
    small, large = built(), built(input_size=(64, 64), output_size=(48, 40), interpolation="lanczos")
    large.load_state_dict(small.state_dict())
    assert large(pictures(64, 64)).shape == (2, 3, 48, 40)


def test_the_interpolation_alone_has_no_parameters_and_takes_pictures_of_its_input_size():
    plain = build_resizer(control_of(learned(interpolation="lanczos", antialias=True)))
    assert isinstance(plain, BaseResizer)
    assert not plain.state_dict()
    x = pictures(40, 48)
    assert torch.equal(plain(x), resize(x, (20, 24), interpolation="lanczos", antialias=True))
    with pytest.raises(ValueError, match=r"pictures must be \[B, C, 40, 48\], got \[2, 3, 20, 24\]"):
        plain(pictures(20, 24))


def test_a_resizer_and_a_network_are_one_network():
    whole = Resized(built(), nn.Sequential(nn.Conv2d(3, 5, 3), nn.Flatten()))
    x = pictures(40, 48)
    whole.eval()
    assert torch.equal(whole(x), whole.network(whole.resizer(x)))
    assert {name.split(".")[0] for name in whole.state_dict()} == {"resizer", "network"}
    whole(x).square().sum().backward()
    assert without_gradient(whole) == []


def test_pictures_of_another_size_are_refused():
    with pytest.raises(ValueError, match=r"pictures must be \[B, C, 40, 48\], got \[2, 3, 48, 40\]"):
        built()(pictures(48, 40))
    with pytest.raises(ValueError, match="method of a learned resizer must be learned, got none"):
        LearnedResizer(control_of(learned()))


@pytest.mark.parametrize("interpolation", ["bilinear", "lanczos"])
def test_it_can_be_exported(interpolation):
    network = built(input_size=(37, 50), output_size=(16, 25), interpolation=interpolation).eval()
    x = pictures(37, 50)
    exported = torch.export.export(network, (x,)).module()
    torch.testing.assert_close(exported(x), network(x))


def moved(path: Path, **fields: object) -> nn.Module:
    return build_resizer(learned(weights=str(path), **fields))


def test_it_begins_with_the_weights_of_a_file_of_its_own_or_of_the_network_behind_it(tmp_path):
    source = built(blocks=2)
    source(pictures(40, 48))  # batch norms have statistics too
    torch.save(source.state_dict(), tmp_path / "alone.pt")
    behind = Resized(source, nn.Linear(2, 2)).state_dict()
    torch.save({"format": 1, "weights": behind}, tmp_path / "model.pt")
    for file in ("alone.pt", "model.pt"):
        state = moved(tmp_path / file, blocks=2, input_size=(60, 60)).state_dict()
        assert state.keys() == source.state_dict().keys()
        assert all(torch.equal(value, source.state_dict()[name]) for name, value in state.items())


def test_weights_of_a_file_change_nothing_that_is_drawn_later(tmp_path):
    torch.save(built(blocks=1).state_dict(), tmp_path / "a.pt")

    def drawn_after(build: Callable[[], nn.Module]) -> Tensor:
        torch.manual_seed(3)
        build()
        return torch.randn(4)

    assert torch.equal(drawn_after(lambda: moved(tmp_path / "a.pt")), drawn_after(lambda: build_resizer(learned())))


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (lambda: built(blocks=3).state_dict(), "blocks 1, filters 4: got blocks 3, filters 4"),
        (lambda: built(filters=8).state_dict(), "blocks 1, filters 4: got blocks 1, filters 8"),
        (lambda: nn.Linear(2, 2).state_dict(), r"filters 4: \d+ missing \(head.* \.\.\.\); 2 unknown \(weight, bias\)"),
        (
            lambda: {**built().state_dict(), "tail.weight": torch.zeros(3)},
            r"blocks 1, filters 4: 1 of another shape \(tail\.weight\)$",
        ),
        (lambda: [1], "hold a state dict"),
    ],
)
def test_weights_of_another_network_are_refused_by_what_differs(tmp_path, state, sentence):
    torch.save(state(), tmp_path / "other.pt")
    with pytest.raises(TrialFailure, match=rf"^resizer weights '.*other\.pt' must .*{sentence}") as raised:
        moved(tmp_path / "other.pt")
    assert raised.value.failure.kind is FailureKind.DATA
    with pytest.raises(TrialFailure, match=r"absent\.pt' cannot be read: No such file or directory"):
        moved(tmp_path / "absent.pt")
