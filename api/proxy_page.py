"""A proxy check as one HTML page with plots. Its script stands in it: it needs no network, and can be sent by mail."""

from collections.abc import Sequence
from html import escape
from itertools import cycle
from statistics import fmean, stdev
from typing import Any

from api.errors import Refused
from nas.proxy_report import ProxyReport, SettingReport, Trainings, Verdict
from nas.proxy_verdict import spelled

COLOURS = ("#3366cc", "#dc7a1c", "#2a9d5c", "#a0449c", "#c0392b", "#5f7f8f")
VERDICT_COLOURS = {Verdict.TRUSTWORTHY: "#2a9d5c", Verdict.UNCERTAIN: "#b8860b", Verdict.NOT_TRUSTWORTHY: "#c0392b"}
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; } p.note { color: #666; }
table { border-collapse: collapse; } th, td { text-align: right; padding: .2rem .8rem .2rem 0; }
th { border-bottom: 1px solid #999; font-weight: 600; } th:first-child, td:first-child { text-align: left; }
ul { padding-left: 1.2rem; }
"""
Figure = Any  # of plotly, which is loaded only where a page is made
HEADERS = ("setting", "epochs", "s a trial", "of full", "signal to noise", "tau", "rho", "top third", "verdict")


def proxy_page(report: ProxyReport) -> str:
    """The page. Raises `Refused` where plotly is not installed."""
    require_plots()
    import plotly.graph_objects as go
    from plotly.io import to_html

    body = [f"<h1>Is the proxy of {escape(report.check)} to be trusted?</h1>", _summary(report), _table(report)]
    for place, (title, note, figure) in enumerate(_figures(go, report)):
        plot = to_html(figure, full_html=False, include_plotlyjs=place == 0, config={"displaylogo": False})
        body += [f"<h2>{escape(title)}</h2>", f'<p class="note">{escape(note)}</p>', plot]
    head = f'<meta charset="utf-8"><title>Proxy check of {escape(report.check)}</title><style>{STYLE}</style>'
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>{"".join(body)}</body></html>\n'


def require_plots() -> None:
    """Raises `Refused` where plotly is not installed, which a small service does without."""
    try:
        import plotly.graph_objects  # noqa: F401
    except ImportError as error:
        raise Refused("a page with plots needs plotly: pip install 'spinesearch[plots]'") from error


def row_of(setting: SettingReport) -> list[str]:
    """The figures of a setting, in the order of `HEADERS`."""
    noise = setting.noise.signal_to_noise if setting.noise else None
    best = setting.top_third
    return [
        setting.name,
        f"{setting.recommended_epochs or '?'} of {setting.epochs}",
        _number(setting.seconds_per_trial, "{:.1f}"),
        _number(setting.share_of_full, "{:.0%}"),
        ("no noise" if setting.noise and noise and noise.value is None else spelled(noise) if noise else "-"),
        spelled(setting.kendall),
        spelled(setting.spearman),
        f"{best.shared} of {best.architectures}",
        str(setting.verdict),
    ]


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else form.format(value)


def _summary(report: ProxyReport) -> str:
    first, *rest = report.summary
    return f"<p><strong>{escape(first)}</strong></p><ul>{''.join(f'<li>{escape(each)}</li>' for each in rest)}</ul>"


def _table(report: ProxyReport) -> str:
    head = "".join(f"<th>{escape(each)}</th>" for each in HEADERS)
    full = ["full", str(report.full.epochs), _number(report.full.seconds_per_trial, "{:.1f}")]
    rows = [*(row_of(each) for each in report.settings), [*full, *[""] * (len(HEADERS) - len(full))]]
    body = "".join(f"<tr>{''.join(f'<td>{escape(each)}</td>' for each in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _figures(go: Any, report: ProxyReport) -> list[tuple[str, str, Figure]]:
    """Title, what it shows, and the figure."""
    metric = report.metric
    return [
        (
            "Proxy against full task",
            f"Mean {metric} of an architecture over seeds; bars are one standard deviation of seeds.",
            _against_full(go, report),
        ),
        (
            "What fewer epochs would have said",
            "Rank correlation with the full task after every epoch, inside the schedule of them all; mean over seeds.",
            _over_epochs(go, report),
        ),
        (
            "Trust against cost",
            "Tau with its 95 % interval over architectures. Asked is the dashed line, of the lower end the dotted one.",
            _trust(go, report),
        ),
        (
            "Noise of seeds beside architectures",
            f"Every training: {metric} by architecture, ascending cost. Where seeds spread as far as architectures, a "
            "search picks luck.",
            _seeds(go, report),
        ),
    ]


def _against_full(go: Any, report: ProxyReport) -> Figure:
    figure = _figure(go, x=f"{report.metric} on the full task", y=f"{report.metric} by the proxy")
    full = {each.architecture_id: each.full for each in report.architectures}
    for colour, setting in zip(cycle(COLOURS), report.settings, strict=False):
        known = [(each.architecture_id, _known(each.values)) for each in setting.scores]
        points = [(each, values) for each, values in known if values and full[each] is not None]
        spread = [stdev(values) if len(values) > 1 else 0.0 for _, values in points]
        figure.add_scatter(
            x=[full[each] for each, _ in points],
            y=[fmean(values) for _, values in points],
            error_y={"type": "data", "array": spread},
            text=[each for each, _ in points],
            mode="markers",
            name=setting.name,
            marker={"color": colour, "size": 9},
        )
    return figure


def _over_epochs(go: Any, report: ProxyReport) -> Figure:
    figure = _figure(go, x="epoch", y="tau with the full task")
    figure.update_yaxes(range=[-1.05, 1.05])
    for colour, setting in zip(cycle(COLOURS), report.settings, strict=False):
        epochs = [each.epoch for each in setting.by_epoch]
        figure.add_scatter(
            x=epochs, y=[each.kendall for each in setting.by_epoch], name=setting.name, line={"color": colour}
        )
        chosen = [each for each in setting.by_epoch if each.epoch == setting.recommended_epochs]
        figure.add_scatter(
            x=[each.epoch for each in chosen],
            y=[each.kendall for each in chosen],
            name=f"{setting.name}: enough",
            mode="markers",
            marker={"color": colour, "size": 13, "symbol": "star"},
        )
    return figure


def _trust(go: Any, report: ProxyReport) -> Figure:
    figure = _figure(go, x="seconds of a trial", y="tau with the full task")
    figure.update_yaxes(range=[-1.05, 1.05])
    figure.update_xaxes(rangemode="tozero")
    figure.add_hline(y=report.thresholds.kendall, line={"dash": "dash", "width": 1})
    figure.add_hline(y=report.thresholds.kendall_low, line={"dash": "dot", "width": 1})
    for setting in report.settings:
        tau = setting.kendall
        if tau.value is None or setting.seconds_per_trial is None:
            continue
        above, below = (None if bound is None else abs(bound - tau.value) for bound in (tau.high, tau.low))
        figure.add_scatter(
            x=[setting.seconds_per_trial],
            y=[tau.value],
            error_y={"type": "data", "symmetric": False, "array": [above or 0.0], "arrayminus": [below or 0.0]},
            text=[setting.name],
            textposition="middle right",
            mode="markers+text",
            name=f"{setting.name}: {setting.verdict}",
            marker={"color": VERDICT_COLOURS[setting.verdict], "size": 11},
        )
    return figure


def _seeds(go: Any, report: ProxyReport) -> Figure:
    figure = _figure(go, x="architecture", y=report.metric)
    parts: Sequence[Trainings] = [*report.settings, report.full]
    for colour, part in zip(cycle(COLOURS), parts, strict=False):
        points = [
            (each.architecture_id[:8], value) for each in part.scores for value in each.values if value is not None
        ]
        figure.add_scatter(
            x=[each for each, _ in points],
            y=[value for _, value in points],
            mode="markers",
            name=part.name,
            marker={"color": colour, "size": 8, "opacity": 0.75},
        )
    figure.update_xaxes(
        categoryorder="array", categoryarray=[each.architecture_id[:8] for each in report.architectures]
    )
    return figure


def _figure(go: Any, *, x: str, y: str) -> Figure:
    margin = {"l": 60, "r": 20, "t": 20, "b": 50}
    return go.Figure(
        layout={
            "template": "plotly_white",
            "height": 420,
            "margin": margin,
            "xaxis": {"title": {"text": x}},
            "yaxis": {"title": {"text": y}},
        }
    )


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]
