//! A bundle written as the tar.gz that OPA's own build would write, but for the gzip blocks.

use super::super::Bundle;
use super::gzip::GzipWriter;
use super::header::{BLOCK, headers};
use crate::oci::{Digest, Hasher};
use std::io::{self, Write};
use std::thread;

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// The digest of the tar.gz: the layer's.
    pub digest: Digest,
    /// The size of the tar.gz in bytes.
    pub size: u64,
    /// The digest of the tar inside.
    pub diff_id: Digest,
}

impl Bundle {
    /// Writes the bundle as a tar.gz. The bytes depend on the bundle alone.
    ///
    /// # Errors
    /// Whatever the writer says; a name of more than 1,024 bytes or a file of 8 GiB.
    pub fn pack(&self, writer: impl Write) -> io::Result<Packed> {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        self.pack_with(writer, threads)
    }

    pub(super) fn pack_with(&self, writer: impl Write, threads: usize) -> io::Result<Packed> {
        let outer = Hashing { inner: writer, hasher: Hasher::default(), size: 0 };
        let mut tar = Hashing { inner: GzipWriter::new(outer, threads), hasher: Hasher::default(), size: 0 };
        let data = self.data.as_bytes();
        write_file(&mut tar, "/data.json", &[data, b"\n"])?;
        for module in &self.modules {
            write_file(&mut tar, &module.path, &[module.text.as_bytes()])?;
        }
        for file in &self.wasm {
            write_file(&mut tar, &file.path, &[&file.bytes])?;
        }
        if !self.signatures.is_empty() {
            write_file(&mut tar, "/.signatures.json", &[&self.signatures])?;
        }
        for file in &self.plans {
            write_file(&mut tar, &file.path, &[&file.bytes])?;
        }
        if !self.manifest.is_empty() {
            write_file(&mut tar, "/.manifest", &[&self.manifest.to_bytes()])?;
        }
        tar.write_all(&[0; 2 * BLOCK])?;
        let diff_id = tar.hasher.finish();
        let outer = tar.inner.finish()?;
        let mut writer = outer.inner;
        writer.flush()?;
        Ok(Packed { digest: outer.hasher.finish(), size: outer.size, diff_id })
    }
}

fn write_file(tar: &mut impl Write, name: &str, pieces: &[&[u8]]) -> io::Result<()> {
    let size: usize = pieces.iter().map(|piece| piece.len()).sum();
    tar.write_all(&headers(name, u64::try_from(size).unwrap_or(u64::MAX))?)?;
    for piece in pieces {
        tar.write_all(piece)?;
    }
    let padding = size.next_multiple_of(BLOCK) - size;
    tar.write_all([0; BLOCK].get(..padding).unwrap_or_default())
}

/// A writer that hashes and counts what passes.
struct Hashing<W> {
    inner: W,
    hasher: Hasher,
    size: u64,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.hasher.update(bytes.get(..count).unwrap_or_default());
        self.size += u64::try_from(count).unwrap_or_default();
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
