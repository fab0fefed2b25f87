"""Results: saved, versions, status flow, found, deleted."""

import asyncio
import random
from typing import Any, get_args

import pytest

from openclaw.domains.artifacts.policy import statuses
from openclaw.domains.artifacts.repository import results as repository
from openclaw.domains.artifacts.schemas import NewArtifact, NewVersion, Status
from openclaw.domains.artifacts.service import listing, results
from openclaw.infra.scope import Scope
from openclaw.kit import ids
from tests.domains.artifacts.saving import (
    PNG,
    REVIEWED,
    SITE,
    archive,
    bring_to,
    content,
    processed,
    save,
    upload,
)
from tests.support.accounts import refused, register
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_result_is_kept_with_its_versions(server: Server) -> None:
    ann = await register(server)
    with server.watching(ann.topic) as watch:
        made = await save(ann, tags=["bread", "bread", " web "], provenance={"runId": "run_1"})
        told = await watch.event("artifact.changed", artifactId=made["id"])
    assert told["status"] == made["status"] == "draft"
    assert made["tags"] == ["bread", "web"]
    assert made["provenance"] == {"runId": "run_1", "origin": "upload"}
    assert (made["version"], made["mediaType"], made["fileCount"]) == (1, "text/html", 3)
    path = f"/artifacts/{made['id']}"
    files = [{"path": "index.html", "content": SITE["index.html"] + "<p>new</p>"}]
    second = await ann.post(f"{path}/versions", {"files": files, "note": "shorter"})
    assert (second["version"], second["fileCount"]) == (2, 1)
    diff = await ann.get(f"{path}/diff", params={"before": 1})
    assert {(f["path"], f["change"]) for f in diff["files"]} == {
        ("about.html", "removed"),
        ("css/site.css", "removed"),
        ("index.html", "changed"),
    }
    assert "+" in next(f["diff"] for f in diff["files"] if f["path"] == "index.html")
    assert await content(ann, made["id"], version=1, path="about.html") == SITE["about.html"].encode()
    assert (await content(ann, made["id"], version=1)).startswith(b"PK")
    third = await ann.post(f"{path}/restore", {"version": 1})
    assert (third["version"], third["fileCount"]) == (3, 3)
    assert [v["number"] for v in (await ann.get(f"{path}/versions"))["items"]] == [3, 2, 1]
    await processed(ann, made["id"])
    shown = await ann.get(path)
    assert shown["excerpt"].startswith("Since 1984") or "Fresh bread" in shown["excerpt"]
    assert shown["shown"]["derived"]["links"] == {"broken": [], "external": []}


async def test_the_same_key_is_the_same_result(server: Server) -> None:
    ann = await register(server)
    body = {"title": "Once", "kind": "markdown", "content": "# Hi"}
    headers = {"Idempotency-Key": "k1"}
    answers = await asyncio.gather(*(ann.post("/artifacts", body, headers=headers) for _ in range(4)))
    assert len({answer["id"] for answer in answers}) == 1
    assert len((await ann.get("/artifacts"))["items"]) == 1


async def test_statuses_change_as_the_table_says_and_no_other_way(server: Server) -> None:
    """A model of the table walks at random beside the product; a person never makes anything public by a word."""
    ann = await register(server)
    artifact = (await save(ann, kind="markdown", content="x"))["id"]
    chance, model = random.Random(5), "draft"
    for _ in range(70):
        wanted = chance.choice(get_args(Status))
        answer = await ann.api.post(f"/artifacts/{artifact}/status", json={"status": wanted})
        if wanted == model or statuses.TRANSITIONS[model].get(wanted) == "person":
            assert answer.is_success, (model, wanted, answer.text)
            model = wanted
        else:
            assert refused(answer) == (409, "artifacts.wrong_status"), (model, wanted)
        found = await ann.get(f"/artifacts/{artifact}")
        assert found["status"] == model
        assert found["isFinished"] == (model in statuses.FINISHED)
        assert found["statuses"] == statuses.possible(model)
    log = (await ann.get("/audit?limit=200"))["items"]
    steps = [
        (e["detail"]["from"], e["detail"]["to"]) for e in log if e["action"] == "artifacts.status_changed"
    ]
    assert steps
    assert all(statuses.TRANSITIONS[before].get(after) == "person" for before, after in steps)


async def test_every_status_leads_on_and_a_new_version_is_a_draft(server: Server) -> None:
    assert all(statuses.TRANSITIONS[status] for status in get_args(Status))
    ann = await register(server)
    artifact = (await save(ann, kind="markdown", content="x"))["id"]
    await bring_to(ann, artifact, *REVIEWED)
    stale = {"status": "approved", "version": 2}
    assert refused(await ann.api.post(f"/artifacts/{artifact}/status", json=stale))[0] == 409
    again = await ann.post(f"/artifacts/{artifact}/versions", {"content": "y"})
    assert (again["status"], again["version"]) == ("draft", 2)
    await bring_to(ann, artifact, "archived")
    answer = await ann.api.post(f"/artifacts/{artifact}/versions", json={"content": "z"})
    assert refused(answer) == (409, "artifacts.wrong_status")


@pytest.mark.parametrize(
    ("kind", "name", "body"),
    [
        ("image", "x.png", b"<!doctype html><script>alert(1)</script>"),
        ("image", "x.png", b"MZ\x90\x00" + bytes(60)),
        ("site", "run.js", b"\x7fELF" + bytes(60)),
        ("markdown", "x.md", PNG),
        ("table", "x.csv", PNG),
        ("code", "x.py", b"\x00\x01"),
        ("document", "x.pdf", b"\x1f\x8b" + bytes(60)),
        ("file_set", "../up.txt", b"x"),
        ("file_set", "/etc/passwd", b"x"),
        ("file_set", "a\\..\\b", b"x"),
        ("file_set", "a//b", b"x"),
        ("file_set", "con.txt", b"x"),
        ("file_set", "a/./b", b"x"),
        ("file_set", "..", b"x"),
        ("file_set", "x" * 300 + "/" * 50 + "zz", b"x"),
    ],
)
async def test_what_a_file_is_counts_and_not_what_it_claims(
    server: Server, kind: str, name: str, body: bytes
) -> None:
    ann = await register(server)
    answer = await upload(ann, body, title="T", kind=kind, filename=name)
    assert refused(answer) == (422, "artifacts.wrong_content")
    assert (await ann.get("/artifacts"))["items"] == []


async def test_archives_are_unpacked_and_hostile_ones_refused(server: Server) -> None:
    ann = await register(server)
    fine = archive({"site/index.html": b"<h1>hi", "site/a/b.png": PNG})
    made = (await upload(ann, fine, title="Site", kind="site", filename="site.zip")).json()
    files = (await ann.get(f"/artifacts/{made['id']}"))["shown"]["files"]
    assert [(f["path"], f["type"]) for f in files] == [("a/b.png", "image/png"), ("index.html", "text/html")]
    bomb = archive({"a.txt": bytes(33_554_433)})
    assert len(bomb) < 100_000
    hostile = [
        archive({"../../etc/cron.d/x": b"x"}),
        archive({"/abs.txt": b"x", "b.txt": b"x"}),
        archive({"A.txt": b"x", "a.txt": b"y"}),
        archive({"a": b"x", "A/b.txt": b"y"}),
        archive({"a/b/c.txt": b"x", "a/b": b"y"}),
        archive({"a\u202egnp.exe": b"x", "b": b"y"}),
        archive({f"{n}": b"" for n in range(2_100)}),
        bomb,
        fine[:-30],
    ]
    for body in hostile:
        answer = await upload(ann, body, title="Site", kind="file_set", filename="x.zip")
        assert refused(answer) == (422, "artifacts.wrong_content"), answer.text
    assert len((await ann.get("/artifacts"))["items"]) == 1


async def test_sync_modes_hold_on_the_server_again(server: Server) -> None:
    """Whoever hands over more than may be here: it is let go of before it is written anywhere."""
    ann = await register(server)
    planted = "PLANTED-51c2"

    async def keep(scope: Scope, mode: str) -> str:
        new = NewArtifact(
            title=f"{planted} title",
            kind="file_set",
            files=[(f"{planted}.txt", planted.encode())],
            summary=planted,
            note=planted,
            tags=[planted],
            sync_mode=mode,  # pyright: ignore[reportArgumentType]
        )
        row = await results.create(scope, new, server.platform.blobs, server.platform.queue)
        return row.id.hex

    made = {}
    for mode in ("local_only", "metadata", "full"):
        async with ann.scope() as scope:
            made[mode] = f"art_{await keep(scope, mode)}"
    local = await ann.get(f"/artifacts/{made['local_only']}")
    metadata = await ann.get(f"/artifacts/{made['metadata']}")
    assert planted not in str(local)
    assert local["shown"]["files"] == [
        {"path": "", "type": "application/octet-stream", "bytes": len(planted), "digest": ""}
    ]
    assert metadata["title"] == f"{planted} title"
    assert metadata["shown"]["files"][0]["path"] == f"{planted}.txt"
    assert (metadata["summary"], metadata["shown"]["note"], metadata["excerpt"]) == ("", "", "")
    folder = server.platform.config.home / "blobs"
    stored = [p for p in folder.rglob("*") if p.is_file() and planted.encode() in p.read_bytes()]
    assert len(stored) == 1, "the full one's"
    for mode in ("local_only", "metadata"):
        for call in ("content", "view"):
            answer = await ann.api.get(f"/artifacts/{made[mode]}/{call}")
            assert refused(answer) == (409, "artifacts.body_withheld")
    async with ann.scope() as scope:  # and a later version lets nothing in
        version = NewVersion([(f"{planted}.txt", planted.encode())], note=planted)
        local_id = ids.from_wire("art", made["local_only"])
        await results.add_version(scope, local_id, version, server.platform.blobs, server.platform.queue)
    assert planted not in str(await ann.get(f"/artifacts/{made['local_only']}"))


async def test_the_results_centre_answers(server: Server) -> None:
    ann = await register(server)
    site = await save(ann, tags=["shop"], provenance={"systemId": "sys_1", "conversationId": "conv_1"})
    note = await save(ann, title="每周简报", kind="markdown", content="# Weekly")
    await bring_to(ann, site["id"], *REVIEWED)
    await ann.patch(f"/artifacts/{note['id']}", {"rating": 4})

    async def listed(**query: object) -> list[str]:
        found = await ann.get("/artifacts", params=query)
        return [item["id"] for item in found["items"]]

    assert await listed(finished="true") == [site["id"]]
    assert await listed(sort="best") == [note["id"], site["id"]]
    assert await listed(rating=4) == [note["id"]]
    assert await listed(can="publish") == await listed(can="continue") == [site["id"]]
    assert set(await listed(can="export")) == set(await listed(can="share")) == {site["id"], note["id"]}
    assert (
        await listed(systemId="sys_1")
        == await listed(tag="Shop")
        == await listed(q="BAK sit")
        == [site["id"]]
    )
    assert await listed(q="简报") == await listed(kind="markdown") == [note["id"]]
    assert await listed(q="nothing") == await listed(systemId="sys_2") == await listed(live="true") == []
    await processed(ann, site["id"])
    assert await listed(q="fresh") == [site["id"]], "what is in it finds it, once the worker has read it"
    counts = await ann.get("/artifact-counts")
    assert counts["statuses"] == {"ready_to_publish": 1, "draft": 1}
    assert (counts["finished"], counts["live"], counts["kinds"]["site"]) == (1, 0, 1)
    pages, cursor = [], None
    for sort in ("newest", "best"):
        while True:
            page = await ann.get(
                "/artifacts", params={"limit": 1, "sort": sort} | ({"cursor": cursor} if cursor else {})
            )
            pages += [item["id"] for item in page["items"]]
            if (cursor := page["nextCursor"]) is None:
                break
    assert pages == [note["id"], site["id"]] * 2 or pages == [site["id"], note["id"], note["id"], site["id"]]
    assert refused(await ann.api.get("/artifacts?cursor=zzz"))[0] == 422


@pytest.mark.parametrize("few", [0, 1, 5_000])
async def test_what_has_words_is_found_by_them_or_among_all(server: Server, few: int) -> None:
    """The same whether a word is in few results, and leads to them, or in many."""
    ann = await register(server)
    titles = ("Rye bread", "Bread 77", "Bread 778")
    made = [(await save(ann, title=title, kind="markdown", content="x"))["id"] for title in titles]

    async def found(words: str, **more: Any) -> list[str]:
        asked = listing.wanted(words=words, **more)
        async with ann.scope() as scope:
            rows = await repository.list_page(scope, asked, before=None, limit=9, few=few)
            return [ids.to_wire("art", row.id) for row in rows]

    assert await found("bread") == made[::-1]
    assert await found("bread 77") == await found("bread 77", sort="best") == made[:0:-1], "each once"
    assert await found("bread rye") == made[:1]
    assert await found("bread cake") == await found("rye", status=["approved"]) == []


async def test_private_results_are_their_makers_alone(server: Server) -> None:
    ann = await (await register(server)).create_workspace()
    carl = await ann.invite(await register(server))
    eve = await ann.invite(await register(server), "viewer")
    mine = await save(ann)
    path = f"/artifacts/{mine['id']}"
    assert refused(await carl.api.get(path)) == (404, "artifacts.not_found")
    assert (await carl.get("/artifacts"))["items"] == []
    assert (await carl.get("/artifacts?q=bakery"))["items"] == []
    await ann.patch(path, {"visibility": "workspace"})
    assert (await carl.get(path))["title"] == "Bakery site"
    await bring_to(carl, mine["id"], "ready_for_review")
    assert refused(await carl.api.patch(path, json={"visibility": "private"}))[0] == 422
    assert refused(await carl.api.delete(path)) == (403, "workspaces.not_allowed")
    assert (await eve.get(path))["statuses"] == []
    for method, where, body in (
        ("PATCH", path, {"rating": 1}),
        ("POST", f"{path}/status", {"status": "draft"}),
        ("POST", f"{path}/versions", {"content": "x", "path": "index.html"}),
        ("POST", "/artifacts", {"title": "T", "kind": "code", "content": "x"}),
        ("POST", f"{path}/publish", {}),
        ("DELETE", path, None),
    ):
        answer = await eve.api.request(method, where, json=body)
        assert refused(answer) == (403, "workspaces.not_allowed"), where


async def test_what_is_deleted_is_gone_from_storage(server: Server) -> None:
    ann = await register(server)
    made = await save(ann, kind="markdown", content="gone-9d1f soon")
    await processed(ann, made["id"])
    await ann.delete(f"/artifacts/{made['id']}")
    await server.settle()
    assert refused(await ann.api.get(f"/artifacts/{made['id']}"))[0] == 404
    folder = server.platform.config.home / "blobs"
    assert not [p for p in folder.rglob("*") if p.is_file() and b"gone-9d1f" in p.read_bytes()]
