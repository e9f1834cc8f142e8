//! Certificates, requests for them, and private keys, as Go's `crypto/x509` reads and shows them.

mod alternative;
mod certificate;
mod chain;
mod constraints;
mod der;
mod extensions;
mod hosts;
mod name;
mod permitted;
mod private_key;
mod public_key;
mod request;
mod shape;
mod signature;
mod verification;

use crate::eval::Value;

use super::error::failed;
use super::pem::{self, Block};
use super::{Builtin, BuiltinError, BuiltinOptions, base64, builtin, operand};
use certificate::Certificate;
use private_key::PrivateKey;
use public_key::PublicKey;

pub(super) const BUILTINS: &[Builtin] = &[
    builtin("crypto.x509.parse_certificates", 1, parse_certificates),
    builtin("crypto.x509.parse_and_verify_certificates", 1, verification::verify),
    builtin("crypto.x509.parse_and_verify_certificates_with_options", 2, verification::verify_with_options),
    builtin("crypto.x509.parse_certificate_request", 1, parse_request),
    builtin("crypto.x509.parse_keypair", 2, parse_key_pair),
    builtin("crypto.x509.parse_rsa_private_key", 1, parse_web_key),
    builtin("crypto.parse_private_keys", 1, parse_private_keys),
];

const BEGIN: &str = "-----BEGIN";

/// The blocks of a text.
fn blocks(text: &[u8]) -> Vec<Block> {
    let text = String::from_utf8_lossy(text);
    let mut rest = text.as_ref();
    let mut blocks = Vec::new();
    while let Some((block, after)) = pem::first(rest) {
        blocks.push(block);
        rest = after;
    }
    blocks
}

fn parse_certificates(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let certificates = certificates(operand::string(operands, 1)?)?;
    Ok(certificates.iter().map(Certificate::shown_with_uris).collect::<Vec<_>>().into())
}

/// The certificates of PEM blocks, or of base64 of these or of DER.
fn certificates(text: &str) -> Result<Vec<Certificate>, BuiltinError> {
    let bytes = if text.starts_with(BEGIN) { text.as_bytes().to_vec() } else { base64::standard(text)? };
    if !bytes.starts_with(BEGIN.as_bytes()) {
        return certificate::all(&bytes).map_err(failed);
    }
    let mut joined = Vec::new();
    for block in blocks(&bytes) {
        if block.label != "CERTIFICATE" {
            return Err(failed(format!("PEM block type is '{}', expected CERTIFICATE", block.label)));
        }
        joined.extend(block.bytes);
    }
    certificate::all(&joined).map_err(failed)
}

fn parse_request(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let text = operand::string(operands, 1)?;
    let is_pem = text.starts_with("-----BEGIN CERTIFICATE REQUEST-----");
    let bytes = if is_pem { text.as_bytes().to_vec() } else { base64::standard(text)? };
    let bytes = match blocks(&bytes).into_iter().next() {
        Some(block) if block.label == "CERTIFICATE REQUEST" => block.bytes,
        Some(_) => return Err(failed("invalid PEM-encoded certificate signing request")),
        None => bytes,
    };
    request::shown(&bytes).map_err(failed)
}

/// The private keys of PEM blocks, or of base64 of these; other blocks are passed over.
fn private_keys(text: &str) -> Result<Vec<PrivateKey>, BuiltinError> {
    let decoded = base64::standard(text);
    let bytes = decoded.as_deref().unwrap_or(text.as_bytes());
    let read = |block: Block| match block.label.as_str() {
        "RSA PRIVATE KEY" => Some(private_key::rsa(&block.bytes)),
        "PRIVATE KEY" => Some(private_key::any_kind(&block.bytes)),
        "EC PRIVATE KEY" => Some(private_key::elliptic(&block.bytes)),
        _ => None,
    };
    blocks(bytes).into_iter().filter_map(read).collect::<Result<_, _>>().map_err(failed)
}

fn parse_private_keys(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let text = operand::string(operands, 1)?;
    if text.is_empty() {
        return Ok(Value::Null);
    }
    Ok(private_keys(text)?.iter().map(PrivateKey::shown).collect::<Vec<_>>().into())
}

fn parse_web_key(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let text = operand::string(operands, 1)?;
    if text.is_empty() {
        return Err(failed("input PEM data was empty"));
    }
    let decoded = if text.starts_with(BEGIN) { text.as_bytes().to_vec() } else { base64::standard(text)? };
    let keys = private_keys(&String::from_utf8_lossy(&decoded))?;
    keys.first().map_or(Ok(Value::Null), PrivateKey::web_key).map_err(failed)
}

fn parse_key_pair(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let certificate = operand::string(operands, 1)?;
    // OPA calls this one the first, too.
    let key = operand::string(operands.get(1..).unwrap_or_default(), 1)?;
    let read = |text: &str, label: &str, begin: &str| {
        let bytes = if text.starts_with("-----BEGIN ") { text.as_bytes().to_vec() } else { base64::standard(text)? };
        Ok::<_, BuiltinError>(if bytes.starts_with(begin.as_bytes()) {
            blocks(&bytes)
        } else {
            vec![Block { label: label.to_owned(), bytes }]
        })
    };
    let certificates = read(certificate, "CERTIFICATE", "-----BEGIN ")?;
    let keys = read(key, "PRIVATE KEY", BEGIN)?;
    key_pair(certificates, keys).map_err(failed)
}

/// Certificates and the key of the first, as Go's `tls.Certificate`.
fn key_pair(certificates: Vec<Block>, keys: Vec<Block>) -> Result<Value, String> {
    let (certificates, others): (Vec<_>, Vec<_>) =
        certificates.into_iter().partition(|block| block.label == "CERTIFICATE");
    let labels = |blocks: &[Block]| {
        let labels: Vec<&str> = blocks.iter().map(|block| block.label.as_str()).collect();
        format!("[{}]", labels.join(" "))
    };
    let Some(first) = certificates.first() else {
        return Err(match others.as_slice() {
            [] => "tls: failed to find any PEM data in certificate input".to_owned(),
            [only] if only.label.ends_with("PRIVATE KEY") => "tls: failed to find certificate PEM data in certificate \
                 input, but did find a private key; PEM inputs may have been switched"
                .to_owned(),
            several => format!(
                "tls: failed to find \"CERTIFICATE\" PEM block in certificate input after skipping PEM blocks of the \
                 following types: {}",
                labels(several)
            ),
        });
    };
    let is_key = |block: &&Block| block.label == "PRIVATE KEY" || block.label.ends_with(" PRIVATE KEY");
    let Some(key) = keys.iter().find(is_key) else {
        return Err(match keys.as_slice() {
            [] => "tls: failed to find any PEM data in key input".to_owned(),
            [only] if only.label == "CERTIFICATE" => {
                "tls: found a certificate rather than a key in the PEM for the private key".to_owned()
            }
            several => format!(
                "tls: failed to find PEM block with type ending in \"PRIVATE KEY\" in key input after skipping PEM \
                 blocks of the following types: {}",
                labels(several)
            ),
        });
    };
    let leaf = certificate::only(&first.bytes)?;
    let key = private_key::guessed(&key.bytes)?;
    match (&leaf.public, key.public()) {
        (PublicKey::Other(..), _) => return Err("tls: unknown public key algorithm".to_owned()),
        (public, Some(own)) if public.number() == own.number() => {
            if *public != own {
                return Err("tls: private key does not match public key".to_owned());
            }
        }
        _ => return Err("tls: private key type does not match public key type".to_owned()),
    }
    Ok(shape::object([
        ("Certificate", shape::slice(certificates.iter().map(|block| shape::bytes(&block.bytes)))),
        ("PrivateKey", key.shown()),
        ("SupportedSignatureAlgorithms", Value::Null),
        ("OCSPStaple", Value::Null),
        ("SignedCertificateTimestamps", Value::Null),
        ("Leaf", leaf.shown()),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: fn() -> BuiltinOptions = BuiltinOptions::default;

    fn field(value: &Value, path: &[&str]) -> String {
        let mut value = value.clone();
        for name in path {
            value = match name.parse::<usize>() {
                Ok(place) => value.member(&Value::from(place)).cloned().unwrap_or_default(),
                Err(_) => value.member(&Value::from(*name)).cloned().unwrap_or_default(),
            };
        }
        value.to_json()
    }

    #[test]
    fn a_certificate_and_its_key_are_read() {
        let mut parameters = rcgen::CertificateParams::new(vec!["a.example.com".to_owned()]).unwrap();
        parameters.subject_alt_names.push(rcgen::SanType::IpAddress("10.0.0.1".parse().unwrap()));
        parameters.subject_alt_names.push(rcgen::SanType::URI("spiffe://a/b".try_into().unwrap()));
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = parameters.self_signed(&key).unwrap();
        let read = parse_certificates(&[certificate.pem().into()], &OPTIONS()).unwrap();
        assert_eq!(field(&read, &["0", "DNSNames"]), r#"["a.example.com"]"#);
        assert_eq!(field(&read, &["0", "IPAddresses"]), r#"["10.0.0.1"]"#);
        assert_eq!(field(&read, &["0", "URIStrings"]), r#"["spiffe://a/b"]"#);
        assert_eq!(field(&read, &["0", "SignatureAlgorithm"]), "10");
        let pair = [certificate.pem().into(), key.serialize_pem().into()];
        let pair = parse_key_pair(&pair, &OPTIONS()).unwrap();
        assert_eq!(field(&pair, &["PrivateKey", "X"]), field(&read, &["0", "PublicKey", "X"]));
        let other = rcgen::KeyPair::generate().unwrap().serialize_pem();
        let error = parse_key_pair(&[certificate.pem().into(), other.into()], &OPTIONS()).unwrap_err();
        assert_eq!(error.to_string(), "tls: private key does not match public key");
    }

    #[test]
    fn a_key_is_read_as_a_web_key() {
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
        let read = parse_web_key(&[key.serialize_pem().into()], &OPTIONS()).unwrap();
        assert_eq!(field(&read, &["crv"]), r#""Ed25519""#);
        assert_eq!(parse_private_keys(&["".into()], &OPTIONS()).unwrap(), Value::Null);
        assert_eq!(parse_private_keys(&["nope".into()], &OPTIONS()).unwrap().to_string(), "[]");
    }

    #[test]
    fn what_is_no_certificate_is_told_as_go_does() {
        let told = |text: &str| parse_certificates(&[text.into()], &OPTIONS()).unwrap_err().to_string();
        assert_eq!(told("YmFkc3RyaW5n"), "x509: malformed certificate");
        assert_eq!(told("MAA="), "x509: malformed tbs certificate");
        let told = |text: &str| parse_request(&[text.into()], &OPTIONS()).unwrap_err().to_string();
        assert_eq!(told("foobar"), "illegal base64 data at input byte 4");
        assert!(told("YmFkc3RyaW5n").starts_with("asn1: structure error: tags don't match (16 vs {class:1 tag:2"));
    }
}
