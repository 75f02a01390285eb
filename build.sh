#!/usr/bin/env bash
# ./build.sh [Target] [--option=value ...]: runs a target of build.cake; Build where none is given.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

# The SDK keeps tools and packages in the home folder; where there is none, it gets one here.
if [[ ! -w ${HOME:-} ]]; then
  export HOME=$PWD/artifacts/home
  mkdir -p "$HOME"
fi

target=Default
if [[ $# -gt 0 && $1 != -* ]]; then
  target=$1
  shift
fi

dotnet tool restore --verbosity quiet
exec dotnet cake build.cake --target="$target" "$@"
