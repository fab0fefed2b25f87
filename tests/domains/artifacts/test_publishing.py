"""The publish pipeline and the public pages: checked, shown, protected, rolled back, taken away."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from openclaw.domains.artifacts.schemas import PublishArtifact
from openclaw.domains.artifacts.service import publishing
from openclaw.domains.artifacts.service.publishing import end_expired
from openclaw.kit import ids
from tests.domains.artifacts.saving import PAGE, REVIEWED, SITE, bring_to, publish, save, visit
from tests.support.accounts import Person, refused, register, sign_in
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def ready(person: Person, **more: object) -> str:
    """A result that may be published."""
    made = await save(person, **more)
    await bring_to(person, made["id"], *REVIEWED)
    return made["id"]


async def next_version(person: Person, artifact: str, page: str) -> None:
    """Another version of one page, reviewed."""
    files = {"files": [{"path": "index.html", "content": page}]}
    await person.post(f"/artifacts/{artifact}/versions", files)
    await bring_to(person, artifact, *REVIEWED)


async def test_a_site_is_published_rolled_back_and_taken_away(server: Server) -> None:
    ann = await register(server)
    artifact = await ready(ann)
    found = await publish(ann, artifact, slug="fresh-bread")
    assert (found["isLive"], found["release"]) == (True, 1)
    assert found["releases"][0]["checks"] == [
        {"name": name, "problems": [], "isIgnored": False} for name in ("entry", "size", "secrets", "links")
    ]
    shown = await ann.get(f"/artifacts/{artifact}")
    assert (shown["status"], shown["live"]) == ("published", {"url": found["url"], "version": 1})
    assert shown["publication"] == found
    page = await visit(server, found["url"])
    assert (page.status_code, page.text) == (200, PAGE)
    assert "set-cookie" not in page.headers
    assert (await visit(server, "/p/fresh-bread/about")).text == SITE["about.html"]
    assert (await visit(server, "/p/fresh-bread")).headers["location"] == "/p/fresh-bread/"
    style = await visit(server, "/p/fresh-bread/css/site.css")
    assert style.headers["content-type"] == "text/css; charset=utf-8"
    same = await visit(server, found["url"], headers={"If-None-Match": page.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    await next_version(ann, artifact, "<h1>Second</h1>")
    assert (await visit(server, found["url"])).text == PAGE, "until it is published"
    assert (await publish(ann, artifact))["release"] == 2
    assert (await visit(server, found["url"])).text == "<h1>Second</h1>"
    back = await ann.post(f"/artifacts/{artifact}/rollback", {})
    assert back["release"] == 1
    assert (await visit(server, found["url"])).text == PAGE
    assert (await ann.get(f"/artifacts/{artifact}"))["live"]["version"] == 1
    await ann.post(f"/artifacts/{artifact}/rollback", {"release": 2})
    assert (await visit(server, found["url"])).text == "<h1>Second</h1>"
    assert refused(await ann.api.post(f"/artifacts/{artifact}/rollback", json={"release": 9}))[0] == 409
    assert refused(await ann.api.delete(f"/artifacts/{artifact}")) == (409, "artifacts.still_published")
    gone = await ann.post(f"/artifacts/{artifact}/unpublish", {})
    assert (gone["isLive"], (await visit(server, found["url"])).status_code) == (False, 404)
    assert (await ann.get(f"/artifacts/{artifact}"))["status"] == "ready_to_publish"
    assert refused(await ann.api.post(f"/artifacts/{artifact}/unpublish", json={}))[0] == 409
    actions = [entry["action"] for entry in (await ann.get("/audit?limit=200"))["items"]]
    for action in ("published", "unpublished", "rolled_back", "publish_requested"):
        assert f"artifacts.{action}" in actions


async def test_only_what_was_approved_is_published(server: Server) -> None:
    ann = await register(server)
    made = await save(ann)
    assert (await ann.get(f"/artifacts/{made['id']}"))["publication"] is None
    for status in (None, "ready_for_review", "approved"):
        if status:
            await bring_to(ann, made["id"], status)
        answer = await ann.api.post(f"/artifacts/{made['id']}/publish", json={})
        assert refused(answer) == (409, "artifacts.wrong_status")
    assert refused(await ann.api.get(f"/artifacts/{made['id']}/publication"))[0] == 409


@pytest.mark.parametrize(
    ("files", "check"),
    [
        ({"index.html": PAGE}, "links"),
        ({"index.html": "<img src='../secret.png'>"}, "links"),
        ({"index.html": "<link rel=stylesheet href=a.css>", "a.css": "x{background:url(no.png)}"}, "links"),
        ({"index.html": "<a href='/api/v2/users/me'>x</a>"}, "links"),
        ({"about.html": "x", "b.html": "y"}, "entry"),
        ({"index.html": "x", "app.js": "key='AKIAIOSFODNN7EXAMPLE'"}, "secrets"),
        ({"index.html": "x", ".env": "A=1"}, "secrets"),
        ({"index.html": "x", "a/b/server.pem": "-----BEGIN RSA PRIVATE KEY-----"}, "secrets"),
    ],
)
async def test_what_fails_a_check_is_not_shown(server: Server, files: dict[str, str], check: str) -> None:
    ann = await register(server)
    texts = [{"path": path, "content": text} for path, text in files.items()]
    artifact = await ready(ann, files=texts)
    found = await publish(ann, artifact)
    assert (found["isLive"], found["releases"][0]["state"]) == (False, "refused")
    failed = {each["name"] for each in found["releases"][0]["checks"] if each["problems"]}
    assert check in failed
    assert "AKIAIOSFODNN7EXAMPLE" not in str(found), "what is found is not repeated"
    assert (await visit(server, found["url"])).status_code == 404
    again = await publish(ann, artifact, ignore=["links"])
    assert again["isLive"] == (failed == {"links"}), again


async def test_a_refused_release_leaves_what_is_shown(server: Server) -> None:
    ann = await register(server)
    artifact = await ready(ann)
    url = (await publish(ann, artifact))["url"]
    await next_version(ann, artifact, "<a href=nowhere>x</a>")
    assert (await publish(ann, artifact))["release"] == 1
    assert (await visit(server, url)).text == PAGE


async def test_what_is_unpublished_while_it_is_checked_stays_away(server: Server) -> None:
    ann = await register(server)
    artifact = await ready(ann)
    platform = server.platform
    async with ann.scope() as scope:  # both before the worker has it
        artifact_id = ids.from_wire("art", artifact)
        data = PublishArtifact(slug="never-seen", ignore=[])
        await publishing.publish(scope, artifact_id, data, platform.queue, config=platform.config)
        await publishing.unpublish(scope, artifact_id)
    found = await publish(ann, artifact, slug="seen-later")
    assert [release["state"] for release in found["releases"]] == ["passed", "failed"]
    nothing = await visit(server, "/p/never-seen/", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert (nothing.status_code, "已不再公开" in nothing.text) == (404, True)
    assert "sandbox" in nothing.headers["content-security-policy"]


async def test_names_are_the_servers(server: Server) -> None:
    ann, bob = await register(server), await register(server)
    mine, theirs = await ready(ann), await ready(bob)
    await publish(ann, mine, slug="only-mine")
    answer = await bob.api.post(f"/artifacts/{theirs}/publish", json={"slug": "only-mine"})
    assert refused(answer) == (409, "artifacts.slug_taken")
    await publish(bob, theirs, slug="bobs-own")
    answer = await bob.api.post(f"/artifacts/{theirs}/publish", json={"slug": "only-mine"})
    assert refused(answer) == (409, "artifacts.slug_taken")
    assert (await publish(bob, theirs, slug="bobs-new"))["url"].endswith("/p/bobs-new/")
    assert (await visit(server, "/p/bobs-own/")).status_code == 404
    await ann.post(f"/artifacts/{mine}/unpublish", {})
    answer = await bob.api.post(f"/artifacts/{theirs}/publish", json={"slug": "only-mine"})
    assert refused(answer) == (409, "artifacts.slug_taken"), "nobody takes over an address that others know"
    for bad in ("ab", "-abc", "Abc", "a/b", "a.b", "a" * 64, "../x", "äöü"):
        answer = await ann.api.post(f"/artifacts/{mine}/publish", json={"slug": bad})
        assert refused(answer) == (422, "request.invalid"), bad


async def test_a_password_is_asked_for_without_cookies(server: Server) -> None:
    ann = await register(server)
    artifact = await ready(ann)
    url = urlsplit((await publish(ann, artifact, password="open sesame"))["url"]).path
    for path in (
        url,
        f"{url}about.html",
        f"{url}~/about.html",
        f"{url}~1.2/about.html",
        f"{url}~ffffffff.a/",
    ):
        door = await visit(server, path)
        assert (door.status_code, "open sesame" in door.text, "Since" in door.text) == (401, False, False)
        assert "set-cookie" not in door.headers
    wrong = await visit(server, url, method="POST", data={"password": "no"})
    assert (wrong.status_code, "That is not the password" in wrong.text) == (401, True)
    right = await visit(server, url, method="POST", data={"password": "open sesame"})
    assert right.status_code == 303
    inside = right.headers["location"]
    assert (await visit(server, f"{inside}about.html")).text == SITE["about.html"]
    assert inside.rpartition("~")[2] in (await visit(server, inside)).headers["content-security-policy"]
    other = await ready(ann)
    elsewhere = urlsplit((await publish(ann, other, password="open sesame"))["url"]).path
    assert (await visit(server, elsewhere + inside.rpartition("/~")[2])).status_code == 401
    await publish(ann, artifact, password="another one")
    assert (await visit(server, inside)).status_code == 401
    statuses = [
        (await visit(server, url, method="POST", data={"password": f"{n}"})).status_code for n in range(12)
    ]
    assert statuses[-1] == 429
    assert (await publish(ann, artifact, password=""))["hasPassword"] is False
    assert (await visit(server, url)).text == PAGE


async def test_what_has_its_time_ends(server: Server) -> None:
    ann = await register(server)
    artifact = await ready(ann)
    until = server.clock.now() + timedelta(hours=1)
    past = {"expiresAt": (server.clock.now() - timedelta(seconds=1)).isoformat()}
    assert refused(await ann.api.post(f"/artifacts/{artifact}/publish", json=past))[0] == 422
    url = (await publish(ann, artifact, expiresAt=until.isoformat()))["url"]
    assert (await visit(server, url)).status_code == 200
    server.manual.advance(timedelta(hours=1))
    ann = await _again(server, ann)
    assert (await visit(server, url)).status_code == 404
    async with server.platform.database.system() as scope:
        await end_expired(scope)
    found = await ann.get(f"/artifacts/{artifact}")
    assert (found["status"], found["live"]) == ("ready_to_publish", None)
    # What is over is not taken up again unsaid: it would be taken back at once, or stay for good.
    assert refused(await ann.api.post(f"/artifacts/{artifact}/publish", json={}))[0] == 422
    assert (await publish(ann, artifact, expiresAt=None))["expiresAt"] is None
    assert (await visit(server, url)).status_code == 200


async def test_a_bucket_gets_the_files_and_loses_them(server: Server) -> None:
    ann = await register(server)
    artifact = await ready(ann)
    assert (await ann.get(f"/artifacts/{artifact}"))["targets"] == ["path", "bucket"]
    found = await publish(ann, artifact, slug="in-a-bucket", target="bucket")
    assert found["url"] == "https://sites.example/in-a-bucket/"
    folder = server.platform.config.home / "bucket" / "in-a-bucket"
    assert (folder / "index.html").read_text() == PAGE
    assert (await visit(server, "/p/in-a-bucket/")).status_code == 404
    await next_version(ann, artifact, "<h1>Second</h1>")
    await publish(ann, artifact, target="bucket")
    assert sorted(p.name for p in folder.rglob("*") if p.is_file()) == ["index.html"]
    answer = await ann.api.post(f"/artifacts/{artifact}/publish", json={"target": "bucket", "password": "x"})
    assert refused(answer) == (409, "artifacts.no_bucket")
    await ann.post(f"/artifacts/{artifact}/unpublish", {})
    await server.settle()
    assert not [p for p in folder.rglob("*") if p.is_file()]


@pytest.mark.parametrize(
    "path",
    [
        "/p/",
        "/p/nobody-here/",
        "/p/fixed-name/../../api/v2/users/me",
        "/p/fixed-name/..%2f..%2fapi%2fv2%2fhealth",
        "/p/fixed-name/%2e%2e/%2e%2e/etc/passwd",
        "/p/fixed-name/..\\..\\x",
        "/p/fixed-name/%00",
        "/p/fixed-name//index.html",
        "/p/fixed-name/%2e/index.html",
        "/p/fixed-name/index.html/",
        "/p/FIXED-NAME/",
        "/a/x/",
        "/a/AAAA.bbbb/index.html",
        "/a/%ff.%ff/",
    ],
)
async def test_paths_lead_nowhere_else(server: Server, path: str) -> None:
    ann = await register(server)
    known = await ann.api.get("/artifacts")
    assert known.is_success
    if (await visit(server, "/p/fixed-name/")).status_code == 404:
        await publish(ann, await ready(ann), slug="fixed-name")
    answer = await visit(server, path)
    assert answer.status_code == 404 or answer.json()["code"] == "identity.not_signed_in"
    assert "Fresh bread" not in answer.text


async def test_a_view_is_for_whoever_has_its_address_and_ends(server: Server) -> None:
    ann = await register(server)
    made = await save(ann)
    view = await ann.get(f"/artifacts/{made['id']}/view")
    page = await visit(server, view["url"])
    assert page.text == PAGE
    assert (await visit(server, f"{view['url']}about.html")).text == SITE["about.html"]
    token, _, proof = urlsplit(view["url"]).path.strip("/").removeprefix("a/").partition(".")
    changed = ("A" if token[0] != "A" else "B") + token[1:]
    for forged in (f"{changed}.{proof}", f"{token}.{proof[:-1]}", f"{token}."):
        assert (await visit(server, f"/a/{forged}/")).status_code == 404
    assert (await visit(server, view["url"], method="POST")).status_code == 404
    await ann.delete(f"/artifacts/{made['id']}")
    assert (await visit(server, view["url"])).status_code == 404
    other = await save(ann)
    view = await ann.get(f"/artifacts/{other['id']}/view")
    server.manual.advance(timedelta(hours=1))
    assert (await visit(server, view["url"])).status_code == 404


async def test_every_page_is_told_to_reach_nothing(server: Server) -> None:
    ann = await register(server)
    artifact = await ready(ann)
    url = (await publish(ann, artifact))["url"]
    view = (await ann.get(f"/artifacts/{artifact}/view"))["url"]
    for address in (
        url,
        f"{url}css/site.css",
        f"{url}missing",
        view,
        f"{view}missing",
        "/p/none/",
        "/a/none/",
    ):
        answer = await visit(server, address)
        policy = answer.headers["content-security-policy"]
        assert "sandbox" in policy
        assert "allow-same-origin" not in policy
        assert "default-src 'none'" in policy
        assert "'self'" not in policy, "which would be all of this server"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in answer.headers
    framers = (await visit(server, view)).headers["content-security-policy"].rpartition("frame-ancestors ")[2]
    assert framers == "http://127.0.0.1:3000 http://localhost:3000"
    odd = await visit(server, view, headers={"Host": "127.0.0.1:3000; script-src *"})
    assert "script-src *" not in odd.headers.get("content-security-policy", "")


async def _again(server: Server, person: Person) -> Person:
    return (await sign_in(server, person)).within(person.workspace)
