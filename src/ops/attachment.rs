//! Tags by which cosign and others attach something to an image.

/// The hexadecimal digest of the image a tag attaches something to: `sha256-<hex>`, with `.sig`, `.att` or `.sbom` behind
/// it (cosign) or nothing (distribution-spec, "Referrers Tag Schema"). `None` for any other tag.
#[must_use]
pub fn attached_to(tag: &str) -> Option<&str> {
    let (hex, kind) = tag.strip_prefix("sha256-")?.split_at_checked(64)?;
    let sound = hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (sound && matches!(kind, "" | ".sig" | ".att" | ".sbom")).then_some(hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attachment_is_known_by_its_tag() {
        let hex = "0123456789abcdef".repeat(4);
        for kind in ["", ".sig", ".att", ".sbom"] {
            assert_eq!(attached_to(&format!("sha256-{hex}{kind}")), Some(hex.as_str()));
        }
        for other in [
            "latest",
            "sha256-",
            "sha256-1.sig",
            &format!("sha256-{hex}.txt"),
            &format!("sha256-{hex}0"),
            &format!("sha256-{}", hex.to_uppercase()),
            &format!("sha256-{}é", "0".repeat(63)),
            &format!("sha512-{hex}"),
        ] {
            assert_eq!(attached_to(other), None, "{other}");
        }
    }
}
