"""What is known of programs, as data: which only read, which options change that, which wrap another command.

Sources: the manual pages of GNU coreutils, findutils, git and util-linux, and of their BSD namesakes. A program
that stands in no table is unknown, and an unknown program is taken to change things.
"""

from dataclasses import dataclass

STANDARD_FOLDERS = frozenset(
    {"/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/opt/homebrew/bin"}
)


@dataclass(frozen=True)
class Caveat:
    """What turns a reading program into a writing one: option letters, long options, exact words, operands."""

    letters: str = ""
    long: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()
    operands: int | None = None  # more operands than this write


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Whatever the arguments, these change nothing (shell built-ins included).
READERS = _words(
    "ls dir vdir cat tac head tail wc grep egrep fgrep zgrep zcat pwd echo whoami id groups uname arch df du ps "
    "which whereis type stat cut tr diff cmp comm paste join nl od hexdump strings basename dirname realpath "
    "readlink true false test [ : cd pushd popd dirs exit return break continue shift wait printenv nproc free "
    "uptime lscpu lsblk lsusb lspci lsmod lsof getent locale tty seq sleep expr factor md5sum sha1sum sha224sum "
    "sha256sum sha384sum sha512sum b2sum cksum sum md5 shasum jq column fold fmt rev expand unexpand look sw_vers "
    "vm_stat vmstat iostat w who last tasklist systeminfo ver where findstr getconf logname users pgrep pidof "
    "umask times jobs apropos whatis tsort pathchk numfmt [[ set shopt sync"
)
READERS_UNLESS: dict[str, Caveat] = {
    "find": Caveat(words=_words("-delete -exec -execdir -ok -okdir -fprint -fprint0 -fprintf -fls")),
    "fd": Caveat("xX", ("--exec", "--exec-batch")),
    "rg": Caveat(long=("--pre", "--hostname-bin")),
    "sort": Caveat("o", ("--output", "--compress-program")),
    "uniq": Caveat(operands=1),
    "date": Caveat("s", ("--set",)),
    "printf": Caveat("v"),
    "tree": Caveat("oR", ("--output",)),
    "file": Caveat("C", ("--compile",)),
    "hostname": Caveat("Fb", ("--file", "--boot"), operands=0),
    "xxd": Caveat("r", operands=1),
    "dmesg": Caveat("cCDEn", ("--clear", "--read-clear", "--console")),
    "base64": Caveat("o", ("--output",)),
    "iconv": Caveat("o", ("--output",)),
    "ss": Caveat("K", ("--kill",)),
    "netstat": Caveat(),
    "sysctl": Caveat("wpf", ("--write", "--load", "--system"), words=frozenset("=")),
    "journalctl": Caveat(
        long=("--vacuum", "--rotate", "--flush", "--sync", "--setup-keys", "--update-catalog")
    ),
    "cal": Caveat(),
    "ifconfig": Caveat(operands=1),
}
# `program --version` and nothing else.
VERSIONED = _words(
    "python python3 pip pip3 uv node npm npx yarn pnpm deno bun ruby gem perl php java javac go rustc cargo gcc g++ "
    "clang cc make cmake git docker kubectl bash zsh fish sh curl wget ssh psql sqlite3 mysql redis-server nginx "
    "terraform ansible ffmpeg openssl tar gzip rsync vim emacs code brew apt dnf openclaw lua R julia swift dotnet"
)
VERSION_WORDS = _words("--version -V -v version --help -version")

# The first operand decides; options before it are judged by the caller.
SUBCOMMAND_READS: dict[str, frozenset[str]] = {
    "git": _words(
        "status log diff show blame annotate rev-parse rev-list describe ls-files ls-tree shortlog grep whatchanged "
        "name-rev merge-base cherry show-ref for-each-ref cat-file count-objects check-ignore check-attr var "
        "diff-tree diff-index diff-files range-diff version"
    ),
    "pip": _words("list show freeze check"),
    "pip3": _words("list show freeze check"),
    "npm": _words("ls list outdated"),
    "cargo": _words("tree metadata version"),
    "go": _words("version"),
    "docker": _words("ps images version info logs inspect top stats port"),
    "kubectl": _words("get describe logs version explain top api-resources cluster-info"),
    "systemctl": _words(
        "status is-active is-enabled is-failed list-units list-unit-files show cat list-timers"
    ),
    "brew": _words("list info search outdated deps"),
    "apt": _words("list show search policy"),
    "apt-cache": _words("search show policy depends rdepends"),
    "dpkg": _words("-l -L -s -S --list --listfiles --status --search"),
    "launchctl": _words("list print"),
    "reg": _words("query"),
}
GIT_HIGH = _words("clean rm filter-branch filter-repo prune replace update-ref")
GIT_LISTS = _words("branch tag remote stash config worktree reflog notes submodule")
GIT_LIST_WORDS = _words(
    "-a -r -v -vv -l --list --all --remotes --show-current --verbose list show get-url --get --get-all "
    "--get-regexp -n --no-color --color status"
)
GIT_WRITING_OPTIONS = ("--output", "--open-files-in-pager", "--ext-diff", "--exec")
GIT_DELETING: dict[str, frozenset[str]] = {
    "reset": _words("--hard"),
    "push": _words("-f --force --force-with-lease --delete -d --mirror --prune"),
    "branch": _words("-D -d --delete"),
    "tag": _words("-d --delete"),
    "stash": _words("drop clear"),
    "checkout": _words("-f --force"),
    "worktree": _words("remove prune"),
    "remote": _words("remove rm prune"),
}
# Subcommands that delete, of programs that are otherwise unknown.
DELETING_SUBCOMMANDS: dict[str, frozenset[str]] = {
    "docker": _words("rm rmi prune kill down"),
    "podman": _words("rm rmi prune kill"),
    "kubectl": _words("delete drain"),
    "aws": _words("rm rb delete-bucket delete-object terminate-instances"),
    "gcloud": _words("delete"),
    "terraform": _words("destroy"),
    "npm": _words("unpublish"),
    "gh": _words("delete"),
}

DELETERS = _words("rm rmdir unlink shred srm truncate del erase rd wipe trash gio-trash remove-item ri")
KILLERS = _words("kill killall pkill taskkill skill")
ADMINS = _words("sudo doas su pkexec runas gosu sudoedit run0")
PERSISTENCE = _words("crontab at batch schtasks launchctl update-rc.d chkconfig")
ADMINISTRATION = _words(
    "iptables ip6tables nft ufw pfctl firewall-cmd netsh useradd userdel usermod groupadd groupdel passwd chpasswd "
    "visudo chsh mount umount fdisk sfdisk gdisk sgdisk cfdisk parted lvremove vgremove pvremove zpool zfs chroot "
    "unshare nsenter insmod rmmod modprobe setcap ssh scp wsl osascript powershell pwsh cmd wmic nc ncat netcat "
    "debugfs losetup swapoff hdparm efibootmgr grub-install setfacl tune2fs csrutil nvram dscl vssadmin"
)
EVALUATORS = _words("eval trap alias hash enable fc bind complete")
SHUTTERS = _words("shutdown reboot halt poweroff telinit init")
DESTROYERS = _words("mkfs mke2fs mkswap newfs wipefs blkdiscard diskpart bcdedit regedit regedt32")

# Words that give a deed away when they stand among the arguments of a program that is not known.
TELLTALES = _words("rm rmdir unlink shred sudo doas su dd mkfs wipefs reboot poweroff shutdown")
DISK_WRITERS = _words("cp tee mv cat install pv badblocks shred truncate dd gunzip zcat xzcat")
OWNERSHIP = _words("chmod chown chgrp chattr")
POWER_WORDS = _words("poweroff reboot halt suspend hibernate kexec rescue emergency")

SHELLS = _words("sh bash dash zsh ksh mksh fish ash csh tcsh rbash")
# The interpreter, and the options after which program text follows.
INTERPRETERS: dict[str, frozenset[str]] = {
    "python": _words("-c"),
    "pypy": _words("-c"),
    "node": _words("-e --eval -p --print -r --require --import"),
    "nodejs": _words("-e --eval -p --print -r --require"),
    "deno": _words("eval"),
    "bun": _words("-e --eval -p --print"),
    "tsx": _words("-e --eval"),
    "perl": _words("-e -E"),
    "ruby": _words("-e"),
    "php": _words("-r"),
    "lua": _words("-e"),
    "tclsh": frozenset(),
    "rscript": _words("-e"),
    "r": _words("-e"),
    "julia": _words("-e --eval -E"),
}

# Run something that is named in their arguments, in ways this module does not follow.
RUNNERS = _words(
    "script flock tmux screen parallel strace ltrace gdb lldb expect socat podman docker vagrant systemd-run entr "
    "fswatch watchexec nodemon concurrently npx pnpx uvx bunx pipx make just task watch ld.so at batch vim vi ed ex "
    "sqlite3 psql mysql man less more git-shell setarch linux32 linux64 chrt taskset firejail bwrap dbus-run-session"
)


@dataclass(frozen=True)
class Wrapper:
    """A program that runs the command in its operands.

    ``letters`` and ``long`` take a value in the next word; ``skip`` operands come before the command.
    """

    letters: str = ""
    long: frozenset[str] = frozenset()
    skip: int = 0
    assignments: bool = False  # NAME=value operands before the command
    feeds: bool = False  # arguments are added that stand nowhere on the line


WRAPPERS: dict[str, Wrapper] = {
    "env": Wrapper("uC", _words("--unset --chdir"), assignments=True),
    "nohup": Wrapper(),
    "time": Wrapper("f", _words("--format"), assignments=True),
    "timeout": Wrapper("sk", _words("--signal --kill-after"), skip=1),
    "gtimeout": Wrapper("sk", _words("--signal --kill-after"), skip=1),
    "nice": Wrapper("n", _words("--adjustment")),
    "ionice": Wrapper("cnpPu", _words("--class --classdata")),
    "stdbuf": Wrapper("ioe", _words("--input --output --error")),
    "setsid": Wrapper(),
    "command": Wrapper(),
    "builtin": Wrapper(),
    "exec": Wrapper("a"),
    "noglob": Wrapper(),
    "coproc": Wrapper(assignments=True),
    "busybox": Wrapper(),
    "toybox": Wrapper(),
    "caffeinate": Wrapper("tw"),
    "xargs": Wrapper(
        "aEIJLnPdsRS",
        _words("--arg-file --delimiter --max-lines --max-args --max-procs --max-chars --replace --eof"),
        feeds=True,
    ),
    "sudo": Wrapper(
        "ughpCrtTUDR",
        _words("--user --group --host --prompt --close-from --chdir --chroot"),
        assignments=True,
    ),
    "doas": Wrapper("uC", assignments=True),
    "pkexec": Wrapper("u", _words("--user")),
    "gosu": Wrapper(skip=1),
    "chroot": Wrapper("", skip=1),
}
# Options of wrappers that only tell, or that write or evaluate on their own.
WRAPPER_TELLS: dict[str, frozenset[str]] = {
    "command": _words("-v -V"),
    "sudo": _words("-l --list -V --version"),
}
WRAPPER_DEEPER: dict[str, tuple[str, ...]] = {
    "env": ("-S", "--split-string"),
    "time": ("-o", "-a", "--output", "--append"),
    "sudo": ("-s", "-i", "-e", "--shell", "--login", "--edit"),
}

# After `time` and its kin the shell may go on with grammar of its own, which is not looked into there.
GRAMMAR = _words("{ } ! if then elif else fi for do done while until case esac in function select ( )")

# Variables that decide which code runs. Names, and beginnings of names.
STEERING = _words(
    "PATH IFS ENV BASH_ENV SHELL PAGER EDITOR VISUAL BROWSER HOME PROMPT_COMMAND PS4 CDPATH MANPAGER LESS LESSOPEN "
    "LESSCLOSE TMPDIR SHELLOPTS BASHOPTS FPATH ZDOTDIR CLASSPATH JAVA_TOOL_OPTIONS MAKEFLAGS CC CXX LD AR "
    "RIPGREP_CONFIG_PATH TAR_OPTIONS GLOBIGNORE POSIXLY_CORRECT"
)
STEERING_STARTS = (
    "LD_", "DYLD_", "GIT_", "PYTHON", "NODE_", "NPM_", "PERL", "RUBY", "LUA_", "SSH_", "GREP_", "BASH_FUNC",
    "CARGO_", "RUSTC", "GO", "PIP_", "UV_",
)  # fmt: skip
HARMLESS_VARIABLES = _words(
    "LANG LANGUAGE TZ TERM COLUMNS LINES NO_COLOR FORCE_COLOR CLICOLOR CI DEBUG VERBOSE PYTHONUNBUFFERED "
    "PYTHONDONTWRITEBYTECODE PYTHONIOENCODING NODE_ENV GIT_PAGER_IN_USE DEBIAN_FRONTEND"
)
