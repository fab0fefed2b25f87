import base64
import unittest

from plugin import WebScrapingPlugin

from openclaw.sdk.testing import run_plugin

PAGE = """<!doctype html><html><head><title>News &amp; more</title><style>.a{color:red}</style></head><body>
<ul id=list class="a b"><li>One<li class=x>Two <b>bold</b><li data-k="v-1">Three</ul>
<div><p>First<p class="x y">Second <a href="/a?b=1&amp;c=2">link</a><br>after</div>
<table><tr><td>1<td>2<tr><td>3<td>4</table><script>var li = "<li>no</li>"</script></body></html>"""


def find(selector: str, **more: object) -> list[str]:
    body = base64.b64encode(PAGE.encode()).decode()
    answer = {"status": 200, "headers": [["Content-Type", "text/html; charset=utf-8"]], "body": body}
    inputs = {"url": "https://news.example/page", "selector": selector, **more}
    result = run_plugin(WebScrapingPlugin, inputs, answers={"http": answer})
    assert result.error is None, result.error
    assert result.output["count"] == len(result.output["data"])
    return result.output["data"]


class TestSelectors(unittest.TestCase):
    def test_each_kind(self) -> None:
        for selector, wanted in {
            "title": ["News & more"],
            "li": ["One", "Two bold", "Three"],
            "#list > .x": ["Two bold"],
            "ul.a.b li:first-child": ["One"],
            "li:last-child": ["Three"],
            "li:nth-child(2)": ["Two bold"],
            "[data-k^='v']": ["Three"],
            "[data-k|=v]": ["Three"],
            "p.y": ["Second linkafter"],
            "p + p": ["Second linkafter"],
            "li ~ li": ["Two bold", "Three"],
            "td": ["1", "2", "3", "4"],
            "tr:last-child td": ["3", "4"],
            "b, a": ["bold", "link"],
            "li:not(.x)": ["One", "Three"],
            "p:contains('First')": ["First"],
            "nothing": [],
        }.items():
            with self.subTest(selector):
                self.assertEqual(find(selector), wanted)

    def test_links_are_whole(self) -> None:
        self.assertEqual(find("a", attribute="href"), ["https://news.example/a?b=1&c=2"])
        self.assertEqual(find("li", limit=2), ["One", "Two bold"])

    def test_what_is_no_selector(self) -> None:
        for selector in (">", "a >", "a..b", "p:has(a)", "[", "a,,b", "$"):
            with self.subTest(selector):
                answer = {"status": 200, "headers": [], "body": ""}
                inputs = {"url": "https://a.example", "selector": selector}
                result = run_plugin(WebScrapingPlugin, inputs, answers={"http": answer})
                self.assertEqual(result.error["code"], "bad_selector")

    def test_deep_pages_end(self) -> None:
        body = base64.b64encode(b"<i>" * 5000 + b"x").decode()
        answer = {"status": 200, "headers": [], "body": body}
        inputs = {"url": "https://a.example", "selector": "i i b"}
        self.assertEqual(run_plugin(WebScrapingPlugin, inputs, answers={"http": answer}).output["count"], 0)


class TestRender(unittest.TestCase):
    def test_takes_the_page_as_the_browser_made_it(self) -> None:
        page = {"url": "https://news.example/en/", "status": 200, "html": "<a href=made>By a script</a>"}
        inputs = {"url": "https://news.example/", "selector": "a", "attribute": "href", "render": True}
        result = run_plugin(WebScrapingPlugin, inputs, answers={"page": page})
        self.assertEqual(result.output, {"data": ["https://news.example/en/made"], "count": 1})
        self.assertEqual(result.calls, [("page", {"url": "https://news.example/"})])

    def test_says_when_the_page_is_an_error(self) -> None:
        page = {"url": "https://news.example/", "status": 503, "html": "later"}
        inputs = {"url": "https://news.example/", "selector": "a", "render": True}
        result = run_plugin(WebScrapingPlugin, inputs, answers={"page": page})
        self.assertEqual(result.error["code"], "refused")
