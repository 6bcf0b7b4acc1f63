#!/bin/sh
# Debian packages that tests need beyond Python: a browser, a font of many letters and a Java runtime. Where they cannot be installed, the
# tests that need them are left out, and pytest's summary says so.
set -u
missing=""
command -v chromium >/dev/null || missing="$missing chromium"
[ -f /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] || missing="$missing fonts-dejavu-core"
command -v java >/dev/null || missing="$missing default-jre-headless"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    # shellcheck disable=SC2086  # a list of names
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } \
        >/dev/null || echo "Could not install:$missing"
else
    echo "Not installed, and only root may:$missing"
fi
exit 0
