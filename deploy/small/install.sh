#!/bin/sh
# Install contactable on a bare Debian 12 or newer, for one machine and SQLite: user, environment, units, settings.
# Run as root. WHAT is what pip installs (a wheel, or contactable[excel]); run again, it changes nothing that is there.
set -eu
WHAT="${WHAT:-contactable}"
HERE=$(cd "$(dirname "$0")" && pwd)
HOME_OF=/var/lib/contactable CODE=/opt/contactable

id contactable >/dev/null 2>&1 || useradd --system --home-dir "$HOME_OF" --shell /usr/sbin/nologin contactable
install -d -o contactable -g contactable -m 0750 "$HOME_OF"
install -d -o contactable -g contactable -m 0700 "$HOME_OF/backups"
[ -x "$CODE/bin/python" ] || python3 -m venv "$CODE"
"$CODE/bin/pip" install --quiet --upgrade "$WHAT"
ln -sf "$CODE/bin/contactable" /usr/local/bin/contactable
install -m 0755 "$HERE/backup.sh" "$CODE/backup.sh"
install -m 0755 "$HERE/upgrade.sh" "$CODE/upgrade.sh"
[ -e /etc/contactable.env ] || install -m 0600 /dev/null /etc/contactable.env
if [ -d /etc/systemd/system ]; then
    install -m 0644 "$HERE"/contactable*.service "$HERE"/contactable*.timer /etc/systemd/system/
fi
echo "Installed: $("$CODE/bin/contactable" --version)"
echo "Next: put tokens into /etc/contactable.env (NAME=value), then, as docs/install.md says:"
echo "  cd $HOME_OF && runuser -u contactable -- contactable init"
