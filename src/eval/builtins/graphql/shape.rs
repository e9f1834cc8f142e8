//! Documents that policies give as objects, with the members that gqlparser gives their nodes.

use std::collections::BTreeMap;

use crate::eval::Value;

/// The deepest that nodes may nest.
const DEEPEST: usize = 600;

/// What a member of a node holds.
enum Member {
    Text,
    Flag,
    Number,
    Texts,
    One(&'static Node),
    Many(&'static Node),
}

/// A node: its name in gqlparser and that of a list of such, and its members.
pub(super) struct Node {
    name: &'static str,
    list: &'static str,
    /// Whether gqlparser reads it by itself.
    is_apart: bool,
    members: &'static [(&'static str, Member)],
}

use Member::{Flag, Many, Number, One, Text, Texts};

static COMMENT: Node = Node { name: "Comment", list: "CommentList", is_apart: false, members: &[("Value", Text)] };
static COMMENTS: Node =
    Node { name: "CommentGroup", list: "CommentGroupList", is_apart: false, members: &[("List", Many(&COMMENT))] };
static KIND: Node = Node {
    name: "Type",
    list: "TypeList",
    is_apart: false,
    members: &[("NamedType", Text), ("Elem", One(&KIND)), ("NonNull", Flag)],
};
static LITERAL: Node = Node {
    name: "Value",
    list: "ValueList",
    is_apart: false,
    members: &[
        ("Raw", Text),
        ("Children", Many(&NAMED)),
        ("Kind", Number),
        ("Comment", One(&COMMENTS)),
        ("ExpectedTypeHasDefault", Flag),
    ],
};
static NAMED: Node = Node {
    name: "Argument",
    list: "ArgumentList",
    is_apart: false,
    members: &[("Name", Text), ("Value", One(&LITERAL)), ("Comment", One(&COMMENTS))],
};
static DIRECTIVE: Node = Node {
    name: "Directive",
    list: "DirectiveList",
    is_apart: false,
    members: &[("Name", Text), ("Arguments", Many(&NAMED)), ("Location", Text)],
};
static VARIABLE: Node = Node {
    name: "VariableDefinition",
    list: "VariableDefinitionList",
    is_apart: false,
    members: &[
        ("Variable", Text),
        ("Type", One(&KIND)),
        ("DefaultValue", One(&LITERAL)),
        ("Directives", Many(&DIRECTIVE)),
        ("Comment", One(&COMMENTS)),
        ("Used", Flag),
    ],
};
// Every selection is read as a field, fragments too.
static SELECTION: Node = Node {
    name: "Field",
    list: "SelectionSet",
    is_apart: true,
    members: &[
        ("Alias", Text),
        ("Name", Text),
        ("Arguments", Many(&NAMED)),
        ("Directives", Many(&DIRECTIVE)),
        ("SelectionSet", Many(&SELECTION)),
    ],
};
static OPERATION: Node = Node {
    name: "OperationDefinition",
    list: "OperationList",
    is_apart: true,
    members: &[
        ("Operation", Text),
        ("Name", Text),
        ("VariableDefinitions", Many(&VARIABLE)),
        ("Directives", Many(&DIRECTIVE)),
        ("SelectionSet", Many(&SELECTION)),
    ],
};
static FRAGMENT: Node = Node {
    name: "FragmentDefinition",
    list: "FragmentDefinitionList",
    is_apart: true,
    members: &[
        ("Name", Text),
        ("VariableDefinition", Many(&VARIABLE)),
        ("TypeCondition", Text),
        ("Directives", Many(&DIRECTIVE)),
        ("SelectionSet", Many(&SELECTION)),
    ],
};
/// The document of a query.
pub(super) static QUERY: Node = Node {
    name: "QueryDocument",
    list: "QueryDocumentList",
    is_apart: false,
    members: &[("Operations", Many(&OPERATION)), ("Fragments", Many(&FRAGMENT)), ("Comment", One(&COMMENTS))],
};

static ARGUMENT: Node = Node {
    name: "ArgumentDefinition",
    list: "ArgumentDefinitionList",
    is_apart: false,
    members: &[
        ("Description", Text),
        ("Name", Text),
        ("DefaultValue", One(&LITERAL)),
        ("Type", One(&KIND)),
        ("Directives", Many(&DIRECTIVE)),
        ("BeforeDescriptionComment", One(&COMMENTS)),
        ("AfterDescriptionComment", One(&COMMENTS)),
    ],
};
static FIELD: Node = Node {
    name: "FieldDefinition",
    list: "FieldList",
    is_apart: false,
    members: &[
        ("Description", Text),
        ("Name", Text),
        ("Arguments", Many(&ARGUMENT)),
        ("DefaultValue", One(&LITERAL)),
        ("Type", One(&KIND)),
        ("Directives", Many(&DIRECTIVE)),
        ("BeforeDescriptionComment", One(&COMMENTS)),
        ("AfterDescriptionComment", One(&COMMENTS)),
    ],
};
static ENUM_VALUE: Node = Node {
    name: "EnumValueDefinition",
    list: "EnumValueList",
    is_apart: false,
    members: &[
        ("Description", Text),
        ("Name", Text),
        ("Directives", Many(&DIRECTIVE)),
        ("BeforeDescriptionComment", One(&COMMENTS)),
        ("AfterDescriptionComment", One(&COMMENTS)),
    ],
};
static DEFINITION: Node = Node {
    name: "Definition",
    list: "DefinitionList",
    is_apart: false,
    members: &[
        ("Kind", Text),
        ("Description", Text),
        ("Name", Text),
        ("Directives", Many(&DIRECTIVE)),
        ("Interfaces", Texts),
        ("Fields", Many(&FIELD)),
        ("Types", Texts),
        ("EnumValues", Many(&ENUM_VALUE)),
        ("BuiltIn", Flag),
        ("BeforeDescriptionComment", One(&COMMENTS)),
        ("AfterDescriptionComment", One(&COMMENTS)),
        ("EndOfDefinitionComment", One(&COMMENTS)),
    ],
};
static DIRECTIVE_DEFINITION: Node = Node {
    name: "DirectiveDefinition",
    list: "DirectiveDefinitionList",
    is_apart: false,
    members: &[
        ("Description", Text),
        ("Name", Text),
        ("Arguments", Many(&ARGUMENT)),
        ("Locations", Texts),
        ("IsRepeatable", Flag),
        ("BeforeDescriptionComment", One(&COMMENTS)),
        ("AfterDescriptionComment", One(&COMMENTS)),
    ],
};
static ROOT: Node = Node {
    name: "OperationTypeDefinition",
    list: "OperationTypeDefinitionList",
    is_apart: false,
    members: &[("Operation", Text), ("Type", Text), ("Comment", One(&COMMENTS))],
};
static ROOTS: Node = Node {
    name: "SchemaDefinition",
    list: "SchemaDefinitionList",
    is_apart: false,
    members: &[
        ("Description", Text),
        ("Directives", Many(&DIRECTIVE)),
        ("OperationTypes", Many(&ROOT)),
        ("BeforeDescriptionComment", One(&COMMENTS)),
        ("AfterDescriptionComment", One(&COMMENTS)),
        ("EndOfDefinitionComment", One(&COMMENTS)),
    ],
};
/// The document of a schema.
pub(super) static SCHEMA: Node = Node {
    name: "SchemaDocument",
    list: "SchemaDocumentList",
    is_apart: false,
    members: &[
        ("Schema", Many(&ROOTS)),
        ("SchemaExtension", Many(&ROOTS)),
        ("Directives", Many(&DIRECTIVE_DEFINITION)),
        ("Definitions", Many(&DEFINITION)),
        ("Extensions", Many(&DEFINITION)),
        ("Comment", One(&COMMENTS)),
    ],
};

impl Node {
    /// The object with the members of the node and no others; those that are not given are empty.
    pub(super) fn shaped(&'static self, value: &Value) -> Result<Value, String> {
        self.shaped_at(value, "", DEEPEST)
    }

    /// What to tell of a value that is not what is wanted, at a path from the node that is read by itself.
    fn wrong(&self, value: &Value, path: &str, wanted: &str) -> String {
        let got = json_type(value);
        if path.is_empty() {
            return format!("json: cannot unmarshal {got} into Go value of type {wanted}");
        }
        format!("json: cannot unmarshal {got} into Go struct field {}.{path} of type {wanted}", self.name)
    }

    /// Shapes a member that is given.
    fn member(&self, member: &'static Member, value: &Value, path: &str, depth: usize) -> Result<Value, String> {
        let wrong = |value: &Value, wanted: &str| self.wrong(value, path, wanted);
        match (member, value) {
            (Text, Value::String(_)) | (Flag, Value::Bool(_)) => Ok(value.clone()),
            (Number, Value::Number(number)) if number.is_integer() => Ok(value.clone()),
            (Text, _) => Err(wrong(value, "string")),
            (Flag, _) => Err(wrong(value, "bool")),
            (Number, _) => Err(wrong(value, "ast.ValueKind")),
            (Texts, _) => {
                let items = list(value).ok_or_else(|| wrong(value, "[]string"))?;
                match items.iter().find(|item| !matches!(item, Value::String(_))) {
                    Some(other) => Err(wrong(other, "string")),
                    None => Ok(items.into()),
                }
            }
            (One(node), Value::Object(_)) => node.shaped_at(value, path, depth),
            (One(node), _) => Err(wrong(value, &format!("ast.{}", node.name))),
            (Many(node), _) => {
                let items = list(value).ok_or_else(|| wrong(value, &format!("ast.{}", node.list)))?;
                let item = |item: &Value| match item {
                    Value::Object(_) => node.shaped_at(item, path, depth),
                    other => Err(wrong(other, &format!("ast.{}", node.name))),
                };
                items.iter().map(item).collect::<Result<Vec<_>, _>>().map(Value::from)
            }
        }
    }

    fn shaped_at(&'static self, value: &Value, path: &str, depth: usize) -> Result<Value, String> {
        let depth = depth.checked_sub(1).ok_or("the document nests too deeply")?;
        let Value::Object(given) = value else { return Err(self.wrong(value, "", &format!("ast.{}", self.name))) };
        let member = |(name, member): &'static (&'static str, Member)| {
            let value = given.get(&Value::from(*name)).filter(|value| **value != Value::Null);
            let read = match (member, value) {
                (_, Some(value)) => {
                    // Nodes that gqlparser reads by itself do not know what they stand in.
                    let path = match (self.is_apart, path) {
                        (true, _) => String::new(),
                        (false, "") => (*name).to_owned(),
                        (false, path) => format!("{path}.{name}"),
                    };
                    self.member(member, value, &path, depth)?
                }
                (Text, None) => "".into(),
                (Flag, None) => false.into(),
                (Number, None) => 0_u64.into(),
                (Texts | One(_) | Many(_), None) => Value::Null,
            };
            Ok((Value::from(*name), read))
        };
        self.members.iter().map(member).collect::<Result<BTreeMap<_, _>, String>>().map(Value::from)
    }
}

/// The items of a list; a set is one in JSON.
fn list(value: &Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(items) => Some(items.to_vec()),
        Value::Set(items) => Some(items.iter().cloned().collect()),
        _ => None,
    }
}

fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "bool",
        Value::Set(_) => "array",
        other => other.type_name(),
    }
}
