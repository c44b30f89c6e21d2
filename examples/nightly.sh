#!/bin/sh
# A night's work: archives the sessions of a list, and does after each exit status what makes sense after it. Says nothing
# when all is well, and ends with the status of its last run.
#
#   nightly.sh LIST ARCHIVE [FLAG...]        flags go to `vmedia download`, such as --profile production
#
# NIGHTLY_PAUSE is how many seconds to wait before what failed is tried again (900).

set -u

if [ $# -lt 2 ]; then
    echo "usage: nightly.sh LIST ARCHIVE [FLAG...]" >&2
    exit 2
fi
list=$1 archive=$2
shift 2
again="$archive.again.txt"

# The list of what is left is written before the run begins, and is never better than the truth.
archive_list() {
    vmedia download --quiet --from "$list" --output "$archive" --skip-complete --failed-to "$again" --max-duration 5h "$@"
}

say() { echo "nightly: $*" >&2; }

archive_list "$@"
status=$?

# Unavailable, or some failed: what passes by itself may have passed. The list is run once more if there is anything left of
# it: all of it, because what is complete is not asked about, and a line that holds no id is to be told at the end, too.
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
    0) rm -f "$again" ;;
    1) say "something unexpected; please report it, with the output of the same command and -vv" ;;
    2) say "the list or a flag is malformed; nothing will work before somebody corrects it" ;;
    3) say "configuration or credentials are missing; see vmedia --help" ;;
    4) say "the provider refuses; trying again does not help, and may lock the key: check the credentials" ;;
    5) say "the provider is unavailable; the next night tries again" ;;
    6) say "the disk is full, read-only, or not ours" ;;
    7) say "some sessions are left: $again" ;;
    8) say "the archive has a session that cannot be read: run vmedia verify $archive" ;;
    9) say "the provider has none of what is left: $again; what it deleted will not come back" ;;
    130 | 143) say "it was stopped; the next run goes on from there" ;;
    *) say "a status that this script does not know: $status" ;;
esac
exit "$status"
