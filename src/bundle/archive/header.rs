//! The tar headers of a bundle, byte for byte as Go's `archive/tar` writes OPA's: mode 0600, no owner, no time.

use super::super::name::NAME_LIMIT;
use std::io;

/// The unit of a tar.
pub(super) const BLOCK: usize = 512;

const NAME: usize = 100;
const PREFIX: usize = 155;

/// The headers in front of a file: one block, or for a name that does not fit three.
pub(super) fn headers(name: &str, size: u64) -> io::Result<Vec<u8>> {
    if name.len() > NAME_LIMIT {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a name is too long for an archive"));
    }
    if name.is_ascii() {
        if name.len() <= NAME {
            return block(name.as_bytes(), b"", size, b'0', Shape::Ustar);
        }
        if let Some((prefix, rest)) = split(name) {
            return block(rest.as_bytes(), prefix.as_bytes(), size, b'0', Shape::Ustar);
        }
    }
    let record = record("path", name);
    let (folder, file) = name.rsplit_once('/').map_or(("", name), |(folder, file)| (folder, file));
    let beside = format!("{folder}/PaxHeaders.0/{file}");
    let beside = ascii(if name.starts_with('/') { &beside } else { beside.trim_start_matches('/') });
    let beside = beside.get(..beside.len().min(NAME)).unwrap_or_default().trim_end_matches('/');
    let size_of_record = u64::try_from(record.len()).unwrap_or(u64::MAX);
    let mut headers = block(beside.as_bytes(), b"", size_of_record, b'x', Shape::Extension)?;
    headers.extend_from_slice(record.as_bytes());
    headers.resize(headers.len().next_multiple_of(BLOCK), 0);
    headers.extend(block(ascii(name).as_bytes(), b"", size, b'0', Shape::Ustar)?);
    Ok(headers)
}

/// What a header of its own kind leaves out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Ustar,
    Extension,
}

fn block(name: &[u8], prefix: &[u8], size: u64, kind: u8, shape: Shape) -> io::Result<Vec<u8>> {
    // Eleven octal digits.
    if size >= 1 << 33 {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a file is too large for an archive"));
    }
    let mut block = Vec::with_capacity(BLOCK);
    field(&mut block, NAME, name);
    if let Some(last @ b'/') = block.last_mut()
        && name.len() > NAME
    {
        // Some readers take a file whose cut name ends in a slash for a folder.
        *last = 0;
    }
    field(&mut block, 8, if shape == Shape::Ustar { b"0000600" } else { b"0000000" });
    field(&mut block, 8, b"0000000");
    field(&mut block, 8, b"0000000");
    field(&mut block, 12, format!("{size:011o}").as_bytes());
    field(&mut block, 12, b"00000000000");
    let checksum_at = block.len();
    block.extend_from_slice(b"        ");
    block.push(kind);
    field(&mut block, 100, b"");
    block.extend_from_slice(b"ustar\x0000");
    field(&mut block, 64, b"");
    let device: &[u8] = if shape == Shape::Ustar { b"0000000" } else { b"" };
    field(&mut block, 8, device);
    field(&mut block, 8, device);
    field(&mut block, PREFIX, prefix);
    block.resize(BLOCK, 0);
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    if let Some(checksum) = block.get_mut(checksum_at..checksum_at + 8) {
        checksum.copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    }
    Ok(block)
}

/// Appends a field of fixed width.
fn field(block: &mut Vec<u8>, width: usize, value: &[u8]) {
    let end = block.len() + width;
    block.extend_from_slice(value.get(..value.len().min(width)).unwrap_or_default());
    block.resize(end, 0);
}

/// Parts a long name at a slash so that both halves fit, the first half as long as it may be.
fn split(name: &str) -> Option<(&str, &str)> {
    let reach = name.get(..name.len().min(PREFIX + 1))?;
    let at = reach.rfind('/').filter(|at| *at > 0)?;
    let (prefix, rest) = name.split_at_checked(at)?;
    let rest = rest.strip_prefix('/')?;
    (rest.len() <= NAME && !rest.is_empty() && prefix.len() <= PREFIX).then_some((prefix, rest))
}

/// A PAX record, which starts with its own length.
fn record(key: &str, value: &str) -> String {
    let rest = key.len() + value.len() + 3;
    let mut size = rest + rest.to_string().len();
    if size.to_string().len() + rest != size {
        size = size.to_string().len() + rest;
    }
    format!("{size} {key}={value}\n")
}

fn ascii(name: &str) -> String {
    name.chars().filter(char::is_ascii).collect()
}
