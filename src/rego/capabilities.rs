//! Capabilities: what an OPA knows, its built-in functions first of all.

use super::types::{DecodeError, Type, Types};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::sync::OnceLock;

/// What OPA 1.22.2 says of itself (`opa capabilities --current`), without descriptions of whole functions.
const CURRENT: &str = include_str!("capabilities.json");

/// Why a text is no capabilities document.
#[derive(Debug, thiserror::Error)]
pub enum CapabilitiesError {
    /// The text is not of the form of one.
    #[error("not a capabilities document")]
    Form(#[source] serde_json::Error),
    /// A built-in function is declared as something that is no function's type.
    #[error("the declaration of the built-in function {name} is not valid")]
    Declaration {
        /// The function.
        name: String,
        /// What is wrong.
        #[source]
        cause: DecodeError,
    },
    /// A built-in function has no declaration, or one that is not a function's.
    #[error("the built-in function {0} is not declared as a function")]
    NotAFunction(String),
}

/// A built-in function.
#[derive(Debug, Clone)]
pub struct Builtin {
    /// Its name, parts joined by dots.
    pub name: Cow<'static, str>,
    /// The sign that can stand for it, between its arguments.
    pub infix: Option<Cow<'static, str>>,
    /// How many arguments it takes, further ones of a variadic function aside.
    pub arity: usize,
    /// Whether it takes any number of further arguments.
    pub variadic: bool,
    /// Whether it gives no value.
    pub void: bool,
    /// Whether it may give several values.
    pub relation: bool,
    /// Whether v1 refuses it.
    pub deprecated: bool,
    /// Whether it may give another value each time.
    pub nondeterministic: bool,
    declaration: Cow<'static, str>,
    /// Whether its arguments have names: OPA reads a file without them.
    named: bool,
}

impl Builtin {
    /// Its type.
    pub fn signature(&self, types: &mut Types) -> Type {
        types.decode(&self.declaration, self.named).unwrap_or(Type::UNKNOWN)
    }
}

/// What an OPA knows.
#[derive(Debug, Clone, Default)]
pub struct Capabilities {
    /// Sorted by name, each name once.
    builtins: Vec<Builtin>,
    /// Names of features.
    pub features: Vec<String>,
    /// Keywords that may be imported.
    pub future_keywords: Vec<String>,
    /// The hosts that policies may reach; all where it is `None`.
    pub allow_net: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(default, borrow)]
    builtins: Option<Vec<WrittenBuiltin<'a>>>,
    #[serde(default)]
    features: Option<Vec<String>>,
    #[serde(default)]
    future_keywords: Option<Vec<String>>,
    #[serde(default)]
    allow_net: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct WrittenBuiltin<'a> {
    #[serde(default, borrow)]
    name: Cow<'a, str>,
    #[serde(default, borrow)]
    decl: Option<&'a RawValue>,
    #[serde(default, borrow)]
    infix: Option<Cow<'a, str>>,
    #[serde(default)]
    relation: bool,
    #[serde(default)]
    deprecated: bool,
    #[serde(default)]
    nondeterministic: bool,
}

#[derive(Deserialize)]
struct WrittenDeclaration<'a> {
    #[serde(rename = "type", default, borrow)]
    kind: Cow<'a, str>,
    #[serde(default, borrow)]
    args: Option<Vec<&'a RawValue>>,
    #[serde(default, borrow)]
    result: Option<&'a RawValue>,
    #[serde(default, borrow)]
    variadic: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Metadata<'a> {
    #[serde(default, borrow)]
    required_builtins: Option<Required<'a>>,
}

#[derive(Deserialize)]
struct Required<'a> {
    #[serde(default, borrow)]
    builtin1: Option<Vec<WrittenBuiltin<'a>>>,
    #[serde(default, borrow)]
    builtin2: Option<Vec<WrittenBuiltin<'a>>>,
    #[serde(default, borrow)]
    builtin3: Option<Vec<WrittenBuiltin<'a>>>,
    #[serde(default, borrow)]
    builtin4: Option<Vec<WrittenBuiltin<'a>>>,
    #[serde(default, borrow)]
    builtin_dyn: Option<Vec<WrittenBuiltin<'a>>>,
    #[serde(default, borrow, rename = "builtinDyn")]
    dynamic: Option<Vec<WrittenBuiltin<'a>>>,
}

impl<'a> WrittenBuiltin<'a> {
    fn builtin(
        self,
        named: bool,
        own: impl Fn(Cow<'a, str>) -> Cow<'static, str>,
    ) -> Result<Builtin, CapabilitiesError> {
        let written = self.decl.map_or("null", RawValue::get);
        let declaration: Option<WrittenDeclaration<'a>> =
            serde_json::from_str(written).map_err(CapabilitiesError::Form)?;
        match declaration {
            Some(declaration) if declaration.kind == "function" => Ok(Builtin {
                name: own(self.name),
                infix: self.infix.filter(|sign| !sign.is_empty()).map(&own),
                arity: declaration.args.map_or(0, |arguments| arguments.len()),
                variadic: declaration.variadic.is_some(),
                void: declaration.result.is_none(),
                relation: self.relation,
                deprecated: self.deprecated,
                nondeterministic: self.nondeterministic,
                declaration: own(Cow::Borrowed(written)),
                named,
            }),
            _ => Err(CapabilitiesError::NotAFunction(self.name.into_owned())),
        }
    }
}

impl Capabilities {
    /// Those of OPA 1.22.2.
    #[must_use]
    pub fn current() -> &'static Self {
        static KNOWN: OnceLock<Capabilities> = OnceLock::new();
        KNOWN.get_or_init(|| {
            let own = |text: Cow<'static, str>| text;
            Self::read_with(CURRENT, true, own).unwrap_or_default()
        })
    }

    /// Those of a capabilities file. What follows its first JSON value is passed over, as are fields that mean nothing here.
    /// Of several built-in functions of one name, the last counts.
    ///
    /// # Errors
    /// The text is not JSON of that form, or a function is declared with a type that is none.
    pub fn read(json: &str) -> Result<Self, CapabilitiesError> {
        // Of a list the first members would be taken for the fields.
        if json.trim_start().starts_with('[') {
            return Err(CapabilitiesError::Form(serde::de::Error::custom("it is a list, not an object")));
        }
        let capabilities = Self::read_with(json, false, |text| Cow::Owned(text.into_owned()))?;
        for builtin in &capabilities.builtins {
            builtin.check()?;
        }
        Ok(capabilities)
    }

    fn read_with<'a>(
        json: &'a str,
        named: bool,
        own: impl Fn(Cow<'a, str>) -> Cow<'static, str>,
    ) -> Result<Self, CapabilitiesError> {
        let mut values = serde_json::Deserializer::from_str(json).into_iter::<Option<Document<'a>>>();
        let document = values.next().unwrap_or_else(|| serde_json::from_str(json)).map_err(CapabilitiesError::Form)?;
        let Some(document) = document else { return Ok(Self::default()) };
        let builtins = document.builtins.unwrap_or_default().into_iter().map(|written| written.builtin(named, &own));
        let mut capabilities = Self {
            builtins: builtins.collect::<Result<_, _>>()?,
            features: document.features.unwrap_or_default(),
            future_keywords: document.future_keywords.unwrap_or_default(),
            allow_net: document.allow_net,
        };
        capabilities.sort();
        Ok(capabilities)
    }

    fn sort(&mut self) {
        if !self.builtins.is_sorted_by(|left, right| left.name < right.name) {
            self.builtins.reverse();
            self.builtins.sort_by(|left, right| left.name.cmp(&right.name));
            self.builtins.dedup_by(|left, right| left.name == right.name);
        }
    }

    /// The built-in functions, sorted by name.
    #[must_use]
    pub fn builtins(&self) -> &[Builtin] {
        &self.builtins
    }

    /// The built-in function of a name.
    #[must_use]
    pub fn builtin(&self, name: &str) -> Option<&Builtin> {
        let place = self.builtins.binary_search_by(|builtin| (*builtin.name).cmp(name)).ok()?;
        self.builtins.get(place)
    }

    /// Adds the functions that the metadata of a bundle's manifest says it requires: `required_builtins`, with a list of
    /// `name` and `decl` under `builtin1` … `builtin4`, `builtin_dyn` or `builtinDyn`. Names that are known stay as they are.
    ///
    /// # Errors
    /// A list is not of that form, or a function is declared with a type that is none.
    pub fn require(&mut self, metadata: &str) -> Result<(), CapabilitiesError> {
        let metadata: Metadata<'_> = serde_json::from_str(metadata).map_err(CapabilitiesError::Form)?;
        let Some(required) = metadata.required_builtins else { return Ok(()) };
        let lists = [
            required.builtin1,
            required.builtin2,
            required.builtin3,
            required.builtin4,
            required.builtin_dyn,
            required.dynamic,
        ];
        let mut declared = Vec::new();
        for written in lists.into_iter().flatten().flatten() {
            if self.builtin(&written.name).is_none() {
                let builtin = written.builtin(false, |text| Cow::Owned(text.into_owned()))?;
                builtin.check()?;
                declared.push(builtin);
            }
        }
        self.builtins.append(&mut declared);
        self.sort();
        Ok(())
    }
}

impl Builtin {
    fn check(&self) -> Result<(), CapabilitiesError> {
        let decoded = Types::default().decode(&self.declaration, false);
        let name = || self.name.clone().into_owned();
        decoded.map(|_| ()).map_err(|cause| CapabilitiesError::Declaration { name: name(), cause })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_current_document_knows_opas_functions() {
        let current = Capabilities::current();
        assert_eq!(current.builtins().len(), 206);
        let count = current.builtin("count").unwrap();
        assert_eq!((count.arity, count.void, count.relation, count.variadic), (1, false, false, false));
        let (walk, print) = (current.builtin("walk").unwrap(), current.builtin("internal.print").unwrap());
        assert!(walk.relation && print.void && current.builtin("re_match").unwrap().deprecated);
        assert_eq!(current.builtin("plus").unwrap().infix.as_deref(), Some("+"));
        assert!(current.builtin("nowhere").is_none());
        let mut types = Types::default();
        for builtin in current.builtins() {
            assert!(!builtin.signature(&mut types).is_unknown(), "{}", builtin.name);
        }
        let upper = current.builtin("upper").unwrap().signature(&mut types);
        assert!(types.json(upper).contains("upper-case of x"));
    }

    #[test]
    fn a_file_replaces_names_and_is_read_without_descriptions() {
        let read = Capabilities::read(
            r#"{"builtins": [
                {"name": "b", "decl": {"type": "function", "args": [{"type": "any"}]}, "unheard": 1},
                {"name": "a", "decl": {"type": "function", "result": {"name": "x", "type": "null"}}},
                {"name": "b", "decl": {"type": "function", "variadic": {"type": "any"}}}
            ], "features": ["rego_v1"], "allow_net": ["a.b"]} trailing"#,
        );
        let read = read.unwrap();
        assert_eq!(read.allow_net, Some(vec!["a.b".to_owned()]));
        let names: Vec<&str> = read.builtins().iter().map(|builtin| &*builtin.name).collect();
        assert_eq!((names, read.features.as_slice()), (vec!["a", "b"], ["rego_v1".to_owned()].as_slice()));
        let b = read.builtins.get(1).unwrap();
        assert!(b.variadic && b.void && b.arity == 0);
        let mut types = Types::default();
        let a = read.builtins.first().unwrap().signature(&mut types);
        assert_eq!(types.json(a), r#"{"result":{"type":"null"},"type":"function"}"#);
    }

    #[test]
    fn what_is_no_capabilities_document_is_refused() {
        for json in ["", "{", r#"{"builtins": 3}"#] {
            assert!(matches!(Capabilities::read(json), Err(CapabilitiesError::Form(_))), "{json}");
        }
        for declaration in [r#"{"type": "number"}"#, "null"] {
            let json = format!(r#"{{"builtins": [{{"name": "x", "decl": {declaration}}}]}}"#);
            assert!(matches!(Capabilities::read(&json), Err(CapabilitiesError::NotAFunction(_))), "{json}");
        }
        let json = r#"{"builtins": [{"name": "x", "decl": {"type": "function", "args": [{"type": "vector"}]}}]}"#;
        let refused = Capabilities::read(json).unwrap_err();
        assert_eq!(refused.to_string(), "the declaration of the built-in function x is not valid");
    }

    #[test]
    fn a_bundle_may_require_functions_of_its_own() {
        let metadata = r#"{"required_builtins": {
            "builtin1": [{"name": "ds.user", "decl": {"type": "function", "args": [{"type": "any"}], "result": {"type": "any"}}}],
            "builtinDyn": [{"name": "upper", "decl": {"type": "function", "args": [], "result": {"type": "any"}}}]
        }}"#;
        let mut capabilities = Capabilities::current().clone();
        capabilities.require(metadata).unwrap();
        assert_eq!(capabilities.builtin("ds.user").unwrap().arity, 1);
        assert_eq!(capabilities.builtin("upper").unwrap().arity, 1);
        assert_eq!(capabilities.builtins().len(), 207);
    }
}
