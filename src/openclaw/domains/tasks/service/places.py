"""Where a run works: checked when it is asked for, in the form that rows keep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from openclaw.domains.agents.errors import RuntimeNotOfferedError
from openclaw.domains.devices.models import DeviceRow
from openclaw.domains.devices.service import registry
from openclaw.domains.tasks.schemas import TargetIn, TaskTarget
from openclaw.infra.scope import Scope
from openclaw.kit.errors import InvalidInputError
from openclaw.protocol.runs import RUN


class Slot(Protocol):
    """A run's room on a host. ``epoch`` numbers the dispatch."""

    @property
    def host_id(self) -> UUID:
        """The host, which is a machine like any other."""
        ...

    @property
    def epoch(self) -> int:
        """A later dispatch of the same run has a higher one."""
        ...


class Slots(Protocol):
    """Room on hosts, leased to runs."""

    async def claim_slots(
        self,
        scope: Scope,
        run_ids: Sequence[UUID],
        *,
        host_id: UUID | None = None,
        labels: Sequence[str] = (),
    ) -> Mapping[UUID, Slot]:
        """Room for runs, as far as there is any that fits. A run has one slot, however often it is asked for."""
        ...

    async def find_slot(self, scope: Scope, run_id: UUID) -> Slot | None:
        """The run's room; None when it was given back or lost."""
        ...

    async def release_slot(self, scope: Scope, *, run_id: UUID, epoch: int | None = None) -> bool:
        """Give it back."""
        ...


@dataclass(frozen=True)
class Place:
    """Where a run is to work, as rows keep it."""

    kind: str
    device_id: UUID | None
    labels: Sequence[str]
    runtime: str
    sync_mode: str

    def to_row(self) -> dict[str, Any]:
        """As JSON."""
        return {**vars(self), "device_id": self.device_id.hex if self.device_id else None}


def place_of(row: Mapping[str, Any]) -> Place:
    """From its JSON."""
    digits = row["device_id"]
    return Place(**{**row, "device_id": UUID(hex=digits) if digits else None})


def view(row: Mapping[str, Any]) -> TaskTarget:
    """As it travels."""
    return TaskTarget(**vars(place_of(row)))


async def check_there(scope: Scope, place: Place) -> DeviceRow | None:
    """The machine that a place names. Raises DeviceNotFoundError when it is gone."""
    if place.device_id is None:
        return None
    access = registry.access_host if place.kind == "host" else registry.access_device
    return await access(scope, place.device_id)


async def checked(scope: Scope, data: TargetIn) -> Place:
    """A target that there is. Raises DeviceNotFoundError, RuntimeNotOfferedError, InvalidInputError."""
    place = Place(data.kind, data.device_id, tuple(data.labels), data.runtime, data.sync_mode)
    # First of all: a machine of others is not found, whatever else is wrong.
    device = await check_there(scope, place)
    if place.kind == "server" and (device is not None or place.runtime == "pi"):
        raise InvalidInputError(
            field="target", reason="the server itself is no device, and has its own runtime"
        )
    if place.kind == "device" and device is None:
        raise InvalidInputError(field="target.deviceId", reason="say which device")
    if place.kind != "host" and place.labels:
        raise InvalidInputError(field="target.labels", reason="only hosts have labels")
    if place.runtime == "server" and place.sync_mode != "full":
        reason = "what the server's own runtime is told is on the server; use a machine's runtime"
        raise InvalidInputError(field="target.syncMode", reason=reason)
    if device is not None and place.runtime == "pi" and RUN not in device.commands:
        raise RuntimeNotOfferedError(name=device.name)
    return place
