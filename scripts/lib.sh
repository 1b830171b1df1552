# shellcheck shell=bash
# What scripts/run and scripts/test share. Sourced, never run.

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
case $target in
    /*) ;;
    *) target=$PWD/$target ;;
esac

# Where HOME is not set, the one of the user's account.
HOME=${HOME:-$(cd ~ && pwd)}
export HOME

# Messages go to standard error: standard output belongs to the program.
say() {
    printf '%s\n' "$*" >&2
}

die() {
    say "$@"
    exit 1
}

# Whether version $1 is $2 or newer.
at_least() {
    [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

# Finds Rust, also where the shell's PATH or HOME does not lead to it, or ends with a sentence.
need_rust() {
    local wanted found home
    wanted=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' "$root/Cargo.toml")
    if ! command -v cargo >/dev/null; then
        PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
    fi
    command -v cargo >/dev/null ||
        die "Rust is not installed: install Rust $wanted or newer as https://rustup.rs says, then start this again."
    if ! rustc --version >/dev/null 2>&1 && [ -z "${RUSTUP_HOME:-}" ]; then
        # rustup looks for its toolchains in HOME; this HOME may not be the one it was installed in.
        home=$(cd -- "$(dirname -- "$(command -v cargo)")/../.." && pwd)
        [ ! -d "$home/.rustup" ] || export RUSTUP_HOME="$home/.rustup"
    fi
    found=$(rustc --version 2>/dev/null | cut -d' ' -f2) || true
    [ -n "$found" ] ||
        die "Rust has no toolchain here: run 'rustup default stable', then start this again."
    at_least "$found" "$wanted" ||
        die "Rust $wanted or newer is needed and this is $found: run 'rustup update stable', then start this again."
}
