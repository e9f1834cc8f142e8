//! Counts bytes of many blobs at once.

use crate::registry::Progress;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The bytes that have moved so far; clones count together.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<AtomicU64>);

impl Meter {
    /// The bytes so far. A transfer that starts anew takes its own back.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// What one blob reports to.
    pub(in crate::ops) fn blob(&self) -> Progress {
        let (total, before) = (Arc::clone(&self.0), AtomicU64::new(0));
        Arc::new(move |bytes| {
            let last = before.swap(bytes, Ordering::Relaxed);
            if bytes >= last {
                total.fetch_add(bytes - last, Ordering::Relaxed);
            } else {
                total.fetch_sub(last - bytes, Ordering::Relaxed);
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_that_starts_anew_is_not_counted_twice() {
        let meter = Meter::default();
        let (one, other) = (meter.blob(), meter.blob());
        one(10);
        other(5);
        one(0);
        one(3);
        assert_eq!(meter.bytes(), 8);
    }
}
