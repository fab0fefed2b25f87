"""`openclaw plugin`: what authors do on their own machine."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openclaw.apps.cli.commands.declare import AsJson, command, new_group
from openclaw.apps.cli.words import say

if TYPE_CHECKING:
    from openclaw.protocol.packages.manifest import Manifest

plugin_app = new_group("plugin")
Folder = Annotated[Path, typer.Argument(metavar=say("folder_metavar"), help=say("argument_plugin_folder"))]
PackageFile = Annotated[Path, typer.Argument(metavar=say("file_metavar"), help=say("argument_package"))]
Key = Annotated[str, typer.Option("--key", metavar=say("name_metavar"), help=say("option_plugin_key"))]


@command(plugin_app, "new", "plugin_new")
def new_plugin(
    name: Annotated[str, typer.Argument(metavar=say("name_metavar"), help=say("argument_plugin_new"))],
    template: Annotated[
        str, typer.Option("--template", metavar="basic|http|javascript|mcp", help=say("option_template"))
    ] = "basic",
    author: Annotated[
        str, typer.Option("--author", metavar=say("name_metavar"), help=say("option_author"))
    ] = "",
    as_json: AsJson = False,
) -> None:
    """A folder to begin with."""
    import getpass

    from openclaw.apps.cli.errors import UsageError
    from openclaw.apps.cli.output import tell, tell_json
    from openclaw.apps.cli.plugins.errors import PluginExistsError, PluginFolderError
    from openclaw.apps.cli.plugins.templates import TEMPLATES, fill
    from openclaw.protocol.packages.manifest import NAME

    if template not in TEMPLATES:
        raise UsageError(reason=say("plugin_no_template", name=template, known=", ".join(TEMPLATES)))
    if len(name) > 50 or not NAME.fullmatch(name):
        raise UsageError(reason=say("plugin_bad_name", name=name[:60]))
    folder = Path(name)
    try:
        folder.mkdir()
    except FileExistsError:
        raise PluginExistsError(path=name) from None
    except OSError as error:
        raise PluginFolderError(path=name, reason=error.strerror or str(error)) from None
    for path, text in fill(template, name=name, author=author or getpass.getuser()).items():
        target = folder / path
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")
    if as_json:
        tell_json({"path": str(folder.absolute())})
    else:
        tell(say("plugin_made", name=name))


@command(plugin_app, "test", "plugin_test")
def tell_trial(folder: Folder = Path(), as_json: AsJson = False) -> int:
    """Tests and examples."""
    from openclaw.apps.cli.output import printable, styled, tell, tell_json
    from openclaw.apps.cli.plugins.folder import read_folder
    from openclaw.apps.cli.plugins.trial import try_plugin

    trial = try_plugin(read_folder(folder))
    failed = [finding for finding in trial.findings if finding.problem]
    if as_json:
        findings = [{"name": f.name, "problem": f.problem, "logs": f.logs} for f in trial.findings]
        tell_json({"ok": not failed, "tier": trial.tier, "reason": trial.reason, "findings": findings})
        return 1 if failed else 0
    if trial.tier == "none":
        tell(say("plugin_in_process", reason=printable(trial.reason)))
    else:
        tell(say("plugin_in_sandbox", tier=trial.tier))
    for finding in trial.findings:
        state = (
            styled(say("plugin_failed"), "red") if finding.problem else styled(say("plugin_fine"), "green")
        )
        tell(f"  {printable(finding.name)}  {state}")
        for line in (finding.problem and f"{finding.problem}\n{finding.logs}").splitlines():
            tell(f"    {printable(line)}")
    tell(say("plugin_tried", count=len(trial.findings), failed=len(failed)))
    return 1 if failed else 0


@command(plugin_app, "pack", "plugin_pack")
def pack_plugin(
    folder: Folder = Path(),
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar=say("file_metavar"), help=say("option_output"))
    ] = None,
    key: Key = "default",
    as_json: AsJson = False,
) -> None:
    """A signed package."""
    from openclaw.apps.cli.output import tell, tell_json
    from openclaw.apps.cli.plugins.folder import read_folder
    from openclaw.apps.cli.plugins.keys import find_key
    from openclaw.protocol.packages.package import SUFFIX, build_package, read_package

    found = read_folder(folder)
    data = build_package(found.manifest, found.files, find_key(key))
    package = read_package(data)
    name = output or Path(f"{found.manifest.name}-{found.manifest.version}{SUFFIX}")
    _write(name, data)
    if as_json:
        tell_json({"path": str(name), "digest": package.digest, "signer": package.signer})
    else:
        tell(say("plugin_packed", path=name, count=len(package.files), size=len(data)))


@command(plugin_app, "sign", "plugin_sign")
def sign_package(file: PackageFile, key: Key = "default", as_json: AsJson = False) -> None:
    """A package, signed by another key."""
    from openclaw.apps.cli.output import tell, tell_json
    from openclaw.apps.cli.plugins.keys import find_key
    from openclaw.protocol.packages.package import build_package, public_key_of, read_package

    package = read_package(read_file(file))
    signer = find_key(key)
    _write(file, build_package(package.manifest, package.files, signer))
    if as_json:
        tell_json({"path": str(file), "digest": package.digest, "signer": public_key_of(signer)})
    else:
        tell(say("plugin_signed", path=file, signer=public_key_of(signer)))


@command(plugin_app, "keys", "plugin_keys")
def tell_keys(
    new: Annotated[
        str | None, typer.Option("--new", metavar=say("name_metavar"), help=say("option_new_key"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """This person's keys."""
    from openclaw.apps.cli.output import tell, tell_json
    from openclaw.apps.cli.plugins.keys import list_keys, make_key
    from openclaw.protocol.packages.package import public_key_of

    if new is not None:
        make_key(new)
    keys = {name: public_key_of(key) for name, key in list_keys().items()}
    if as_json:
        tell_json({"keys": keys})
    else:
        tell(*(f"{name}  {public}" for name, public in keys.items()) if keys else (say("plugin_no_keys"),))


@command(plugin_app, "verify", "plugin_verify")
def verify_package(file: PackageFile, as_json: AsJson = False) -> None:
    """What a package is."""
    import msgspec

    from openclaw.apps.cli.output import tell, tell_json
    from openclaw.protocol.packages.package import read_package

    package = read_package(read_file(file))
    if as_json:
        manifest: Any = msgspec.to_builtins(package.manifest)
        tell_json({"digest": package.digest, "signer": package.signer, "manifest": manifest})
        return
    tell(*about_manifest(package.manifest), say("plugin_signer", signer=package.signer))


def about_manifest(manifest: "Manifest") -> list[str]:
    """What a plugin is and asks for, for people."""
    from openclaw.apps.cli.config import language
    from openclaw.apps.cli.output import printable
    from openclaw.protocol.packages.permissions import describe

    spoken = language()
    lines = [f"{manifest.name} {manifest.version}  {manifest.title.text(spoken)}"]
    lines += [f"  {manifest.description.text(spoken)}", say("plugin_author", name=manifest.author)]
    asked = describe(manifest.permissions, spoken)
    lines.append(say("plugin_asks") if asked else say("plugin_asks_nothing"))
    lines += [f"  • {words}" for words in asked.values()]
    return [printable(line) for line in lines]


def read_file(file: Path) -> bytes:
    """The bytes of a package. Raises UsageError."""
    from openclaw.apps.cli.errors import UsageError

    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(reason=f"{file}: {error.strerror or error}") from None


def _write(file: Path, data: bytes) -> None:
    """Replace it whole."""
    from openclaw.apps.cli.errors import UsageError

    draft = file.with_name(f".{file.name}.new")
    try:
        draft.write_bytes(data)
        draft.replace(file)
    except OSError as error:
        raise UsageError(reason=f"{file}: {error.strerror or error}") from None
