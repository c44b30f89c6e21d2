#!/bin/sh
# Keeps the body of a webhook in the folder that `vmedia download --from` reads. Debian's `webhook` runs it with the body in the file $BODY, and
# answers with an error when it fails, so that the provider sends the webhook again.
set -eu
umask 027

spool="${SPOOL:-/var/spool/vmedia}"
name="$(date -u +%Y%m%dT%H%M%S.%N)-$$.json"
# Under a hidden name until it is whole and on the disk.
cp -- "$BODY" "$spool/.$name"
sync -- "$spool/.$name"
mv -- "$spool/.$name" "$spool/$name"
sync -- "$spool"
