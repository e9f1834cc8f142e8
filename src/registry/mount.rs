//! Blobs that a registry has in another repository already.

use super::redirect;
use super::scope::Scope;
use super::transport::{Call, Target};
use super::{Client, Missing, RegistryError};
use crate::oci::{Digest, Reference};
use reqwest::{Method, StatusCode};

impl Client {
    /// Asks for a mount. Where the registry opens an upload instead, that is closed again.
    pub(super) async fn mount(
        &self,
        repository: &Reference,
        digest: &Digest,
        from: &Reference,
    ) -> Result<bool, RegistryError> {
        let (path, source) = (repository.path(), from.path());
        let asked = self.asked(format!("mount blob {digest} of {source} in {path}"));
        let scope = Scope::mount(path, source);
        let start = format!("/v2/{path}/blobs/uploads/?mount={digest}&from={source}");
        let answer = self.transport.send(&Call::new(Method::POST, start, &scope, &asked, Missing::Repository)).await?;
        match answer.status {
            StatusCode::CREATED => {
                answer.discard().await;
                Ok(true)
            }
            StatusCode::ACCEPTED => {
                let place = redirect::location(&answer, &asked)?;
                answer.discard().await;
                if self.transport.home().owns(&place) {
                    let mut call = Call::new(Method::DELETE, String::new(), &scope, &asked, Missing::Blob);
                    call.target = Target::Place(place);
                    // A session that stays open costs the registry little, and it will clean up after itself.
                    let _ = self.transport.exchange(&call).await;
                }
                Ok(false)
            }
            // Some registries refuse what they do not know, or hide what may not be read.
            StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST | StatusCode::METHOD_NOT_ALLOWED => Ok(false),
            _ => Err(answer.refusal(&asked, Missing::Repository).await.error),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::oci::Digest;
    use crate::registry::scripted::{Reply, Scripted};
    use crate::registry::{Credential, Distribution};

    #[tokio::test]
    async fn a_mount_is_done_or_leaves_nothing_open() {
        for (status, wanted) in [(201, Some(true)), (202, Some(false)), (405, Some(false)), (403, None)] {
            let server = Scripted::start(move |seen, _| match seen.method.as_str() {
                "POST" => Reply::full(status, &[("location", "/v2/a/blobs/uploads/1?s=t")], b""),
                "DELETE" => Reply::status(204),
                _ => Reply::status(200),
            })
            .await;
            let digest = Digest::of(b"x");
            let client = server.client(Credential::Anonymous);
            let mounted = client.mount_blob(&server.reference("a"), &digest, &server.reference("b/c")).await;
            assert_eq!(mounted.ok(), wanted);
            let lines = server.lines();
            assert_eq!(lines[0], format!("POST /v2/a/blobs/uploads/?mount={digest}&from=b/c"));
            assert_eq!(lines.get(1).map(String::as_str), (status == 202).then_some("DELETE /v2/a/blobs/uploads/1?s=t"));
        }
    }
}
