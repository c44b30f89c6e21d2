//! The text of a list, as UTF-8 and with its lines counted, whatever its encoding and however long a line is.
//!
//! Holds one line at most. Must not know what a line means.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Chain, Cursor, ErrorKind, Read};
use std::rc::Rc;

/// The longest line that is read, in bytes.
const LONGEST_LINE: usize = 256 * 1024;
/// The longest text or number within JSON that is read, in bytes.
const LONGEST_TOKEN: usize = 1024 * 1024;

/// A line of the list without its end.
pub(super) enum Line {
    /// Its text.
    Text(String),
    /// It is longer than any line of a list.
    TooLong,
}

/// A list that is being read.
pub(super) struct Source<'a> {
    text: BufReader<Box<dyn Read + 'a>>,
    line: Rc<Cell<u64>>,
    is_line_start: bool,
}

impl<'a> Source<'a> {
    /// Looks at the first bytes for a byte order mark, or for the zeros of UTF-16 without one.
    pub(super) fn new(mut input: impl Read + 'a) -> io::Result<Self> {
        let mut head = Vec::with_capacity(3);
        input.by_ref().take(3).read_to_end(&mut head)?;
        let (mark, order) = match head[..] {
            [0xef, 0xbb, 0xbf] => (3, None),
            [0xff, 0xfe, ..] => (2, Some(LITTLE)),
            [0xfe, 0xff, ..] => (2, Some(BIG)),
            [1..=255, 0, ..] => (0, Some(LITTLE)),
            [0, 1..=255, ..] => (0, Some(BIG)),
            _ => (0, None),
        };
        let rest = Cursor::new(head.split_off(mark)).chain(input);
        let text: Box<dyn Read + 'a> = match order {
            None => Box::new(rest),
            Some(order) => Box::new(Utf16 { bytes: BufReader::new(rest), order, pending: None }),
        };
        Ok(Self { text: BufReader::new(text), line: Rc::new(Cell::new(1)), is_line_start: true })
    }

    /// Returns the number of the line that comes next, from 1, which moves as the list is read.
    pub(super) fn number(&self) -> Rc<Cell<u64>> {
        Rc::clone(&self.line)
    }

    /// Returns the next byte and leaves it there; none at the end.
    pub(super) fn peek(&mut self) -> io::Result<Option<u8>> {
        loop {
            match self.text.fill_buf() {
                Ok(bytes) => return Ok(bytes.first().copied()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Skips these bytes, and returns what comes next.
    pub(super) fn skip(&mut self, bytes: &[u8]) -> io::Result<Option<u8>> {
        loop {
            match self.peek()? {
                Some(byte) if bytes.contains(&byte) => self.advance(byte),
                next => return Ok(next),
            }
        }
    }

    /// Returns whether the next byte is the first of its line.
    pub(super) fn is_line_start(&self) -> bool {
        self.is_line_start
    }

    /// Reads up to the end of the line; none at the end of the list.
    pub(super) fn line(&mut self) -> io::Result<Option<Line>> {
        let mut line = Vec::new();
        let (mut is_any, mut is_long) = (false, false);
        while self.peek()?.is_some() {
            is_any = true;
            let bytes = self.text.buffer();
            let end = bytes.iter().position(|byte| *byte == b'\n');
            let piece = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
            is_long |= line.len() + piece.len() > LONGEST_LINE;
            if !is_long {
                line.extend_from_slice(piece);
            }
            let count = piece.len() + usize::from(end.is_some());
            self.text.consume(count);
            self.is_line_start = end.is_some();
            if end.is_some() {
                self.line.set(self.line.get() + 1);
                break;
            }
        }
        Ok(match (is_any, is_long) {
            (false, _) => None,
            (true, true) => Some(Line::TooLong),
            (true, false) => {
                Some(Line::Text(String::from_utf8(line).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())))
            }
        })
    }

    fn advance(&mut self, byte: u8) {
        self.text.consume(1);
        self.is_line_start = byte == b'\n';
        if self.is_line_start {
            self.line.set(self.line.get() + 1);
        }
    }
}

/// A JSON value within a list, byte by byte. The byte that was read last stays in the list until the next one is wanted,
/// so that a parser that stops at it can leave it there.
pub(super) struct Bytes<'s, 'a> {
    source: &'s mut Source<'a>,
    last: Option<u8>,
    is_in_string: bool,
    is_escaped: bool,
    length: usize,
}

impl<'s, 'a> Bytes<'s, 'a> {
    /// Begins at the next byte.
    pub(super) fn new(source: &'s mut Source<'a>) -> Self {
        Self { source, last: None, is_in_string: false, is_escaped: false, length: 0 }
    }

    /// Ends behind the byte that was read last.
    pub(super) fn end(mut self) {
        self.take_last();
    }

    /// Ends behind the byte that was read last, unless a value of its own begins there.
    pub(super) fn give_up(mut self) {
        let begins = self.source.is_line_start() && matches!(self.last, Some(b'{' | b'['));
        if !begins {
            self.take_last();
        }
    }

    fn take_last(&mut self) {
        if let Some(last) = self.last.take() {
            self.source.advance(last);
        }
    }

    /// Counts the bytes of a text or number, which a parser holds in memory.
    fn measure(&mut self, byte: u8) -> io::Result<()> {
        let is_quote = byte == b'"' && !self.is_escaped;
        self.is_escaped = self.is_in_string && byte == b'\\' && !self.is_escaped;
        self.is_in_string ^= is_quote;
        let is_between = !self.is_in_string && matches!(byte, b'{' | b'}' | b'[' | b']' | b',' | b':' | b' ' | b'\n' | b'\r' | b'\t');
        self.length = if is_quote || is_between { 0 } else { self.length + 1 };
        if self.length > LONGEST_TOKEN { Err(io::Error::new(ErrorKind::InvalidData, "a text is too long")) } else { Ok(()) }
    }
}

impl Read for Bytes<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.take_last();
        let (Some(byte), Some(first)) = (self.source.peek()?, buffer.first_mut()) else { return Ok(0) };
        self.measure(byte)?;
        self.last = Some(byte);
        *first = byte;
        Ok(1)
    }
}

/// Reads a unit of two bytes.
type Order = fn([u8; 2]) -> u16;

const LITTLE: Order = u16::from_le_bytes;
const BIG: Order = u16::from_be_bytes;

/// UTF-16 as UTF-8.
struct Utf16<R> {
    bytes: BufReader<Chain<Cursor<Vec<u8>>, R>>,
    order: Order,
    /// A unit that followed half a pair and is no other half.
    pending: Option<u16>,
}

impl<R: Read> Utf16<R> {
    fn unit(&mut self) -> io::Result<Option<u16>> {
        if let Some(unit) = self.pending.take() {
            return Ok(Some(unit));
        }
        let mut bytes = [0; 2];
        match self.bytes.read_exact(&mut bytes) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        }
        Ok(Some((self.order)(bytes)))
    }

    fn letter(&mut self) -> io::Result<Option<char>> {
        let decode = |units: &[u16]| char::decode_utf16(units.iter().copied()).next().and_then(Result::ok);
        let Some(unit) = self.unit()? else { return Ok(None) };
        if let Some(letter) = decode(&[unit]) {
            return Ok(Some(letter));
        }
        let Some(next) = self.unit()? else { return Ok(Some(char::REPLACEMENT_CHARACTER)) };
        let letter = decode(&[unit, next]);
        if letter.is_none() {
            self.pending = Some(next);
        }
        Ok(Some(letter.unwrap_or(char::REPLACEMENT_CHARACTER)))
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut written = 0;
        while let Some(rest) = buffer.get_mut(written..written + 4) {
            let Some(letter) = self.letter()? else { break };
            written += letter.encode_utf8(rest).len();
        }
        Ok(written)
    }
}
