"""What every machine denies unless its owner says otherwise, and the file that explains it."""

DENIED: tuple[str, ...] = (
    # keys and credentials
    ".ssh",
    ".gnupg",
    ".aws",
    ".azure",
    ".kube",
    ".docker/config.json",
    ".config/gcloud",
    ".config/gh",
    ".config/hub",
    ".config/rclone",
    ".netrc",
    "_netrc",
    ".git-credentials",
    ".npmrc",
    ".pypirc",
    ".pgpass",
    ".my.cnf",
    ".vault-token",
    ".cargo/credentials*",
    ".terraform.d/credentials*",
    ".env",
    ".env.*",
    "*.pem",
    "*.key",
    "*.p12",
    "*.pfx",
    "*.jks",
    "*.ppk",
    "id_rsa*",
    "id_dsa*",
    "id_ecdsa*",
    "id_ed25519*",
    # password stores and keyrings
    ".password-store",
    "*.kdbx",
    ".local/share/keyrings",
    ".local/share/kwalletd",
    ".config/1password",
    ".config/bitwarden*",
    "library/keychains",
    "appdata/*/microsoft/credentials",
    "appdata/*/microsoft/protect",
    "appdata/*/microsoft/vault",
    # browser and mail profiles: cookies are log-ins
    ".mozilla",
    ".thunderbird",
    ".config/google-chrome*",
    ".config/chromium",
    ".config/bravesoftware",
    ".config/microsoft-edge*",
    ".config/opera*",
    ".config/vivaldi",
    "snap/firefox",
    "snap/chromium",
    ".var/app/org.mozilla.firefox",
    ".var/app/com.google.chrome",
    "library/application support/google/chrome*",
    "library/application support/firefox",
    "library/application support/bravesoftware",
    "library/application support/microsoft edge*",
    "library/cookies",
    "library/safari",
    "appdata/*/google/chrome",
    "appdata/*/mozilla",
    "appdata/*/microsoft/edge",
    "appdata/*/bravesoftware",
    # shell histories often hold pasted secrets
    ".bash_history",
    ".zsh_history",
    ".python_history",
)

POLICY_TEXT = """\
# What the assistant may do on THIS machine. This file always wins: whatever the server or a person in the web
# app allows, the bridge refuses what is refused here. Changes count from the next call on; no restart needed.
# If the file has an error, every call is refused until it is repaired.

# Folders that may be read, searched, changed and worked in, with everything below them. ~ is your home folder.
folders = ["~"]

# Names and paths that stay closed even inside those folders. "*.pem" matches one name anywhere;
# ".config/google-chrome" matches that run of folders, "~/Documents/taxes" that place. These come on top of the
# built-in list (keys, credentials, browser profiles, password stores; see: openclaw bridge policy show).
denied = []
use_default_denied = true

# The riskiest kind of call that is accepted once it is approved: "read", "modify" or "high" (deleting, sudo, …).
# Dangerous calls (wiping a disk, rm -rf /, …) are always refused.
max_grade = "high"

# For each tool "allow", "deny", or the riskiest grade that is accepted of it: with exec = "read" a command may
# look but not change. The lower of this and max_grade counts.
[tools]
"fs.list" = "allow"
"fs.read" = "allow"
"fs.search" = "allow"
"fs.collect" = "allow"  # hands files over as results, as far as the work's sync mode lets them leave
"fs.write" = "allow"
"fs.edit" = "allow"
"fs.move" = "allow"
"fs.delete" = "allow"
"exec" = "allow"
"system.info" = "allow"
"pi" = "allow"  # the Pi runtime, each of whose tool calls is judged like the ones above
"vault" = "allow"  # local-only systems that are kept on this machine
"""
