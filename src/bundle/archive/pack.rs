//! A bundle written as the tar.gz that OPA's own build would write, but for the gzip blocks.

use super::super::Bundle;
use super::gzip::GzipWriter;
use super::header::{BLOCK, headers};
use std::io::{self, Write};
use std::thread;

impl Bundle {
    /// Writes the bundle as a tar.gz, and the tar inside it also to `tar`, for whoever wants its digest. The bytes depend on
    /// the bundle alone.
    ///
    /// # Errors
    /// Whatever the writers say; a name of more than 1,024 bytes or a file of 8 GiB.
    pub fn pack(&self, writer: impl Write, tar: impl Write) -> io::Result<()> {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        self.pack_with(writer, tar, threads)
    }

    pub(super) fn pack_with(&self, writer: impl Write, tar: impl Write, threads: usize) -> io::Result<()> {
        let mut both = Both { one: GzipWriter::new(writer, threads), other: tar };
        write_file(&mut both, "/data.json", &[self.data.as_bytes(), b"\n"])?;
        for module in &self.modules {
            write_file(&mut both, &module.path, &[module.text.as_bytes()])?;
        }
        for file in &self.wasm {
            write_file(&mut both, &file.path, &[&file.bytes])?;
        }
        if !self.signatures.is_empty() {
            write_file(&mut both, "/.signatures.json", &[&self.signatures])?;
        }
        for file in &self.plans {
            write_file(&mut both, &file.path, &[&file.bytes])?;
        }
        if !self.manifest.is_empty() {
            write_file(&mut both, "/.manifest", &[&self.manifest.to_bytes()])?;
        }
        both.write_all(&[0; 2 * BLOCK])?;
        both.other.flush()?;
        both.one.finish()?.flush()
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

/// Two writers that get the same.
struct Both<One, Other> {
    one: One,
    other: Other,
}

impl<One: Write, Other: Write> Write for Both<One, Other> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.one.write(bytes)?;
        self.other.write_all(bytes.get(..count).unwrap_or_default())?;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.one.flush()?;
        self.other.flush()
    }
}
