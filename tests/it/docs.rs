//! Runs every command of the documents, compares the shown output, and checks that what they name exists.
//!
//! Each document is run from top to bottom in one folder, against the sandbox. Hidden comments describe the block below them:
//!
//! - `not run: REASON`: no test can run it. Each line of `vmedia` in it must still parse.
//! - `ends with N`: the exit status of the block's last command; default: 0.
//! - `aside`: changes of the shell's environment apply to this block only.
//! - `drawing`: a block of text that is not output.
//! - `stdin: TEXT`: the input of the block.
//!
//! A block of text without a mark shows the output of the commands before it; a line of `...` matches any lines.
//! On Windows the documents are checked and nothing is run, because they are written for a POSIX shell.

mod document;
mod shown;
#[cfg(unix)]
mod story;
mod text;
