"""What is generated is fresh."""

from pathlib import Path

from tools import write_configuration, write_openapi, write_workflow_schema


def test_the_configuration_page_is_fresh() -> None:
    assert write_configuration.PAGE.read_text() == write_configuration.page()


def test_the_published_schema_of_workflows_is_fresh() -> None:
    assert write_workflow_schema.PAGE.read_text() == write_workflow_schema.page()


def test_the_web_clients_types_know_every_operation(root: Path) -> None:
    types = (root / "web" / "packages" / "api" / "src" / "schema.gen.ts").read_text()
    document = write_openapi.document()
    operations = [
        operation["operationId"] for path in document["paths"].values() for operation in path.values()
    ]
    assert [name for name in operations if f"{name}: {{" not in types] == []
    schemas = document["components"]["schemas"]
    assert [name for name in schemas if f"{name}: {{" not in types and f"{name}:" not in types] == []


def test_every_operation_declares_its_errors_as_problems() -> None:
    for path, operations in write_openapi.document()["paths"].items():
        for method, operation in operations.items():
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    assert "application/problem+json" in response["content"], (method, path, status)
