//! Whether every variable is bound by something, and the order in which the expressions of bodies can be evaluated.
//!
//! [`heads`] looks at the heads of rules, [`bodies`] at bodies with all that is in them. An expression is safe where each of
//! its variables is bound by expressions before it or by itself; a body is put in the order that makes its expressions safe
//! and changes least: again and again its expressions are gone through, and each is put behind those that are in place as
//! soon as it is safe. What is never safe is told.
//!
//! What OPA 1.22.2 does in corners is done here too, for it decides what is refused:
//!
//! - the variables of closures replace those an expression has besides, which then are not looked at any more;
//! - `every` takes what the call or equality looked at before it has bound for something it binds itself;
//! - an expression is left out where an equal one took the place it stood at;
//! - comprehensions in sets and objects without variables of their own are not looked into.

mod closures;
mod equal;
mod ground;
mod head;
mod operand;
mod outputs;
mod own;
mod placing;
mod reorder;
mod report;
mod unify;

#[cfg(test)]
mod tests;

pub(super) use head::check as heads;
pub(super) use outputs::Outputs;
pub(super) use reorder::check as bodies;
