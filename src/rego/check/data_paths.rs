//! Where a bundle has data of its own.

use std::fmt;
use std::sync::Arc;

type Has = dyn Fn(&[&str]) -> bool + Send + Sync;

/// Where there is data.
#[derive(Clone)]
pub struct DataPaths(Arc<Has>);

impl DataPaths {
    /// Data whose paths a function knows. It is asked for paths below `data` and answers whether something is there, or
    /// something that is no object is on the way.
    pub fn new(has: impl Fn(&[&str]) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(has))
    }

    pub(super) fn has(&self, path: &[&str]) -> bool {
        (self.0)(path)
    }
}

impl fmt::Debug for DataPaths {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DataPaths")
    }
}
