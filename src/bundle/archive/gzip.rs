//! The gzip framing of a layer: always the same bytes for the same content, compressed on every core.
//!
//! One member, its header without a name or time. The content is cut into blocks of 128 KiB. Each is compressed by itself
//! as raw deflate of level 6, from one slice, with the 32 KiB before it as dictionary, and ends in a sync flush; the last
//! one is finished. So no byte depends on how the content was written or on the number of threads.

use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{mem, thread};

/// How much content a block holds.
const BLOCK: usize = 128 * 1024;

/// How much of the content before a block its matches may reach into.
const WINDOW: usize = 32 * 1024;

/// How many blocks are compressed at a time.
const BATCH: usize = 32;

/// Name, time and flags left out; operating system unknown.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// A writer that compresses. What is written is not complete before [`finish`](Self::finish).
pub(super) struct GzipWriter<W> {
    inner: W,
    threads: usize,
    /// The window before the pending blocks, then those blocks.
    pending: Vec<u8>,
    /// How much of `pending` is the window.
    window: usize,
    checksum: Crc,
    started: bool,
}

impl<W: Write> GzipWriter<W> {
    pub fn new(inner: W, threads: usize) -> Self {
        Self { inner, threads, pending: Vec::new(), window: 0, checksum: Crc::new(), started: false }
    }

    /// Writes what is left and the end of the member.
    pub fn finish(mut self) -> io::Result<W> {
        self.write_batch(true)?;
        self.inner.write_all(&self.checksum.sum().to_le_bytes())?;
        self.inner.write_all(&self.checksum.amount().to_le_bytes())?;
        Ok(self.inner)
    }

    /// Compresses and writes all pending blocks.
    fn write_batch(&mut self, is_last: bool) -> io::Result<()> {
        if !mem::replace(&mut self.started, true) {
            self.inner.write_all(&HEADER)?;
        }
        let content = self.pending.get(self.window..).unwrap_or_default();
        let count = content.len().div_ceil(BLOCK).max(1);
        let blocks: Vec<Block<'_>> = (0..count)
            .map(|index| {
                let start = (self.window + index * BLOCK).min(self.pending.len());
                let end = (start + BLOCK).min(self.pending.len());
                Block {
                    dictionary: self.pending.get(start.saturating_sub(WINDOW)..start).unwrap_or_default(),
                    content: self.pending.get(start..end).unwrap_or_default(),
                    is_last: is_last && index + 1 == count,
                }
            })
            .collect();
        let checksum = &mut self.checksum;
        for compressed in compress_all(&blocks, self.threads, || checksum.update(content))? {
            self.inner.write_all(&compressed)?;
        }
        let keep = self.pending.len().min(WINDOW);
        self.pending.drain(..self.pending.len() - keep);
        self.window = keep;
        Ok(())
    }
}

impl<W: Write> Write for GzipWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // The last block must be known as such, so a full batch waits for the byte that follows it.
        let space = self.window + BATCH * BLOCK - self.pending.len();
        if space == 0 && !bytes.is_empty() {
            self.write_batch(false)?;
        }
        let space = self.window + BATCH * BLOCK - self.pending.len();
        let taken = bytes.get(..bytes.len().min(space)).unwrap_or_default();
        self.pending.extend_from_slice(taken);
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Block<'content> {
    dictionary: &'content [u8],
    content: &'content [u8],
    is_last: bool,
}

/// Compresses blocks, on several threads when there are several, and does `meanwhile` on this one.
fn compress_all(blocks: &[Block<'_>], threads: usize, meanwhile: impl FnOnce()) -> io::Result<Vec<Vec<u8>>> {
    let threads = threads.min(blocks.len()).max(1);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut compressor = Compress::new(Compression::new(6), false);
        let mut done = Vec::new();
        while let Some((index, block)) = take(blocks, &next) {
            done.push((index, compress(&mut compressor, block)?));
        }
        Ok(done)
    };
    let mut done = thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        meanwhile();
        let mut done: io::Result<Vec<(usize, Vec<u8>)>> = work();
        for helper in helpers {
            let theirs = helper.join().unwrap_or_else(|_| Err(io::Error::other("a compressing thread failed")));
            done = done.and_then(|mut done| {
                done.extend(theirs?);
                Ok(done)
            });
        }
        done
    })?;
    done.sort_unstable_by_key(|(index, _)| *index);
    Ok(done.into_iter().map(|(_, compressed)| compressed).collect())
}

fn take<'blocks, 'content>(
    blocks: &'blocks [Block<'content>],
    next: &AtomicUsize,
) -> Option<(usize, &'blocks Block<'content>)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    blocks.get(index).map(|block| (index, block))
}

fn compress(compressor: &mut Compress, block: &Block<'_>) -> io::Result<Vec<u8>> {
    compressor.reset();
    if !block.dictionary.is_empty() {
        compressor.set_dictionary(block.dictionary).map_err(io::Error::other)?;
    }
    // Room for content that does not compress, so that one call always suffices.
    let mut output = Vec::with_capacity(block.content.len() + block.content.len() / 8 + 1024);
    let (flush, wanted) = match block.is_last {
        true => (FlushCompress::Finish, Status::StreamEnd),
        false => (FlushCompress::Sync, Status::Ok),
    };
    let status = compressor.compress_vec(block.content, &mut output, flush).map_err(io::Error::other)?;
    let all_taken = usize::try_from(compressor.total_in()).is_ok_and(|taken| taken == block.content.len());
    if status != wanted || !all_taken || output.len() == output.capacity() {
        return Err(io::Error::other("a block was not compressed whole"));
    }
    Ok(output)
}

#[cfg(test)]
mod tests {
    use super::super::tests::sha256;
    use super::*;
    use flate2::read::GzDecoder;
    use std::io::Read;

    /// Text that compresses somewhat, the same on every machine.
    fn content(size: usize) -> Vec<u8> {
        let mut state = 1_u32;
        let mut next = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 24
        };
        let mut text = Vec::with_capacity(size + 16);
        while text.len() < size {
            text.extend_from_slice(format!("allow if input.user{} ", next() * next() % 977).as_bytes());
        }
        text.truncate(size);
        text
    }

    fn gzip(content: &[u8], write_size: usize, threads: usize) -> Vec<u8> {
        let mut writer = GzipWriter::new(Vec::new(), threads);
        for piece in content.chunks(write_size) {
            writer.write_all(piece).unwrap();
        }
        writer.finish().unwrap()
    }

    fn gunzip(bytes: &[u8]) -> Vec<u8> {
        let mut content = Vec::new();
        GzDecoder::new(bytes).read_to_end(&mut content).unwrap();
        content
    }

    #[test]
    fn the_framing_is_frozen() {
        for (size, golden) in [
            (1024, "31e88a9422a933ddd7183300124b0ddb17a4c72ba4425dda8ef52d9bb8d8ac72"),
            (BLOCK, "492da288f35ba434b2a17e7399f14bbf61786799768fdfd17bfea9cfbaff8a24"),
            (BLOCK + 1, "57555c4508c729692d4a2648fd6780bdc17f7eaf0f2000300ceefde0d558938f"),
            (3 * BLOCK + 77, "cd7904a18701b4ef90a3d311f1c74747657215091fc42ed96f37102f63d26fde"),
        ] {
            let written = gzip(&content(size), 4096, 2);
            assert_eq!(sha256(&written), golden, "{size}");
        }
    }

    #[test]
    fn neither_write_sizes_nor_threads_show() {
        let content = content(BATCH * BLOCK + 3 * BLOCK + 5);
        let once = gzip(&content, content.len(), 1);
        assert_eq!(gunzip(&once), content);
        assert_eq!(gzip(&content, 4096, 4), once);
        assert_eq!(gzip(&content, 99_991, 3), once);
        let whole_batch = &content[..BATCH * BLOCK];
        assert_eq!(gunzip(&gzip(whole_batch, BLOCK, 2)), whole_batch);
        assert_eq!(gzip(whole_batch, BLOCK, 2), gzip(whole_batch, 1000, 1));
    }

    #[test]
    fn content_that_does_not_compress_passes() {
        let mut state = 7_u64;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()
        })
        .take(BLOCK / 4)
        .flatten()
        .collect();
        assert_eq!(gunzip(&gzip(&noise, 8192, 2)), noise);
        assert!(gunzip(&gzip(&[], 1, 1)).is_empty());
    }
}
