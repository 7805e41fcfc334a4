//! Blocks: a name, a length, links to other blocks, and bytes.

use std::sync::Arc;

use crate::endian::Endian::Little;
use crate::logs::{ReadAt, read_exact_at};

const HEAD_BYTES: usize = 24;
/// Larger blocks than any that describe, but for lists of blocks of a file of terabytes.
const MAX_BYTES: u64 = 16 << 20;
/// Blocks that are read to know a file: a measurement of 100,000 channels takes half of it.
const MAX_BLOCKS: u32 = 2_000_000;
const MAX_TEXT: usize = 64 * 1024;
/// Texts of a file in all.
const MAX_TEXTS: usize = 128 << 20;

/// What stands before every block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) name: [u8; 2],
    /// With this head.
    pub(super) len: u64,
    pub(super) n_links: u64,
}

impl Head {
    /// `None` where no block begins.
    pub(super) fn read(source: &dyn ReadAt, at: u64) -> Option<Self> {
        let mut head = [0; HEAD_BYTES];
        if at == 0 {
            return None;
        }
        read_exact_at(source, at, &mut head)?;
        let head = Self {
            name: [*head.get(2)?, *head.get(3)?],
            len: Little.u64(&head, 8)?,
            n_links: Little.u64(&head, 16)?,
        }
        .checked(head.starts_with(b"##"))?;
        Some(head)
    }

    fn checked(self, has_mark: bool) -> Option<Self> {
        let links = self
            .n_links
            .checked_mul(8)?
            .checked_add(HEAD_BYTES as u64)?;
        (has_mark && links <= self.len).then_some(self)
    }

    /// Where the bytes begin, counted from the head.
    pub(super) fn data_at(&self) -> u64 {
        HEAD_BYTES as u64 + self.n_links * 8
    }
}

/// A block in memory.
#[derive(Clone, Debug)]
pub(super) struct Block {
    links: Vec<u64>,
    pub(super) data: Vec<u8>,
}

impl Block {
    /// A link, 0 where there is none.
    pub(super) fn link(&self, i: usize) -> u64 {
        self.links.get(i).copied().unwrap_or(0)
    }

    pub(super) fn links(&self) -> &[u64] {
        &self.links
    }

    /// Reads a block that is not large. `None` where there is none of this name that is whole.
    pub(super) fn read(source: &dyn ReadAt, at: u64, name: [u8; 2]) -> Option<Self> {
        let head = Head::read(source, at)?;
        if head.name != name || head.len > MAX_BYTES {
            return None;
        }
        let size = source.size().ok()?;
        if at.checked_add(head.len)? > size {
            return None;
        }
        let mut bytes = vec![0; usize::try_from(head.len).ok()?];
        read_exact_at(source, at, &mut bytes)?;
        let data_at = usize::try_from(head.data_at()).ok()?;
        let links = bytes.get(HEAD_BYTES..data_at)?;
        Some(Self {
            links: links
                .chunks_exact(8)
                .filter_map(|link| Little.u64(link, 0))
                .collect(),
            data: bytes.get(data_at..)?.to_vec(),
        })
    }
}

/// Reads the blocks that say what is in a file, as many as are reasonable.
pub(super) struct Blocks {
    source: Arc<dyn ReadAt>,
    budget: u32,
    text_budget: usize,
}

impl Blocks {
    pub(super) fn new(source: Arc<dyn ReadAt>) -> Self {
        Self {
            source,
            budget: MAX_BLOCKS,
            text_budget: MAX_TEXTS,
        }
    }

    pub(super) fn read(&mut self, at: u64, name: [u8; 2]) -> Option<Block> {
        self.budget = self.budget.checked_sub(1)?;
        Block::read(&*self.source, at, name)
    }

    pub(super) fn name(&mut self, at: u64) -> Option<[u8; 2]> {
        self.budget = self.budget.checked_sub(1)?;
        Head::read(&*self.source, at).map(|head| head.name)
    }

    /// A text, or the text of a comment in XML; empty where there is none.
    pub(super) fn text(&mut self, at: u64) -> String {
        self.read_text(at).unwrap_or_default()
    }

    fn read_text(&mut self, at: u64) -> Option<String> {
        let name = self.name(at)?;
        let block = match &name {
            b"TX" | b"MD" => self.read(at, name)?,
            _ => return None,
        };
        let end = block.data.iter().position(|byte| *byte == 0);
        let bytes = block
            .data
            .get(..end.unwrap_or(block.data.len()).min(MAX_TEXT))?;
        self.text_budget = self.text_budget.checked_sub(bytes.len())?;
        let text = String::from_utf8_lossy(bytes);
        Some(if name == *b"MD" {
            xml_text(&text)
        } else {
            text.trim().to_owned()
        })
    }
}

/// What stands in the element `TX` of a comment.
fn xml_text(xml: &str) -> String {
    let Some((_, rest)) = xml.split_once("<TX") else {
        return String::new();
    };
    let Some((_, rest)) = rest.split_once('>') else {
        return String::new();
    };
    let text = rest.split_once("</TX>").map_or("", |(text, _)| text);
    let plain = text.replace("&lt;", "<").replace("&gt;", ">");
    let plain = plain.replace("&quot;", "\"").replace("&apos;", "'");
    plain.replace("&amp;", "&").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    #[test]
    fn texts_of_comments() {
        let cases = [
            (
                "<CNcomment><TX>speed &amp; more</TX></CNcomment>",
                "speed & more",
            ),
            (
                "<HDcomment><TX xml:space=\"preserve\"> a &lt; b </TX>",
                "a < b",
            ),
            ("<CNcomment><TX/></CNcomment>", ""),
            ("<CNcomment>", ""),
            ("<TX>cut", ""),
        ];
        for (xml, expected) in cases {
            assert_eq!(xml_text(xml), expected, "{xml}");
        }
    }

    #[test]
    fn lengths_that_cannot_be_are_refused() {
        let block = |len: u64, n_links: u64| {
            let mut bytes = vec![0; 8];
            bytes.extend(b"##TX\0\0\0\0");
            bytes.extend(len.to_le_bytes());
            bytes.extend(n_links.to_le_bytes());
            bytes.extend(b"name\0\0\0\0");
            Blocks::new(Arc::new(Bytes::from(bytes))).text(8)
        };
        assert_eq!(block(32, 0), "name");
        assert_eq!(block(32, 1), "");
        assert_eq!(block(33, 0), "");
        assert_eq!(block(8, 0), "");
        assert_eq!(block(u64::MAX, 0), "");
        assert_eq!(block(32, u64::MAX / 4), "");
    }
}
