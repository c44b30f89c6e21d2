#!/usr/bin/env python3
"""Compares an archive with its journal, without vmedia. Made to be read by auditors before they run it.

    check_archive.py [--tsa-ca FILE] ARCHIVE [HEAD...]

Needs Python 3.8 and, for --tsa-ca, openssl. Uses no network and writes nothing. Exit status: 0 if everything below holds, 1 if something
does not, which it prints, 2 on wrong usage. It checks that

- each line of the journal names the SHA-256 of the line before it, and nothing follows the line that ends a run;
- each run's first line is right about earlier runs and itself, so none of them was altered, cut, copied or removed;
- each run that a session's archive.json names is present;
- the sessions are those of the journal, but for erased ones, of which nothing is left but the certificate that the journal names;
- no session was erased while a case held it, as far as the erasing run followed the one that held it, and none that released it;
- the manifests name no file of media whose class was erased, and its certificate is the one that the journal names;
- each plan that an erasure followed, and each signature of it that the journal names, is present with the same bytes, and the plan names
  the session, its bag and the authority;
- each session's tagmanifest-sha256.txt has the SHA-256 of the last line about the session, and each such line continues the one before;
- the manifests still name each file that ever arrived, with its SHA-256, or with one that matches its commitment under the salt in
  archive.json; a later line names other bytes only after a line that says that the first were lost, and the first bytes of a media file are
  still there, of an encrypted file its content; of a file that was archived in clear and encrypted later, its encrypted form (what that
  holds, `vmedia verify --identity` compares with the lines from before);
- payload that is in a bucket alone was shipped there, by a line of the journal that names each object;
- each checkpoint has the size, the root and the SHA-256 of its run, and each seal has a checkpoint;
- each seal that a run names is present, with the same bytes;
- no unsealed line replaces what a sealed line says about a file;
- with --tsa-ca: each time stamp is by an authority that a certificate in FILE vouched for at the time of the stamp, is about its run's
  checkpoint, and is not older than the run's last line (revocation is not checked);
- each HEAD, which was written down elsewhere, is the SHA-256 of a line.

It does not read the files that the manifests name; use `sha256sum --check`. It does not check signatures, of runs and of plans, which `ssh-keygen`
does, but names the runs without one; with --tsa-ca, those without a time stamp. Without a seal or a HEAD, it cannot tell whether the whole journal was rewritten.
schema/vmedia-journal-1.schema.json explains the lines.
"""

import argparse
import base64
import datetime
import hashlib
import hmac
import json
import pathlib
import re
import subprocess
import sys

MANIFESTS = ("manifest-sha256.txt", "tagmanifest-sha256.txt")
CLOCKS_DIFFER = datetime.timedelta(minutes=5)  # Tolerance between the clocks of the authority and the archive.
mistakes = 0


def tell(where, what):
    """Prints a finding; names come from the archive, so control characters are escaped."""
    print(f"{ascii(str(where))[1:-1]}: {ascii(what)[1:-1]}")


def mistake(where, what):
    global mistakes
    mistakes += 1
    tell(where, what)


def guarded(where, check, *values):
    """Runs a check; an unreadable archive is a finding, not a failure of this program."""
    try:
        return check(*values)
    except (AttributeError, KeyError, OSError, TypeError, ValueError, RecursionError) as error:
        mistake(where, f"cannot be read: {type(error).__name__} {error}")


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def fingerprint(file):
    return file.get("sha256") or file["commitment"]


def commitment(salt, digest):
    """Returns the commitment to a document, which the journal holds because a digest could be guessed."""
    return hmac.new(salt, digest.encode("ascii"), "sha256").hexdigest()


def read_run(path, digests, parents, changes, erasures, orders):
    """Follows the lines of one run. Keeps the digest of each by its end, and what they say about earlier runs and sessions."""
    lines, previous, is_over, end = digests.setdefault(path.name, {}), None, False, 0
    for line in path.read_bytes().split(b"\n")[:-1]:  # A killed run may leave an unfinished last line.
        number, entry = len(lines) + 1, json.loads(line)
        if entry["previous"] != previous:
            mistake(path.name, f"line {number} does not follow from the line before it")
        if is_over or (entry["entry"] == "opened") != (number == 1):
            mistake(path.name, f"line {number} is out of place")
        if number == 1:
            parents[path.name] = entry["parents"]
            if entry["segment"] != path.name:
                mistake(path.name, "is a copy: its first line names another file")
        if entry["entry"] in ("archived", "encrypted"):
            changes.setdefault(entry["folder"], []).append((path.name, entry))
        if entry["entry"] in ("erasing", "erased", "again"):
            # A class of media has erasures of its own, under FOLDER.CLASS; no folder has a dot in its name.
            name = entry["folder"] + (f".{entry['class']}" if "class" in entry else "")
            erasures.setdefault(name, []).append({**entry, "run": path.name})
        if entry["entry"] in ("hold", "released", "shipped", "freed", "returned", "keyed"):
            orders.append({**entry, "run": path.name, "sha256": sha256(line)})
        is_over = entry["entry"] == "closed"
        previous = sha256(line)
        end += len(line) + 1
        lines[end] = previous
    if not is_over:
        tell(path.name, "note: this run has no end: it is at work, was killed, or its last lines were cut off")


def check_parents(name, parents, digests, journal):
    """Compares the earlier runs with what a run says about them."""
    for parent in parents:
        lines, end = digests.get(parent["segment"]), parent["bytes"]
        if lines is None:
            mistake(parent["segment"], f"is missing: {name} follows it")
        elif lines.get(end) != parent["sha256"]:
            mistake(parent["segment"], f"is not what it was when {name} began")
        elif parent["ended"] and end < max(lines, default=0):
            mistake(parent["segment"], f"had ended when {name} began, and has more lines now")
        for seal in parent.get("seals", []):
            path = journal / pathlib.PurePath(seal["name"]).name
            if not path.is_file():
                mistake(seal["name"], f"is missing: it was there when {name} began")
            elif sha256(path.read_bytes()) != seal["sha256"]:
                mistake(seal["name"], f"is not what it was when {name} began")


def check_runs(folder, digests):
    """Checks that each run that a session's record names is present, with the same first line."""
    for run in json.loads((folder / "archive.json").read_bytes())["journal"]:
        lines = digests.get(run["segment"], {})
        if not lines or lines[min(lines)] != run["sha256"]:
            mistake(run["segment"], f"is missing: it vouches for {folder.name}")


def check_shipped(orders, changes):
    """Checks that every bag that is in a bucket is one that a change of its session made."""
    for entry in (order for order in orders if order["entry"] == "shipped"):
        if entry["bag"] not in {change["bag"] for _, change in changes.get(entry["folder"], [])}:
            mistake(entry["folder"], f"{entry['at']} says that a bag is in {entry['place']} that no change made")


def check_keyed(orders, changes):
    """Checks that keys were granted and encrypted anew only of sessions that a change made, and names those who got them."""
    for entry in (order for order in orders if order["entry"] == "keyed"):
        if entry["folder"] not in changes:
            mistake(entry["folder"], f"{entry['at']} is about keys of a session that no change made")
        elif entry["act"] in ("granted", "handed-out"):
            tell(entry["folder"], f"note: its keys were granted to {', '.join(entry['recipients'])} ({entry.get('reason')})")


def check_freed(archive, orders):
    """Checks that each version that the local payload of a session was removed for is one that was shipped, and names such sessions."""
    shipped = {order["sha256"]: order for order in orders if order["entry"] == "shipped"}
    returned = {line for order in orders if order["entry"] == "returned" for line in order["lines"]}
    for entry in (order for order in orders if order["entry"] == "freed" and order["sha256"] not in returned):
        of = shipped.get(entry["shipped"], {})
        if any(of.get(field) != entry[field] for field in ("session", "folder", "bag", "place")):
            mistake(entry["folder"], f"{entry['at']} says that its payload is in {entry['place']}, and no line says that it was shipped there")
        elif (archive / entry["folder"]).is_dir():
            tell(entry["folder"], f"note: payload of it is in {entry['place']}, and need not be here")


def check_session(folder, changes, covered, erased, is_again):
    """Compares a session with the journal. `erased` are the media that were erased by order; `is_again`: they may be here again."""
    if (folder / "unfinished.ndjson").exists():
        mistake(folder.name, "a run is at work on it, or was killed there: let `vmedia download`, or `vmedia encrypt`, finish it")
        return
    left, last, files, sealed, signed = sorted(changes, key=lambda change: change[1]["at"].rstrip("Z")), None, {}, {}, {}
    left = [change for change in left if not is_void(change, left, covered)]
    originals, contents, incomparable = {}, {}, 0
    while left:
        record = last["record"] if last else None
        # The clocks of two machines may disagree, so the digests give the order.
        run, entry = next((change for change in left if change[1].get("record_before") == record), left[0])
        left.remove((run, entry))
        begins = entry.get("record_before")
        was_missing = begins is None and entry["before"] is None
        goes_on = begins == record or (last and entry.get("resumed") and begins == last.get("record_before"))
        if last and not goes_on and not was_missing:
            mistake(folder.name, f"was changed by something else before {entry['at']}")
        plain = dict(files) if entry["entry"] == "encrypted" else {}
        for lost in entry.get("lost", []):
            path, mark = lost["path"], fingerprint(lost)
            if files.get(path, mark) != mark or (sealed.get(path) and run not in covered):
                mistake(folder.name, f"{path}: {entry['at']} says that it was lost, and may not")
            files.pop(path, None)
        for file in entry.get("files", []):
            path, mark = file["path"], fingerprint(file)
            if files.get(path, mark) != mark and was_missing and path.startswith("metadata/"):
                # The salt was deleted with the folder, so the two commitments cannot be compared.
                incomparable += 1
                if (sealed[path] and run not in covered) or (signed[path] and not file["signed"]):
                    mistake(folder.name, f"{path}: {entry['at']} says that it was fetched again, and without its seal or signature")
            elif files.get(path, mark) != mark:
                mistake(folder.name, f"{path}: {entry['at']} names other bytes, and no line says that the first ones were lost")
            files[path], sealed[path], signed[path] = mark, run in covered, file["signed"]
            # The same content, encrypted anew, has the same keyed fingerprint.
            contents[path] = file.get("content", mark)
            known, before = originals.get(file.get("media")), plain.get(path[: -len(".age")])
            if before is not None and known and known[1] == before:
                # The first bytes of the media file are the content of this file from now on.
                originals[file["media"]] = (path, contents[path])
            if "media" in file:
                originals.setdefault(file["media"], (path, contents[path]))
        last = entry
    if incomparable:
        tell(folder.name, f"note: was missing and fetched again; documents that cannot be compared with those of before: {incomparable}")
    if sha256((folder / MANIFESTS[1]).read_bytes()) != last["bag"]:
        mistake(folder.name, f"{MANIFESTS[1]} is not the one that the journal knows: the session was changed by something else")
    lines = "".join((folder / name).read_text("utf-8") for name in MANIFESTS).split("\n")
    named = {path: digest for digest, _, path in (line.partition("  ") for line in lines)}
    salt = bytes.fromhex(json.loads((folder / "archive.json").read_bytes())["salt"])
    for path, digest in files.items():
        now = named.get(path, "")
        if (commitment(salt, now) if path.startswith("metadata/") else now) != digest:
            mistake(folder.name, f"{path}: the manifests do not name the file that arrived")
    for media, (path, digest) in originals.items():
        if media in erased:
            if path in named and not is_again:
                mistake(folder.name, f"{path}: media {media} was erased, and is here again")
        elif digest not in {contents[path] for path in files}:
            mistake(folder.name, f"{path}: the first bytes of this media file are lost")


def is_void(change, changes, covered):
    """Returns true if a run encrypted the session, was killed before the session was another, and a later run did it anew."""
    run, entry = change
    again = [
        (other, later)
        for other, later in changes
        if later is not entry and later["entry"] == "encrypted" and later.get("resumed") and later["at"].rstrip("Z") >= entry["at"].rstrip("Z")
    ]
    begins = [other for other, later in again if later.get("record_before") == entry.get("record_before")]
    return entry["entry"] == "encrypted" and any(other in covered or run not in covered for other in begins)


def check_certificate(archive, name, last):
    """Compares a certificate and its page with the last line that names their digests; returns true if they fit."""
    for field, extension in (("certificate", "json"), ("page", "html")):
        path = archive / "_erased" / f"{name}.{extension}"
        if not path.is_file() or sha256(path.read_bytes()) != last[field]:
            mistake(f"_erased/{path.name}", f"is not what was written when {name} was erased")
            return False
    return True


def check_erasure(archive, name, is_here, entries, changes):
    """Checks what is left of a session that was erased, or was to be. Returns true if it was."""
    last = max(entries, key=lambda entry: entry["at"].rstrip("Z"))
    if last["entry"] == "erasing":
        if is_here and not (archive / "_erased" / f"{name}.json").exists():
            return False
        mistake(name, "its erasure was begun and not finished")
    elif last["entry"] == "again":
        check_certificate(archive, name, last)
        return not is_here
    elif is_here:
        mistake(name, f"was erased on {last['at']}, and is here again")
    elif any(entry["at"].rstrip("Z") > last["at"].rstrip("Z") for _, entry in changes):
        return False
    else:
        if check_certificate(archive, name, last):
            check_order(archive, name, entries, json.loads((archive / "_erased" / f"{name}.json").read_bytes()))
    return True


def check_class(archive, name, entries):
    """Checks the certificate of a class of a session's media."""
    last = max(entries, key=lambda entry: entry["at"].rstrip("Z"))
    if last["entry"] != "erasing":
        if check_certificate(archive, name, last):
            check_order(archive, name, entries, json.loads((archive / "_erased" / f"{name}.json").read_bytes()))
    elif (archive / "_erased" / f"{name}.json").exists():
        mistake(name, "the erasure of these media was begun and not finished")


def check_order(archive, name, entries, certificate):
    """Compares a certificate with the order in the journal, and the order with the plan that it followed."""
    order = max((entry for entry in entries if entry["entry"] == "erasing"), key=lambda entry: entry["at"].rstrip("Z"))
    fields = ("session", "folder", "files", "bytes", "bag", "keys", "authority", "reason", "plan")
    if any(certificate.get(field) != order.get(field) for field in fields):
        mistake(f"_erased/{name}.json", "says other things than the order that the journal recorded")
    plan = order.get("plan")
    if plan is None:
        return
    folder = archive / "_erased" / "plans" / pathlib.PurePath(plan["sha256"]).name
    files = {"plan.json": plan["sha256"], **{approval["sha256"][:16] + ".sig": approval["sha256"] for approval in plan["approvals"]}}
    wrong = [file for file, digest in files.items() if not (folder / file).is_file() or sha256((folder / file).read_bytes()) != digest]
    for file in wrong:
        mistake(f"_erased/plans/{folder.name}/{file}", "is not what the erasure followed")
    if not plan["approvals"]:
        mistake(name, "was erased by a plan without an approval")
    if "plan.json" not in wrong:
        planned = [entry for entry in json.loads((folder / "plan.json").read_bytes())["sessions"] if entry["session"] == order["session"] and entry["class"] == order.get("class", "session")]
        if [(entry["bag"], entry["authority"]) for entry in planned] != [(order["bag"], order["authority"])]:
            mistake(name, "was erased by a plan that does not name it, its bag and the authority")


def check_erasures(archive, here, erasures, changes):
    """Checks all of them, and returns the names of the sessions that were erased, or were to be."""
    for path in sorted((archive / "_erased").glob("*")):
        if path.stem not in erasures and path.name != "plans":
            mistake(f"_erased/{path.name}", "the journal does not know this erasure")
    plans = [entry["plan"] for entries in erasures.values() for entry in entries if entry.get("plan")]
    known = {(plan["sha256"], "plan.json") for plan in plans}
    known |= {(plan["sha256"], approval["sha256"][:16] + ".sig") for plan in plans for approval in plan["approvals"]}
    for path in sorted((archive / "_erased" / "plans").glob("**/*")):
        if path.is_file() and (path.parent.name, path.name) not in known:
            mistake(f"_erased/plans/{path.parent.name}/{path.name}", "the journal knows no erasure by this plan")
    names = sorted(name for name in erasures if "." not in name)
    for name in sorted(erasures.keys() - names):
        guarded(name, check_class, archive, name, erasures[name])
    return {name for name in names if guarded(name, check_erasure, archive, name, name in here, erasures[name], changes.get(name, []))}


def root(leaves):
    """Returns the root of the Merkle tree over the lines of a run (RFC 6962, 2.1)."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    middle = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + root(leaves[:middle]) + root(leaves[middle:])).digest()


def check_checkpoint(path, fitting):
    """Compares a checkpoint with its run, and adds the run to those whose checkpoint fits."""
    run = path.with_suffix("")
    content = run.read_bytes()
    leaves = [hashlib.sha256(b"\x00" + line).digest() for line in content.split(b"\n")[:-1]]
    tree = [str(len(leaves)), base64.b64encode(root(leaves)).decode("ascii")]
    if path.read_bytes().decode("utf-8").split("\n")[:4] == [f"vmedia-journal/{run.name}", *tree, f"{sha256(content)}  {run.name}"]:
        fitting.add(run.name)
    else:
        mistake(path.name, "is not the checkpoint of this run as it is now")


def check_holds(orders, erasures, parents):
    """Checks that no session was erased that was held, and that each release names holds."""
    holds = [order for order in orders if order["entry"] == "hold"]
    releases = [order for order in orders if order["entry"] == "released"]
    known = {hold["sha256"] for hold in holds}
    for release in releases:
        if not known.issuperset(release["lines"]):
            mistake(release["run"], "releases a hold that no line of the journal has")
    for name, entries in sorted(erasures.items()):
        # A certificate that was lost may be written again later.
        last = max((entry for entry in entries if entry["entry"] == "erasing"), key=lambda entry: entry["at"].rstrip("Z"))
        before = follow([last["run"]], parents)
        ended = {line for release in releases if release["run"] in before for line in release["lines"]}
        for hold in holds:
            if last["session"] in hold["sessions"] and hold["run"] in before and hold["sha256"] not in ended:
                mistake(name, f"was erased although case {hold['case']} held it")


def follow(left, parents):
    """Returns these runs and all that they follow."""
    followed = set()
    while left:
        name = left.pop()
        if name not in followed:
            followed.add(name)
            left.extend(parent["segment"] for parent in parents.get(name, []) if parent["ended"])
    return followed


def check_stamp(stamp, authorities):
    """Judges a time stamp with openssl at its own time, because it outlives the authority's certificates; returns true if it holds."""
    checkpoint, openssl = stamp.with_suffix(""), ["openssl", "ts", "-in", str(stamp)]
    text = subprocess.run([*openssl, "-reply", "-text"], capture_output=True, text=True, check=False).stdout
    when = re.search(r"^Time stamp: (\w+ +\d+ [\d:]+)(?:\.\d+)? (\d+) GMT$", text, re.MULTILINE)
    if not when:
        mistake(stamp.name, "is not a time stamp that openssl can read")
        return False
    at = datetime.datetime.strptime(" ".join(when.groups()) + " +0000", "%b %d %H:%M:%S %Y %z")
    judge = [*openssl, "-verify", "-data", str(checkpoint), "-CAfile", authorities, "-attime", str(int(at.timestamp()))]
    if subprocess.run(judge, capture_output=True, check=False).returncode != 0:
        mistake(stamp.name, "openssl does not accept this time stamp, its authority, or that it is about this checkpoint")
        return False
    last = json.loads(checkpoint.with_suffix("").read_bytes().rstrip(b"\n").split(b"\n")[-1])["at"]
    last = datetime.datetime.strptime(last[:19] + " +0000", "%Y-%m-%dT%H:%M:%S %z")
    if last - at > CLOCKS_DIFFER:
        mistake(stamp.name, "is older than the last line that it covers")
        return False
    tell(stamp.name, f"note: stamped {at:%Y-%m-%d %H:%M:%S} UTC")
    return True


def find_covered(journal, parents, authorities):
    """Returns the sealed runs: those with a seal, and all runs that they follow."""
    fitting = set()
    for path in sorted(journal.glob("*.ndjson.checkpoint")):
        guarded(path.name, check_checkpoint, path, fitting)
    for path in sorted(journal.glob("*.ndjson.checkpoint.*")):
        if not path.with_suffix("").is_file():
            mistake(path.name, "seals nothing: its checkpoint is missing")
    if authorities:
        seals = [path for path in sorted(journal.glob("*.ndjson.checkpoint.tsr")) if guarded(path.name, check_stamp, path, authorities)]
    else:
        seals = journal.glob("*.ndjson.checkpoint.sig")
    return follow([run for run in (path.with_suffix("").stem for path in seals) if run in fitting], parents)


def tell_uncovered(parents, covered, seal):
    if not covered:
        tell("_journal", f"note: no run has a {seal}")
    for name in sorted(parents.keys() - covered) if covered else []:
        tell(name, f"note: no {seal} covers this run")


def check(archive, heads, authorities):
    journal, digests, parents, changes, erasures, orders = archive / "_journal", {}, {}, {}, {}, []
    for path in sorted(journal.glob("*.ndjson")):
        guarded(path.name, read_run, path, digests, parents, changes, erasures, orders)
    for name in parents:
        guarded(name, check_parents, name, parents[name], digests, journal)
    known = {digest for lines in digests.values() for digest in lines.values()}
    for head in heads:
        if head.lower() not in known:
            mistake("_journal", f"no line has the SHA-256 {head}: lines were cut off, or all of it was written anew")
    covered = guarded("_journal", find_covered, journal, parents, authorities) or set()
    here = {path.parent.name for name in ("bagit.txt", "archive.json", "data") for path in archive.glob(f"*/{name}")}
    erased = check_erasures(archive, here, erasures, changes)
    here -= erased
    guarded("_journal", check_holds, orders, erasures, parents)
    guarded("_journal", check_shipped, orders, changes)
    guarded("_journal", check_freed, archive, orders)
    guarded("_journal", check_keyed, orders, changes)
    for name in sorted(here - changes.keys()):
        mistake(name, "the journal does not know this session")
    for name in sorted(changes.keys() - here - erased):
        mistake(name, "the session is missing")
    for name in sorted(here & changes.keys()):
        lines = [entry for key in erasures if key.startswith(f"{name}.") for entry in erasures[key]]
        media = {id for entry in lines for id in entry.get("media", [])}
        is_again = bool(lines) and max(lines, key=lambda entry: entry["at"].rstrip("Z"))["entry"] == "again"
        again = [entry["at"].rstrip("Z") for entry in erasures.get(name, []) if entry["entry"] == "again"]
        # What was erased before and archived again by order need not be what it was.
        since = [change for change in changes[name] if not again or change[1]["at"].rstrip("Z") > max(again)]
        guarded(name, check_session, archive / name, since, covered, media, is_again)
    for name in sorted(here):
        guarded(name, check_runs, archive / name, digests)
    guarded("_journal", tell_uncovered, parents, covered, "time stamp that holds" if authorities else "signature")
    erased = f", erased: {len(erased)}" if erased else ""
    print(f"sessions: {len(here)}{erased}, runs: {len(digests)}, mistakes: {mistakes}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Compares an archive with its journal without vmedia.")
    parser.add_argument("--tsa-ca", metavar="FILE", help="certificates, in PEM, that vouch for time-stamping authorities")
    parser.add_argument("archive", metavar="ARCHIVE", type=pathlib.Path, help="the folder that holds _journal")
    parser.add_argument("heads", metavar="HEAD", nargs="*", help="the SHA-256 of a journal line that was written down elsewhere")
    arguments = parser.parse_args()
    if not (arguments.archive / "_journal").is_dir():
        parser.error(f"{arguments.archive} holds no _journal")
    if arguments.tsa_ca and not pathlib.Path(arguments.tsa_ca).is_file():
        parser.error(f"{arguments.tsa_ca} is not a file")
    check(arguments.archive, arguments.heads, arguments.tsa_ca)
    sys.exit(1 if mistakes else 0)
