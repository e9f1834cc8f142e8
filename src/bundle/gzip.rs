//! The compression of a bundle: one gzip member whose bytes depend on the content alone.
//!
//! The content is cut into blocks of 128 KiB. Each is compressed from one slice, with the 32 KiB before it as dictionary,
//! and ends in a sync flush; the last one ends the stream. So neither the sizes of writes nor the number of threads
//! changes a byte.

use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use std::io::{self, Write};

/// How much of the content is compressed at a time.
const BLOCK: usize = 128 << 10;

/// How much of what went before a block may refer to.
const WINDOW: usize = 32 << 10;

/// How many blocks are compressed side by side.
const BATCH: usize = 16;

/// The header: deflate, no name, no time, no hint, unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// Compresses what is written to it.
pub(super) struct Gzip<W: Write> {
    out: W,
    /// The window before the pending content.
    window: Vec<u8>,
    pending: Vec<u8>,
    checksum: Crc,
}

impl<W: Write> Gzip<W> {
    pub(super) fn new(mut out: W) -> io::Result<Self> {
        out.write_all(&HEADER)?;
        Ok(Self { out, window: Vec::new(), pending: Vec::new(), checksum: Crc::new() })
    }

    /// Ends the member.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.compress(self.pending.len(), true)?;
        self.out.write_all(&self.checksum.sum().to_le_bytes())?;
        self.out.write_all(&self.checksum.amount().to_le_bytes())?;
        Ok(self.out)
    }

    /// Compresses the first `length` bytes of what is pending, whole blocks unless they are the `last`.
    fn compress(&mut self, length: usize, last: bool) -> io::Result<()> {
        let taken = self.pending.get(..length).unwrap_or_default();
        let mut blocks: Vec<(&[u8], &[u8], bool)> = Vec::new();
        let mut before: &[u8] = &self.window;
        for block in taken.chunks(BLOCK) {
            blocks.push((before, block, false));
            before = block.get(block.len().saturating_sub(WINDOW)..).unwrap_or_default();
        }
        if last {
            match blocks.last_mut() {
                Some(block) => block.2 = true,
                None => blocks.push((before, &[], true)),
            }
        }
        let compressed: Vec<io::Result<Vec<u8>>> = if blocks.len() == 1 {
            blocks.iter().map(|block| deflate(*block)).collect()
        } else {
            std::thread::scope(|scope| {
                let workers: Vec<_> = blocks.iter().map(|block| scope.spawn(|| deflate(*block))).collect();
                workers
                    .into_iter()
                    .map(|worker| worker.join().unwrap_or_else(|_| Err(io::Error::other("compression failed"))))
                    .collect()
            })
        };
        for block in compressed {
            self.out.write_all(&block?)?;
        }
        self.window = before.to_vec();
        self.pending.drain(..length);
        Ok(())
    }
}

impl<W: Write> Write for Gzip<W> {
    fn write(&mut self, content: &[u8]) -> io::Result<usize> {
        // A whole batch is compressed only once something follows it: the last block must be known as the last.
        let room = BATCH * BLOCK + 1 - self.pending.len();
        let content = content.get(..room).unwrap_or(content);
        self.checksum.update(content);
        self.pending.extend_from_slice(content);
        if self.pending.len() > BATCH * BLOCK {
            self.compress(BATCH * BLOCK, false)?;
        }
        Ok(content.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Compresses one block after a window.
fn deflate((window, block, last): (&[u8], &[u8], bool)) -> io::Result<Vec<u8>> {
    let mut compress = Compress::new(Compression::new(6), false);
    if !window.is_empty() {
        compress.set_dictionary(window).map_err(io::Error::other)?;
    }
    let flush = if last { FlushCompress::Finish } else { FlushCompress::Sync };
    let mut output = Vec::with_capacity(block.len() + block.len() / 1000 + 64);
    loop {
        let consumed = usize::try_from(compress.total_in()).unwrap_or(usize::MAX);
        let rest = block.get(consumed..).unwrap_or_default();
        let status = compress.compress_vec(rest, &mut output, flush).map_err(io::Error::other)?;
        let has_room = output.len() < output.capacity();
        match status {
            Status::StreamEnd => return Ok(output),
            Status::Ok | Status::BufError if !last && has_room => return Ok(output),
            Status::Ok | Status::BufError => output.reserve(BLOCK / 8),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn content(length: usize) -> Vec<u8> {
        let mut state = 1u32;
        (0..length)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                b"allow if input.role == admin\n"[(state >> 24) as usize % 29]
            })
            .collect()
    }

    fn compressed(content: &[u8], piece: usize) -> Vec<u8> {
        let mut gzip = Gzip::new(Vec::new()).unwrap();
        for piece in content.chunks(piece) {
            gzip.write_all(piece).unwrap();
        }
        gzip.finish().unwrap()
    }

    #[test]
    fn what_was_written_reads_back() {
        for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, BATCH * BLOCK, BATCH * BLOCK + 1, 3 * BATCH * BLOCK + 77] {
            let content = content(length);
            let mut read = Vec::new();
            let bytes = compressed(&content, 1 << 20);
            flate2::bufread::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut read).unwrap();
            assert!(read == content, "{length}");
        }
    }

    #[test]
    fn the_sizes_of_writes_change_no_byte() {
        let content = content(BATCH * BLOCK + 300_000);
        let whole = compressed(&content, usize::MAX);
        assert!([7, 4096, 65_536, BLOCK].iter().all(|piece| compressed(&content, *piece) == whole));
    }
}
