import unittest
from xml.etree import ElementTree

from plugin import Chart, ticks

from openclaw.sdk.testing import run_plugin

SVG = "{http://www.w3.org/2000/svg}"


class TestChart(unittest.TestCase):
    def draw(self, **more: object) -> ElementTree.Element:
        rows = [{"city": "<Oslo> & co", "n": 5, "m": -2}, {"city": "Bern", "n": 7.5, "m": "?"}]
        result = run_plugin(Chart, {"rows": rows, "x": "city", "y": ["n", "m"], **more})
        self.assertIsNone(result.error)
        self.assertEqual(result.output, {"file": "chart.svg", "points": 3})
        return ElementTree.fromstring(result.files["chart.svg"])

    def test_bars(self) -> None:
        picture = self.draw(title='"><script>alert(1)</script>')
        bars = [bar for bar in picture.iter(f"{SVG}rect") if bar.find(f"{SVG}title") is not None]
        self.assertEqual(len(bars), 3)
        self.assertTrue(all(float(bar.get("height", "0")) > 0 for bar in bars))
        self.assertIsNone(picture.find(f".//{SVG}script"))

    def test_lines(self) -> None:
        picture = self.draw(kind="line")
        self.assertEqual(len(list(picture.iter(f"{SVG}polyline"))), 2)
        self.assertEqual(len(list(picture.iter(f"{SVG}circle"))), 3)

    def test_axes_are_round(self) -> None:
        self.assertEqual(ticks(0, 7.5), [0, 2, 4, 6, 8])
        self.assertEqual(ticks(-2, 7.5), [-2, 0, 2, 4, 6, 8])
        for low, high in ((0, 0), (0, 1e-9), (-1e14, 1e14), (0, 1), (-3, 0), (0, 123456)):
            found = ticks(low, high)
            self.assertTrue(
                found[0] <= low and found[-1] >= high and 2 <= len(found) <= 9, (low, high, found)
            )
