//! Which hosts policies may reach.

/// The hosts that may be reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowedHosts {
    /// A host must stand in each list; where there are none every host may be reached.
    lists: Vec<Vec<String>>,
}

impl AllowedHosts {
    /// All hosts.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Those of them that are in a list too: names and addresses, each of which may have a port behind a colon, which then
    /// is the only one.
    #[must_use]
    pub fn within(mut self, list: Vec<String>) -> Self {
        self.lists.push(list);
        self
    }

    /// Whether nothing is kept out.
    pub(in crate::eval) fn are_all(&self) -> bool {
        self.lists.is_empty()
    }

    /// Whether a host may be reached; at any port where none is named.
    pub(in crate::eval) fn have(&self, host: &str, port: Option<u16>) -> bool {
        self.lists.iter().all(|list| list.iter().any(|allowed| is_of(host, port, allowed)))
    }
}

fn is_of(host: &str, port: Option<u16>, allowed: &str) -> bool {
    let bare = |host: &str| host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    let host = bare(host);
    if bare(allowed) == host {
        return true;
    }
    // More than one colon is an address of version 6 without a port, unless it is in brackets.
    let with_port = allowed.rsplit_once(':').filter(|(name, _)| name.ends_with(']') || !name.contains(':'));
    with_port.is_some_and(|(name, only)| {
        bare(name) == host && port.is_none_or(|port| only.parse::<u16>().is_ok_and(|only| only == port))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(list: &[&str]) -> AllowedHosts {
        AllowedHosts::all().within(list.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_host_must_stand_in_each_list() {
        assert!(AllowedHosts::all().have("a.b", Some(80)));
        assert!(!allowed(&[]).have("a.b", Some(80)));
        let both = allowed(&["a.b", "c.d"]).within(vec!["c.d".to_owned()]);
        assert!(both.have("C.d", None) && !both.have("a.b", None));
    }

    #[test]
    fn a_port_that_is_named_is_the_only_one() {
        let hosts = allowed(&["a.b:8080", "::1", "[::2]:81"]);
        assert!(hosts.have("a.b", Some(8080)) && !hosts.have("a.b", Some(80)) && hosts.have("a.b", None));
        assert!(hosts.have("[::1]", Some(1)) && hosts.have("::2", Some(81)) && !hosts.have("::2", Some(82)));
        assert!(!hosts.have("x.a.b", Some(8080)));
    }
}
