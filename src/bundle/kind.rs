//! Which files of a folder or archive belong to a bundle, told by their names as OPA 1.22.2 tells it.

/// What a file is to a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `.signatures.json`.
    Signatures,
    /// `patch.json`: the bundle would be a delta.
    Patch,
    /// A name that ends in `.rego`.
    Module,
    /// `policy.wasm`.
    Wasm,
    /// `plan.json`.
    Plan,
    /// `plan.pb`.
    ProtoPlan,
    /// `data.json`.
    JsonData,
    /// `data.yaml` or `data.yml`.
    YamlData,
    /// A name that ends in `.manifest.pb`.
    ProtoManifest,
    /// A name that ends in `.manifest`.
    Manifest,
}

impl Kind {
    /// The kind of the file at a `/`-separated path; `None` for one that has no part in a bundle.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        match path.rsplit('/').next().unwrap_or(path) {
            ".signatures.json" => Some(Self::Signatures),
            name if name.ends_with(".rego") => Some(Self::Module),
            "patch.json" => Some(Self::Patch),
            "policy.wasm" => Some(Self::Wasm),
            "plan.json" => Some(Self::Plan),
            "plan.pb" => Some(Self::ProtoPlan),
            "data.json" => Some(Self::JsonData),
            "data.yaml" | "data.yml" => Some(Self::YamlData),
            name if name.ends_with(".manifest.pb") => Some(Self::ProtoManifest),
            name if name.ends_with(".manifest") => Some(Self::Manifest),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_decide_as_in_opa() {
        for (path, kind) in [
            ("/a/b.rego", Some(Kind::Module)),
            ("/a/.rego", Some(Kind::Module)),
            ("/a/b.REGO", None),
            ("/a_test.rego", Some(Kind::Module)),
            ("data.json", Some(Kind::JsonData)),
            ("/x/data.yml", Some(Kind::YamlData)),
            ("/x/other.json", None),
            ("/x/mydata.json", None),
            ("/x/.manifest", Some(Kind::Manifest)),
            ("/x/foo.manifest", Some(Kind::Manifest)),
            ("/x/manifest", None),
            ("/.manifest.pb", Some(Kind::ProtoManifest)),
            ("/.signatures.json", Some(Kind::Signatures)),
            ("/signatures.json", None),
            ("/policy.wasm", Some(Kind::Wasm)),
            ("/plan.json", Some(Kind::Plan)),
            ("/plan.pb", Some(Kind::ProtoPlan)),
            ("/patch.json", Some(Kind::Patch)),
            ("/README.md", None),
        ] {
            assert_eq!(Kind::of(path), kind, "{path}");
        }
    }
}
