//! Checks a credential with its registry.

use super::scope::Scope;
use super::transport::Call;
use super::{Client, Missing, RegistryError};
use reqwest::{Method, StatusCode};

impl Client {
    /// Asks the registry whether it takes the credential. A registry that lets everybody in is shown the credential once,
    /// so that it can still refuse it; where it does not, there is nothing to check.
    ///
    /// # Errors
    /// [`RegistryError::Unauthorized`] or [`RegistryError::Forbidden`] when the credential is refused; any other when the
    /// registry cannot be asked.
    pub async fn check_login(&self) -> Result<(), RegistryError> {
        self.told(self.show_login().await)
    }

    async fn show_login(&self) -> Result<(), RegistryError> {
        let (asked, scope) = (self.asked("sign in"), Scope::none());
        let call = Call::new(Method::GET, "/v2/".to_owned(), &scope, &asked, Missing::Interface);
        let answer = self.transport.send(&call).await?;
        if answer.status != StatusCode::OK {
            return Err(answer.refusal(&asked, Missing::Interface).await.error);
        }
        let Some(header) = self.transport.sign_in().direct().filter(|_| !answer.sent) else { return Ok(()) };
        let (url, own) = (answer.url.clone(), answer.own);
        answer.discard().await;
        if !own {
            return Ok(());
        }
        let mut tries = self.transport.tries();
        loop {
            match self.transport.show(&call, url.clone(), &header).await {
                Ok(answer) if answer.status == StatusCode::OK => return Ok(()),
                Ok(answer) => return Err(answer.refusal(&asked, Missing::Interface).await.error),
                Err(failure) => tries.again(failure).await?,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::registry::scripted::{ALICE, Reply, Scripted, alice, quick};
    use crate::registry::{Client, Credential, Fault, RegistryError};
    use crate::secret::Secret;

    #[tokio::test]
    async fn a_credential_the_registry_takes_is_good() {
        let server = Scripted::start(|seen, _| match seen.header("authorization") {
            Some(ALICE) => Reply::status(200),
            _ => Reply::full(401, &[("www-authenticate", "Basic realm=x")], b""),
        })
        .await;
        server.client(alice()).check_login().await.unwrap();
        let wrong = Credential::Basic { username: "alice".to_owned(), password: Secret::new("guess") };
        let error = server.client(wrong).check_login().await.unwrap_err();
        assert!(matches!(error, RegistryError::Unauthorized { sent: true, .. }), "{error}");
    }

    #[tokio::test]
    async fn an_identity_token_is_checked_by_the_token_server() {
        let tokens = Scripted::start(|seen, _| {
            let good = seen.method == "POST" && String::from_utf8_lossy(&seen.body).contains("refresh_token=good-one");
            match good {
                true => Reply::full(200, &[], br#"{"access_token":"abcd"}"#),
                false => Reply::full(401, &[], br#"{"error":"invalid_grant"}"#),
            }
        })
        .await;
        let challenge = format!("Bearer realm=\"{}\"", tokens.url("/token"));
        let server = Scripted::start(move |seen, _| match seen.header("authorization") {
            Some("Bearer abcd") => Reply::status(200),
            _ => Reply::full(401, &[("www-authenticate", &challenge)], b""),
        })
        .await;
        server.client(Credential::IdentityToken(Secret::new("good-one"))).check_login().await.unwrap();
        let wrong = server.client(Credential::IdentityToken(Secret::new("other-one"))).check_login().await;
        assert!(matches!(wrong, Err(RegistryError::Unauthorized { sent: true, .. })), "{wrong:?}");
    }

    #[tokio::test]
    async fn an_open_registry_is_shown_the_credential_once() {
        let server = Scripted::start(|_, _| Reply::status(200)).await;
        server.client(alice()).check_login().await.unwrap();
        let shown: Vec<Option<String>> =
            server.seen().iter().map(|seen| seen.header("authorization").map(str::to_owned)).collect();
        assert_eq!(shown, [None, Some(ALICE.to_owned())]);
    }

    #[tokio::test]
    async fn a_registry_that_only_looks_at_what_it_is_shown_can_refuse_it() {
        let server = Scripted::start(|seen, _| {
            let shown = seen.header("authorization");
            Reply::status(if shown.is_none_or(|shown| shown == ALICE) { 200 } else { 401 })
        })
        .await;
        server.client(alice()).check_login().await.unwrap();
        let wrong = Credential::Basic { username: "bob".to_owned(), password: Secret::new("guess") };
        let error = server.client(wrong).check_login().await.unwrap_err();
        assert!(matches!(error, RegistryError::Unauthorized { sent: true, .. }), "{error}");
    }

    #[tokio::test]
    async fn a_registry_that_is_not_there_is_told_from_one_that_refuses() {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let client = Client::new(&format!("127.0.0.1:{port}"), alice(), &quick()).unwrap();
        let error = client.check_login().await.unwrap_err();
        assert!(matches!(error, RegistryError::Unreachable { fault: Fault::Refused, .. }), "{error}");
        let wanted = format!("127.0.0.1:{port}: cannot sign in: Connection refused (");
        assert!(error.to_string().starts_with(&wanted), "{error}");
        let client = Client::new("registry.invalid", alice(), &quick()).unwrap();
        let error = client.check_login().await.unwrap_err();
        assert!(matches!(error, RegistryError::Unreachable { fault: Fault::Name, .. }), "{error:?}");
        assert!(error.to_string().contains("there is no address for registry.invalid ("), "{error}");
    }

    #[tokio::test]
    async fn a_server_that_is_no_registry_is_told() {
        let server = Scripted::start(|_, _| Reply::full(404, &[], b"404 page not found")).await;
        let error = server.client(alice()).check_login().await.unwrap_err().to_string();
        assert!(error.ends_with("registry not found (404 page not found)"), "{error}");
    }
}
