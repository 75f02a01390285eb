#!/bin/sh
# Compiles kernels to PTX: compile.sh OUT [FILE.cu ...], all of this folder by default. With clang 19, which needs no CUDA toolkit.
# The first line of a PTX file names the sources that it was made from, so that a stale one is found where there is no compiler.
set -eu
export LC_ALL=C
cd "$(dirname "$0")"
out=$1
shift
[ $# -gt 0 ] || set -- *.cu
mkdir -p "$out"
for source in "$@"; do
    name=$(basename "$source" .cu)
    sum=$(cat "$source" *.h compile.sh | sha256sum | cut -d' ' -f1)
    {
        echo "// Of native/kernels/$name.cu and headers, sha256 $sum"
        "${CLANG:-clang-19}" -x cuda --cuda-device-only -nocudainc -nocudalib -std=c++20 -O3 -mllvm -disable-vector-combine -ffp-contract=off -Wall -Wextra -Werror \
            --cuda-gpu-arch=sm_80 -Xclang -target-feature -Xclang +ptx78 -S "$source" -o -
    } > "$out/$name.ptx.new"
    mv "$out/$name.ptx.new" "$out/$name.ptx"
done
