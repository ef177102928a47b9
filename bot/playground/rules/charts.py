"""Charts: the pie, bar, area and line payloads of the data visualization block."""

from collections.abc import Iterable
from typing import Any

from bot.playground.rules import limits
from bot.playground.rules.limits import BLOCKS
from bot.playground.rules.refusal import Problem
from bot.playground.rules.schema import Items, Kinds, Number, Shape, Text, kind

PAGE = f"{BLOCKS}/data-visualization-block"

_LABEL = Text(limits.CHART_LABEL)

_AXES = Shape(
    PAGE,
    required={"categories": Items(_LABEL, limits.CHART_POINTS)},
    optional={"x_label": Text(limits.CHART_AXIS_LABEL), "y_label": Text(limits.CHART_AXIS_LABEL)},
)

_SERIES = Shape(
    PAGE,
    required={
        "name": _LABEL,
        "data": Items(Shape(PAGE, {"label": _LABEL, "value": Number(whole=False)}), limits.CHART_POINTS),
    },
)


def _segments_are_positive(chart: Any, at: str, page: str) -> Iterable[Problem]:
    for number, segment in enumerate(chart["segments"]):
        if not segment["value"] > 0:
            yield Problem("must be more than 0", f"{at}/segments/{number}/value", "range", page)


def _series_names_are_unique(chart: Any, at: str, page: str) -> Iterable[Problem]:
    seen: set[str] = set()
    for number, series in enumerate(chart["series"]):
        if series["name"] in seen:
            yield Problem("series names must be unique", f"{at}/series/{number}/name", "unique", page)
        seen.add(series["name"])


def _series_have_every_category(chart: Any, at: str, page: str) -> Iterable[Problem]:
    categories = sorted(chart["axis_config"]["categories"])
    for number, series in enumerate(chart["series"]):
        if sorted(point["label"] for point in series["data"]) != categories:
            message = "data labels must match the categories of axis_config"
            yield Problem(message, f"{at}/series/{number}/data", "categories", page)


_PLOT = kind(
    PAGE,
    required={"series": Items(_SERIES, limits.CHART_SERIES), "axis_config": _AXES},
    also=[_series_names_are_unique, _series_have_every_category],
)

CHART = Kinds(
    {
        "pie": kind(
            PAGE,
            required={
                "segments": Items(
                    Shape(PAGE, {"label": _LABEL, "value": Number(whole=False)}), limits.CHART_SEGMENTS
                )
            },
            also=[_segments_are_positive],
        ),
        "bar": _PLOT,
        "area": _PLOT,
        "line": _PLOT,
    }
)
