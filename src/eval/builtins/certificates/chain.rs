//! Chains of certificates, from one up to the authority that is trusted.

use crate::eval::Value;

use super::certificate::Certificate;
use super::hosts::{is_for, items, texts};
use super::permitted::are_permitted;
use super::public_key::PublicKey;
use super::signature::verifies;
use super::verification::Wanted;

/// The most signatures that are looked at.
const MOST_CHECKS: usize = 100;

/// The first chain that suits: from the last certificate up to the first. Those between may help.
pub(super) fn find<'c>(certificates: &'c [Certificate], wanted: &Wanted) -> Option<Vec<&'c Certificate>> {
    let [root, between @ .., leaf] = certificates else { return None };
    if !is_valid(leaf, None, wanted, 0) || !wanted.host.is_empty() && !is_for(leaf, &wanted.host) {
        return None;
    }
    let chains = if leaf.raw == root.raw {
        vec![vec![leaf]]
    } else {
        let mut search = Search { root, between, wanted, checks: 0, chains: Vec::new() };
        search.go_up(&[leaf]);
        search.chains
    };
    chains.into_iter().find(|chain| has_policy(chain) && has_purpose(chain, &wanted.purposes) && are_permitted(chain))
}

/// A search for chains.
struct Search<'c, 'w> {
    root: &'c Certificate,
    between: &'c [Certificate],
    wanted: &'w Wanted,
    checks: usize,
    chains: Vec<Vec<&'c Certificate>>,
}

impl<'c> Search<'c, '_> {
    /// Adds the chains that go on from one.
    fn go_up(&mut self, chain: &[&'c Certificate]) {
        let Some(last) = chain.last() else { return };
        let mut candidates: Vec<(bool, &'c Certificate)> = vec![(true, self.root)];
        let mut between: Vec<&'c Certificate> = self.between.iter().collect();
        between.sort_by_key(|candidate| unlikeness(candidate, last));
        candidates.extend(between.into_iter().map(|candidate| (false, candidate)));
        for (is_root, candidate) in candidates.into_iter().filter(|(_, candidate)| candidate.subject == last.issuer) {
            self.checks += 1;
            if self.checks > MOST_CHECKS {
                return;
            }
            let is_there = chain.iter().any(|known| is_same(known, candidate));
            if is_there || !signs(candidate, last) || !is_valid(candidate, Some(is_root), self.wanted, chain.len() - 1)
            {
                continue;
            }
            let mut longer = chain.to_vec();
            longer.push(candidate);
            if is_root {
                self.chains.push(longer);
            } else {
                self.go_up(&longer);
            }
        }
    }
}

/// How unlike the key of an issuer is to the one that a certificate names.
fn unlikeness(issuer: &Certificate, certificate: &Certificate) -> u8 {
    match (issuer.field("SubjectKeyId"), certificate.field("AuthorityKeyId")) {
        (own, named) if own == named => 0,
        (Value::Null, _) | (_, Value::Null) => 1,
        _ => 2,
    }
}

/// Whether two certificates are for one subject, key and other names.
fn is_same(one: &Certificate, other: &Certificate) -> bool {
    let names = |certificate: &Certificate| {
        let names = certificate.extensions.iter().find(|extension| extension.kind == [2, 5, 29, 17]);
        names.map(|extension| extension.value.clone())
    };
    one.subject == other.subject && one.key == other.key && names(one) == names(other)
}

fn is_true(certificate: &Certificate, field: &str) -> bool {
    *certificate.field(field) == Value::Bool(true)
}

fn number(certificate: &Certificate, field: &str) -> i64 {
    if let Value::Number(number) = certificate.field(field) { number.as_i64().unwrap_or_default() } else { 0 }
}

/// Whether an issuer may sign certificates and has signed this one.
fn signs(issuer: &Certificate, certificate: &Certificate) -> bool {
    const SIGNS_CERTIFICATES: i64 = 1 << 5;
    let is_told = is_true(issuer, "BasicConstraintsValid");
    let usage = number(issuer, "KeyUsage");
    let may_sign = is_told && is_true(issuer, "IsCA") || !is_told && issuer.version != 3;
    let is_allowed = usage == 0 || usage & SIGNS_CERTIFICATES != 0;
    let is_known = !matches!(issuer.public, PublicKey::Other(_, 0));
    may_sign && is_allowed && is_known && verifies(&certificate.signed, &issuer.public, &issuer.key)
}

/// Whether a certificate may stand in a chain above some others: as the leaf, between, or as the root.
fn is_valid(certificate: &Certificate, is_root: Option<bool>, wanted: &Wanted, between: usize) -> bool {
    let (from, to) = certificate.validity;
    let is_due = wanted.time >= (from, 0) && wanted.time <= (to, 0);
    let has_length = is_true(certificate, "BasicConstraintsValid") && number(certificate, "MaxPathLen") >= 0;
    let is_short =
        !has_length || i64::try_from(between).is_ok_and(|length| length <= number(certificate, "MaxPathLen"));
    let is_authority = is_true(certificate, "BasicConstraintsValid") && is_true(certificate, "IsCA");
    *certificate.field("UnhandledCriticalExtensions") == Value::Null
        && is_due
        && (is_root != Some(false) || is_authority)
        && (is_root.is_none() || is_short)
}

/// Whether the keys of a chain may all be used for one of the purposes; for servers where there are none.
fn has_purpose(chain: &[&Certificate], purposes: &[i64]) -> bool {
    const ANY: i64 = 0;
    const SERVERS: i64 = 1;
    let mut left = if purposes.is_empty() { vec![SERVERS] } else { purposes.to_vec() };
    if left.contains(&ANY) {
        return true;
    }
    for certificate in chain.iter().rev() {
        if [certificate.field("ExtKeyUsage"), certificate.field("UnknownExtKeyUsage")] == [&Value::Null; 2] {
            continue;
        }
        let purpose = |known: &Value| if let Value::Number(number) = known { number.as_i64() } else { None };
        let known: Vec<i64> = items(certificate, "ExtKeyUsage").iter().filter_map(purpose).collect();
        if !known.contains(&ANY) {
            left.retain(|purpose| known.contains(purpose));
        }
        if left.is_empty() {
            return false;
        }
    }
    true
}

/// Whether a chain has a policy where one of its certificates asks for one. Mappings of policies are not followed.
fn has_policy(chain: &[&Certificate]) -> bool {
    const ANY: &str = "2.5.29.32.0";
    let mut policies: Option<Vec<&str>> = None;
    let mut until_asked = i64::MAX;
    for (index, certificate) in chain.iter().enumerate().rev().skip(1) {
        let own: Vec<&str> = texts(certificate, "Policies").collect();
        if !own.contains(&ANY) {
            policies = Some(match policies {
                None => own,
                Some(known) => known.into_iter().filter(|policy| own.contains(policy)).collect(),
            });
        }
        if until_asked == 0 && policies.as_ref().is_some_and(Vec::is_empty) {
            return false;
        }
        let is_own = certificate.subject == certificate.issuer;
        if index > 0 && !is_own {
            until_asked = until_asked.saturating_sub(1).max(0);
        }
        let asked = number(certificate, "RequireExplicitPolicy");
        if asked > 0 && index > 0 || is_true(certificate, "RequireExplicitPolicyZero") {
            until_asked = until_asked.min(asked);
        }
    }
    until_asked > 1 || until_asked == i64::MAX || policies.is_none_or(|policies| !policies.is_empty())
}
