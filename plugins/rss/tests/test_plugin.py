import base64
import unittest
from typing import Any

from plugin import Rss

from openclaw.sdk.testing import Result, run_plugin

RSS = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>News</title>
<item><guid>1</guid><title>A &amp; B</title><link>/a</link><pubDate>Mon, 05 Jan 2026 10:00:00 +0100</pubDate>
<description>&lt;p&gt;Some &lt;b&gt;words&lt;/b&gt;&lt;/p&gt;</description></item>
<item><title>Without id</title><link>https://x.example/b</link><pubDate>never</pubDate></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Atoms</title><entry><id>urn:1</id><title>One</title>
<link rel="self" href="/self"/><link href="/one"/><updated>2026-01-05T10:00:00Z</updated>
<summary>S</summary></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<channel><title>Old</title></channel><item><title>T</title><link>https://x.example/t</link></item></rdf:RDF>"""


def read(feed: str, answers: dict[str, Any] | None = None, **more: Any) -> Result:
    body = base64.b64encode(feed.encode()).decode()
    http = {"status": 200, "headers": [], "body": body}
    inputs = {"url": "https://x.example/feed", **more}
    return run_plugin(Rss, inputs, answers={"http": http, **(answers or {})})


class TestFeeds(unittest.TestCase):
    def test_rss(self) -> None:
        output = read(RSS).output
        self.assertEqual((output["title"], output["count"]), ("News", 2))
        self.assertEqual(
            output["items"][0],
            {
                "id": "1",
                "title": "A & B",
                "link": "https://x.example/a",
                "published": "2026-01-05T09:00:00+00:00",
                "summary": "Some words",
            },
        )
        self.assertEqual(output["items"][1]["id"], "https://x.example/b")
        self.assertIsNone(output["items"][1]["published"])

    def test_atom_and_rdf(self) -> None:
        atom = read(ATOM).output["items"][0]
        self.assertEqual((atom["id"], atom["link"]), ("urn:1", "https://x.example/one"))
        self.assertEqual(read(RDF).output["items"][0]["title"], "T")

    def test_only_what_is_new(self) -> None:
        kept: dict[str, Any] = {}
        answers = {
            "kv.get": lambda key: kept.get(key, 0) or None,
            "kv.set": lambda key, value: kept.update({key: value}),
        }
        self.assertEqual(read(RSS, answers, only_new=True, limit=1).output["count"], 1)
        self.assertEqual(read(RSS, answers, only_new=True).output["items"][0]["title"], "Without id")
        self.assertEqual(read(RSS, answers, only_new=True).output["count"], 0)

    def test_what_is_no_feed(self) -> None:
        bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><rss><channel><title>&a;</title></channel></rss>'
        for text in ("", "<html></html>", "not xml", bomb, "<!doctype html><p>"):
            self.assertEqual(read(text).error["code"], "not_a_feed", text)
