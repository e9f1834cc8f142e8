//! Reads a bundle from an archive that nobody vouches for.

use super::name::clean;
use super::{Assembly, Bundle, BundleError, Kind, SizeLimit, Warning};
use bytes::Bytes;
use flate2::bufread::MultiGzDecoder;
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::rc::Rc;

/// How much of a bundle is taken.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of the archive.
    pub compressed: u64,
    /// Bytes of its content.
    pub uncompressed: u64,
    /// How many times larger the content may be, once it is larger than 16 MiB.
    pub ratio: u64,
    /// Files.
    pub entries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { compressed: 512 << 20, uncompressed: 1 << 30, ratio: 200, entries: 100_000 }
    }
}

/// From how many bytes of content on the ratio counts.
const RATIO_FROM: u64 = 16 << 20;

/// A file of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryInfo {
    /// Its name, with one slash in front.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
}

/// Reads a bundle. All of the reader is read, so that a reader that checks its content has done so.
///
/// # Errors
/// An archive that is damaged, exceeds a limit, or holds no bundle.
pub fn read(reader: impl Read, limits: &Limits) -> Result<Bundle, BundleError> {
    let mut assembly = Assembly::default();
    visit(reader, limits, &mut |name, content| {
        if Kind::of(&name).is_some() {
            let mut bytes = Vec::new();
            content.read_to_end(&mut bytes).map_err(BundleError::Read)?;
            assembly.add(&name, Bytes::from(bytes))?;
        }
        Ok(())
    })?;
    assembly.finish(None, None).map(|(bundle, _): (Bundle, Vec<Warning>)| bundle)
}

/// The names and sizes of the files in an archive, in its order.
///
/// # Errors
/// As [`read`].
pub fn entries(reader: impl Read) -> Result<Vec<EntryInfo>, BundleError> {
    let mut found = Vec::new();
    visit(reader, &Limits::default(), &mut |name, content| {
        let size = io::copy(content, &mut io::sink()).map_err(BundleError::Read)?;
        found.push(EntryInfo { name, size });
        Ok(())
    })?;
    Ok(found)
}

/// Writes the content of a compressed archive, or of a plain one as it is, to `out`.
///
/// # Errors
/// As [`read`].
pub fn diff_sink(reader: impl Read, out: &mut impl Write) -> Result<(), BundleError> {
    with_content(reader, &Limits::default(), |content| io::copy(content, out).map(|_| ()).map_err(explain))
}

/// What is done with each file of an archive: its name, and its content to be read.
pub type Visitor<'a> = dyn FnMut(String, &mut dyn Read) -> Result<(), BundleError> + 'a;

/// Calls `visitor` for each file of an archive, in its order.
///
/// # Errors
/// As [`read`], and whatever the visitor says.
pub fn visit(reader: impl Read, limits: &Limits, visitor: &mut Visitor<'_>) -> Result<(), BundleError> {
    with_content(reader, limits, |content| walk(content, limits, visitor))
}

/// Opens an archive, does something with its content, and reads what is left of it.
fn with_content(
    reader: impl Read,
    limits: &Limits,
    deed: impl FnOnce(&mut dyn Read) -> Result<(), BundleError>,
) -> Result<(), BundleError> {
    let trouble = Rc::new(Trouble::default());
    let mut input =
        BufReader::with_capacity(64 << 10, Limited { reader, limit: limits.compressed, trouble: Rc::clone(&trouble) });
    // Checksums stand at the ends: of the compressed content, and of the reader.
    let outcome = open(&mut input, limits, &trouble)
        .and_then(|mut content| {
            deed(&mut content)?;
            io::copy(&mut content, &mut io::sink()).map_err(explain)
        })
        .and_then(|_| io::copy(&mut input, &mut io::sink()).map(|_| ()).map_err(explain));
    match (trouble.cause.take(), outcome) {
        (Some(Cause::Limit(limit)), Err(_)) => Err(BundleError::TooLarge(limit)),
        (Some(Cause::Reader(error)), Err(_)) => Err(BundleError::Read(error)),
        (_, outcome) => outcome,
    }
}

/// What stopped a reader, kept beside the readers that wrap it and lose it.
#[derive(Default)]
struct Trouble {
    cause: RefCell<Option<Cause>>,
    /// The bytes of the archive that were read.
    read: Cell<u64>,
}

enum Cause {
    Limit(SizeLimit),
    Reader(io::Error),
}

impl Trouble {
    fn stop(&self, cause: Cause) -> io::Error {
        self.cause.replace(Some(cause));
        io::Error::other("stopped")
    }
}

fn walk(content: impl Read, limits: &Limits, visitor: &mut Visitor<'_>) -> Result<(), BundleError> {
    let mut archive = tar::Archive::new(content);
    let mut names = HashSet::new();
    for (count, entry) in archive.entries().map_err(explain)?.enumerate() {
        let mut entry = entry.map_err(explain)?;
        if count >= limits.entries {
            return Err(BundleError::TooLarge(SizeLimit::Entries(limits.entries)));
        }
        let raw = entry.path_bytes().into_owned();
        let shown = String::from_utf8_lossy(&raw).into_owned();
        let kind = entry.header().entry_type();
        if kind.is_dir() {
            continue;
        }
        if !kind.is_file() {
            return Err(BundleError::Special(shown));
        }
        let name = clean(&raw).map_err(|fault| BundleError::Name { name: shown, fault })?;
        if !names.insert(name.clone()) {
            return Err(BundleError::Twice(name));
        }
        // The archive reader takes a file that is cut off for a short one.
        let declared = entry.size();
        let mut counted = CountedEntry { entry: &mut entry, seen: 0 };
        visitor(name.clone(), &mut counted)?;
        io::copy(&mut counted, &mut io::sink()).map_err(explain)?;
        if counted.seen != declared {
            return Err(BundleError::Damaged(format!("{name} is cut off")));
        }
    }
    Ok(())
}

/// The content of an archive: decompressed if it is compressed.
fn open<'a>(
    input: &'a mut dyn BufRead,
    limits: &Limits,
    trouble: &Rc<Trouble>,
) -> Result<Box<dyn Read + 'a>, BundleError> {
    let is_tar = |start: &[u8]| start.get(257..262) == Some(b"ustar".as_slice()) || start.iter().all(|byte| *byte == 0);
    let start = input.fill_buf().map_err(explain)?;
    match start {
        [] => Err(BundleError::Empty),
        [0x1f, 0x8b, ..] => {
            let bounded =
                Bounded { decoder: MultiGzDecoder::new(input), given: 0, limits: *limits, trouble: Rc::clone(trouble) };
            let mut content = BufReader::with_capacity(64 << 10, bounded);
            let start = content.fill_buf().map_err(explain)?;
            if start.starts_with(&[0x1f, 0x8b]) {
                return Err(BundleError::CompressedTwice);
            }
            if is_tar(start) { Ok(Box::new(content)) } else { Err(BundleError::NoArchive) }
        }
        start if is_tar(start) => Ok(Box::new(input)),
        _ => Err(BundleError::NoArchive),
    }
}

fn explain(error: io::Error) -> BundleError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => BundleError::Damaged("it is cut off".to_owned()),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::Other => {
            BundleError::Damaged(error.to_string())
        }
        _ => BundleError::Read(error),
    }
}

/// The archive, of which no more than a limit is read.
struct Limited<R> {
    reader: R,
    limit: u64,
    trouble: Rc<Trouble>,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match self.reader.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            other => other.map_err(|error| self.trouble.stop(Cause::Reader(error)))?,
        };
        let seen = self.trouble.read.get() + read as u64;
        self.trouble.read.set(seen);
        if seen > self.limit {
            return Err(self.trouble.stop(Cause::Limit(SizeLimit::Compressed(self.limit))));
        }
        Ok(read)
    }
}

/// Decompressed content, of which no more than the limits allow is given.
struct Bounded<R: BufRead> {
    decoder: MultiGzDecoder<R>,
    given: u64,
    limits: Limits,
    trouble: Rc<Trouble>,
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.decoder.read(buffer)?;
        self.given += read as u64;
        if self.given > self.limits.uncompressed {
            return Err(self.trouble.stop(Cause::Limit(SizeLimit::Uncompressed(self.limits.uncompressed))));
        }
        let fair = self.trouble.read.get().saturating_mul(self.limits.ratio).max(RATIO_FROM);
        if self.given > fair {
            return Err(self.trouble.stop(Cause::Limit(SizeLimit::Ratio(self.limits.ratio))));
        }
        Ok(read)
    }
}

struct CountedEntry<'a, R> {
    entry: &'a mut R,
    seen: u64,
}

impl<R: Read> Read for CountedEntry<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.entry.read(buffer)?;
        self.seen += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Extra, Manifest, Module, archive, pack};
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn archive_of(files: &[(&str, &str)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, content) in files {
            archive::write_file(&mut bytes, name, content.as_bytes()).unwrap();
        }
        archive::write_end(&mut bytes).unwrap();
        bytes
    }

    fn refusal(bytes: &[u8]) -> String {
        read(bytes, &Limits::default()).unwrap_err().to_string()
    }

    #[test]
    fn a_bundle_reads_back_as_it_was_packed() {
        let mut assembly = Assembly::default();
        assembly.add("/a/b.rego", Bytes::from_static(b"package a.b\n\nx := 1\n")).unwrap();
        assembly.add("/a/data.json", Bytes::from_static(br#"{"n": 1.50, "m": [1e3]}"#)).unwrap();
        assembly.add("/policy.wasm", Bytes::from_static(b"\0asm")).unwrap();
        let (bundle, _) = assembly.finish(Some(super::super::RegoVersion::V1), Some("r1")).unwrap();
        let (mut bytes, mut plain) = (Vec::new(), Vec::new());
        pack(&bundle, &mut bytes, &mut plain).unwrap();
        assert_eq!(read(bytes.as_slice(), &Limits::default()).unwrap(), bundle);
        assert_eq!(read(plain.as_slice(), &Limits::default()).unwrap(), bundle);
        let mut again = Vec::new();
        diff_sink(bytes.as_slice(), &mut again).unwrap();
        assert_eq!(again, plain);
        let names: Vec<String> = entries(bytes.as_slice()).unwrap().into_iter().map(|entry| entry.name).collect();
        assert_eq!(names, ["/data.json", "/a/b.rego", "/policy.wasm", "/.manifest"]);
        assert_eq!(bundle.data.as_str(), r#"{"a":{"m":[1e3],"n":1.50}}"#);
        let module = Module { path: "/a/b.rego".into(), text: "package a.b\n\nx := 1\n".into() };
        assert_eq!(bundle.modules, [module]);
        let extra = Extra { path: "/policy.wasm".into(), kind: Kind::Wasm, content: Bytes::from_static(b"\0asm") };
        assert_eq!(bundle.extras, [extra]);
        assert_eq!((bundle.manifest.revision.as_str(), bundle.manifest.rego_version), ("r1", Some(1)));
        assert_ne!(bundle.manifest, Manifest::default());
    }

    #[test]
    fn what_is_no_archive_is_refused_in_words() {
        assert!(refusal(b"").contains("is empty"));
        assert!(refusal(b"package a").contains("no tar archive"));
        let sound = gzip(&archive_of(&[("/a.rego", "package a\n")]));
        assert!(read(sound.as_slice(), &Limits::default()).is_ok());
        assert!(refusal(&gzip(&sound)).contains("compressed twice"));
        assert!(refusal(&gzip(b"hello")).contains("no tar archive"));
    }

    #[test]
    fn an_archive_cut_off_anywhere_is_damaged_and_never_panics() {
        let sound = gzip(&archive_of(&[("/a.rego", "package a\n"), ("/data.json", "{}")]));
        for length in 1..sound.len() {
            assert!(read(&sound[..length], &Limits::default()).is_err(), "{length}");
        }
    }

    #[test]
    fn names_that_climb_and_names_that_repeat_are_refused() {
        assert!(refusal(&archive_of(&[("../a.rego", "package a")])).contains(".."));
        assert!(refusal(&archive_of(&[("/a.rego", "package a"), ("./a.rego", "package a")])).contains("two files"));
    }

    #[test]
    fn a_bomb_is_stopped_by_its_ratio() {
        let zeros = "0".repeat(40 << 20);
        let bomb = gzip(&archive_of(&[("/x.txt", &zeros)]));
        assert!(refusal(&bomb).contains("200 times"), "{}", refusal(&bomb));
    }

    #[test]
    fn a_link_is_refused() {
        let mut header = tar::Header::new_ustar();
        header.set_path("a.rego").unwrap();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_link_name("/etc/passwd").unwrap();
        header.set_size(0);
        header.set_cksum();
        let mut bytes = header.as_bytes().to_vec();
        archive::write_end(&mut bytes).unwrap();
        assert!(refusal(&bytes).contains("link"));
    }
}
