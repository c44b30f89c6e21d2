#!/usr/bin/env python3
"""Checks an export of vmedia: python3 _proof/check.py. Needs Python 3.8, and ssh-keygen for signatures. Status 1 if something does not fit.

Each journal line about a session is in the tree whose root is in its run's checkpoint (RFC 6962), a signature is over that checkpoint, the
newest line has the SHA-256 of the session's tag manifest, and the manifests name every file with its SHA-256. README.txt says how to check
who signed, and time stamps. This cannot tell whether there are newer lines than these: ask for a newer export."""
import base64
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys

proof, mistakes = pathlib.Path(__file__).resolve().parent, []


def tell(text):
    print(ascii(text)[1:-1])


def sha256(*parts):
    return hashlib.sha256(b"".join(parts))


def expect(holds, where, what):
    if not holds:
        mistakes.append(f"{where}: {what}")


def root(leaf, index, size, path):
    """Returns the root that a path leads to (RFC 9162, 2.1.3.2); nothing if it has another length than such a path."""
    last = size - 1
    for beside in path:
        if last == 0:
            return None
        if index & 1 or index == last:
            leaf = sha256(b"\1", beside, leaf).digest()
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            leaf = sha256(b"\1", leaf, beside).digest()
        index, last = index >> 1, last >> 1
    return leaf if last == 0 else None


def check_line(folder, line):
    name = pathlib.PurePath(line["segment"]).name
    origin, size, expected = (proof / f"{name}.checkpoint").read_bytes().decode().split("\n")[:3]
    path = [base64.b64decode(beside) for beside in line["path"]]
    found = root(sha256(b"\0", line["line"].encode()).digest(), line["index"], int(size), path)
    is_there = line["index"] < int(size) and found == base64.b64decode(expected)
    expect(origin == f"vmedia-journal/{name}" and is_there, folder, f"line {line['index']} of {name} is not in the checkpoint's tree")
    expect(json.loads(line["line"])["folder"] == folder, folder, f"line {line['index']} of {name} is about another session")


def manifest(folder, name):
    lines = (folder / name).read_bytes().decode().split("\n")[:-1]
    return {path: digest for digest, path in (line.split("  ", 1) for line in lines)}


def check_bag(folder, bag, digest):
    """Compares the files with the manifests of the bag, and of the whole session where files are left out."""
    whole = bag / "original" if (bag / "original").is_dir() else bag
    tags, payload = "tagmanifest-sha256.txt", "manifest-sha256.txt"
    expect(sha256((whole / tags).read_bytes()).hexdigest() == digest, folder, f"{tags} is not the one that the journal knows")
    originals = manifest(whole, tags)
    expect(sha256((whole / payload).read_bytes()).hexdigest() == originals[payload], folder, f"{payload} is not what {tags} names")
    originals.update(manifest(whole, payload))
    own = {**manifest(bag, payload), **manifest(bag, tags)}
    here = {path.relative_to(bag).as_posix(): path for path in bag.rglob("*") if not path.is_dir()}
    for path in sorted(own.keys() - here.keys()):
        expect(False, folder, f"{path} is missing")
    for path in sorted(here.keys() - {tags}):
        found = sha256(here[path].read_bytes()).hexdigest()
        expect(found == own.get(path), folder, f"{path} is not what the manifests name")
        if path.startswith(("data/", "metadata/")):
            expect(found == originals.get(path), folder, f"{path} is not what the manifests of the whole session name")
    left_out = sorted(originals.keys() - here.keys()) if whole != bag else []
    tell(f"{folder}: {len(here)} files, {len(left_out)} left out")
    for path in left_out:
        tell(f"  left out: {path}, SHA-256 {originals[path]}")


def check_seals(checkpoint):
    signature, stamp = (checkpoint.with_name(checkpoint.name + ending) for ending in (".sig", ".tsr"))
    if signature.exists() and shutil.which("ssh-keygen"):
        words = ["ssh-keygen", "-Y", "check-novalidate", "-n", "vmedia", "-s", str(signature)]
        run = subprocess.run(words, input=checkpoint.read_bytes(), capture_output=True, check=False)
        expect(run.returncode == 0, signature.name, "does not hold for this checkpoint")
        tell(f"{signature.name}: {run.stdout.decode().strip()}")
    elif signature.exists():
        tell(f"{signature.name}: not checked, because ssh-keygen is not here")
    if stamp.exists():
        expect(sha256(checkpoint.read_bytes()).digest() in stamp.read_bytes(), stamp.name, "is not about this checkpoint")
    elif not signature.exists():
        tell(f"{checkpoint.name}: not sealed, so nothing shows who wrote it, or when")


proofs = sorted(proof.glob("*.json"))
for file in proofs:
    try:
        session = json.loads(file.read_bytes())
        folder, lines = pathlib.PurePath(session["folder"]).name, session["lines"]
        expect(f"{folder}.json" == file.name, file.name, "is about another session")
        for line in lines:
            check_line(folder, line)
        check_bag(folder, proof.parent / folder, json.loads(lines[-1]["line"])["bag"])
    except (LookupError, OSError, TypeError, ValueError) as error:
        expect(False, file.name, f"cannot be checked: {type(error).__name__} {error}")
for bag in sorted({path.parent.name for path in proof.parent.glob("*/*manifest-sha256.txt")} - {file.stem for file in proofs}):
    expect(False, bag, "has no proof")
for file in sorted(proof.glob("*.checkpoint")):
    check_seals(file)
for mistake in mistakes if proofs else ["there is no proof here"]:
    tell(mistake)
tell(f"sessions: {len(proofs)}, mistakes: {len(mistakes)}")
sys.exit(1 if mistakes or not proofs else 0)
