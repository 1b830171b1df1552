# shellcheck shell=bash
# A desktop for one program, in a throw-away home: X server, window manager, session bus,
# keychain and accessibility bus. Sourced by `run` and `look`; everything ends with the caller.
#
# open_desktop SIZE [fill]      sets $scratch (deleted at the end) and $DISPLAY; with `fill`,
#                               windows have no frame and fill the screen
# start_program LOG COMMAND…    the program, its output in LOG, its process in $program
# wait_until SECONDS WHAT CMD…  runs CMD until it succeeds; ends the caller with WHAT otherwise
# screenshot FILE               the whole screen, once nothing moves, or after two seconds
# check STEP COMMAND…           one step of a test; the first that fails ends it, with a picture, the
#                               accessibility tree and the last words of all logs in $artefacts
# soon COMMAND…                 until it succeeds, 30 seconds at most
# all_passed                    the last line of a test: "N passed, 0 failed"

passed=0
e2e=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
artefacts=$(cd -- "$e2e/.." && pwd)/artefacts

die() {
    printf '%s\n' "$*" >&2
    exit 1
}

wait_until() {
    local deadline=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] || die "no $what in time"
        sleep 0.1
    done
}

# Ends what lives in the throw-away home: what was started here, and what the buses started for it.
close_desktop() {
    local status=$? process pass
    trap - EXIT
    set +e # what has ended by itself is no failure
    for pass in TERM KILL; do
        for process in /proc/[0-9]*; do
            if tr '\0' '\n' 2>/dev/null <"$process/environ" | grep -qxF "E2E_SCRATCH=$scratch"; then
                [ "${process#/proc/}" = "$$" ] || kill "-$pass" "${process#/proc/}" 2>/dev/null
            fi
        done
        [ "$pass" = KILL ] || wait_for_end
    done
    rm -rf -- "$scratch"
    exit "$status"
}

# Two seconds for the children to end by themselves.
wait_for_end() {
    local deadline=$((SECONDS + 2))
    while [ -n "$(jobs -pr)" ] && [ "$SECONDS" -lt "$deadline" ]; do
        sleep 0.1
    done
}

open_desktop() {
    local missing=() tool
    for tool in Xvfb openbox xprop xclip import compare convert gdbus dbus-daemon gnome-keyring-daemon; do
        command -v "$tool" >/dev/null || missing+=("$tool")
    done
    [ ${#missing[@]} -eq 0 ] || die "not installed: ${missing[*]}; run packaging/linux/install-deps test"

    scratch=$(mktemp -d)
    trap close_desktop EXIT
    trap 'exit 130' INT TERM HUP
    mkdir -p "$artefacts" "$scratch/home" "$scratch/log"
    mkdir -m 700 "$scratch/run"
    unset WAYLAND_DISPLAY XAUTHORITY SESSION_MANAGER DBUS_SESSION_BUS_ADDRESS AT_SPI_BUS_ADDRESS \
        XDG_CONFIG_HOME XDG_DATA_HOME XDG_CACHE_HOME XDG_STATE_HOME XDG_CURRENT_DESKTOP \
        MAVI_UPLOADER_DATA_DIR MEMORIES_API_KEY MEMORIES_V2_BASE_URL
    export E2E_SCRATCH="$scratch" HOME="$scratch/home" XDG_RUNTIME_DIR="$scratch/run" \
        XDG_SESSION_TYPE=x11 LC_ALL=C.UTF-8 LIBGL_ALWAYS_SOFTWARE=1

    Xvfb -displayfd 3 -screen 0 "${1}x24" -nolisten tcp -noreset \
        3>"$scratch/display" 2>"$scratch/log/xvfb" &
    wait_until 20 "X server" test -s "$scratch/display"
    DISPLAY=:$(cat "$scratch/display")
    export DISPLAY
    if [ "${2:-}" = fill ]; then
        mkdir -p "$HOME/.config/openbox"
        cat >"$HOME/.config/openbox/rc.xml" <<'XML'
<openbox_config xmlns="http://openbox.org/3.4/rc"><applications>
<application class="*"><decor>no</decor><maximized>yes</maximized></application>
</applications></openbox_config>
XML
    fi
    openbox >"$scratch/log/openbox" 2>&1 &
    wait_until 20 "window manager" xprop -root -notype _NET_SUPPORTING_WM_CHECK

    dbus-daemon --session --nofork --address="unix:dir=$scratch/run" --print-address=3 \
        3>"$scratch/bus" 2>"$scratch/log/bus" &
    wait_until 20 "session bus" test -s "$scratch/bus"
    DBUS_SESSION_BUS_ADDRESS=$(cat "$scratch/bus")
    export DBUS_SESSION_BUS_ADDRESS
    printf 'throw-away\n' |
        gnome-keyring-daemon --foreground --unlock --components=secrets >"$scratch/log/keyring" 2>&1 &
    gdbus wait --session --timeout 20 org.freedesktop.secrets || die "no keychain in time"
    /usr/libexec/at-spi-bus-launcher --launch-immediately >"$scratch/log/at-spi" 2>&1 &
    gdbus wait --session --timeout 20 org.a11y.Bus || die "no accessibility bus in time"
    local property
    for property in IsEnabled ScreenReaderEnabled; do
        gdbus call --session --dest org.a11y.Bus --object-path /org/a11y/bus \
            --method org.freedesktop.DBus.Properties.Set \
            org.a11y.Status "$property" '<true>' >/dev/null
    done
}

start_program() {
    local log=$1
    shift
    "$@" >"$log" 2>&1 &
    # shellcheck disable=SC2034 # for the caller
    program=$!
}

a11y() {
    # The bindings belong to the system's Python, whatever else is on the path.
    /usr/bin/python3 "$e2e/a11y.py" ${program:+--while "$program"} "$@"
}

screenshot() {
    local deadline=$((SECONDS + 2))
    import -window root "$1"
    # The tree can be a frame ahead of the picture: two that are the same are the picture.
    while [ "$SECONDS" -lt "$deadline" ]; do
        cp -- "$1" "$scratch/before.png"
        sleep 0.15
        import -window root "$1"
        ! compare -metric AE "$scratch/before.png" "$1" null: 2>/dev/null || return 0
    done
}

check() {
    local step=$1 log
    shift
    if ! "$@"; then
        printf 'FAILED %s\n' "$step"
        screenshot "$artefacts/failure.png" || true
        a11y tree >"$artefacts/failure-tree.txt" || true
        if [ -n "${program:-}" ] && ! kill -0 "$program" 2>/dev/null; then
            echo "The program has ended; its last words:"
        fi
        for log in "$artefacts"/*.log; do
            [ ! -s "$log" ] || tail -n 20 -v -- "$log"
        done
        printf 'Pictures and the tree are in %s\n' "$artefacts"
        printf '%s passed, 1 failed\n' "$passed"
        exit 1
    fi
    passed=$((passed + 1))
    printf 'ok    %s\n' "$step"
}

soon() {
    local deadline=$((SECONDS + 30))
    until "$@"; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.1
    done
}

all_passed() {
    printf '%s passed, 0 failed\n' "$passed"
}
