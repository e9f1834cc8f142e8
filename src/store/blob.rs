//! Reading blobs, checked against their digest on every way out.

use super::layout::Layout;
use super::{StoreError, regular};
use crate::oci::{Descriptor, Digest, Hasher};
use std::fs::File;
use std::io::{self, Read};

/// The configuration of images the Go CLI builds. Some of its versions did not store it.
pub(super) const EMPTY_OBJECT: &[u8] = b"{}";

/// Whether `digest` is that of `{}`: content that is known without reading it.
pub(super) fn is_empty_object(digest: &Digest) -> bool {
    digest.hex() == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
}

/// A blob's bytes. Content that is not what its digest says ends in an error instead of the last bytes, so whoever reads
/// to the end has seen the right content.
///
/// The error is an [`io::Error`] that carries a [`StoreError`] ([`StoreError::carried_by`]).
pub struct VerifiedReader {
    content: Box<dyn Read + Send>,
    /// Taken when the content has been checked.
    hasher: Option<Hasher>,
    digest: Digest,
    size: u64,
    seen: u64,
}

impl std::fmt::Debug for VerifiedReader {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "VerifiedReader({}, {} of {} bytes)", self.digest, self.seen, self.size)
    }
}

impl VerifiedReader {
    /// The size of the blob in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn of_file(file: File, length: u64, digest: &Digest, size: u64) -> Result<Self, StoreError> {
        if length != size {
            return Err(StoreError::WrongSize { digest: digest.clone(), expected: size, actual: length });
        }
        Ok(Self::new(Box::new(file), digest, size))
    }

    fn new(content: Box<dyn Read + Send>, digest: &Digest, size: u64) -> Self {
        Self { content, hasher: Some(digest.hasher()), digest: digest.clone(), size, seen: 0 }
    }

    fn check(&mut self) -> Result<(), StoreError> {
        let Some(hasher) = self.hasher.take() else { return Ok(()) };
        let actual = hasher.finish();
        if actual != self.digest {
            return Err(StoreError::WrongDigest { digest: self.digest.clone(), actual });
        }
        Ok(())
    }

    fn wrong_size(&self) -> io::Error {
        StoreError::WrongSize { digest: self.digest.clone(), expected: self.size, actual: self.seen }.into_io()
    }
}

impl Read for VerifiedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let length = self.content.read(buffer)?;
        self.seen += length as u64;
        if self.seen > self.size || (length == 0 && self.seen < self.size) {
            return Err(self.wrong_size());
        }
        if let (Some(hasher), Some(piece)) = (&mut self.hasher, buffer.get(..length)) {
            hasher.update(piece);
        }
        if self.seen == self.size {
            self.check().map_err(StoreError::into_io)?;
        }
        Ok(length)
    }
}

/// Opens a blob to be read once, from its start.
pub(super) fn open(layout: &Layout, digest: &Digest, size: u64) -> Result<VerifiedReader, StoreError> {
    if is_empty_object(digest) {
        let length = EMPTY_OBJECT.len() as u64;
        if size != length {
            return Err(StoreError::WrongSize { digest: digest.clone(), expected: size, actual: length });
        }
        return Ok(VerifiedReader::new(Box::new(EMPTY_OBJECT), digest, size));
    }
    let (file, length) = open_file(layout, digest)?;
    VerifiedReader::of_file(file, length, digest, size)
}

/// The file of a blob and its length.
pub(super) fn open_file(layout: &Layout, digest: &Digest) -> Result<(File, u64), StoreError> {
    match regular::open(&layout.blob(digest))? {
        Some((file, metadata)) => Ok((file, metadata.len())),
        None => Err(StoreError::MissingBlob { digest: digest.clone() }),
    }
}

/// A whole blob of at most `limit` bytes.
pub(super) fn read(layout: &Layout, descriptor: &Descriptor, limit: u64) -> Result<Vec<u8>, StoreError> {
    within(descriptor, limit)?;
    read_to_end(open(layout, &descriptor.digest, descriptor.size)?, layout)
}

/// Refuses a descriptor that announces more than `limit` bytes.
pub(super) fn within(descriptor: &Descriptor, limit: u64) -> Result<(), StoreError> {
    if descriptor.size > limit {
        return Err(StoreError::TooLarge { digest: descriptor.digest.clone(), size: descriptor.size, limit });
    }
    Ok(())
}

/// The rest of a blob whose size is known to be bearable.
pub(super) fn read_to_end(mut reader: VerifiedReader, layout: &Layout) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::with_capacity(usize::try_from(reader.size).unwrap_or(0) + 1);
    match reader.read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(StoreError::carried_by(error).unwrap_or_else(StoreError::read(layout.blob(&reader.digest)))),
    }
}

/// The file of a blob that is there and right; `None` when it is missing, wrong, or no file.
pub(super) fn find_whole(layout: &Layout, digest: &Digest, size: u64) -> Result<Option<File>, StoreError> {
    let (file, length) = match open_file(layout, digest) {
        Ok(found) => found,
        Err(StoreError::MissingBlob { .. } | StoreError::NotAFile { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    if length != size {
        return Ok(None);
    }
    let mut hasher = digest.hasher();
    let copied = io::copy(&mut (&file).take(size), &mut hasher).map_err(StoreError::read(layout.blob(digest)))?;
    Ok((copied == size && hasher.finish() == *digest).then_some(file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn store(content: &[u8]) -> (tempfile::TempDir, Layout, Descriptor) {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::new(root.path());
        layout.make_folders().unwrap();
        let descriptor = Descriptor::new("a/b", Digest::of(content), content.len() as u64);
        fs::write(layout.blob(&descriptor.digest), content).unwrap();
        (root, layout, descriptor)
    }

    fn pieces(layout: &Layout, descriptor: &Descriptor) -> (Vec<u8>, Option<StoreError>) {
        let mut reader = match open(layout, &descriptor.digest, descriptor.size) {
            Ok(reader) => reader,
            Err(error) => return (Vec::new(), Some(error)),
        };
        let (mut seen, mut piece) = (Vec::new(), [0; 1000]);
        loop {
            match reader.read(&mut piece) {
                Ok(0) => return (seen, None),
                Ok(length) => seen.extend_from_slice(&piece[..length]),
                Err(error) => return (seen, Some(StoreError::carried_by(error).unwrap())),
            }
        }
    }

    #[test]
    fn right_content_comes_out_whole() {
        for length in [0, 1, 999, 1000, 1001, 5000] {
            let content = vec![7; length];
            let (_root, layout, descriptor) = store(&content);
            let (seen, error) = pieces(&layout, &descriptor);
            assert!(error.is_none());
            assert_eq!(seen, content);
            assert!(find_whole(&layout, &descriptor.digest, descriptor.size).unwrap().is_some());
        }
    }

    #[test]
    fn any_flipped_bit_is_an_error_before_the_last_bytes() {
        for place in [0, 999, 1000, 4999] {
            let (_root, layout, descriptor) = store(&[7; 5000]);
            let mut content = vec![7; 5000];
            content[place] ^= 1;
            fs::write(layout.blob(&descriptor.digest), &content).unwrap();
            let (seen, error) = pieces(&layout, &descriptor);
            assert!(matches!(error, Some(StoreError::WrongDigest { .. })), "{error:?}");
            assert!(seen.len() < 5000);
            assert!(find_whole(&layout, &descriptor.digest, descriptor.size).unwrap().is_none());
            assert!(matches!(read(&layout, &descriptor, 5000), Err(StoreError::WrongDigest { .. })));
        }
    }

    #[test]
    fn a_blob_that_is_cut_or_grown_is_an_error() {
        for length in [0, 1, 4999, 5001, 9000] {
            let (_root, layout, descriptor) = store(&[7; 5000]);
            fs::write(layout.blob(&descriptor.digest), vec![7; length]).unwrap();
            let (_, error) = pieces(&layout, &descriptor);
            assert!(matches!(error, Some(StoreError::WrongSize { expected: 5000, .. })), "{error:?}");
            assert!(find_whole(&layout, &descriptor.digest, descriptor.size).unwrap().is_none());
        }
    }

    #[test]
    fn a_blob_that_is_cut_or_grown_while_it_is_read_is_an_error() {
        for length in [2000, 9000] {
            let (_root, layout, descriptor) = store(&[7; 5000]);
            let mut reader = open(&layout, &descriptor.digest, descriptor.size).unwrap();
            reader.read_exact(&mut [0; 1000]).unwrap();
            fs::write(layout.blob(&descriptor.digest), vec![7; length]).unwrap();
            let error = io::copy(&mut reader, &mut io::sink()).unwrap_err();
            assert!(matches!(StoreError::carried_by(error), Ok(StoreError::WrongSize { .. })));
        }
    }

    #[test]
    fn the_empty_object_needs_no_file() {
        let (_root, layout, descriptor) = store(EMPTY_OBJECT);
        fs::remove_file(layout.blob(&descriptor.digest)).unwrap();
        assert!(is_empty_object(&descriptor.digest));
        assert_eq!(read(&layout, &descriptor, 10).unwrap(), EMPTY_OBJECT);
        let lying = Descriptor::new("a/b", descriptor.digest, 3);
        assert!(matches!(read(&layout, &lying, 10), Err(StoreError::WrongSize { .. })));
    }

    #[test]
    fn a_blob_is_not_read_beyond_what_the_caller_takes() {
        let (_root, layout, mut descriptor) = store(&[7; 5000]);
        assert!(matches!(read(&layout, &descriptor, 4999), Err(StoreError::TooLarge { limit: 4999, .. })));
        descriptor.size = u64::MAX;
        assert!(matches!(read(&layout, &descriptor, 5000), Err(StoreError::TooLarge { .. })));
        assert!(matches!(open(&layout, &descriptor.digest, descriptor.size), Err(StoreError::WrongSize { .. })));
    }

    #[test]
    fn a_sha512_blob_is_read_from_its_own_folder() {
        let (_root, layout, _) = store(b"");
        let digest: Digest = "sha512:cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e".parse().unwrap();
        assert!(matches!(open(&layout, &digest, 0), Err(StoreError::MissingBlob { .. })));
        fs::create_dir(layout.shelf(&digest)).unwrap();
        fs::write(layout.blob(&digest), b"").unwrap();
        assert!(pieces(&layout, &Descriptor::new("a/b", digest, 0)).1.is_none());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_or_pipe_in_a_blobs_place_is_refused_and_counts_as_absent() {
        let (root, layout, descriptor) = store(b"content");
        let path = layout.blob(&descriptor.digest);
        let outside = root.path().join("outside");
        fs::write(&outside, b"content").unwrap();
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(&outside, &path).unwrap();
        assert!(matches!(open(&layout, &descriptor.digest, 7), Err(StoreError::NotAFile { .. })));
        assert!(find_whole(&layout, &descriptor.digest, 7).unwrap().is_none());
        fs::remove_file(&path).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        assert!(matches!(open(&layout, &descriptor.digest, 7), Err(StoreError::NotAFile { .. })));
    }
}
