//! The content of a blob as the body of uploads, whole or in parts.

use super::Progress;
use super::buffers::Buffers;
use super::wire::{Payload, Stream};
use bytes::Bytes;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc;

/// How much is read and sent at once, in bytes.
const PIECE: u64 = 1 << 20;

/// What is to be sent. Clones share it.
#[derive(Clone)]
pub(super) struct Content(Arc<Shared>);

struct Shared {
    open: Box<dyn Fn() -> io::Result<Reader> + Send + Sync>,
    size: u64,
    buffers: Buffers,
    progress: Progress,
    /// Where a part's reader stands after its end: the next part goes on with it.
    paused: Mutex<Option<(u64, Reader)>>,
    /// Where the reading thread leaves its failure, for the sending side to find.
    trouble: Mutex<Option<io::Error>>,
}

type Reader = Box<dyn Read + Send>;

impl Content {
    /// Content of exactly `size` bytes; `open` starts reading it.
    pub(super) fn new<R: Read + Send + 'static>(
        open: impl Fn() -> io::Result<R> + Send + Sync + 'static,
        size: u64,
        progress: Progress,
    ) -> Self {
        let open = Box::new(move || -> io::Result<Reader> { Ok(Box::new(open()?)) });
        let buffers = Buffers::of(usize::try_from(size.min(PIECE)).unwrap_or(0));
        let (paused, trouble) = (Mutex::new(None), Mutex::new(None));
        Self(Arc::new(Shared { open, size, buffers, progress, paused, trouble }))
    }

    /// Why the content could not be read, if that is so.
    pub(super) fn trouble(&self) -> Option<io::Error> {
        self.0.trouble.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The bytes of a range, which are read each time they are sent.
    pub(super) fn part(&self, range: Range<u64>) -> Payload {
        let (size, start) = (range.end - range.start, range.start);
        let (taken, starved) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (content, counter, hunger) = (self.clone(), Arc::clone(&taken), Arc::clone(&starved));
        let open = move || {
            counter.store(0, Ordering::Relaxed);
            (content.0.progress)(start);
            let (sender, receiver) = mpsc::channel::<io::Result<Bytes>>(2);
            let (reading, range) = (content.clone(), range.clone());
            tokio::task::spawn_blocking(move || {
                if let Err(error) = reading.0.read(range, &sender) {
                    *reading.0.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                    let _ = sender.blocking_send(Err(io::Error::other("the content could not be read")));
                }
            });
            let (counter, content, hunger) = (Arc::clone(&counter), content.clone(), Arc::clone(&hunger));
            let pieces = futures_util::stream::unfold(receiver, move |mut receiver| {
                let (counter, content, hunger) = (Arc::clone(&counter), content.clone(), Arc::clone(&hunger));
                async move {
                    hunger.store(true, Ordering::Relaxed);
                    let piece = receiver.recv().await;
                    hunger.store(false, Ordering::Relaxed);
                    let piece = piece?;
                    if let Ok(piece) = &piece {
                        let length = piece.len() as u64;
                        (content.0.progress)(start + counter.fetch_add(length, Ordering::Relaxed) + length);
                    }
                    Some((piece, receiver))
                }
            });
            reqwest::Body::wrap_stream(pieces)
        };
        Payload::Stream(Stream { open: Arc::new(open), size, taken, starved })
    }
}

impl Shared {
    /// Sends a range, unless nobody takes it any more. The content's last piece goes out only after it has ended where it
    /// should: what fails its own check at the end is never sent whole.
    fn read(&self, range: Range<u64>, sender: &mpsc::Sender<io::Result<Bytes>>) -> io::Result<()> {
        let mut content = self.reader_at(range.start)?;
        let mut position = range.start;
        loop {
            let mut piece = self.buffers.take();
            let wanted = PIECE.min(range.end - position);
            content.by_ref().take(wanted).read_to_end(&mut piece)?;
            let length = piece.len() as u64;
            position += length;
            if length < wanted {
                return Err(self.too_short(position));
            }
            if position == self.size && content.read(&mut [0])? != 0 {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "the content is longer than it should be"));
            }
            if !piece.is_empty() && sender.blocking_send(Ok(Bytes::from_owner(piece))).is_err() {
                return Ok(());
            }
            if position == range.end {
                if position < self.size {
                    *self.paused.lock().unwrap_or_else(PoisonError::into_inner) = Some((position, content));
                }
                return Ok(());
            }
        }
    }

    /// The content from `start` on: read on where the last part ended, or opened anew.
    fn reader_at(&self, start: u64) -> io::Result<Reader> {
        let paused = self.paused.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((position, content)) = paused
            && position == start
        {
            return Ok(content);
        }
        let mut content = (self.open)()?;
        let passed = io::copy(&mut content.by_ref().take(start), &mut io::sink())?;
        if passed < start { Err(self.too_short(passed)) } else { Ok(content) }
    }

    fn too_short(&self, length: u64) -> io::Error {
        let early = self.size - length;
        io::Error::new(io::ErrorKind::UnexpectedEof, format!("the content ends {early} bytes early"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;
    use std::sync::atomic::AtomicUsize;

    fn bytes() -> Vec<u8> {
        (0..3_000_000u32).map(|number| (number / 7) as u8).collect()
    }

    /// What is sent of a range; nothing, when reading fails.
    async fn sent(content: &Content, range: Range<u64>) -> Vec<u8> {
        let Payload::Stream(stream) = content.part(range.clone()) else { unreachable!() };
        assert_eq!(stream.size, range.end - range.start);
        match (stream.open)().collect().await {
            Ok(collected) => collected.to_bytes().to_vec(),
            Err(_) => Vec::new(),
        }
    }

    #[tokio::test]
    async fn parts_in_a_row_are_read_from_one_opening_and_others_from_another() {
        let opened = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&opened);
        let source = move || {
            counter.fetch_add(1, Ordering::SeqCst);
            Ok(io::Cursor::new(bytes()))
        };
        let content = Content::new(source, 3_000_000, Arc::new(|_| {}));
        assert!(sent(&content, 0..1_200_000).await == bytes()[..1_200_000]);
        assert!(sent(&content, 1_200_000..2_000_000).await == bytes()[1_200_000..2_000_000]);
        assert!(sent(&content, 2_000_000..3_000_000).await == bytes()[2_000_000..]);
        assert_eq!(opened.load(Ordering::SeqCst), 1);
        assert!(sent(&content, 1_999_999..2_000_001).await == bytes()[1_999_999..2_000_001]);
        assert!(sent(&content, 0..3_000_000).await == bytes());
        assert_eq!(opened.load(Ordering::SeqCst), 3);
        assert!(content.trouble().is_none());
    }

    #[tokio::test]
    async fn content_that_ends_before_a_part_begins_is_told() {
        let content = Content::new(|| Ok(io::Cursor::new(vec![0; 10])), 100, Arc::new(|_| {}));
        assert!(sent(&content, 50..60).await.is_empty());
        assert!(content.trouble().unwrap().to_string().contains("ends 90 bytes early"));
    }
}
