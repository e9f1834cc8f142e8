//! Functions about the program itself.

use std::collections::BTreeMap;

use crate::eval::Value;

use super::{Builtin, BuiltinError, BuiltinOptions, builtin, operand};

pub(super) const BUILTINS: &[Builtin] = &[builtin("opa.runtime", 0, runtime), builtin("trace", 1, trace)];

/// The version of OPA whose language and functions are spoken.
const VERSION: &str = "1.22.2";

fn runtime(_: &[Value], options: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let environment: BTreeMap<Value, Value> =
        options.environment.iter().map(|(name, value)| (name.as_str().into(), value.as_str().into())).collect();
    let mut whole = BTreeMap::from([
        ("authorization_enabled".into(), false.into()),
        ("env".into(), environment.into()),
        ("skip_known_schema_check".into(), false.into()),
        ("version".into(), VERSION.into()),
        ("commit".into(), "".into()),
    ]);
    if options.configured {
        let _ = whole.insert("config".into(), Value::new_object());
    }
    Ok(whole.into())
}

/// A note for who reads traces; the answer is true.
fn trace(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    operand::string(operands, 1)?;
    Ok(true.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_is_the_one_handed_over() {
        let options = BuiltinOptions { environment: [("A".into(), "b".into())].into(), ..Default::default() };
        assert_eq!(
            runtime(&[], &options).unwrap().to_json(),
            r#"{"authorization_enabled":false,"commit":"","env":{"A":"b"},"skip_known_schema_check":false,"version":"1.22.2"}"#
        );
        assert_eq!(trace(&["x".into()], &options), Ok(true.into()));
        assert!(trace(&[1u64.into()], &options).is_err());
    }
}
