//! Manifests and tags that are to go.

use super::scope::Scope;
use super::transport::Call;
use super::{Client, Missing, RegistryError};
use crate::oci::Reference;
use reqwest::Method;

impl Client {
    pub(super) async fn remove_manifest(&self, reference: &Reference) -> Result<(), RegistryError> {
        let path = format!("/v2/{}/manifests/{}", reference.path(), reference.target_text());
        let asked = self.asked(format!("delete manifest {}", reference.path_and_target()));
        let scope = Scope::delete(reference.path());
        let answer = self.transport.send(&Call::new(Method::DELETE, path, &scope, &asked, Missing::Manifest)).await?;
        match answer.status.as_u16() {
            200 | 202 | 204 => {
                answer.discard().await;
                Ok(())
            }
            _ => Err(answer.refusal(&asked, Missing::Manifest).await.error),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::registry::scripted::{Reply, Scripted};
    use crate::registry::{Credential, Distribution, Missing, RegistryError};

    #[tokio::test]
    async fn a_deletion_is_done_or_refused_with_the_status_that_tells_why() {
        let delete = async |status: u16| {
            let server =
                Scripted::start(move |seen, _| Reply::status(if seen.method == "DELETE" { status } else { 200 })).await;
            let done = server.client(Credential::Anonymous).delete_manifest(&server.reference("a:1")).await;
            assert_eq!(server.lines(), ["DELETE /v2/a/manifests/1"]);
            done
        };
        assert!(delete(202).await.is_ok());
        assert!(matches!(delete(405).await, Err(RegistryError::Refused { status: 405, .. })));
        assert!(matches!(delete(400).await, Err(RegistryError::Refused { status: 400, .. })));
        assert!(matches!(delete(404).await, Err(RegistryError::NotFound { missing: Missing::Manifest, .. })));
    }
}
