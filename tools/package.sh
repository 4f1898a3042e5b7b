#!/usr/bin/env bash
# Builds the Debian package into the folder given (build/ otherwise) and prints its path.
# The same commit gives the same bytes, wherever and whenever it is built.
set -euo pipefail
cd "$(dirname "$0")/.."

out=$(mkdir -p "${1:-build}" && cd "${1:-build}" && pwd)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH CGO_ENABLED=0
version=0.$(git log -1 --format=%cd --date=format:%Y%m%d).g$(git rev-parse --short=10 HEAD)
arch=$(dpkg --print-architecture)

work=$(mktemp -d "${TMPDIR:-/tmp}/klankbord-package.XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/root
install -d -m 755 "$root/DEBIAN" "$root/usr/bin" "$root/usr/lib/systemd/system" "$root/etc/klankbord" "$root/usr/share/doc/klankbord"
go build -trimpath -buildvcs=true -ldflags '-s -w -buildid=' -o "$root/usr/bin/klankbord" ./cmd/klankbord
chmod 755 "$root/usr/bin/klankbord"
go run ./tools/sbom "$root/usr/bin/klankbord" >"$root/usr/share/doc/klankbord/sbom.cdx.json"
install -m 644 deploy/klankbord.service "$root/usr/lib/systemd/system/"
install -m 640 deploy/debian/klankbord.json "$root/etc/klankbord/"
install -m 644 README.md CHANGELOG.md doc/*.md deploy/port-443.conf deploy/alerts.yml deploy/dashboard.json "$root/usr/share/doc/klankbord/"
install -m 755 deploy/debian/postinst deploy/debian/prerm deploy/debian/postrm "$root/DEBIAN/"
echo /etc/klankbord/klankbord.json >"$root/DEBIAN/conffiles"
size=$(du -k -s --apparent-size "$root" | cut -f1)
sed "s/@VERSION@/$version/; s/@ARCH@/$arch/; s/@SIZE@/$size/" deploy/debian/control >"$root/DEBIAN/control"
chmod 644 "$root/DEBIAN/control" "$root/DEBIAN/conffiles"
find "$root" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
package=$out/klankbord_${version}_$arch.deb
dpkg-deb --root-owner-group -Zxz --build "$root" "$package" >/dev/null
echo "$package"
