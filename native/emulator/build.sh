#!/usr/bin/env bash
# Builds the emulator into a folder: build.sh [FOLDER], native/emulator/build unless another is given.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
make -s -C "$here" -j"$(nproc)" --no-print-directory BUILD="$(realpath -m "${1:-$here/build}")"
