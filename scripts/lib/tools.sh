# shellcheck shell=bash
# Tools of cargo that no Debian package has. Sourced, never run.

# cargo_tool NAME VERSION: makes `cargo NAME` available, at whichever version is there, else built from crates.io into
# cargo's own bin directory (once per machine; a debug build, since compiling it is what takes the time).
cargo_tool() (
  name=cargo-$1
  ! command -v "$name" >/dev/null || return 0
  say "building $name $2 from crates.io: needed once per machine, takes one to three minutes"
  CARGO_TARGET_DIR=$(mktemp -d)
  trap 'rm -rf "$CARGO_TARGET_DIR"' EXIT
  export CARGO_TARGET_DIR CARGO_PROFILE_DEV_DEBUG=0
  cargo install --quiet --locked --debug --version "$2" "$name" ||
    die "$name could not be built: is crates.io reachable? Else install it by hand: cargo install --locked $name"
)
