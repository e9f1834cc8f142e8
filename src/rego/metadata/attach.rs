//! Annotations and the statements they belong to.

use super::annotation::Annotation;
use super::block::MetadataError;
use std::borrow::Cow;
use std::collections::HashMap;

/// What a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatementKind {
    /// `package …`
    Package,
    /// `import …`
    Import,
    /// A rule, an `else` excepted.
    Rule,
}

/// A statement an annotation may stand above.
#[derive(Debug, Clone)]
pub struct Statement<'path> {
    /// What it is.
    pub kind: StatementKind,
    /// Its row, counted from 1.
    pub row: u32,
    /// What tells rules of one name from others: the ref of the head, up to the first part that is no constant.
    pub path: Cow<'path, str>,
}

impl StatementKind {
    fn name(self) -> &'static str {
        match self {
            Self::Package => "package",
            Self::Import => "import",
            Self::Rule => "rule",
        }
    }
}

/// Gives each annotation the first statement below it as its target, and a scope where it has none, and checks both.
///
/// OPA does so only when nothing else is wrong with the module; these errors have no details.
pub fn attach(annotations: &mut [Annotation], statements: &[Statement<'_>]) -> Vec<MetadataError> {
    let mut order: Vec<_> = (0..statements.len()).collect();
    let row = |number: &usize| statements.get(*number).map_or(u32::MAX, |statement| statement.row);
    order.sort_by_key(|number| (row(number), statements.get(*number).map(|statement| statement.kind)));
    let mut errors = Vec::new();
    for annotation in annotations {
        let below = order.partition_point(|number| row(number) <= annotation.place.row);
        annotation.target = order.get(below).copied();
        let target = annotation.target.and_then(|number| statements.get(number)).map(|statement| statement.kind);
        if annotation.scope.is_empty() {
            annotation.scope = match target {
                Some(StatementKind::Rule) if annotation.entrypoint => "document",
                Some(kind) => kind.name(),
                None => "",
            }
            .to_owned();
        }
        let scope = &annotation.scope;
        let wanted = match scope.as_str() {
            "rule" | "document" => Some(StatementKind::Rule),
            "package" | "subpackages" => Some(StatementKind::Package),
            _ => None,
        };
        let mut error = |message| errors.push(MetadataError { message, place: annotation.place });
        match wanted {
            Some(wanted) if target == Some(wanted) => {}
            Some(wanted) => {
                let found = target.map(|kind| format!(" (have {})", kind.name())).unwrap_or_default();
                error(format!("annotation scope '{scope}' must be applied to {}{found}", wanted.name()));
            }
            None => error(format!(
                "invalid annotation scope '{scope}'. Use one of 'rule', 'document', 'package', or 'subpackages'"
            )),
        }
        if annotation.entrypoint && !matches!(scope.as_str(), "document" | "package") {
            error(format!("annotation entrypoint applied to non-document or package scope '{scope}'"));
        }
    }
    errors
}

/// The annotations of each statement that is a rule, by number: those of its document, and those of rules of its name
/// that stand above it and that no rule before it took. Each rule takes the last of these.
#[must_use]
pub fn of_rules(annotations: &[Annotation], statements: &[Statement<'_>]) -> Vec<Vec<usize>> {
    /// The annotations of one path.
    #[derive(Default)]
    struct Group {
        documents: Vec<usize>,
        rules: Vec<usize>,
        /// How many of `rules` stood above a rule already.
        passed: usize,
        open: Vec<usize>,
    }
    let mut result = vec![Vec::new(); statements.len()];
    let mut groups: HashMap<&str, Group> = HashMap::new();
    for (number, annotation) in annotations.iter().enumerate() {
        let Some(Statement { kind: StatementKind::Rule, path, .. }) =
            annotation.target.and_then(|target| statements.get(target))
        else {
            continue;
        };
        match annotation.scope.as_str() {
            "document" => groups.entry(path).or_default().documents.push(number),
            "rule" => groups.entry(path).or_default().rules.push(number),
            _ => {}
        }
    }
    if groups.is_empty() {
        return result;
    }
    let mut rules: Vec<_> =
        statements.iter().zip(&mut result).filter(|(statement, _)| statement.kind == StatementKind::Rule).collect();
    rules.sort_by_key(|(statement, _)| statement.row);
    for (rule, result) in rules {
        let Some(group) = groups.get_mut(&*rule.path) else { continue };
        while let Some(&number) = group.rules.get(group.passed)
            && annotations.get(number).is_some_and(|annotation| annotation.place.row < rule.row)
        {
            group.open.push(number);
            group.passed += 1;
        }
        result.extend(group.documents.iter().chain(&group.open));
        result.sort_unstable();
        group.open.pop();
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rego::metadata::Place;

    fn above(row: u32, scope: &str) -> Annotation {
        Annotation { scope: scope.to_owned(), place: Place { row, column: 1, offset: 0 }, ..Annotation::default() }
    }

    fn rule(row: u32, path: &str) -> Statement<'_> {
        Statement { kind: StatementKind::Rule, row, path: Cow::Borrowed(path) }
    }

    #[test]
    fn each_rule_takes_the_nearest_of_the_blocks_above_it() {
        let statements = [rule(3, "p"), rule(6, "p"), rule(9, "q"), rule(12, "p")];
        let mut annotations =
            [above(1, ""), above(2, ""), above(5, ""), above(8, ""), above(11, "document"), above(10, "")];
        assert_eq!(attach(&mut annotations, &statements), []);
        assert_eq!(of_rules(&annotations, &statements), [vec![0, 1, 4], vec![0, 2, 4], vec![3], vec![0, 4, 5]]);
    }

    #[test]
    fn the_end_of_a_file_is_nothing_to_stand_above() {
        let mut annotations = [above(5, "rule")];
        let errors = attach(&mut annotations, &[rule(5, "p")]);
        assert_eq!(errors.first().unwrap().message, "annotation scope 'rule' must be applied to rule");
    }
}
