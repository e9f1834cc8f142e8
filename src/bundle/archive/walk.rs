//! A walk over the files of an archive from outside, that trusts nothing it says.

use super::super::name::{self, NAME_LIMIT, NameFault};
use super::header::BLOCK;
use super::limits::Limits;
use super::meter::{Meter, Metered, Source};
use flate2::bufread::MultiGzDecoder;
use std::collections::HashSet;
use std::io::{self, BufRead, BufReader, Read, Write};
use tar::Archive;

/// How many bytes an extension header may have.
const EXTENSION_LIMIT: u64 = 1024 * 1024;

/// Why an archive is not read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// Not one byte.
    #[error("the file is empty")]
    Empty,
    /// Neither a tar nor a gzip of one.
    #[error("this is neither a tar.gz nor a tar")]
    NotAnArchive,
    /// A gzip within the gzip.
    #[error("this was compressed twice: inside the gzip is another gzip")]
    DoublyCompressed,
    /// The gzip or the tar does not read.
    #[error("the archive is damaged: {0}")]
    Damaged(String),
    /// It ends inside a file.
    #[error("the archive ends inside '{name}'")]
    Truncated {
        /// The file.
        name: String,
    },
    /// A file whose name is not taken.
    #[error("the archive has a file named {name:?}: {fault}")]
    BadName {
        /// The name, as far as it is text.
        name: String,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// Two files of one name.
    #[error("the archive has '{name}' twice")]
    Repeated {
        /// The name.
        name: String,
    },
    /// An entry that is neither a file nor a folder.
    #[error("the archive has {kind}, '{name}': only files and folders are read")]
    NotAFile {
        /// Its name.
        name: String,
        /// What it is.
        kind: &'static str,
    },
    /// Bytes behind the end of the tar.
    #[error("something follows the end of the archive")]
    Trailing,
    /// It costs more than it may.
    #[error("{0}")]
    Limit(LimitExceeded),
    /// Whoever it is read from failed.
    #[error("reading failed")]
    Io(#[source] io::Error),
}

/// Which bound an archive exceeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LimitExceeded {
    /// The archive itself.
    #[error("the archive is larger than {0} bytes")]
    Compressed(u64),
    /// Its content.
    #[error("the archive expands past {0} bytes")]
    Uncompressed(u64),
    /// Content against archive.
    #[error("the archive expands to more than {0} times its size")]
    Ratio(u64),
    /// Files and folders.
    #[error("the archive has more than {0} files")]
    Entries(usize),
}

/// One file of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name in the form bundles keep: `/a/b.rego`.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
}

/// Lists the files of an archive, tar.gz or tar, without keeping any of them.
///
/// # Errors
/// What is wrong with the archive.
pub fn entries(reader: impl Read, limits: &Limits) -> Result<Vec<Entry>, ArchiveError> {
    let mut found = Vec::new();
    walk(reader, limits, |file| {
        found.push(Entry { name: file.path, size: file.size });
        Ok::<(), ArchiveError>(())
    })?;
    Ok(found)
}

/// A file the walk has come to.
pub(super) struct Found<'walk> {
    /// Its clean path.
    pub path: String,
    /// Its name as the archive has it.
    pub written: String,
    /// The size its header tells.
    pub size: u64,
    content: &'walk mut dyn Read,
    meter: &'walk Meter,
}

impl Found<'_> {
    /// The whole content.
    pub fn read(&mut self) -> Result<Vec<u8>, ArchiveError> {
        let mut bytes = Vec::new();
        self.content.read_to_end(&mut bytes).map_err(|error| self.meter.fault(error, &self.path))?;
        if u64::try_from(bytes.len()) == Ok(self.size) {
            Ok(bytes)
        } else {
            Err(ArchiveError::Truncated { name: self.path.clone() })
        }
    }
}

/// Copies the tar inside an archive, or the archive itself where it is a plain tar, for whoever wants its digest.
///
/// # Errors
/// What is wrong with the archive; `Io` also when `output` fails.
pub fn copy_tar(reader: impl Read, limits: &Limits, output: &mut impl Write) -> Result<(), ArchiveError> {
    with_content(reader, limits, |content, meter| {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let count = content.read(&mut buffer).map_err(|error| meter.fault(error, ""))?;
            if count == 0 {
                return Ok(());
            }
            output.write_all(buffer.get(..count).unwrap_or_default()).map_err(ArchiveError::Io)?;
        }
    })
}

/// Calls `visit` for each regular file, in order.
pub(super) fn walk<E: From<ArchiveError>>(
    reader: impl Read,
    limits: &Limits,
    visit: impl FnMut(Found<'_>) -> Result<(), E>,
) -> Result<(), E> {
    with_content(reader, limits, |content, meter| walk_tar(content, limits, meter, visit))
}

/// Opens an archive and does something with the tar inside. Then whatever the reader still has is read, so that one that
/// checks what passes has seen all of it; what it says goes before what is wrong with the archive.
fn with_content<T, E: From<ArchiveError>>(
    reader: impl Read,
    limits: &Limits,
    deed: impl FnOnce(&mut dyn Read, &Meter) -> Result<T, E>,
) -> Result<T, E> {
    let meter = Meter::new(limits);
    let mut source = Source::new(BufReader::with_capacity(64 * 1024, reader), &meter);
    let outcome = open(&mut source, &meter, deed);
    if meter.is_exceeded() {
        return outcome;
    }
    let rest = io::copy(&mut source.take(limits.compressed), &mut io::sink());
    match rest.map_err(|error| meter.fault(error, "")) {
        Err(error @ ArchiveError::Io(_)) => Err(error.into()),
        _ => outcome,
    }
}

fn open<T, E: From<ArchiveError>>(
    source: &mut Source<'_, impl BufRead>,
    meter: &Meter,
    deed: impl FnOnce(&mut dyn Read, &Meter) -> Result<T, E>,
) -> Result<T, E> {
    let head = source.head(BLOCK).map_err(|error| meter.fault(error, ""))?;
    match head.as_slice() {
        [] => Err(ArchiveError::Empty.into()),
        [0x1f, 0x8b, ..] => {
            let mut content = Metered::new(MultiGzDecoder::new(source), meter);
            let head = content.head(BLOCK as u64).map_err(|error| meter.fault(error, ""))?;
            match head.as_slice() {
                [0x1f, 0x8b, ..] => Err(ArchiveError::DoublyCompressed.into()),
                block if is_tar_header(block) || block.iter().all(|byte| *byte == 0) => deed(&mut content, meter),
                _ => Err(ArchiveError::NotAnArchive.into()),
            }
        }
        block if is_tar_header(block) => deed(&mut Metered::new(source, meter), meter),
        _ => Err(ArchiveError::NotAnArchive.into()),
    }
}

/// Whether a first block has the checksum of a tar header.
fn is_tar_header(block: &[u8]) -> bool {
    let Ok(block) = <&[u8; BLOCK]>::try_from(block) else { return false };
    let header = tar::Header::from_byte_slice(block);
    let sum: u32 = block
        .iter()
        .enumerate()
        .map(|(offset, byte)| if (148..156).contains(&offset) { u32::from(b' ') } else { u32::from(*byte) })
        .sum();
    header.cksum().is_ok_and(|told| told == sum)
}

/// What extension headers said about the next entry.
#[derive(Default)]
struct Extensions {
    long_name: Option<Vec<u8>>,
    pax_name: Option<Vec<u8>>,
    pax_size: Option<Vec<u8>>,
    sparse: bool,
}

fn walk_tar<E: From<ArchiveError>>(
    content: &mut dyn Read,
    limits: &Limits,
    meter: &Meter,
    mut visit: impl FnMut(Found<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let mut archive = Archive::new(content);
    let mut seen = HashSet::new();
    let mut count = 0;
    let mut extensions = Extensions::default();
    let mut last = String::new();
    for entry in archive.entries().map_err(|error| meter.fault(error, &last))?.raw(true) {
        let mut entry = entry.map_err(|error| meter.fault(error, &last))?;
        count += 1;
        if count > limits.entries {
            return Err(ArchiveError::Limit(LimitExceeded::Entries(limits.entries)).into());
        }
        let size = entry.size();
        if size > limits.uncompressed {
            return Err(ArchiveError::Limit(LimitExceeded::Uncompressed(limits.uncompressed)).into());
        }
        let kind = entry.header().as_bytes().get(156).copied().unwrap_or_default();
        if let b'x' | b'g' | b'L' | b'K' = kind {
            let limit = if kind == b'L' { NAME_LIMIT as u64 + 1 } else { EXTENSION_LIMIT };
            if size > limit {
                let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
                return Err(ArchiveError::BadName { name, fault: NameFault::TooLong }.into());
            }
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).map_err(|error| meter.fault(error, &last))?;
            if u64::try_from(bytes.len()) != Ok(size) {
                return Err(ArchiveError::Truncated { name: "an extension header".to_owned() }.into());
            }
            match kind {
                b'x' => extensions.take_pax(&bytes)?,
                b'L' => extensions.long_name = Some(bytes.split(|byte| *byte == 0).next().unwrap_or_default().to_vec()),
                _ => {}
            }
            continue;
        }
        let extensions = std::mem::take(&mut extensions);
        let written = match extensions.long_name.or(extensions.pax_name) {
            Some(name) => name,
            None => entry.path_bytes().into_owned(),
        };
        let shown = String::from_utf8_lossy(&written).into_owned();
        if extensions.pax_size.is_some_and(|told| told != size.to_string().into_bytes()) {
            return Err(ArchiveError::Damaged(format!("'{shown}' has two sizes")).into());
        }
        let is_folder = kind == b'5' || (kind == 0 && written.ends_with(b"/"));
        match kind {
            _ if extensions.sparse => return Err(ArchiveError::NotAFile { name: shown, kind: "a sparse file" }.into()),
            _ if is_folder && size > 0 => {
                return Err(ArchiveError::Damaged(format!("the folder '{shown}' has content")).into());
            }
            _ if is_folder => continue,
            0 | b'0' => {}
            other => return Err(ArchiveError::NotAFile { name: shown, kind: kind_of(other) }.into()),
        }
        let path = name::clean(&written).map_err(|fault| ArchiveError::BadName { name: shown.clone(), fault })?;
        if !seen.insert(path.clone()) {
            return Err(ArchiveError::Repeated { name: path }.into());
        }
        last.clone_from(&path);
        visit(Found { path, written: shown, size, content: &mut entry, meter })?;
    }
    let rest = archive.into_inner();
    let mut buffer = [0; 8192];
    loop {
        match rest.read(&mut buffer).map_err(|error| meter.fault(error, ""))? {
            0 => return Ok(()),
            read if buffer.iter().take(read).any(|byte| *byte != 0) => return Err(ArchiveError::Trailing.into()),
            _ => {}
        }
    }
}

fn kind_of(flag: u8) -> &'static str {
    match flag {
        b'1' => "a hard link",
        b'2' => "a symbolic link",
        b'3' | b'4' => "a device",
        b'6' => "a named pipe",
        b'S' => "a sparse file",
        _ => "an entry of an unknown kind",
    }
}

impl Extensions {
    /// Reads PAX records: `LENGTH KEY=VALUE` and a newline, again and again.
    fn take_pax(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (key, value, after) = pax_record(rest)
                .ok_or_else(|| ArchiveError::Damaged("an extension header does not read".to_owned()))?;
            match key {
                b"path" if !value.is_empty() => self.pax_name = Some(value.to_vec()),
                b"size" if !value.is_empty() => self.pax_size = Some(value.to_vec()),
                _ if key.starts_with(b"GNU.sparse.") => self.sparse = true,
                _ => {}
            }
            rest = after;
        }
        Ok(())
    }
}

fn pax_record(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let blank = bytes.iter().take(10).position(|byte| *byte == b' ')?;
    let length: usize = std::str::from_utf8(bytes.get(..blank)?).ok()?.parse().ok()?;
    let (record, rest) = bytes.split_at_checked(length)?;
    let record = record.get(blank + 1..)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|byte| *byte == b'=').filter(|at| *at > 0)?;
    let (key, value) = (record.get(..equals)?, record.get(equals + 1..)?);
    let has_nul = key.contains(&0) || (key == b"path" && value.contains(&0));
    (!has_nul).then_some((key, value, rest))
}
