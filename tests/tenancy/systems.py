"""Systems in the world of three: one with a profile, a snapshot and a branch of its own."""

from tests.support.accounts import Person


async def furnish_systems(person: Person, secret: str, found: dict[str, list[str]]) -> None:
    """A system that its workspace may see."""
    body = {
        "name": secret,
        "description": secret,
        "template": "website_development",
        "visibility": "workspace",
    }
    system = await person.post("/systems", body)
    path = f"/systems/{system['id']}"
    saved = await person.post(f"{path}/snapshots", {"label": secret})
    branch = await person.post(f"{path}/branches", {"name": secret, "snapshotId": saved["id"]})
    found["system_id"] = [system["id"]]
    found["snapshot_id"] = [saved["id"], system["baselineSnapshotId"]]
    found["branch_id"] = [branch["id"]]
