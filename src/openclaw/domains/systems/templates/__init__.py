"""The templates that systems are made from: data in the files beside this one, in English and Chinese.

Wherever a file has an object with the two members ``en`` and ``zh``, it stands for the one in the reader's language.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml

TEMPLATE_IDS = (
    "website_development",
    "project_development",
    "content_growth",
    "one_person_company",
    "sales_development",
    "legal_documents",
    "financial_research",
    "custom",
)
CUSTOM = "custom"
_FOLDER = Path(__file__).parent
_REMEMBERED = ("user_profile", "project_memory", "system_rules", "result_history")
_MEMORY = (*_REMEMBERED, "tool_usage", "channel_context", "brand_style")


@dataclass(frozen=True)
class Template:
    """A template in one language. ``intake`` is the form: ``{schema, order}``; a launch has ``stages``, or none."""

    id: str
    category: str
    name: str
    description: str
    title: str
    intake: dict[str, Any]
    roles: list[dict[str, Any]]
    deliverables: list[dict[str, Any]]
    prompts: list[dict[str, Any]]
    stages: list[dict[str, Any]]
    memory: list[dict[str, Any]]
    result_schema: dict[str, Any]

    def profile(self) -> dict[str, Any]:
        """What a system that is made from it begins with."""
        return {
            "roles": self.roles,
            "memory": self.memory,
            "routing": {"defaultRole": self.roles[0]["id"], "taskRoles": {}},
            "permissions": {},
            "provider": None,
            "model": None,
            "skills": [],
            "prompts": self.prompts,
            "stages": self.stages,
            "deliverables": self.deliverables,
            "resultSchema": self.result_schema,
            "bindings": [],
            "automations": [],
        }


def find_template(template_id: str, language: str) -> Template:
    """The template in a language (``en`` or ``zh``); that of one's own systems for an id that is unknown."""
    known = template_id if template_id in TEMPLATE_IDS else CUSTOM
    return _template(known, "zh" if language == "zh" else "en")


def list_templates(language: str) -> list[Template]:
    """All of them."""
    return [find_template(template_id, language) for template_id in TEMPLATE_IDS]


@cache
def _template(template_id: str, language: str) -> Template:
    data = _localised(_read(template_id), language)
    roles = _localised(_read("roles"), language)
    return Template(
        id=template_id,
        category=data["category"],
        name=data["name"],
        description=data["description"],
        title=data["title"],
        intake=data["intake"],
        roles=[{"id": role, **roles[role], "skills": []} for role in data["roles"]],
        deliverables=[{"id": key, "title": title} for key, title in data["deliverables"].items()],
        prompts=data["prompts"],
        stages=[_stage(stage) for stage in data.get("stages", [])],
        memory=[
            {
                "kind": kind,
                "enabled": kind in _REMEMBERED or (kind == "brand_style" and "brand_style" in data),
            }
            for kind in _MEMORY
        ],
        result_schema={"$id": f"urn:openclaw:result:{data['result']['id']}", **data["result"]["schema"]},
    )


def _stage(stage: dict[str, Any]) -> dict[str, Any]:
    return {**{k: v for k, v in stage.items() if k != "by_person"}, "byPerson": stage.get("by_person", False)}


@cache
def _read(name: str) -> dict[str, Any]:
    return cast("dict[str, Any]", yaml.safe_load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8")))


def _localised(value: Any, language: str) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"en", "zh"}:
            return _localised(value[language], language)
        return {key: _localised(item, language) for key, item in value.items()}
    if isinstance(value, list):
        return [_localised(item, language) for item in value]
    return value
