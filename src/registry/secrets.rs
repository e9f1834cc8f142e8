//! Takes the client's own secrets out of what a registry says.

use super::{Credential, Settings};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use std::sync::{Mutex, PoisonError};
use url::{Url, form_urlencoded};

/// The shortest secret that is looked for: taking out single letters would tell more than it hides.
const SHORTEST: usize = 4;

/// The most tokens that are remembered.
const LIMIT: usize = 256;

/// The secrets one client has shown, in the forms they are sent in.
#[derive(Default)]
pub(super) struct Secrets(Mutex<Vec<String>>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secrets")
    }
}

impl Secrets {
    /// The secrets of a credential and of the proxies.
    pub(super) fn of(credential: &Credential, settings: &Settings) -> Self {
        let secrets = Self::default();
        match credential {
            Credential::Anonymous => {}
            Credential::Basic { username, password } => secrets.add_pair(username, password.expose()),
            Credential::IdentityToken(token) | Credential::Bearer(token) => secrets.add(token.expose()),
        }
        let proxies = &settings.proxies;
        for address in [&proxies.http, &proxies.https, &proxies.all].into_iter().flatten() {
            let full = if address.contains("://") { address.clone() } else { format!("http://{address}") };
            let Ok(url) = Url::parse(&full) else { continue };
            if let Some(password) = url.password() {
                let plain = form_urlencoded::parse(format!("x={}", password.replace('+', "%2B")).as_bytes())
                    .next()
                    .map(|(_, value)| value.into_owned());
                secrets.add_pair(url.username(), plain.as_deref().unwrap_or(password));
            }
        }
        secrets
    }

    fn add_pair(&self, username: &str, password: &str) {
        self.add(password);
        for engine in [STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            self.push(engine.encode(format!("{username}:{password}")));
        }
    }

    /// Remembers a secret.
    pub(super) fn add(&self, secret: &str) {
        self.push(secret.to_owned());
        self.push(form_urlencoded::byte_serialize(secret.as_bytes()).collect());
        self.push(form_urlencoded::byte_serialize(secret.as_bytes()).collect::<String>().replace('+', "%20"));
        if secret.len() >= SHORTEST {
            self.push(STANDARD.encode(secret));
            self.push(STANDARD_NO_PAD.encode(secret));
            self.push(URL_SAFE_NO_PAD.encode(secret));
        }
    }

    fn push(&self, form: String) {
        let form = form.to_ascii_lowercase();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if form.len() >= SHORTEST && all.len() < LIMIT && !all.contains(&form) {
            all.push(form);
            // The longer one first, lest a part of it stay.
            all.sort_by_key(|form| std::cmp::Reverse(form.len()));
        }
    }

    /// A text with `***` in the place of each secret, in whatever case it is written.
    pub(super) fn hide(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for form in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let lower = text.to_ascii_lowercase();
            if !lower.contains(form.as_str()) {
                continue;
            }
            let (mut hidden, mut from) = (String::new(), 0);
            for (place, _) in lower.match_indices(form.as_str()) {
                hidden.push_str(text.get(from..place).unwrap_or_default());
                hidden.push_str("***");
                from = place + form.len();
            }
            hidden.push_str(text.get(from..).unwrap_or_default());
            text = hidden;
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Proxies;
    use crate::secret::Secret;

    #[test]
    fn a_secret_is_taken_out_in_every_form_it_is_sent_in() {
        let credential = Credential::Basic { username: "alice".to_owned(), password: Secret::new("hun/ter 2+") };
        let settings = Settings {
            proxies: Proxies { https: Some("http://bob:pro%21xy@proxy:1".to_owned()), ..Proxies::default() },
            ..Settings::default()
        };
        let secrets = Secrets::of(&credential, &settings);
        secrets.add("token-1234");
        for said in [
            "you sent hun/ter 2+ to me",
            "HUN/TER 2+ HUN/TER 2+",
            "hun%2Fter+2%2B",
            "hun%2fter%202%2b",
            "Authorization: Basic YWxpY2U6aHVuL3RlciAyKw==",
            "aHVuL3RlciAyKw==",
            "Bearer token-1234",
            "Proxy-Authorization: Basic Ym9iOnBybyF4eQ==",
            "pro!xy",
        ] {
            let hidden = secrets.hide(said);
            assert!(hidden.contains("***"), "{said}: {hidden}");
            for part in ["hun", "ter", "HUN", "YWxp", "aHVu", "token-", "Ym9i", "xy"] {
                assert!(!hidden.contains(part) || hidden.contains("Proxy-"), "{said}: {hidden}");
            }
        }
        assert_eq!(secrets.hide("nothing of the kind: grüße"), "nothing of the kind: grüße");
    }

    #[test]
    fn short_secrets_are_not_betrayed_by_the_gaps_they_leave() {
        let credential = Credential::Basic { username: "a".to_owned(), password: Secret::new("d") };
        let secrets = Secrets::of(&credential, &Settings::default());
        assert_eq!(secrets.hide("denied"), "denied");
        assert_eq!(secrets.hide("Basic YTpk"), "Basic ***");
    }
}
