#!/usr/bin/env bash
# The official SDKs of Yoti, for Node and Python, against the sandbox's Yoti: they must read its session without an error,
# and get from it, byte for byte, what vmedia archives from it. Neither shares a line with the sandbox or the client, so
# each judges both. Needs npm, node and Python with pip; what is missing is said, and is no failure unless nothing is there.
#
#     tests/sdk/yoti.sh [PATH-OF-VMEDIA]
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
vmedia="$(realpath "${1:-$here/../../target/release/vmedia}")"

# The second time, inside the sandbox, the environment says where it is.
if [[ -z ${YOTI_CHECK_FOLDER-} ]]; then
    [[ -x $vmedia ]] || { printf 'failed: there is no %s; cargo build --release makes it\n' "$vmedia" >&2; exit 1; }
    YOTI_CHECK_FOLDER="$(mktemp -d)"
    export YOTI_CHECK_FOLDER
    trap 'rm -rf "$YOTI_CHECK_FOLDER"' EXIT
    "$vmedia" sandbox --provider yoti -- "${BASH_SOURCE[0]}" "$vmedia"
    exit
fi

cd "$YOTI_CHECK_FOLDER"
"$vmedia" download "$VMEDIA_SESSION_ID" -o archive
# Id and path of every archived medium; the ids are the sandbox's own and hold nothing that a line could not.
python3 - "archive/$VMEDIA_SESSION_ID" > expected << 'PYTHON'
import json
import sys

with open(f"{sys.argv[1]}/archive.json", encoding="utf-8") as record:
    media = json.load(record)["media"]
for medium in media:
    print(medium["id"], f"{sys.argv[1]}/{medium['files'][-1]['path']}")
PYTHON
[[ -s expected ]]

# Compares a folder of files named by media id with the archive.
judged=0
compare() {
    while read -r id path; do
        cmp "$1/$id" "$path" || { printf 'failed: %s reads %s otherwise\n' "$1" "$path" >&2; exit 1; }
    done < expected
    printf '%s: %s media, byte for byte what is archived\n' "$1" "$(wc -l < expected)"
    judged=$((judged + 1))
}

mkdir node python
if command -v npm > /dev/null && command -v node > /dev/null; then
    npm install --silent --no-audit --no-fund --no-package-lock --ignore-scripts --prefix node-sdk yoti@4.13.2
    cat > node-sdk/read.js << 'NODE'
const fs = require('fs');
const { IDVClient } = require('yoti');

(async () => {
  const { VMEDIA_YOTI_SDK_ID, VMEDIA_YOTI_KEY_FILE, VMEDIA_BASE_URL, VMEDIA_SESSION_ID } = process.env;
  const client = new IDVClient(VMEDIA_YOTI_SDK_ID, fs.readFileSync(VMEDIA_YOTI_KEY_FILE), { apiUrl: VMEDIA_BASE_URL });
  const session = await client.getSession(VMEDIA_SESSION_ID);
  if (session.getState() !== 'COMPLETED') throw new Error(`state ${session.getState()}`);
  for (const line of fs.readFileSync('expected', 'utf8').trim().split('\n')) {
    const [id] = line.split(' ');
    const media = await client.getMediaContent(VMEDIA_SESSION_ID, id);
    fs.writeFileSync(`node/${id}`, media.getContent());
  }
})().catch((error) => { console.error(error); process.exit(1); });
NODE
    node node-sdk/read.js
    compare node
else
    printf 'node: not here\n'
fi

if python3 -m venv python-sdk > venv.log 2>&1; then
    # The SDK imports `past`, which it does not declare.
    python-sdk/bin/python -m pip install --quiet --disable-pip-version-check yoti==2.14.6 future
    python-sdk/bin/python - << 'PYTHON'
import os

from yoti_python_sdk.doc_scan import DocScanClient

environment = os.environ
client = DocScanClient(environment["VMEDIA_YOTI_SDK_ID"], environment["VMEDIA_YOTI_KEY_FILE"], api_url=environment["VMEDIA_BASE_URL"])
session = environment["VMEDIA_SESSION_ID"]
assert client.get_session(session).state == "COMPLETED"
with open("expected", encoding="utf-8") as expected:
    for line in expected:
        name = line.split(" ")[0]
        with open(f"python/{name}", "wb") as file:
            file.write(client.get_media_content(session, name).content)
PYTHON
    compare python
else
    printf 'python: no virtual environment can be made\n'
fi
[[ $judged -gt 0 ]] || { printf 'failed: no SDK could be had\n' >&2; exit 1; }
