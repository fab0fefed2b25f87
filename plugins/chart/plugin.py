"""Rows as a picture: bars or lines, in SVG."""

import math
from html import escape
from typing import Any

from openclaw.sdk import BasePlugin, Context, PluginError, PluginMetadata

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 56, 56
COLORS = ("#2563eb", "#d97706", "#059669", "#dc2626", "#7c3aed", "#0891b2", "#be185d", "#4d7c0f")


class Chart(BasePlugin):
    metadata = PluginMetadata(
        name="chart",
        version="1.0.0",
        title="Draw a chart",
        title_zh="绘制图表",
        description="Draws rows as bars or lines: an SVG file of the run.",
        description_zh="将数据行绘制为柱状图或折线图，生成 SVG 文件。",
        author="OpenClaw",
        category="data",
        tags=["chart", "svg", "picture"],
    )
    input_schema = {
        "type": "object",
        "properties": {
            "rows": {"type": "array", "items": {"type": "object"}, "minItems": 1, "maxItems": 2000,
                     "title": "Rows", "x-title-zh": "行"},
            "x": {"type": "string", "title": "Field for the axis", "x-title-zh": "横轴字段"},
            "y": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 8,
                  "title": "Fields to draw", "x-title-zh": "纵轴字段"},
            "kind": {"enum": ["bar", "line"], "title": "Kind", "x-title-zh": "类型", "default": "bar"},
            "title": {"type": "string", "title": "Title", "x-title-zh": "标题", "maxLength": 100, "default": ""},
            "name": {"type": "string", "title": "File", "x-title-zh": "文件名",
                     "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*\\.svg$", "maxLength": 100, "default": "chart.svg"},
        },
        "required": ["rows", "x", "y"],
        "additionalProperties": False,
    }  # fmt: skip
    output_schema = {
        "type": "object",
        "properties": {"file": {"type": "string"}, "points": {"type": "integer"}},
        "required": ["file", "points"],
    }
    effect = "read"

    async def execute(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        rows, fields = inputs["rows"], inputs["y"]
        series = {name: [_value(row, name) for row in rows] for name in fields}
        values = [value for each in series.values() for value in each if value is not None]
        if not values:
            raise PluginError("no_numbers", f"No row has a number in {', '.join(fields)}.")
        picture = Picture(
            [str(row.get(inputs["x"], "")) for row in rows], series, ticks(min(*values, 0), max(*values, 0))
        )
        svg = picture.svg(inputs.get("title", ""), inputs.get("kind", "bar"))
        name = context.files.write(inputs.get("name", "chart.svg"), svg, "image/svg+xml")
        return {"file": name, "points": len(values)}


class Picture:
    """Labels, series and an axis, and where on the page they come to stand."""

    def __init__(self, labels: list[str], series: dict[str, list[float | None]], axis: list[float]) -> None:
        self._labels = labels
        self._series = series
        self._axis = axis
        self._slot = (WIDTH - LEFT - RIGHT) / len(labels)

    def svg(self, title: str, kind: str) -> str:
        """The whole picture."""
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"',
            f' aria-label="{escape(title or "chart")}" font-family="system-ui, sans-serif" font-size="12">',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
            f'<text x="{LEFT}" y="24" font-size="16" font-weight="600" fill="#111827">{escape(title)}</text>',
        ]
        parts += self._grid()
        for number, (name, values) in enumerate(self._series.items()):
            color = COLORS[number]
            draw = self._bars if kind == "bar" else self._line
            parts += draw(values, number, color)
            x = LEFT + number * 120
            parts.append(f'<rect x="{x}" y="34" width="10" height="10" fill="{color}"/>')
            parts.append(f'<text x="{x + 15}" y="43" fill="#374151">{escape(name[:15])}</text>')
        return "\n".join([*parts, "</svg>", ""])

    def _y(self, value: float) -> float:
        low, high = self._axis[0], self._axis[-1]
        return round(HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM), 1)

    def _grid(self) -> list[str]:
        parts: list[str] = []
        for tick in self._axis:
            y = self._y(tick)
            color = "#6b7280" if tick == 0 else "#e5e7eb"
            parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" stroke="{color}"/>')
            parts.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end" fill="#374151">{tick:g}</text>')
        every = math.ceil(len(self._labels) / 12)
        for index in range(0, len(self._labels), every):
            x = round(LEFT + (index + 0.5) * self._slot, 1)
            label = escape(self._labels[index][:12])
            parts.append(
                f'<text x="{x}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle" fill="#374151">{label}</text>'
            )
        return parts

    def _bars(self, values: list[float | None], number: int, color: str) -> list[str]:
        width = self._slot * 0.8 / len(self._series)
        parts: list[str] = []
        for index, value in enumerate(values):
            if value is None:
                continue
            x = round(LEFT + index * self._slot + self._slot * 0.1 + number * width, 1)
            top, foot = sorted((self._y(value), self._y(0)))
            height = round(foot - top, 1)
            title = escape(f"{self._labels[index]}: {value:g}")
            parts.append(
                f'<rect x="{x}" y="{top}" width="{width:.1f}" height="{height}" fill="{color}">'
                f"<title>{title}</title></rect>"
            )
        return parts

    def _line(self, values: list[float | None], _: int, color: str) -> list[str]:
        points = [
            f"{round(LEFT + (index + 0.5) * self._slot, 1)},{self._y(value)}"
            for index, value in enumerate(values)
            if value is not None
        ]
        dots = [
            f'<circle cx="{p.split(",")[0]}" cy="{p.split(",")[1]}" r="3" fill="{color}"/>' for p in points
        ]
        joined = " ".join(points)
        return [f'<polyline points="{joined}" fill="none" stroke="{color}" stroke-width="2"/>', *dots]


def ticks(low: float, high: float) -> list[float]:
    """Round numbers from at most ``low`` to at least ``high``."""
    span = (high - low) or 1
    size = 10 ** math.floor(math.log10(span / 4))
    step = next(size * factor for factor in (1, 2, 5, 10, 20) if span / (size * factor) <= 6)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(number * step, 10) for number in range(first, max(last, first + 1) + 1)]


def _value(row: dict[str, Any], name: str) -> float | None:
    value = row.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e15:
        return None
    return float(value)
