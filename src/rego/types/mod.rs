//! The types of Rego values, as OPA's type checker has them.
//!
//! A [`Type`] is a number in an arena, [`Types`]: the same type is built once, so that types are copied and compared for
//! being the same at no cost, whatever their size. [`Type::UNKNOWN`] stands for a type that could not be told (OPA's nil);
//! it stands inside other types too, in an array whose member is not known, for one.
//!
//! A union is `any` with members; without members it is the type of anything. Members are sorted (null, boolean, number,
//! string, array, object, set), never twice the same, and never merged: an array of numbers stands beside one of strings.

mod arena;
mod constant;
mod decode;
mod difference;
mod facts;
mod index;
mod json;
mod order;
mod select;
mod shape;
mod text;
mod unify;
mod union;

pub use arena::Types;
pub use constant::{Constant, ConstantShape};
pub use decode::DecodeError;
pub use shape::{Property, Run, Shape, Type};
