//! The headers of a tar archive, as OPA writes them: mode 0600, no owner, no time.

use std::io::{self, Write};
use tar::{EntryType, Header};

/// The size of a block, to which everything is filled up.
const BLOCK: usize = 512;

/// How many bytes of a name a header holds, and how many of the folders before it.
const NAME: usize = 100;
const PREFIX: usize = 155;

/// Writes one file.
pub(super) fn write_file(out: &mut impl Write, name: &str, content: &[u8]) -> io::Result<()> {
    match split(name) {
        Some((prefix, rest)) => write_header(out, prefix, rest, content.len(), EntryType::Regular)?,
        None => {
            // Too long, or not ASCII: the name goes into a record of its own before the file (POSIX pax).
            let record = pax_record("path", name);
            let base = name.rsplit('/').next().unwrap_or(name);
            write_header(out, "", &ascii(&format!("PaxHeaders.0/{base}")), record.len(), EntryType::XHeader)?;
            write_filled(out, record.as_bytes())?;
            write_header(out, "", &ascii(name), content.len(), EntryType::Regular)?;
        }
    }
    write_filled(out, content)
}

/// Writes the two empty blocks that end an archive.
pub(super) fn write_end(out: &mut impl Write) -> io::Result<()> {
    out.write_all(&[0; 2 * BLOCK])
}

/// The two parts of a name in a ustar header, if it fits.
fn split(name: &str) -> Option<(&str, &str)> {
    if !name.is_ascii() {
        return None;
    }
    if name.len() <= NAME {
        return Some(("", name));
    }
    name.match_indices('/')
        .map(|(place, _)| (name.get(..place).unwrap_or_default(), name.get(place + 1..).unwrap_or_default()))
        .filter(|(prefix, _)| (1..=PREFIX).contains(&prefix.len()))
        .find(|(_, rest)| (1..=NAME).contains(&rest.len()))
}

fn ascii(name: &str) -> String {
    name.chars().filter(char::is_ascii).take(NAME).collect()
}

/// `length key=value\n`, where the length counts itself.
fn pax_record(key: &str, value: &str) -> String {
    let rest = format!(" {key}={value}\n");
    let mut length = rest.len() + 1;
    while length != rest.len() + length.to_string().len() {
        length = rest.len() + length.to_string().len();
    }
    format!("{length}{rest}")
}

fn write_header(out: &mut impl Write, prefix: &str, name: &str, size: usize, kind: EntryType) -> io::Result<()> {
    let mut header = Header::new_ustar();
    if let Some(ustar) = header.as_ustar_mut() {
        copy(&mut ustar.name, name);
        copy(&mut ustar.prefix, prefix);
    }
    header.set_mode(0o600);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(size as u64);
    header.set_entry_type(kind);
    header.set_device_major(0)?;
    header.set_device_minor(0)?;
    header.set_cksum();
    out.write_all(header.as_bytes())
}

fn copy(field: &mut [u8], text: &str) {
    field.iter_mut().zip(text.bytes()).for_each(|(place, byte)| *place = byte);
}

fn write_filled(out: &mut impl Write, content: &[u8]) -> io::Result<()> {
    out.write_all(content)?;
    let over = content.len() % BLOCK;
    if over > 0 {
        out.write_all([0; BLOCK].get(over..).unwrap_or_default())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back() {
        let long = format!("/{}/{}.rego", "d".repeat(120), "f".repeat(60));
        let longer = format!("/{}", "x".repeat(300));
        for name in ["/data.json", &long, &longer, "/grüße/世界.rego"] {
            let mut bytes = Vec::new();
            write_file(&mut bytes, name, b"content").unwrap();
            write_end(&mut bytes).unwrap();
            assert_eq!(bytes.len() % BLOCK, 0);
            let mut archive = tar::Archive::new(bytes.as_slice());
            let entry = archive.entries().unwrap().next().unwrap().unwrap();
            assert_eq!(entry.path_bytes(), name.as_bytes());
            assert_eq!(entry.header().mode().unwrap(), 0o600);
        }
    }

    #[test]
    fn a_record_counts_its_own_length() {
        assert_eq!(pax_record("path", "a"), "9 path=a\n");
        assert_eq!(pax_record("path", &"a".repeat(91)).len(), 101);
    }
}
