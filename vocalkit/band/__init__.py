"""A small band that plays a chord chart: text → `Chart` → stereo backing, and its exact truth."""

from vocalkit.band.chart import Chart, ChartSection
from vocalkit.band.parse import format_chart, parse_chart
from vocalkit.band.render import render_chart
from vocalkit.band.truth import chart_backing

__all__ = ["Chart", "ChartSection", "chart_backing", "format_chart", "parse_chart", "render_chart"]
