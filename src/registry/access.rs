//! Asks whether a repository may be read or written, and changes nothing.

use super::client::Client;
use super::redirect;
use super::scope::Scope;
use super::transport::{Call, Target};
use super::{Missing, RegistryError};
use crate::oci::is_repository_path;
use reqwest::{Method, StatusCode};

impl Client {
    /// Asks whether a repository may be read: whether one of its tags would be listed. A repository that is not there yet
    /// may be read, as far as anybody can tell.
    ///
    /// # Errors
    /// [`RegistryError::Unauthorized`] or [`RegistryError::Forbidden`] when it may not; any other when the registry cannot
    /// be asked.
    pub async fn check_pull(&self, path: &str) -> Result<(), RegistryError> {
        self.told(self.may_pull(path).await)
    }

    /// Asks whether a repository may be written: an upload is opened and cancelled.
    ///
    /// # Errors
    /// As [`Client::check_pull`].
    pub async fn check_push(&self, path: &str) -> Result<(), RegistryError> {
        self.told(self.may_push(path).await)
    }

    async fn may_pull(&self, path: &str) -> Result<(), RegistryError> {
        self.check_path(path)?;
        let (asked, scope) = (self.asked(format!("list the tags of {path}")), Scope::pull(path));
        let place = format!("/v2/{path}/tags/list?n=1");
        let answer = self.transport.send(&Call::new(Method::GET, place, &scope, &asked, Missing::Repository)).await?;
        match answer.status {
            StatusCode::OK | StatusCode::NOT_FOUND => {
                answer.discard().await;
                Ok(())
            }
            _ => Err(answer.refusal(&asked, Missing::Repository).await.error),
        }
    }

    async fn may_push(&self, path: &str) -> Result<(), RegistryError> {
        self.check_path(path)?;
        let (asked, scope) = (self.asked(format!("push to {path}")), Scope::push(path));
        let start = format!("/v2/{path}/blobs/uploads/");
        let answer = self.transport.send(&Call::new(Method::POST, start, &scope, &asked, Missing::Repository)).await?;
        if answer.status != StatusCode::ACCEPTED {
            return Err(answer.refusal(&asked, Missing::Repository).await.error);
        }
        let place = redirect::location(&answer, &asked)?;
        let may_go = self.transport.home().may_lead(&answer.url, &place).is_ok();
        answer.discard().await;
        if may_go {
            let mut cancel = Call::new(Method::DELETE, String::new(), &scope, &asked, Missing::Repository);
            cancel.target = Target::Place(place);
            // An upload that cannot be cancelled ends by itself.
            if let Ok(answer) = self.transport.exchange(&cancel).await {
                answer.discard().await;
            }
        }
        Ok(())
    }

    fn check_path(&self, path: &str) -> Result<(), RegistryError> {
        let wrong = || RegistryError::Setting(format!("{path:?} is not the path of a repository"));
        if is_repository_path(path) { Ok(()) } else { Err(wrong()) }
    }
}

#[cfg(test)]
mod tests {
    use crate::registry::RegistryError;
    use crate::registry::scripted::{ALICE, Reply, Scripted, alice};

    #[tokio::test]
    async fn a_repository_is_asked_for_and_left_as_it_was() {
        let server = Scripted::start(|seen, _| match (seen.header("authorization"), seen.method.as_str()) {
            (Some(ALICE), "POST") => Reply::full(202, &[("location", "/v2/a/blobs/uploads/7?state=x")], b""),
            (Some(ALICE), "GET") => Reply::full(404, &[], b""),
            (Some(ALICE), _) => Reply::status(204),
            _ => Reply::full(401, &[("www-authenticate", "Basic realm=x")], b""),
        })
        .await;
        let client = server.client(alice());
        client.check_pull("a").await.unwrap();
        client.check_push("a").await.unwrap();
        let lines = server.lines();
        assert_eq!(lines.last().map(String::as_str), Some("DELETE /v2/a/blobs/uploads/7?state=x"), "{lines:?}");
        assert!(matches!(client.check_push("A b").await, Err(RegistryError::Setting(_))));
    }

    #[tokio::test]
    async fn a_refusal_tells_who_was_refused() {
        let server = Scripted::start(|seen, _| match seen.header("authorization") {
            Some(ALICE) => Reply::json(403, &[], "DENIED", "you said Basic YWxpY2U6aHVudGVyMg== hunter2"),
            _ => Reply::full(401, &[("www-authenticate", "Basic realm=x")], b""),
        })
        .await;
        let error = server.client(alice()).check_push("a").await.unwrap_err();
        let RegistryError::Forbidden { asked, said, .. } = &error else { panic!("{error}") };
        assert_eq!(asked.identity().unwrap().user.as_deref(), Some("alice"));
        assert_eq!(said.message, "you said Basic *** ***");
    }

    #[tokio::test]
    async fn a_secret_in_the_name_of_a_host_is_not_shown() {
        let server = Scripted::start(|seen, _| match seen.header("authorization") {
            Some(_) => Reply::full(302, &[("location", "ftp://hunter2.example/x")], b""),
            None => Reply::full(401, &[("www-authenticate", "Basic realm=x")], b""),
        })
        .await;
        let error = server.client(alice()).check_pull("a").await.unwrap_err();
        assert!(matches!(&error, RegistryError::UntrustedLocation { host, .. } if host == "***.example"), "{error}");
    }
}
