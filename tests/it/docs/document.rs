//! A document as its reader sees it, and the marks that its reader does not see.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A piece of code that stands by itself.
pub struct Block {
    /// The info string, such as `sh`.
    pub language: String,
    /// Its lines.
    pub text: String,
    /// The comments just before it.
    pub marks: Vec<String>,
    /// Where it begins, from 1.
    pub line: usize,
}

impl Block {
    /// What a comment says after this word, such as `not run: `.
    pub fn mark(&self, word: &str) -> Option<&str> {
        self.marks.iter().find_map(|mark| mark.strip_prefix(word)).map(str::trim)
    }
}

/// A document.
pub struct Document {
    /// Its path below the repository, with slashes.
    pub name: String,
    /// Its blocks of code, in order.
    pub blocks: Vec<Block>,
    /// What stands as code within sentences.
    pub codes: Vec<String>,
    /// Where its links lead.
    pub links: Vec<String>,
    /// Names that a link can end with.
    pub anchors: BTreeSet<String>,
    /// Its sentences, without code.
    pub prose: String,
    /// All comments.
    pub marks: Vec<String>,
}

/// The repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// README.md, SECURITY.md and all of docs/ except the table of contents of the site.
pub fn all() -> Vec<Document> {
    let entries = std::fs::read_dir(root().join("docs")).expect("docs/").map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect();
    paths.sort();
    paths.retain(|path| !path.ends_with("SUMMARY.md"));
    assert!(paths.len() > 5, "{paths:?}");
    ["README.md", "SECURITY.md"].into_iter().map(|name| root().join(name)).chain(paths).map(|path| read(&path)).collect()
}

/// Reads a document of the repository.
pub fn read(path: &Path) -> Document {
    let name = path.strip_prefix(root()).expect("below").to_string_lossy().replace('\\', "/");
    let text = std::fs::read_to_string(path).expect("a document").replace("\r\n", "\n");
    parse(name, &text)
}

/// Reads a document.
pub fn parse(name: String, text: &str) -> Document {
    let mut document = Document {
        name,
        blocks: Vec::new(),
        codes: Vec::new(),
        links: Vec::new(),
        anchors: BTreeSet::new(),
        prose: String::new(),
        marks: Vec::new(),
    };
    let (mut before, mut block, mut heading) = (Vec::new(), None, None::<String>);
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => {
                let comment = html.trim().strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"));
                if let Some(mark) = comment {
                    before.push(mark.trim().to_owned());
                    document.marks.push(mark.trim().to_owned());
                }
            }
            Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => {}
            Event::Start(Tag::CodeBlock(kind)) => {
                let language = if let CodeBlockKind::Fenced(language) = kind { language.to_string() } else { String::new() };
                let line = text[..range.start].matches('\n').count() + 1;
                block = Some(Block { language, text: String::new(), marks: std::mem::take(&mut before), line });
            }
            Event::End(TagEnd::CodeBlock) => document.blocks.extend(block.take()),
            Event::Text(words) if block.is_some() => block.iter_mut().for_each(|block| block.text.push_str(&words)),
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => _ = document.anchors.insert(anchor(&heading.take().unwrap_or_default())),
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => document.links.push(dest_url.to_string()),
            Event::Text(words) => {
                before.clear();
                heading.iter_mut().for_each(|heading| heading.push_str(&words));
                document.prose.push_str(&words);
            }
            Event::Code(words) => {
                before.clear();
                heading.iter_mut().for_each(|heading| heading.push_str(&words));
                document.codes.push(words.to_string());
            }
            Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::TableCell | TagEnd::Item) => document.prose.push(' '),
            Event::End(TagEnd::Paragraph) => document.prose.push('\n'),
            _ => {}
        }
    }
    document
}

/// The name that GitHub gives to a heading.
fn anchor(heading: &str) -> String {
    let letters = heading.trim().to_lowercase();
    let kept = letters.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
    kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
}

#[test]
fn a_document_is_read_as_it_is_shown() {
    let text = "# The `vmedia` page: 1\n\nSee [it](docs/a.md#b), `--flag` and status 7.\n\n<!-- ends with 7 -->\n<!-- aside -->\n```sh\nfalse\n```\n\ntext\n\n```text\nx\n```\n";
    let document = parse("a.md".to_owned(), text);
    let blocks: Vec<_> = document.blocks.iter().map(|block| (block.language.as_str(), block.text.as_str(), block.line)).collect();
    assert_eq!(blocks, [("sh", "false\n", 7), ("text", "x\n", 13)]);
    assert_eq!(document.blocks[0].marks, ["ends with 7", "aside"]);
    assert!(document.blocks[1].marks.is_empty());
    assert_eq!(document.links, ["docs/a.md#b"]);
    assert_eq!(document.codes, ["vmedia", "--flag"]);
    assert_eq!(document.anchors, BTreeSet::from(["the-vmedia-page-1".to_owned()]));
    assert!(document.prose.contains("status 7"), "{}", document.prose);
}
