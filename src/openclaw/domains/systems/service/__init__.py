"""What can be done with systems."""

from openclaw.domains.systems.service.catalog import access_system, check_can_launch, list_names
from openclaw.domains.systems.service.launching import find_form_problems, instructions_for, plan_launch
from openclaw.domains.systems.templates import list_templates

__all__ = [
    "access_system",
    "check_can_launch",
    "find_form_problems",
    "instructions_for",
    "list_names",
    "list_templates",
    "plan_launch",
]
