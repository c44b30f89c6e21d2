//! The documents: every command in them is run, what they show is what is printed, and what they name exists.
//!
//! Each document is a story that is run from top to bottom in one folder, against the sandbox. Comments that a reader does
//! not see say what is special about the block below them:
//!
//! - `not run: REASON`: what no test can do. Each line of `vmedia` in it must still be one that the program understands.
//! - `ends with N`: the status that the block's last command gives; else it is 0.
//! - `aside`: what the block changes in the shell holds for that block alone.
//! - `drawing`: a block of text that is nothing the program prints.
//! - `stdin: TEXT`: the input of the block.
//!
//! A block of text without a mark shows what the commands before it printed; a line of `...` stands for any lines.
//! On Windows the text of the documents is checked and nothing is run: they are written for a POSIX shell.

mod document;
mod shown;
#[cfg(unix)]
mod story;
mod text;
