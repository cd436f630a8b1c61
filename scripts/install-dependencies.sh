#!/bin/sh
# Installs the Debian packages that are missing; does nothing, and asks for no rights, when none is.
set -eu

packages="libopenblas-dev libgit2-dev libssl-dev libsqlite3-dev pkg-config curl python3 python3-pip make git"
# What Parquet files are compressed with.
packages="$packages zlib1g-dev libsnappy-dev libzstd-dev libbrotli-dev liblz4-dev"
# Whoever has a Python with pip of his own needs no second one.
if python3 -m pip --version >/dev/null 2>&1; then
  packages=$(echo "$packages" | sed 's/ python3 python3-pip//')
fi

missing=""
for package in $packages; do
  case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true) in
    *"ok installed") ;;
    *) missing="$missing $package" ;;
  esac
done

if [ -n "$missing" ]; then
  if ! command -v apt-get >/dev/null; then
    echo "These packages are missing, and there is no apt-get to install them with:$missing" >&2
    exit 1
  fi
  run=""
  [ "$(id -u)" = 0 ] || run="sudo"
  echo "Installing:$missing" >&2
  $run apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive $run apt-get install -y -qq --no-install-recommends $missing >&2
fi

if ! command -v swift >/dev/null; then
  echo "Swift 6.2 or later is needed (https://www.swift.org/install); 'swift' was not found." >&2
  exit 1
fi
