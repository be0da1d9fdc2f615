#!/bin/sh
# Installs the Debian or Ubuntu packages that gradus is built from; does nothing when all are there.
# With --ci also those that only its checks need: sanitizers, formatting, pkg-config, a browser, gnuplot.
set -eu

packages="g++ cmake ninja-build libeigen3-dev libopenblas-openmp-dev libspdlog-dev libfmt-dev libgtest-dev
libgmock-dev zlib1g-dev libssl-dev libcli11-dev nlohmann-json3-dev libbenchmark-dev librandom123-dev
libjs-dygraphs curl ca-certificates"
case "${1-}" in
  "") ;;
  --ci) packages="$packages clang clang-format libomp-dev pkg-config chromium chromium-driver gnuplot-nox" ;;
  *) echo "usage: tools/setup.sh [--ci]" >&2; exit 2 ;;
esac

if ! command -v apt-get >/dev/null; then
  echo "setup: this is not Debian or Ubuntu. Install what corresponds to these packages, then build with CMake:" >&2
  echo "$packages" >&2
  exit 1
fi

# shellcheck disable=SC2016,SC2086
installed=$(dpkg-query --show --showformat '${Package} ${db:Status-Status}\n' $packages 2>/dev/null |
  sed -n 's/ installed$//p')
missing=""
for package in $packages; do
  echo "$installed" | grep -qxF "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=""
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "setup: only root may install packages, and there is no sudo. As root, type:" >&2
    echo "apt-get update && apt-get install$missing" >&2
    exit 1
  fi
  as_root="sudo"
fi

echo "setup: installing$missing" >&2
apt() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" </dev/null >/dev/null; }
apt update
# shellcheck disable=SC2086
apt install --yes --no-install-recommends $missing
