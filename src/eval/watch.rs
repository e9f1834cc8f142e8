//! An evaluation on a thread for evaluations, watched from outside: by the clock, by the memory it takes, and by the user.

use super::errors::{EvalError, Fault};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

/// The stack of an evaluation in bytes.
const STACK: usize = 512 << 20;

/// How much memory an evaluation may take, in bytes.
const MEMORY: usize = 4 << 30;

/// How often an evaluation is looked at.
const EVERY: Duration = Duration::from_millis(20);

/// How long an evaluation that is to end may go on until it is left to itself.
const GRACE: Duration = Duration::from_secs(1);

/// What OPA says of an evaluation that was ended.
const ENDED: &str = "caller cancelled query execution";

/// Tells an evaluation that it is to end, and why.
#[derive(Debug, Default)]
pub(super) struct Halt(AtomicU8);

/// Why an evaluation is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    Ended = 1,
    Memory = 2,
}

impl Halt {
    fn give(&self, reason: Reason) {
        let _ = self.0.compare_exchange(0, reason as u8, Ordering::Relaxed, Ordering::Relaxed);
    }

    pub(super) fn is_given(&self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }

    /// OPA's code and words for it, or like words where OPA has none.
    pub(super) fn told(&self) -> (&'static str, &'static str) {
        if self.0.load(Ordering::Relaxed) == Reason::Memory as u8 {
            ("eval_internal_error", "the evaluation needs more than 4 GiB of memory")
        } else {
            ("eval_cancel_error", ENDED)
        }
    }
}

/// What ends an evaluation.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) deadline: Option<Instant>,
    /// Whether the user wants it to end.
    pub(super) stop: Option<Arc<AtomicBool>>,
    pub(super) halt: Arc<Halt>,
}

impl Watch {
    /// Runs an evaluation. A panic is an error, and so is one that goes on though it is to end.
    pub(super) fn run<T: Send + 'static>(self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, EvalError> {
        let before = memory();
        let (sender, receiver) = channel();
        // Nobody listens any more where the evaluation was left to itself.
        let evaluation = move || drop(sender.send(catch_unwind(AssertUnwindSafe(work))));
        let evaluator = evaluator()?;
        evaluator.send(Box::new(evaluation)).map_err(|_| EvalError::Internal)?;
        let mut ends = None;
        loop {
            match receiver.recv_timeout(EVERY) {
                Ok(done) => {
                    EVALUATOR.set(Some(evaluator));
                    return done.map_err(|_| EvalError::Internal);
                }
                Err(RecvTimeoutError::Disconnected) => return Err(EvalError::Internal),
                Err(RecvTimeoutError::Timeout) => {}
            }
            let now = Instant::now();
            if memory().saturating_sub(before) > MEMORY {
                self.halt.give(Reason::Memory);
            }
            if self.stop.as_ref().is_some_and(|stop| stop.load(Ordering::Relaxed))
                || self.deadline.is_some_and(|deadline| now >= deadline)
            {
                self.halt.give(Reason::Ended);
            }
            if self.halt.is_given() && now >= *ends.get_or_insert(now + GRACE) {
                let (code, message) = self.halt.told();
                let fault = Fault { code: code.to_owned(), message: message.to_owned(), ..Fault::default() };
                return Err(EvalError::Evaluation(Box::new(fault)));
            }
        }
    }
}

/// An evaluation.
type Job = Box<dyn FnOnce() + Send>;

thread_local! {
    /// What this thread's evaluations go to; none before the first, and after one that was left to itself.
    static EVALUATOR: Cell<Option<Sender<Job>>> = const { Cell::new(None) };
}

/// A thread that evaluates for this one, with a stack deep enough.
fn evaluator() -> Result<Sender<Job>, EvalError> {
    if let Some(evaluator) = EVALUATOR.take() {
        return Ok(evaluator);
    }
    let (sender, receiver) = channel::<Job>();
    std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || receiver.into_iter().for_each(|evaluate| evaluate()))
        .map_err(|error| EvalError::Refused(error.to_string()))?;
    Ok(sender)
}

/// The memory of this process in bytes; 0 where the system does not tell.
fn memory() -> usize {
    memory_stats::memory_stats().map_or(0, |stats| stats.physical_mem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watched<T: Send + 'static>(stop: bool, work: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
        let stop = Some(Arc::new(AtomicBool::new(stop)));
        Watch { deadline: None, stop, halt: Arc::default() }.run(work).map_err(|error| error.to_string())
    }

    #[test]
    fn what_goes_on_though_it_is_to_end_is_left_to_itself() {
        let start = Instant::now();
        let ended = watched(true, || std::thread::sleep(Duration::from_secs(60)));
        assert!(ended.unwrap_err().contains(ENDED));
        assert!(start.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn a_panic_is_an_error() {
        assert_eq!(watched(false, || 7), Ok(7));
        assert_eq!(watched(false, || -> u8 { panic!("for a test") }), Err(EvalError::Internal.to_string()));
    }
}
