"""Programs that only read, as data: whatever their options, unless certain options, or only with certain ones.

Sources: the manual pages of GNU coreutils, findutils, procps and util-linux, of their BSD namesakes, and of each
program named. What writes, runs a program, reaches another machine or takes a configuration is not reading.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Caveat:
    """What turns a reading program into a writing one: option letters, long options, exact words, operands."""

    letters: str = ""
    long: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()
    operands: int | None = None  # more operands than this write


@dataclass(frozen=True)
class Allowed:
    """The options with which a subcommand only reads; ``operands`` None: any number of them.

    ``letters`` may be clustered or have a value glued to them, ``words`` are whole, up to ``=``.
    """

    letters: str = ""
    words: frozenset[str] = frozenset()
    operands: int | None = None


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Whatever the arguments, these change nothing (shell built-ins included).
READERS = _words(
    "ls dir vdir cat tac head tail wc grep egrep fgrep rgrep zgrep zcat pwd echo whoami id groups uname df du ps "
    "which whereis type stat cut tr diff cmp comm paste join nl od hexdump strings basename dirname realpath "
    "readlink true false test [ : cd pushd popd dirs exit return break continue shift printenv nproc free "
    "uptime lscpu lsblk lsusb lsmod locale tty seq sleep expr factor md5sum sha1sum sha224sum "
    "sha256sum sha384sum sha512sum b2sum cksum sum md5 shasum jq column fold fmt rev expand unexpand look sw_vers "
    "vm_stat vmstat iostat w who last ver where findstr getconf logname users pgrep pidof "
    "umask times tsort pathchk numfmt [[ sync"
)
# These print what files hold: a file that is only known later may be one that nobody should read.
CONTENT_READERS = _words(
    "cat tac head tail grep egrep fgrep rgrep zgrep zcat cut diff cmp comm paste join nl od hexdump strings jq column "
    "fold fmt rev expand unexpand look sort uniq awk gawk mawk nawk sed rg xxd base64 findstr iconv numfmt tsort"
)
READERS_UNLESS: dict[str, Caveat] = {
    "find": Caveat(words=_words("-delete -exec -execdir -ok -okdir -fprint -fprint0 -fprintf -fls")),
    "fd": Caveat("xX", ("--exec", "--exec-batch")),
    "fdfind": Caveat("xX", ("--exec", "--exec-batch")),
    "rg": Caveat(long=("--pre", "--hostname-bin", "--search-zip"), letters="z"),
    "sort": Caveat("oT", ("--output", "--compress-program", "--files0-from", "--temporary-directory")),
    "uniq": Caveat(operands=1),
    "printf": Caveat("v"),
    "tree": Caveat("oR", ("--output",)),
    "file": Caveat("Cmp", ("--compile", "--magic-file", "--preserve-date")),
    "hostname": Caveat("FbBy", ("--file", "--boot", "--nis", "--yp"), operands=0),
    "xxd": Caveat("r", operands=1),
    "dmesg": Caveat(
        "cCDEn", ("--clear", "--read-clear", "--console-on", "--console-off", "--console-level")
    ),
    "base64": Caveat("o", ("--output",)),
    "iconv": Caveat("o", ("--output",)),
    "ss": Caveat("KDNF", ("--kill", "--diag", "--net", "--filter")),
    "netstat": Caveat("zNM"),
    "sysctl": Caveat("wpf", ("--write", "--load", "--system"), words=frozenset("=")),
    "journalctl": Caveat(
        "DMi",
        (
            "--vacuum-size", "--vacuum-time", "--vacuum-files", "--rotate", "--flush", "--sync", "--setup-keys",
            "--relinquish-var", "--smart-relinquish-var", "--update-catalog", "--cursor-file", "--machine", "--root",
            "--image", "--image-policy", "--directory", "--file", "--interval", "--force", "--verify-key",
        ),
    ),
    "cal": Caveat(),
    "arch": Caveat(operands=0, letters="0123456789abcdefghijklmnopqrstuvwxyz_"),
    "lsof": Caveat("Dk"),
    "lspci": Caveat("AHOqQFp"),
    "apropos": Caveat("CMmL", ("--config-file", "--manpath", "--systems", "--locale")),
    "whatis": Caveat("CMmL", ("--config-file", "--manpath", "--systems", "--locale")),
    "getent": Caveat(words=_words("hosts ahosts ahostsv4 ahostsv6 netgroup initgroups")),  # asks name servers
    "wait": Caveat("p"),
    "jobs": Caveat("x"),
    "tasklist": Caveat(words=_words("/s /S /u /U /p /P")),
    "systeminfo": Caveat(words=_words("/s /S /u /U /p /P")),
}  # fmt: skip
IFCONFIG_TELLS = _words("-a -s -v -l -m -L")
# `set` and `shopt` change how the rest of the line is read: these options of `set` do not.
SET_LETTERS = "euxvnfCbhm"
SET_NAMES = _words(
    "errexit nounset xtrace verbose noexec noglob noclobber notify hashall monitor pipefail errtrace"
)

# `program --version` and nothing else; the further words are those that do the same in this one. Left out on purpose:
# programs that run what a file in the folder names to tell it (yarn, pnpm, cargo, rustc, dotnet, ansible).
_NOTHING: frozenset[str] = frozenset()
VERSIONED: dict[str, frozenset[str]] = dict.fromkeys(
    _words(
        "sh bash zsh fish gem php javac gcc g++ clang cc cmake psql sqlite3 mysql redis-server terraform ffmpeg tar "
        "gzip rsync vim emacs code dnf lua R julia swift npx deno bun pip pip3 uv make curl wget git ruby kubectl"
    ),
    _NOTHING,
) | {
    "python": _words("-V"),
    "python3": _words("-V"),
    "node": _words("-v"),
    "npm": _words("-v"),
    "perl": _words("-v"),
    "java": _words("-version"),
    "go": _words("version"),
    "docker": _words("-v"),
    "ssh": _words("-V"),
    "nginx": _words("-v -V"),
    "openssl": _words("version"),
    "brew": _words("-v"),
    "apt": _words("-v"),
    "openclaw": _words("version"),
}

_TABLES = "-a -q -n -l -s -f --all --quiet --no-trunc --latest --last --size --filter --format"
_BREW = Allowed(
    "1l", _words("--versions --cask --casks --formula --formulae --json --full-name --installed --tree")
)
_APT = Allowed("anf", _words("--all-versions --names-only --full --installed --upgradable --upgradeable"))
_UNITS = Allowed(
    "atplnoqru",
    _words(
        "--no-pager --all --type --state --property --value --full --lines --output --user --system --failed --plain "
        "--no-legend --quiet --recursive --reverse --after --before --with-dependencies --show-types"
    ),
)
_NPM = Allowed(
    "glap",
    _words("--global --depth --all --json --long --parseable --prod --production --dev --omit --include"),
)
_PIP_LIST = Allowed(
    "leq",
    _words(
        "--local --user --editable --exclude-editable --include-editable --format --not-required --exclude --quiet "
        "--pre --verbose --disable-pip-version-check --no-color"
    ),
)
_PIP = {
    "list": _PIP_LIST,
    "freeze": _PIP_LIST,
    "show": Allowed("fq", _words("--files --quiet --verbose --disable-pip-version-check")),
    "check": Allowed("q", _words("--quiet --disable-pip-version-check"), operands=0),
}
_KUBECTL = _words(
    "--namespace --all-namespaces --output --selector --watch --show-labels --sort-by --field-selector --no-headers "
    "--label-columns --container --tail --since --timestamps --previous --follow --all-containers --client --short "
    "--api-version --recursive --show-kind --containers"
)
_DPKG = Allowed()
# The first operand decides, and every option behind it must be one of these.
SUBCOMMANDS: dict[str, dict[str, Allowed]] = {
    "pip": _PIP,
    "pip3": _PIP,
    "npm": {"ls": _NPM, "list": _NPM},
    "docker": {
        "ps": Allowed("aqnlsf", _words(_TABLES)),
        "images": Allowed("aqf", _words(_TABLES + " --digests --tree")),
        "version": Allowed("f", _words("--format"), operands=0),
        "info": Allowed("f", _words("--format"), operands=0),
        "logs": Allowed("ftn", _words("--follow --tail --since --until --timestamps --details")),
        "inspect": Allowed("fs", _words("--format --size --type")),
        "top": Allowed(),
        "stats": Allowed("a", _words("--all --no-stream --no-trunc --format")),
        "port": Allowed(),
    },
    "kubectl": {
        **dict.fromkeys(("get", "describe", "top", "explain"), Allowed("nAolwL", _KUBECTL)),
        "logs": Allowed("nfclp", _KUBECTL),
        "version": Allowed("o", _KUBECTL, operands=0),
        "api-resources": Allowed("o", _KUBECTL, operands=0),
        "cluster-info": Allowed(operands=0),
    },
    "systemctl": dict.fromkeys(
        "status is-active is-enabled is-failed list-units list-unit-files show cat list-timers list-sockets".split(),
        _UNITS,
    ),
    "brew": {"list": _BREW, "info": _BREW, "deps": _BREW},
    "apt": {"list": _APT, "show": _APT, "search": _APT, "policy": _APT},
    "apt-cache": {"search": _APT, "show": _APT, "policy": _APT, "depends": _APT, "rdepends": _APT},
    "dpkg": dict.fromkeys("-l -L -s -S --list --listfiles --status --search".split(), _DPKG),
    "launchctl": {"list": Allowed(), "print": Allowed()},
    "reg": {"query": Allowed()},
    "crontab": {"-l": Allowed(operands=0)},
}
