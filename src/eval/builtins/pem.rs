//! Blocks of base64 between a line that begins them and a line that ends them.

use super::base64;

/// One block.
pub(super) struct Block {
    /// The words after `BEGIN`.
    pub(super) label: String,
    /// What was encoded.
    pub(super) bytes: Vec<u8>,
}

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";

/// The first block of a text, and what follows it. A block that is not whole is skipped.
pub(super) fn first(text: &str) -> Option<(Block, &str)> {
    let mut rest = text;
    loop {
        let begin = if rest.starts_with(BEGIN) { 0 } else { rest.find("\n-----BEGIN ")? + 1 };
        rest = rest.get(begin + BEGIN.len()..)?;
        let (line, after) = rest.split_once('\n')?;
        let Some(label) = line.trim_end_matches([' ', '\t', '\r']).strip_suffix(DASHES) else { continue };
        let end = format!("-----END {label}-----");
        let Some(at) = after.find(&end) else { continue };
        let (body, after) = after.split_at(at);
        let (line, after) =
            after.get(end.len()..).map(|after| after.split_once('\n').unwrap_or((after, ""))).unwrap_or_default();
        if !line.trim().is_empty() || !(body.is_empty() || body.ends_with('\n')) {
            continue;
        }
        if let Ok(bytes) = base64::standard(without_headers(body).replace([' ', '\t'], "").as_str()) {
            return Some((Block { label: label.to_owned(), bytes }, after));
        }
    }
}

fn without_headers(mut body: &str) -> &str {
    while let Some((line, rest)) = body.split_once('\n') {
        if !line.contains(':') {
            break;
        }
        body = rest;
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_between_other_lines() {
        let text = "x\n-----BEGIN A B-----\nKey: value\n\nZm9v\nYg==\n-----END A B-----\nrest";
        let (block, rest) = first(text).unwrap();
        assert_eq!((block.label.as_str(), block.bytes.as_slice(), rest), ("A B", &b"foob"[..], "rest"));
        assert!(first("-----BEGIN A-----\nZm9v\n").is_none());
        assert!(first("-----BEGIN A-----\n!!\n-----END A-----\n").is_none());
    }
}
