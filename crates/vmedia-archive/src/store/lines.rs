//! A file on this machine that grows by lines.

use super::Lines;
use super::durable;
use super::tree::Tree;
use crate::error::Result;
use std::fs::File;
use std::io::Write;
use std::sync::Arc;

/// A file to which lines are appended.
pub(super) struct LocalLines {
    tree: Arc<Tree>,
    path: String,
    file: File,
}

impl LocalLines {
    pub(super) fn new(tree: Arc<Tree>, path: String, file: File) -> Self {
        Self { tree, path, file }
    }
}

impl Lines for LocalLines {
    fn append(&self, lines: &str) -> Result<()> {
        let lines = format!("{lines}\n");
        (&self.file).write_all(lines.as_bytes()).map_err(|error| self.tree.failed("write", &self.path, error))
    }

    fn flush(&self) -> Result<()> {
        durable::sync(&self.file).map_err(|error| self.tree.failed("write", &self.path, error))
    }
}
