#!/bin/sh
# Installs vmedia @VERSION@ for the current user: sh vmedia-installer.sh [FOLDER]
#
# Downloads one archive of the release, compares it with the SHA-256 below, and copies the program into FOLDER [default: ~/.local/bin].
# On Linux it is the static program, which runs on every distribution. VMEDIA_DOWNLOAD_URL names a mirror of the release's files.
set -eu

fail() { printf 'error: %s\nhint: %s\n' "$1" "$2" >&2; exit 1; }
has() { command -v "$1" > /dev/null 2>&1; }

# Everything is in a function, so that a script that was cut off on its way does nothing.
main() {
    folder="${1:-$HOME/.local/bin}"
    case "$folder" in -*) fail "there is no option $folder" 'sh vmedia-installer.sh [FOLDER]' ;; *) ;; esac
    case "$(uname -s) $(uname -m)" in
        'Linux x86_64') target=x86_64-unknown-linux-musl digest=@x86_64-unknown-linux-musl@ ;;
        'Linux aarch64' | 'Linux arm64') target=aarch64-unknown-linux-musl digest=@aarch64-unknown-linux-musl@ ;;
        'Darwin x86_64') target=x86_64-apple-darwin digest=@x86_64-apple-darwin@ ;;
        'Darwin arm64') target=aarch64-apple-darwin digest=@aarch64-apple-darwin@ ;;
        *) fail "there is no program for $(uname -s) $(uname -m)" 'compile it: cargo install vmedia --locked' ;;
    esac
    name="vmedia-@VERSION@-$target"
    url="${VMEDIA_DOWNLOAD_URL:-@DOWNLOADS@}/$name.tar.gz"

    temporary="$(mktemp -d)"
    trap 'rm -rf "$temporary"' EXIT
    if has curl; then
        curl --fail --silent --show-error --location --output "$temporary/archive" "$url"
    elif has wget; then
        wget --quiet --output-document "$temporary/archive" "$url"
    else
        fail 'neither curl nor wget is installed' 'install one of them'
    fi || fail "cannot download $url" 'check the network; VMEDIA_DOWNLOAD_URL names a mirror'

    if has sha256sum; then
        sum="$(sha256sum < "$temporary/archive")"
    elif has shasum; then
        sum="$(shasum -a 256 < "$temporary/archive")"
    else
        fail 'neither sha256sum nor shasum is installed' 'install one of them'
    fi
    [ "${sum%% *}" = "$digest" ] || fail "$name.tar.gz has the SHA-256 ${sum%% *}, not $digest" 'nothing was installed; download again'

    tar -xzf "$temporary/archive" -C "$temporary"
    mkdir -p "$folder"
    # Renamed into place, so that a program that runs is not changed.
    cp "$temporary/$name/vmedia" "$folder/.vmedia.new"
    chmod 755 "$folder/.vmedia.new"
    mv -f "$folder/.vmedia.new" "$folder/vmedia"
    printf 'installed %s\n' "$folder/vmedia"
    case ":$PATH:" in
        *":$folder:"*) printf 'try it: vmedia demo\n' ;;
        *) printf '%s is not in PATH; try it: %s demo\n' "$folder" "$folder/vmedia" ;;
    esac
}

main "$@"
