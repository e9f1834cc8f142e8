//! What a token is to allow: scopes of the distribution token protocol, `type:name:action,…`.

/// The most scopes a token is asked for, whatever a registry wants.
const LIMIT: usize = 16;

/// The least that a request needs; tokens are kept by it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Scope(Vec<String>);

impl Scope {
    /// Nothing: only to prove who asks.
    pub(super) fn none() -> Self {
        Self(Vec::new())
    }

    /// To read a repository.
    pub(super) fn pull(path: &str) -> Self {
        Self(vec![format!("repository:{path}:pull")])
    }

    /// To read and write a repository.
    pub(super) fn push(path: &str) -> Self {
        Self(vec![format!("repository:{path}:pull,push")])
    }

    /// To delete from a repository.
    pub(super) fn delete(path: &str) -> Self {
        Self(vec![format!("repository:{path}:pull,delete")])
    }

    /// To write a repository with what another one has.
    pub(super) fn mount(path: &str, from: &str) -> Self {
        Self(vec![format!("repository:{path}:pull,push"), format!("repository:{from}:pull")])
    }

    /// To list the registry's repositories.
    pub(super) fn catalog() -> Self {
        Self(vec!["registry:catalog:*".to_owned()])
    }

    /// These scopes, and what the registry's challenge wants beyond them.
    pub(super) fn with(&self, challenged: Option<&str>) -> Vec<String> {
        let mut all = self.0.clone();
        for wanted in challenged.unwrap_or_default().split(' ').filter(|scope| !scope.is_empty()) {
            let covered = all.iter().any(|known| covers(known, wanted));
            if !covered && all.len() < LIMIT {
                all.retain(|known| !covers(wanted, known));
                all.push(wanted.to_owned());
            }
        }
        all
    }
}

/// Whether one scope allows all that another does.
fn covers(wide: &str, narrow: &str) -> bool {
    match (wide.rsplit_once(':'), narrow.rsplit_once(':')) {
        (Some((wide_name, wide)), Some((narrow_name, narrow))) => {
            wide_name == narrow_name && narrow.split(',').all(|action| wide.split(',').any(|known| known == action))
        }
        _ => wide == narrow,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_adds_only_what_is_not_asked_for_yet() {
        let push = Scope::push("a/b");
        let table = [
            (None, "repository:a/b:pull,push"),
            (Some(""), "repository:a/b:pull,push"),
            (Some("repository:a/b:pull"), "repository:a/b:pull,push"),
            (Some("repository:a/b:push,pull"), "repository:a/b:pull,push"),
            (Some("repository:a/b:delete"), "repository:a/b:pull,push repository:a/b:delete"),
            (Some("repository:a/b:pull,push,delete"), "repository:a/b:pull,push,delete"),
            (
                Some("repository:c:pull registry:catalog:*"),
                "repository:a/b:pull,push repository:c:pull registry:catalog:*",
            ),
        ];
        for (challenged, wanted) in table {
            assert_eq!(push.with(challenged).join(" "), wanted, "{challenged:?}");
        }
        assert!(Scope::none().with(None).is_empty());
        assert_eq!(push.with(Some(&"x:y:z ".repeat(3))).len(), 2);
        let many: Vec<String> = (0..100).map(|number| format!("repository:{number}:pull")).collect();
        assert_eq!(push.with(Some(&many.join(" "))).len(), LIMIT);
    }
}
