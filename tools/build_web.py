"""Build the web app into the package when its sources have changed since the last build, else do nothing.

Used by the Makefile (``python3 tools/build_web.py``) and by the wheel's build hook. Standard library only: it runs
before anything is installed. What was built is known by a digest of the sources, kept beside the result: times of
files say nothing after a clone or in a source archive.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
STATIC = ROOT / "src" / "openclaw" / "apps" / "server" / "static"
BUILT_FROM = STATIC / ".built-from"
INSTALLED = WEB / "node_modules" / ".package-lock.json"
OLDEST_NODE = 20

# Made by tools, or for tests: a change in them makes no other page.
_IGNORED = {"node_modules", "dist", "coverage", "test-results", "playwright-report", ".vite", ".turbo"}


def digest(*files: Path) -> str:
    """One SHA-256 over the names and bytes of ``files``."""
    total = hashlib.sha256()
    for file in sorted(files):
        total.update(f"{file.relative_to(ROOT).as_posix()}\0{file.stat().st_size}\0".encode())
        total.update(file.read_bytes())
    return total.hexdigest()


def sources() -> list[Path]:
    """The files that the web app is built from."""
    found: list[Path] = []
    for folder, folders, names in os.walk(WEB):
        folders[:] = [name for name in folders if name not in _IGNORED]
        found += [Path(folder, name) for name in names if not name.endswith((".tsbuildinfo", ".log"))]
    return found


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8").strip() if file.is_file() else ""


def is_fresh() -> bool:
    """Whether the built app is there and made from the present sources."""
    return (STATIC / "index.html").is_file() and _read(BUILT_FROM) == digest(*sources())


def _npm() -> str:
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        raise SystemExit(
            f"The web app has to be built, which needs Node.js {OLDEST_NODE} or newer with npm. "
            "Install it (nodejs.org, or your system's packages) and run this again."
        )
    version = subprocess.run([node, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    if int(version.lstrip("v").partition(".")[0]) < OLDEST_NODE:
        raise SystemExit(f"The web app needs Node.js {OLDEST_NODE} or newer to build; this is {version}.")
    return npm


def is_installed() -> bool:
    """Whether ``node_modules`` holds what the lock says; npm keeps a lock of its own in there of what it installed."""
    if not INSTALLED.is_file():
        return False
    here = json.loads(INSTALLED.read_text(encoding="utf-8"))["packages"]
    wanted = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    return all(
        here.get(place, {}).get("version") == package.get("version")
        for place, package in wanted.items()
        # Workspaces are links or folders of ours; optional packages are those of other platforms.
        if place.startswith("node_modules/") and not package.get("link") and not package.get("optional")
    )


def install() -> None:
    """Install the web app's locked packages, unless they are."""
    if is_installed():
        return
    print("web: installing packages", flush=True)
    subprocess.run(
        [
            _npm(),
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--no-update-notifier",
            "--loglevel=error",
        ],
        cwd=WEB,
        check=True,
    )


def build() -> None:
    """Install and build."""
    wanted = digest(*sources())
    install()
    print("web: building", flush=True)
    subprocess.run([_npm(), "run", "--silent", "build"], cwd=WEB, check=True)
    if not (STATIC / "index.html").is_file():
        raise SystemExit(f"`npm run build` made no {STATIC.relative_to(ROOT)}/index.html")
    BUILT_FROM.write_text(wanted + "\n", encoding="utf-8")


def main(arguments: list[str]) -> None:
    """No argument: build if stale. ``install``: only the packages, for type checks and tests."""
    if not (WEB / "package.json").is_file():
        raise SystemExit(f"{WEB.name}/package.json is missing: this is not a whole checkout.")
    if arguments == ["install"]:
        install()
    elif not is_fresh():
        build()


if __name__ == "__main__":
    main(sys.argv[1:])
