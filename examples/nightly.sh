#!/bin/sh
# Archives the sessions of a list, and acts on each exit status. Prints nothing after a good run, and ends with the status of its last
# run.
#
#   nightly.sh LIST ARCHIVE [FLAG...]        flags go to `vmedia download`, such as --profile production
#
# NIGHTLY_PAUSE: seconds to wait before failed sessions are tried again [default: 900].

set -u

if [ $# -lt 2 ]; then
    echo "usage: nightly.sh LIST ARCHIVE [FLAG...]" >&2
    exit 2
fi
list=$1 archive=$2
shift 2
again="$archive.again.csv"

# --failed-to writes its list before the run begins, so it is right even after a crash.
archive_list() {
    vmedia download --quiet --from "$list" --output "$archive" --skip-complete --failed-to "$again" --max-duration 5h "$@"
}

say() { echo "nightly: $*" >&2; }

archive_list "$@"
status=$?

# Unavailable, or some failed: try again, if any session is left. It runs the whole list, because complete sessions cost no request, and
# lines without an id are reported again.
case $status in
    5 | 7)
        if [ -s "$again" ]; then
            sleep "${NIGHTLY_PAUSE:-900}"
            archive_list "$@"
            status=$?
        fi
        ;;
    *) ;;
esac

if [ "$status" = 7 ] && ! [ -s "$again" ]; then
    say "every session is archived, and something else failed: see above"
    exit 7
fi

case $status in
    0) [ -s "$again" ] || rm -f "$again" ;;
    1) say "unexpected error; please report it, with the output of the same command and -vv" ;;
    2) say "the list or a flag is malformed; correct it first" ;;
    3) say "configuration or credentials are missing; see vmedia --help" ;;
    4) say "the provider refuses; check the credentials: retries do not help, and may lock the key" ;;
    5) say "the provider is unavailable; the next night tries again" ;;
    6) say "the disk is full, read-only, or not writable" ;;
    7) say "some sessions are left: $again" ;;
    8) say "the archive has a session that cannot be read: run vmedia verify $archive" ;;
    9) say "the provider has none of the sessions left: $again; deleted ones will not come back" ;;
    130 | 143) say "stopped; the next run continues" ;;
    *) say "unknown status: $status" ;;
esac
exit "$status"
