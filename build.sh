#!/usr/bin/env bash
# Restore, format check, build, every test. People and CI run the same.
#
#   ./build.sh [--filter TEXT] [--long] [--no-servers] [--help]
#
#   --filter TEXT   only tests whose full name (namespace, class, method) contains TEXT
#   --long          also the long tests, those that run for minutes (sets BUS_LONG_TESTS=1)
#   --no-servers    start no RabbitMQ and PostgreSQL: use those that the BUS_TEST_* variables name, else tests that need one start their own
#
# Missing servers are installed first (Debian and its kin, as root); see tests/servers.sh.
# The last line is 'N passed, N failed, N skipped'; the exit code is 0 only if something passed and nothing failed.
set -euo pipefail
cd "$(dirname "$0")"

filter='' servers=true
while [ $# -gt 0 ]; do
  case $1 in
    --filter) filter=${2:?--filter needs a text}; shift ;;
    --long) export BUS_LONG_TESTS=1 ;;
    --no-servers) servers=false ;;
    --help | -h) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) echo "build.sh: unknown option '$1', see --help" >&2; exit 2 ;;
  esac
  shift
done

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
passed=0 failed=0 skipped=0 complete=false stage='' stage_began=0 results=$(mktemp -d)

finish() {
  local code=$?
  [ -z "${BUS_STARTED_SERVERS:-}" ] || tests/servers.sh stop "$BUS_STARTED_SERVERS" || true
  if [ -s "$results/failures" ]; then echo "== what failed"; cat "$results/failures"; fi
  rm -rf "$results"
  # A stage that broke is a failure even if no test had its say.
  if ! "$complete"; then [ -z "$stage" ] || echo "build.sh: broke off in '$stage'"; failed=$((failed + 1)); [ "$code" != 0 ] || code=1; fi
  echo "$passed passed, $failed failed, $skipped skipped"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

begin() { end_stage; stage=$1 stage_began=$SECONDS; echo "== $1"; }
end_stage() { [ -z "$stage" ] || echo "== $stage: $((SECONDS - stage_began)) s"; }

run_tests() { # project file
  local name log summary code=0
  name=$(basename "$1" .csproj) log=$results/$(basename "$1").log
  local arguments=(-noColor -noLogo -longRunning 120)
  [ -z "$filter" ] || arguments+=(-method "*$filter*")
  begin "$name"
  # The scenarios take twenty minutes; forty for one project mean that something hangs: better a failure that names it than a build without end.
  local limit=(); if command -v timeout >/dev/null; then limit=(timeout --kill-after 10 2400); fi
  # A pipe would wait for every process that a killed test left behind; a file does not.
  "${limit[@]}" dotnet "$(dirname "$1")/bin/Release/net10.0/$name.dll" "${arguments[@]}" >"$log" 2>&1 </dev/null || code=$?
  cat "$log"
  summary=$(grep -E "^ +$name +Total: [0-9]+" "$log" | tail -n 1 || true)
  count "$name" "$code" "$summary"
}

number() { sed -nE "s/.*$2: ([0-9]+).*/\1/p" <<<"$1" | grep . || echo 0; }

count() { # name, exit code, summary line
  if [ -z "$3" ]; then note_break "$1" "$2"; failed=$((failed + 1)); return; fi
  local bad=$(($(number "$3" Failed) + $(number "$3" Errors)))
  if [ "$2" != 0 ] && [ "$bad" = 0 ]; then echo "build.sh: $1 ended with $2"; bad=1; fi
  [ "$bad" = 0 ] || note_failures "$results/$1.csproj.log"
  failed=$((failed + bad))
  skipped=$((skipped + $(number "$3" Skipped)))
  passed=$((passed + $(number "$3" Total) - $(number "$3" Failed) - $(number "$3" Skipped) - $(number "$3" 'Not Run')))
}

# What a failed test said, kept to be said again at the very end: who sees only the end of a long output must find it there.
note_failures() { # log
  awk '/ \[FAIL\]$/ { lines = 40 } /^    [^ ]/ && !/ \[FAIL\]$/ { lines = 0 } lines-- > 0' "$1" >>"$results/failures"
}

# A project that was killed, or died: the tests that had run for long when it ended, what had failed until then, and the end of what it said.
note_break() { # name, exit code
  local log=$results/$1.csproj.log
  echo "build.sh: $1 ended with $2 before it could say how its tests went"
  {
    echo "$1 ended with $2$([ "$2" != 124 ] || echo ', which is the end of its time'). What had run for long:"
    grep -F '[Long Running Test]' "$log" | tail -n 8
    note_failures "$log"
    echo 'The end of what it said:'
    tail -n 30 "$log" | cut -c 1-300
  } >>"$results/failures" || true
}

command -v dotnet >/dev/null || { echo "build.sh: the .NET 10 SDK is missing: https://dotnet.microsoft.com/download"; exit 1; }
if "$servers"; then begin 'install servers'; tests/servers.sh install; fi
begin restore; dotnet restore Bus.sln --verbosity quiet
begin 'format check'; dotnet format whitespace . --folder --verify-no-changes --exclude '**/bin/**' '**/obj/**'
begin build; dotnet build Bus.sln --configuration Release --no-restore --verbosity quiet
if "$servers"; then
  begin 'start servers'
  eval "$(tests/servers.sh start --owner $$)"
  BUS_STARTED_SERVERS=$BUS_TEST_SERVERS
fi

# The tests against a real SQL Server are run by hand where there is one, see their README.
for project in tests/*Tests/*.csproj; do
  case $project in */Bus.SqlServerTests.csproj) continue ;; esac
  run_tests "$project"
done
end_stage
complete=true
[ "$failed" = 0 ] && [ "$passed" -gt 0 ] || exit 1
