//! What an archive may cost whoever reads it.

/// Bounds on an archive from outside. The default is what this program accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the archive as it is.
    pub compressed: u64,
    /// Bytes of all files together, and of everything else in the archive.
    pub uncompressed: u64,
    /// How many times larger than what was read the content may be, beyond the first [`ratio_free`](Self::ratio_free).
    pub ratio: u64,
    /// Bytes of content for which the ratio does not count.
    pub ratio_free: u64,
    /// Files and folders.
    pub entries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            compressed: 512 * 1024 * 1024,
            uncompressed: 1024 * 1024 * 1024,
            ratio: 200,
            ratio_free: 16 * 1024 * 1024,
            entries: 100_000,
        }
    }
}
