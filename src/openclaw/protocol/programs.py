"""What is known of programs, as data: which only read, which options change that, which wrap another command.

Sources: the manual pages of GNU coreutils, findutils, git and util-linux, and of their BSD namesakes. A program
that stands in no table is unknown, and an unknown program is taken to change things.
"""

STANDARD_FOLDERS = frozenset(
    {"/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/opt/homebrew/bin"}
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


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
EVALUATORS = _words("eval trap alias hash enable fc bind complete compgen let compopt")
# What they are fed is, or can hold, commands.
OBEYS_INPUT = _words(
    "mysql mariadb psql sqlite3 mongo mongosh redis-cli sqlcmd duckdb mysqlsh clickhouse-client sqlplus isql cqlsh "
    "parallel ed ex vi vim nvim emacs gdb lldb dc m4 expect gnuplot octave ghci irb iex erl scala swipl guile sbcl "
    "clisp racket groovy jshell ftp sftp lftp telnet at batch tclsh wish swift ocaml elixir raku "
    "nsupdate powershell pwsh cmd"
)
SHUTTERS = _words("shutdown reboot halt poweroff telinit init")
DESTROYERS = _words("mkfs mke2fs mkswap newfs wipefs blkdiscard diskpart bcdedit regedit regedt32")

# Words that give a deed away when they stand among the arguments of a program that is not known.
TELLTALES = _words("rm rmdir unlink shred sudo doas su dd mkfs wipefs reboot poweroff shutdown")
DISK_WRITERS = _words("cp tee mv cat install pv badblocks shred truncate dd gunzip zcat xzcat")
OWNERSHIP = _words("chmod chown chgrp chattr")
POWER_WORDS = _words(
    "poweroff reboot halt suspend hibernate kexec rescue emergency shutdown soft-reboot hybrid-sleep sleep exit final "
    "suspend-then-hibernate ctrl-alt-del switch-root runlevel0 runlevel1 runlevel6 initrd-switch-root umount"
)

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


# After `time` and its kin the shell may go on with grammar of its own, which is not looked into there.
GRAMMAR = _words("{ } ! if then elif else fi for do done while until case esac in function select ( )")

# Variables that decide which code runs. Names, and beginnings of names.
STEERING = _words(
    "PATH IFS ENV BASH_ENV SHELL PAGER EDITOR VISUAL BROWSER HOME PROMPT_COMMAND PS4 CDPATH MANPAGER LESS LESSOPEN "
    "LESSCLOSE TMPDIR SHELLOPTS BASHOPTS FPATH ZDOTDIR CLASSPATH JAVA_TOOL_OPTIONS MAKEFLAGS CC CXX LD AR "
    "RIPGREP_CONFIG_PATH TAR_OPTIONS GLOBIGNORE POSIXLY_CORRECT KUBECONFIG DOCKER_HOST DOCKER_CONFIG GCONV_PATH "
    "GETCONF_DIR INPUTRC MAILPATH HISTFILE EXECIGNORE TERMINFO TERMCAP PSQLRC AWKPATH AWKLIBPATH PS0 PS1 PS2"
)
STEERING_STARTS = (
    "LD_", "DYLD_", "BASH_", "XDG_", "SYSTEMD_", "npm_config_", "http_proxy", "https_proxy", "all_proxy",
    "GIT_", "PYTHON", "NODE_", "NPM_", "PERL", "RUBY", "LUA_", "SSH_", "GREP_", "BASH_FUNC",
    "CARGO_", "RUSTC", "GO", "PIP_", "UV_",
)  # fmt: skip
HARMLESS_VARIABLES = _words(
    "LANG LANGUAGE TZ TERM COLUMNS LINES NO_COLOR FORCE_COLOR CLICOLOR CI DEBUG VERBOSE PYTHONUNBUFFERED "
    "PYTHONDONTWRITEBYTECODE PYTHONIOENCODING NODE_ENV GIT_PAGER_IN_USE DEBIAN_FRONTEND"
)

# What they write stands in an archive, not on the line.
UNPACKERS = _words("tar bsdtar gtar unzip 7z 7za 7zz unrar unar cpio pax patch ar jar")
# Options (letters, long) by which programs that are otherwise unknown start others, or take settings that do.
RUNNING_OPTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "tar": (
        "IF",
        ("--to-command", "--use-compress-program", "--checkpoint-action", "--info-script", "--new-volume-script",
         "--rsh-command", "--rmt-command"),
    ),
    "bsdtar": ("", ("--use-compress-program",)),
    "rsync": ("e", ("--rsh", "--rsync-path")),
    "zip": ("", ("--unzip-command",)),
    "split": ("", ("--filter",)),
    "install": ("", ("--strip-program",)),
    "curl": ("K", ("--config",)),
    "wget": ("e", ("--execute", "--config", "--use-askpass")),
    "mapfile": ("C", ()),
    "readarray": ("C", ()),
    "gpg": ("", ("--options", "--photo-viewer", "--agent-program", "--dirmngr-program", "--keyserver-options")),
    "openssl": ("", ("-engine", "-provider", "-config")),
    "less": ("k", ("--lesskey-file", "--lesskey-src")),
    "man": ("PCH", ("--pager", "--config-file", "--html")),
    "diff3": ("", ("--diff-program",)),
    "sdiff": ("", ("--diff-program",)),
}  # fmt: skip
