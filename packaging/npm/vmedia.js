#!/usr/bin/env node
// Runs the program of this system, which npm installed as an optional dependency, and ends as it ends.
"use strict";

const { spawn } = require("node:child_process");
const os = require("node:os");

const system = `${process.platform}-${process.arch}`;
let program;
try {
  program = require.resolve(`@vmedia/${system}/bin/vmedia${process.platform === "win32" ? ".exe" : ""}`);
} catch {
  console.error(`vmedia: error: the package @vmedia/${system} is not installed`);
  console.error("vmedia: hint: install vmedia again without --omit=optional; without a package for this system: cargo install vmedia --locked");
  process.exit(1);
}

const child = spawn(program, process.argv.slice(2), { stdio: "inherit" });
// A terminal sends Ctrl-C and its end to both; this process waits until the program has ended in order.
for (const signal of ["SIGINT", "SIGHUP"]) process.on(signal, () => {});
for (const signal of process.platform === "win32" ? ["SIGTERM"] : ["SIGTERM", "SIGUSR1"]) process.on(signal, () => child.kill(signal));

child.on("error", (error) => {
  console.error(`vmedia: error: cannot start ${program}: ${error.message}`);
  console.error("vmedia: hint: install vmedia again");
  process.exit(1);
});
child.on("exit", (code, signal) => {
  process.exit(signal === null ? code : 128 + os.constants.signals[signal]);
});
