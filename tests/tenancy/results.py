"""A result that was published."""

from tests.domains.artifacts.saving import REVIEWED, bring_to, publish, save
from tests.support.accounts import Person


async def furnish_results(person: Person, secret: str, found: dict[str, list[str]]) -> None:
    """A result with everything that it can have."""
    artifact = await save(
        person, title=f"{secret} result", kind="markdown", content=secret, tags=[secret], summary=secret
    )
    found["artifact_id"] = [artifact["id"]]
    await bring_to(person, artifact["id"], *REVIEWED)
    await publish(person, artifact["id"], slug=f"{secret}-site")
