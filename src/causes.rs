//! An error and what caused it.

use std::error::Error;
use std::io;

/// The most causes of an error that are looked at.
const MOST: usize = 32;

/// An error and its causes, outermost first. `io::Error` hides what it wraps from `source()`, so it is unwrapped here.
#[must_use]
pub fn chain<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a (dyn Error + 'static)> {
    let mut causes = vec![error];
    let mut next = error.source();
    while let Some(cause) = next {
        if causes.len() >= MOST {
            break;
        }
        causes.push(cause);
        next = match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => cause.source(),
        };
    }
    causes
}
