//! The two images of the trials: one in the local store, one in the registries.

use super::super::support::Sandbox;
use super::sane::Sane;
use policy::oci::{Digest, media_types};
use std::fs;
use std::path::Path;

/// The host in whose name the local image is built; each trial puts its own in its place.
const PLACEHOLDER: &str = "registry.example:65535";

/// Both images, built once.
pub struct Images {
    /// The files of a store with the local image in it.
    local: Vec<(String, Vec<u8>)>,
    /// The other image.
    pub manifest: Vec<u8>,
    pub config: Vec<u8>,
    pub layer: Vec<u8>,
}

impl Images {
    pub fn build() -> Self {
        let local = built("ours", &format!("{PLACEHOLDER}/acme/ours:1"));
        let remote = built("theirs", "acme/theirs:1");
        let index: serde_json::Value = serde_json::from_slice(&remote.read("store/policies-root/index.json")).unwrap();
        let blob = |digest: &serde_json::Value| {
            let hex = digest.as_str().unwrap().strip_prefix("sha256:").unwrap();
            remote.read(&format!("store/policies-root/blobs/sha256/{hex}"))
        };
        let manifest = blob(&index["manifests"][0]["digest"]);
        let parsed: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
        let (config, layer) = (blob(&parsed["config"]["digest"]), blob(&parsed["layers"][0]["digest"]));
        let mut files = Vec::new();
        collect(&local.path("store"), &local.path(""), &mut files);
        Self { local: files, manifest, config, layer }
    }

    /// Makes the sandbox's store hold the local image under a name of this host.
    pub fn lay_out(&self, sandbox: &Sandbox, host: &str) {
        for (name, content) in &self.local {
            if name.ends_with("index.json") {
                sandbox.write(name, String::from_utf8_lossy(content).replace(PLACEHOLDER, host));
            } else {
                sandbox.write(name, content);
            }
        }
    }

    /// Puts the other image into a registry.
    pub fn fill(&self, sane: &mut Sane) {
        for blob in [&self.config[..], &self.layer, b"{}"] {
            sane.blobs.insert(Digest::of(blob).to_string(), blob.to_vec());
        }
        sane.add_manifest("1", media_types::MANIFEST, &self.manifest);
    }
}

/// A store with an image of some size in it.
fn built(package: &str, name: &str) -> Sandbox {
    let sandbox = Sandbox::empty();
    let mut state = package.len() as u64;
    let noise: String = (0..200_000)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(b"0123456789abcdef"[(state >> 60) as usize])
        })
        .collect();
    sandbox.write("src/.manifest", format!("{{\"roots\":[\"{package}\"]}}"));
    sandbox.write(&format!("src/{package}/{package}.rego"), format!("package {package}\n\nallow := true\n"));
    sandbox.write(&format!("src/{package}/data.json"), format!("{{\"noise\":\"{noise}\"}}"));
    sandbox.run(&["build", "src", "-t", name]).quietly();
    sandbox
}

fn collect(folder: &Path, root: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, root, files);
        } else {
            files.push((path.strip_prefix(root).unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap()));
        }
    }
}
