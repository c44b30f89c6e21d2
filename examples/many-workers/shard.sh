#!/bin/sh
# Archives part K of N of a list, and ends with 0 when only single sessions failed: those are in again-K.csv, to be joined with `cat`.
#
#   shard.sh K N LIST ARCHIVE [FLAG ...]
#
# With 8 processes at a time and 20 requests per second for all of them together:
#
#   parallel --jobs 8 --halt now,fail=1 shard.sh {} 50 ids.txt /srv/evidence --max-rate 20/s --share-of 8 ::: $(seq 50)
#   for k in $(seq 8); do shard.sh "$k" 8 ids.txt /srv/evidence --max-rate 20/s --share-of 8 & done; wait
#
# SHARD_PAUSE is the number of seconds before it tries again [default: 300].
set -u
[ $# -ge 4 ] || { echo "usage: shard.sh K N LIST ARCHIVE [FLAG ...]" >&2; exit 2; }
part=$1 parts=$2 list=$3 archive=$4
shift 4

for try in 1 2 3; do
    vmedia download --from "$list" --shard "$part/$parts" -o "$archive" --skip-complete --failed-to "again-$part.csv" --quiet "$@"
    status=$?
    case $status in
        0 | 7 | 9) exit 0 ;;
        # The provider is unavailable: it may be there again later.
        5) [ "$try" -eq 3 ] || sleep "${SHARD_PAUSE:-300}" ;;
        # Stopped, or something that no further try helps: the other parts would fail as well.
        *) exit "$status" ;;
    esac
done
exit "$status"
