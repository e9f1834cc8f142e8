//! Work on several processors, on stacks deep enough for trees.

use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The stack for trees of usual depth.
const USUAL: usize = 64 << 20;

/// The stack for trees as deep as the reader allows. Only what is used of it takes memory.
const DEEP: usize = 2 << 30;

thread_local! {
    /// The stack of this thread, which is that of the threads it starts too.
    static STACK: Cell<usize> = const { Cell::new(USUAL) };
}

/// Does work on a stack that is deep enough for recursion over trees, and so does [`parallel`] in it. `None` if the system
/// has no such stack.
pub(super) fn on_a_stack<R: Send>(deep: bool, work: impl FnOnce() -> R + Send) -> Option<R> {
    let stack = if deep { DEEP } else { USUAL };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(stack).spawn_scoped(scope, || {
            STACK.set(stack);
            work()
        });
        Some(thread.ok()?.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// Does the same work for each of many, on as many threads as there are processors; results come in the order of the many.
pub(crate) fn parallel<T: Send, R: Send>(many: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(many.len());
    if threads <= 1 {
        return many.into_iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let due: Vec<Mutex<Option<T>>> = many.into_iter().map(|one| Mutex::new(Some(one))).collect();
    let worker = || {
        let mut done = Vec::new();
        while let Some((place, one)) = {
            let place = next.fetch_add(1, Ordering::Relaxed);
            due.get(place).map(|one| (place, one))
        } {
            if let Some(one) = one.lock().ok().and_then(|mut one| one.take()) {
                done.push((place, work(one)));
            }
        }
        done
    };
    let stack = STACK.get();
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        // This thread works too, so that work is done even where no other can be started.
        let others: Vec<_> = (1..threads)
            .filter_map(|_| std::thread::Builder::new().stack_size(stack).spawn_scoped(scope, worker).ok())
            .collect();
        let mut done = worker();
        for other in others {
            // What panicked there panics here: nothing may pass because a thread was lost.
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order() {
        let doubled = on_a_stack(false, || parallel((0..1000).collect(), |number: u32| number * 2));
        assert_eq!(doubled, Some((0..2000).step_by(2).collect()));
    }
}
