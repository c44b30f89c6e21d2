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
    from=$1
    shift
    vmedia download --quiet --from "$from" --output "$archive" --skip-complete --failed-to "$again" --max-duration 5h "$@"
}

say() { echo "nightly: $*" >&2; }

archive_list "$list" "$@"
status=$?

# Unavailable, or some failed: what passes by itself may have passed. What is left is tried once more.
case $status in
    5 | 7)
        sleep "${NIGHTLY_PAUSE:-900}"
        archive_list "$again" "$@"
        status=$?
        ;;
    *) ;;
esac

case $status in
    0) rm -f "$again" ;;
    1) say "something unexpected; please report it, with the output of the same command and -vv" ;;
    2) say "the list or a flag is malformed; nothing will work before somebody corrects it" ;;
    3) say "configuration or credentials are missing; see vmedia --help" ;;
    4) say "the provider refuses; trying again does not help, and may lock the key: check the credentials" ;;
    5) say "the provider is unavailable; the next night tries again" ;;
    6) say "the disk is full, read-only, or not ours" ;;
    7) say "some sessions are left: $again" ;;
    9) say "the provider has none of what is left: $again; what it deleted will not come back" ;;
    130 | 143) say "it was stopped; the next run goes on from there" ;;
    *) say "a status that this script does not know: $status" ;;
esac
exit "$status"
