# ./build.ps1 [Target] [--option=value ...]: runs a target of build.cake; Build where none is given.
$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot
$env:DOTNET_NOLOGO = '1'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'

$target = 'Default'
$rest = @($args)
if ($rest.Count -gt 0 -and $rest[0] -notlike '-*') {
  $target = $rest[0]
  $rest = @($rest | Select-Object -Skip 1)
}

dotnet tool restore --verbosity quiet
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
dotnet cake build.cake "--target=$target" @rest
exit $LASTEXITCODE
