//! Values as JSON, read and written as Go does.

mod read;
mod write;

pub use read::SyntaxError;
pub use write::JsonText;
