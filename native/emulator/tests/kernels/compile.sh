#!/usr/bin/env bash
# Compiles the tests' kernels to ../ptx, where there is clang 19; what it gives is committed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
for source in *.cu; do
  clang-19 -x cuda --cuda-device-only -nocudainc -nocudalib -O3 -S --cuda-gpu-arch=sm_80 -Xclang -target-feature -Xclang +ptx78 \
    -ffp-contract=off "$source" -o "../ptx/${source%.cu}.ptx"
done
