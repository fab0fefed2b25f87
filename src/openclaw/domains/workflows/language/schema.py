"""The language as JSON Schema, generated from the models: editors complete and check definitions by it."""

from typing import Any

from openclaw.domains.workflows.language.definition import LANGUAGE, Definition

ID = f"urn:openclaw:schema:{LANGUAGE.replace('openclaw.', '')}"


def language_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a definition."""
    schema = Definition.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ID,
        **schema,
        "title": "OpenClaw workflow",
    }
