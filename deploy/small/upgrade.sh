#!/bin/sh
# Upgrade: back up, install, migrate, look, start again. Stops at the first thing that is wrong; the backup is then
# the way back. Run as root, in the folder of the settings. WHAT is what pip installs.
set -eu
WHAT="${WHAT:-contactable}"
CODE=/opt/contactable
set -a && . /etc/contactable.env && set +a # its owner is root: read here, handed on
cd /var/lib/contactable
as() { runuser -u contactable -- "$@"; }
service() { command -v systemctl >/dev/null 2>&1 && [ -d /run/systemd/system ] && systemctl "$@" || true; }

as "$CODE/backup.sh"
# Senders come again: nothing is lost while it is down, and no running process loads half-replaced files.
service stop contactable
"$CODE/bin/pip" install --quiet --upgrade "$WHAT"
as "$CODE/bin/contactable" register upgrade
as "$CODE/bin/contactable" doctor || echo "doctor found something: see above" >&2
service start contactable
echo "Now: $("$CODE/bin/contactable" --version)"
