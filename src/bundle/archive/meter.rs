//! Readers that count what an archive costs and stop at its bounds.

use super::limits::Limits;
use super::walk::{ArchiveError, LimitExceeded};
use std::cell::{Cell, RefCell};
use std::io::{self, BufRead, Read};

/// The counts of one archive being read, shared by its readers.
pub(super) struct Meter {
    limits: Limits,
    compressed: Cell<u64>,
    uncompressed: Cell<u64>,
    exceeded: Cell<Option<LimitExceeded>>,
    failure: RefCell<Option<io::Error>>,
}

impl Meter {
    pub fn new(limits: &Limits) -> Self {
        Self {
            limits: *limits,
            compressed: Cell::new(0),
            uncompressed: Cell::new(0),
            exceeded: Cell::new(None),
            failure: RefCell::new(None),
        }
    }

    /// Whether a bound was passed.
    pub fn is_exceeded(&self) -> bool {
        self.exceeded.get().is_some()
    }

    /// What an error on the way means: a bound, the source, or the archive itself, inside the file `name`.
    pub fn fault(&self, error: io::Error, name: &str) -> ArchiveError {
        if let Some(exceeded) = self.exceeded.get() {
            return ArchiveError::Limit(exceeded);
        }
        if let Some(failure) = self.failure.take() {
            return ArchiveError::Io(failure);
        }
        match error.kind() {
            io::ErrorKind::UnexpectedEof if name.is_empty() => ArchiveError::Damaged("it ends early".to_owned()),
            io::ErrorKind::UnexpectedEof => ArchiveError::Truncated { name: name.to_owned() },
            _ => ArchiveError::Damaged(error.to_string()),
        }
    }

    fn count_compressed(&self, count: usize) -> io::Result<()> {
        let total = self.compressed.get().saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        self.compressed.set(total);
        self.stop_if(total > self.limits.compressed, LimitExceeded::Compressed(self.limits.compressed))
    }

    fn count_uncompressed(&self, count: usize) -> io::Result<()> {
        let total = self.uncompressed.get().saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        self.uncompressed.set(total);
        let Limits { uncompressed, ratio, ratio_free, .. } = self.limits;
        self.stop_if(total > uncompressed, LimitExceeded::Uncompressed(uncompressed))?;
        let is_bomb = total > ratio_free && total > self.compressed.get().saturating_mul(ratio);
        self.stop_if(is_bomb, LimitExceeded::Ratio(ratio))
    }

    fn stop_if(&self, exceeds: bool, limit: LimitExceeded) -> io::Result<()> {
        if !exceeds {
            return Ok(());
        }
        self.exceeded.set(Some(limit));
        Err(io::Error::other(limit))
    }
}

/// The archive as it is.
pub(super) struct Source<'meter, R> {
    inner: R,
    head: Vec<u8>,
    /// How much of the head has been given out.
    position: usize,
    meter: &'meter Meter,
}

impl<'meter, R: BufRead> Source<'meter, R> {
    pub fn new(inner: R, meter: &'meter Meter) -> Self {
        Self { inner, head: Vec::new(), position: 0, meter }
    }

    /// The first bytes, which will still be read.
    pub fn head(&mut self, size: usize) -> io::Result<Vec<u8>> {
        let limit = u64::try_from(size).unwrap_or(u64::MAX);
        let result = (&mut self.inner).take(limit).read_to_end(&mut self.head);
        self.keep_failure(result)?;
        Ok(self.head.clone())
    }

    fn keep_failure<T>(&self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| {
            let kind = error.kind();
            self.meter.failure.replace(Some(error));
            io::Error::from(kind)
        })
    }
}

impl<R: BufRead> BufRead for Source<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.position < self.head.len() {
            return Ok(self.head.get(self.position..).unwrap_or_default());
        }
        let meter = self.meter;
        self.inner.fill_buf().map_err(|error| {
            let kind = error.kind();
            if kind != io::ErrorKind::Interrupted {
                meter.failure.replace(Some(error));
            }
            io::Error::from(kind)
        })
    }

    fn consume(&mut self, count: usize) {
        if self.position < self.head.len() {
            self.position += count;
        } else {
            self.inner.consume(count);
        }
        // A bound that is passed here stops the next read of the content.
        let _ = self.meter.count_compressed(count);
    }
}

impl<R: BufRead> Read for Source<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        if let (Some(target), Some(bytes)) = (buffer.get_mut(..count), available.get(..count)) {
            target.copy_from_slice(bytes);
        }
        self.consume(count);
        Ok(count)
    }
}

/// The content of the archive.
pub(super) struct Metered<'meter, R> {
    inner: R,
    head: io::Cursor<Vec<u8>>,
    meter: &'meter Meter,
}

impl<'meter, R: Read> Metered<'meter, R> {
    pub fn new(inner: R, meter: &'meter Meter) -> Self {
        Self { inner, head: io::Cursor::default(), meter }
    }

    /// The first bytes, which will still be read.
    pub fn head(&mut self, size: u64) -> io::Result<Vec<u8>> {
        (&mut self.inner).take(size).read_to_end(self.head.get_mut())?;
        Ok(self.head.get_ref().clone())
    }
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(limit) = self.meter.exceeded.get() {
            return Err(io::Error::other(limit));
        }
        let mut count = self.head.read(buffer)?;
        if count == 0 {
            count = self.inner.read(buffer)?;
        }
        self.meter.count_uncompressed(count)?;
        Ok(count)
    }
}
