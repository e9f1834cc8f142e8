//! The runtime the servers of the tests run on.

use std::future::Future;
use std::sync::OnceLock;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

/// A server that ends when this is dropped.
pub struct Task(JoinHandle<()>);

impl Task {
    pub fn spawn(server: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(runtime().spawn(server))
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// One runtime for all of them, so that a test may have many servers without many threads.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap())
}
