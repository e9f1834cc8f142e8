//! The tags of repositories, where they were listed.

use crate::oci::Reference;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

/// Tags by repository, of either side.
#[derive(Debug, Default)]
pub(super) struct Lists {
    sources: Side,
    targets: Side,
}

type Side = Mutex<HashMap<String, Arc<HashSet<String>>>>;

impl Lists {
    pub(super) fn keep_source(&self, repository: &Reference, tags: Vec<String>) {
        keep(&self.sources, repository, tags);
    }

    pub(super) fn keep_target(&self, repository: &Reference, tags: Vec<String>) {
        keep(&self.targets, repository, tags);
    }

    /// The tags of a repository that is read, where they are known.
    pub(super) fn of_source(&self, repository: &Reference) -> Option<Arc<HashSet<String>>> {
        find(&self.sources, repository)
    }

    /// Whether a tag was not there when the tags of its repository were listed. Nobody knows of digests.
    pub(super) fn target_lacks(&self, target: &Reference) -> bool {
        match (target.tag(), find(&self.targets, target)) {
            (Some(tag), Some(listed)) => !listed.contains(tag),
            _ => false,
        }
    }
}

fn keep(side: &Side, repository: &Reference, tags: Vec<String>) {
    let mut lists = side.lock().unwrap_or_else(PoisonError::into_inner);
    lists.insert(repository.repository(), Arc::new(tags.into_iter().collect()));
}

fn find(side: &Side, repository: &Reference) -> Option<Arc<HashSet<String>>> {
    side.lock().unwrap_or_else(PoisonError::into_inner).get(&repository.repository()).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_listed_repository_is_known_to_lack_a_tag() {
        let lists = Lists::default();
        let name = |text| Reference::parse(text).unwrap();
        lists.keep_target(&name("r.example/a:x"), vec!["1".to_owned()]);
        let lacks = |text| lists.target_lacks(&name(text));
        assert_eq!((lacks("r.example/a:1"), lacks("r.example/a:2"), lacks("r.example/b:2")), (false, true, false));
        assert!(lists.of_source(&name("r.example/a:x")).is_none());
    }
}
