"""The judgement on git: subcommands that only read, those that delete, and options that run programs of their own."""

import re
from collections.abc import Sequence

from openclaw.protocol.options import (
    CHANGES,
    DELETES,
    HIDDEN,
    READS,
    UNTOLD,
    Judgement,
    has_option,
    may_be_option,
    names_something_later,
    operands,
)
from openclaw.protocol.risk import Grade
from openclaw.protocol.shell_words import Word

RUNS: Judgement = (Grade.HIGH, "its options can start other programs", True)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_READS = _words(
    "status log diff show blame annotate rev-parse rev-list describe ls-files ls-tree shortlog grep whatchanged "
    "name-rev merge-base cherry show-ref for-each-ref cat-file count-objects check-ignore check-attr var "
    "diff-tree diff-index diff-files range-diff version"
)
# Of those that read: options that write, that start a pager, a filter or a verifier, or leave the repository.
_OPENING = (
    "--output", "--open-files-in-pager", "--ext-diff", "--exec", "--textconv", "--filters", "--show-signature",
    "--no-index",
)  # fmt: skip
_CHANGES = _words(
    "add am apply bisect bundle checkout cherry-pick clone commit fetch format-patch gc init merge mv pull "
    "push rebase reset revert switch branch tag remote stash worktree reflog notes submodule sparse-checkout pack-refs "
    "commit-tree write-tree hash-object merge-tree repack archive fsck restore read-tree checkout-index "
    "symbolic-ref update-index"
)
_DELETES = _words("clean rm filter-repo prune replace update-ref")
_RUNS = _words(
    "filter-branch difftool mergetool send-email instaweb web--browse daemon hook for-each-repo credential shell "
    "http-backend upload-pack receive-pack fetch-pack send-pack svn p4 cvsimport cvsserver fast-import "
    "credential-store credential-cache remote-ext remote-fd interpret-trailers maintenance"
)
_RUNNING_OPTIONS: dict[str, tuple[str, tuple[str, ...], frozenset[str]]] = {
    # letters, long options, words
    "rebase": ("xs", ("--exec", "--strategy"), frozenset()),
    "merge": ("s", ("--strategy",), frozenset()),
    "pull": ("s", ("--strategy", "--upload-pack"), frozenset()),
    "cherry-pick": ("", ("--strategy",), frozenset()),
    "revert": ("", ("--strategy",), frozenset()),
    "bisect": ("", (), _words("run visualize view")),
    "submodule": ("", (), _words("foreach")),
    "clone": ("uc", ("--upload-pack", "--config", "--template"), frozenset()),
    "init": ("", ("--template",), frozenset()),
    "fetch": ("", ("--upload-pack",), frozenset()),
    "ls-remote": ("", ("--upload-pack", "--exec"), frozenset()),
    "push": ("", ("--receive-pack", "--exec"), frozenset()),
    "archive": ("", ("--exec", "--remote"), frozenset()),
}
_DELETING: dict[str, tuple[str, tuple[str, ...], frozenset[str]]] = {
    "reset": ("", ("--hard", "--merge", "--keep"), frozenset()),
    "push": ("fd", ("--force", "--force-with-lease", "--force-if-includes", "--delete", "--mirror", "--prune"),
             frozenset()),
    "branch": ("DdfMC", ("--delete", "--force"), frozenset()),
    "tag": ("df", ("--delete", "--force"), frozenset()),
    "stash": ("", (), _words("drop clear")),
    "checkout": ("fB", ("--force", "--ours", "--theirs", "--pathspec-from-file", "--"), frozenset()),
    "switch": ("fC", ("--force", "--discard-changes", "--force-create"), frozenset()),
    "worktree": ("", (), _words("remove prune")),
    "remote": ("", (), _words("remove rm prune")),
    "notes": ("", (), _words("remove prune")),
    "submodule": ("", (), _words("deinit")),
    "reflog": ("", (), _words("expire delete")),
    "gc": ("", ("--prune", "--aggressive"), frozenset()),
    "checkout-index": ("f", ("--force",), frozenset()),
    "read-tree": ("um", ("--reset",), frozenset()),
    "symbolic-ref": ("d", ("--delete",), frozenset()),
    "fetch": ("pf", ("--prune", "--force"), frozenset()),
    "bisect": ("", (), _words("reset")),
}  # fmt: skip
_BRANCH_TELLS = _words(
    "-a -r -v -vv -av -avv -rv --all --remotes --show-current --verbose --no-color --color"
)
# The words with which a subcommand that can write only lists; the value: whether names may follow.
_LISTS: dict[str, dict[str, bool]] = {
    "branch": {"--list": True}
    | dict.fromkeys(_BRANCH_TELLS, False),
    "tag": dict.fromkeys(_words("-l --list"), True) | dict.fromkeys(_words("-n --no-color"), False),
    "remote": {"-v": False, "--verbose": False, "get-url": True},
    "stash": {"list": True, "show": True, "-p": False, "--stat": False},
    "worktree": {"list": False, "--porcelain": False, "-v": False},
    "reflog": {"show": True, "list": True},
    "notes": {"list": True},
    "submodule": {"status": True, "--recursive": False, "--cached": False},
}  # fmt: skip
_READS_ALONE = _words("branch tag remote worktree reflog notes submodule")
_STEERING_FREE = _words(
    "--no-pager -P --no-optional-locks --literal-pathspecs --glob-pathspecs --noglob-pathspecs --icase-pathspecs "
    "--no-replace-objects --no-lazy-fetch --version -v --help -h --html-path --man-path --info-path"
)
_CONFIG_TELLS = _words(
    "--get --get-all --get-regexp --get-urlmatch -l --list list get --show-origin --show-scope --name-only --null -z "
    "--global --system --local --worktree --includes --no-includes --all --regexp --show-names --type --bool --int "
    "--path --bool-or-int --default"
)
_CONFIG_GETS = _words("--get --get-all --get-regexp --get-urlmatch -l --list list get")
_ELSEWHERE = re.compile(r"[\w+.-]+://|[^/]*::|(?:[^/@]+@)?[^/]+:[^\\]", re.ASCII)
_TALKING = _words("push fetch pull clone remote submodule ls-remote archive")


def judge_git(args: Sequence[Word]) -> Judgement:
    """The judgement on ``git`` with ``args``."""
    index, steered = 0, READS
    while index < len(args) and args[index].text.startswith("-") and not args[index].dynamic:
        text = args[index].text
        if text.startswith(("-c", "--config-env", "--exec-path")):
            steered = RUNS  # a setting may name any program
        elif text != "-C" and text not in _STEERING_FREE and steered == READS:
            steered = HIDDEN
        wide = ("-C", "-c", "--git-dir", "--work-tree", "--namespace", "--config-env", "--attr-source")
        index += 2 if text in wide else 1
    before, rest = args[:index], args[index + 1 :]
    if names_something_later(before) or any(word.glob for word in before):
        return Grade.HIGH, "what it does is only known when it runs", True
    if index >= len(args):
        return steered
    sub = args[index]
    if sub.dynamic or sub.glob:
        return Grade.HIGH, "what it does is only known when it runs", True
    grade, why, opaque = _subcommand(sub.text, rest)
    if steered[0] > grade:
        return steered
    return grade, why, opaque or steered[2]


def _subcommand(sub: str, rest: Sequence[Word]) -> Judgement:
    texts = [word.text for word in rest]
    if sub == "config":
        return _config(rest)
    if sub in _RUNS or _matches(_RUNNING_OPTIONS, sub, rest) or any("ext::" in text for text in texts):
        return RUNS
    if (
        sub == "clean"
        and has_option(rest, letters="n", long=("--dry-run",))
        and not has_option(rest, letters="f")
    ):
        return CHANGES
    if _deletes(sub, rest):
        return DELETES
    if sub in _READS:
        if may_be_option(rest):
            return UNTOLD
        opens = has_option(rest, letters="O" if sub == "grep" else "", long=_OPENING)
        return HIDDEN if opens or any("%G" in text or "signature" in text for text in texts) else READS
    if sub in _LISTS and _lists(sub, rest):
        return UNTOLD if may_be_option(rest) else READS
    # What stands in no table may be an alias, and an alias may be any program.
    unknown = sub not in _CHANGES
    elsewhere = sub in _TALKING and any(_ELSEWHERE.match(text) for text in texts)
    return CHANGES[0], CHANGES[1], unknown or elsewhere or may_be_option(rest)


def _matches(
    table: dict[str, tuple[str, tuple[str, ...], frozenset[str]]], sub: str, rest: Sequence[Word]
) -> bool:
    letters, long, words = table.get(sub, ("", (), frozenset[str]()))
    return has_option(rest, letters=letters, long=long) or any(word.text in words for word in rest)


def _deletes(sub: str, rest: Sequence[Word]) -> bool:
    texts = [word.text for word in rest]
    if sub == "restore":
        only_index = has_option(rest, letters="S", long=("--staged",))
        return not only_index or has_option(rest, letters="W", long=("--worktree",))
    if sub in _DELETES or _matches(_DELETING, sub, rest):
        return True
    if sub == "push":
        return any(text.startswith((":", "+")) for text in texts)
    if sub == "checkout":
        creates = has_option(rest, letters="b", long=("--orphan", "--track", "--detach"))
        named = operands(rest)
        return (
            "--" in texts
            or any(w.text.startswith((".", ":", "*", "/", "~")) or w.glob for w in named)
            or (len(named) > 1 and not creates)
        )
    return False


def _lists(sub: str, rest: Sequence[Word]) -> bool:
    if not rest:
        return sub in _READS_ALONE
    listing = _LISTS[sub]
    named = any(listing.get(word.text, False) for word in rest)
    if sub in ("stash", "worktree", "reflog", "notes", "submodule", "remote") and rest[0].text not in listing:
        return False
    return all(word.text in listing or (named and not word.text.startswith("-")) for word in rest)


def _config(rest: Sequence[Word]) -> Judgement:
    """Reading a setting reads; writing one decides which programs git runs from then on."""
    texts = [word.text for word in rest]
    named = [text for text in texts if not text.startswith("-") and text not in ("list", "get")]
    known = all(text.split("=", 1)[0] in _CONFIG_TELLS for text in texts if text.startswith("-"))
    gets = any(text in _CONFIG_GETS for text in texts) or len(named) == 1
    if known and gets and not may_be_option(rest):
        return READS
    return Grade.HIGH, "changes what runs later without being asked", True
