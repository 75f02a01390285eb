#!/bin/sh
# Compiles kernels to PTX: compile.sh OUT [FILE.cu ...], all of this folder by default. With clang 19, which needs no CUDA toolkit.
# The first line of a PTX file names the sources that it was made from: the file, the headers that it includes, itself or through others, and this
# script. So a stale one is found where there is no compiler: compile.sh --sources [FILE.cu ...] only prints the lines that there should be.
set -eu
export LC_ALL=C
cd "$(dirname "$0")"
out=$1
shift
[ $# -gt 0 ] || set -- *.cu

# In the order of their names. Each round adds what the headers of the round before include.
headers() {
    known=
    while all=$(sed -n 's/^#include "\(.*\)"/\1/p' "$1" $known | sort -u) && [ "$all" != "$known" ]; do
        known=$all
    done
    echo $known
}

sha256() {
    if command -v sha256sum > /dev/null; then sha256sum; else shasum -a 256; fi | cut -d' ' -f1
}

sources() {
    echo "// Of native/kernels/$(basename "$1") and headers, sha256 $(cat "$1" $(headers "$1") compile.sh | sha256)"
}

[ "$out" = --sources ] || mkdir -p "$out"
for source in "$@"; do
    if [ "$out" = --sources ]; then
        sources "$source"
        continue
    fi
    name=$(basename "$source" .cu)
    {
        sources "$source"
        "${CLANG:-clang-19}" -x cuda --cuda-device-only -nocudainc -nocudalib -std=c++20 -O3 -mllvm -disable-vector-combine -ffp-contract=off -Wall -Wextra -Werror \
            --cuda-gpu-arch=sm_80 -Xclang -target-feature -Xclang +ptx78 -S "$source" -o -
    } > "$out/$name.ptx.new"
    mv "$out/$name.ptx.new" "$out/$name.ptx"
done
