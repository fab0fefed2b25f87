"""Pydantic types shared by every slice's schemas: camelCase models and prefixed ids."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, field_validator
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from openclaw.kit import ids


class Wire(BaseModel):
    """What leaves us: camelCase, built from rows or keywords."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, from_attributes=True)


class WireInput(BaseModel):
    """What comes in: camelCase, strict types, unknown fields refused, no NUL (which PostgreSQL cannot keep)."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=False,
        extra="forbid",
        strict=True,
        str_strip_whitespace=True,
    )

    @field_validator("*", mode="before")
    @classmethod
    def _no_nul(cls, value: Any) -> Any:
        if isinstance(value, str) and "\0" in value:
            raise ValueError("must not hold NUL")
        return value


@dataclass(frozen=True)
class WireId:
    """Annotation: a UUID inside, ``<prefix>_<32 hex digits>`` on the wire."""

    prefix: str

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Parse the wire form (or take a UUID), write the wire form."""
        return core_schema.no_info_plain_validator_function(
            self._parse,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda value: ids.to_wire(self.prefix, value), return_schema=core_schema.str_schema()
            ),
        )

    def __get_pydantic_json_schema__(
        self, _schema: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """A text with a pattern."""
        return {
            "type": "string",
            "pattern": f"^{self.prefix}_[0-9a-f]{{32}}$",
            "examples": [f"{self.prefix}_{'0' * ids.WIRE_DIGITS}"],
        }

    def _parse(self, value: Any) -> UUID:
        if isinstance(value, UUID):
            return value
        if not isinstance(value, str):
            raise ValueError("an id is a text")
        return ids.from_wire(self.prefix, value)


UserId = Annotated[UUID, WireId("user")]
WorkspaceId = Annotated[UUID, WireId("ws")]
SessionId = Annotated[UUID, WireId("sess")]
InvitationId = Annotated[UUID, WireId("inv")]
ChallengeId = Annotated[UUID, WireId("chal")]
DeviceId = Annotated[UUID, WireId("dev")]
ConversationId = Annotated[UUID, WireId("conv")]
MessageId = Annotated[UUID, WireId("msg")]
RunId = Annotated[UUID, WireId("run")]
StepId = Annotated[UUID, WireId("step")]
ApprovalId = Annotated[UUID, WireId("appr")]
HostId = Annotated[UUID, WireId("host")]
HostTokenId = Annotated[UUID, WireId("htok")]
DeviceGroupId = Annotated[UUID, WireId("dgrp")]
GatewayTokenId = Annotated[UUID, WireId("gtok")]
PairingRequestId = Annotated[UUID, WireId("pair")]
RuleId = Annotated[UUID, WireId("rule")]
WorkflowId = Annotated[UUID, WireId("wf")]
WorkflowRunId = Annotated[UUID, WireId("wrun")]
WorkflowStepRunId = Annotated[UUID, WireId("wstep")]
WorkflowFileId = Annotated[UUID, WireId("file")]
PluginId = Annotated[UUID, WireId("plug")]
PluginPackageId = Annotated[UUID, WireId("ppkg")]
PluginBlockId = Annotated[UUID, WireId("pblk")]
ArtifactId = Annotated[UUID, WireId("art")]
ChannelId = Annotated[UUID, WireId("chan")]
AutomationId = Annotated[UUID, WireId("auto")]
AutomationRunId = Annotated[UUID, WireId("arun")]
JobId = Annotated[UUID, WireId("job")]
ProviderId = Annotated[UUID, WireId("prov")]
NotificationId = Annotated[UUID, WireId("noti")]
DeliveryId = Annotated[UUID, WireId("dlv")]
PushSubscriptionId = Annotated[UUID, WireId("psub")]
SystemId = Annotated[UUID, WireId("sys")]
SystemSnapshotId = Annotated[UUID, WireId("snap")]
SystemBranchId = Annotated[UUID, WireId("branch")]
BudgetId = Annotated[UUID, WireId("bud")]
TaskId = Annotated[UUID, WireId("task")]
TaskRunId = Annotated[UUID, WireId("trun")]


class Items(Wire):
    """Base of list answers; subclasses declare ``items``."""

    next_cursor: str | None = None
