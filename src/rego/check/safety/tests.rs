//! Bodies in order, and what cannot be.
