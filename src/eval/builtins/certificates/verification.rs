//! Certificates that must lead to the first of them.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::eval::Value;
use crate::eval::value::Object;

use super::super::error::failed;
use super::super::{BuiltinError, BuiltinOptions, operand};
use super::certificate::Certificate;
use super::chain;

/// What a chain must suit.
pub(super) struct Wanted {
    /// The host that the last certificate is for; empty where any will do.
    pub(super) host: String,
    /// Seconds and nanoseconds since 1970.
    pub(super) time: (i64, i64),
    /// What the key of the last certificate is for, in Go's numbers; for servers where there are none.
    pub(super) purposes: Vec<i64>,
}

/// The names of purposes in the order of Go's numbers.
const PURPOSES: [&str; 14] = [
    "KeyUsageAny",
    "KeyUsageServerAuth",
    "KeyUsageClientAuth",
    "KeyUsageCodeSigning",
    "KeyUsageEmailProtection",
    "KeyUsageIPSECEndSystem",
    "KeyUsageIPSECTunnel",
    "KeyUsageIPSECUser",
    "KeyUsageTimeStamping",
    "KeyUsageOCSPSigning",
    "KeyUsageMicrosoftServerGatedCrypto",
    "KeyUsageNetscapeServerGatedCrypto",
    "KeyUsageMicrosoftCommercialCodeSigning",
    "KeyUsageMicrosoftKernelCodeSigning",
];

impl Wanted {
    fn now() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        Self { host: String::new(), time: (seconds, now.subsec_nanos().into()), purposes: Vec::new() }
    }

    /// What the options of a call ask for.
    fn read(options: &Object) -> Result<Self, BuiltinError> {
        let mut wanted = Self::now();
        for (name, value) in options.iter() {
            let Value::String(name) = name else { continue };
            match (name.as_ref(), value) {
                ("DNSName", Value::String(host)) => host.trim_matches('"').clone_into(&mut wanted.host),
                ("DNSName", _) => return Err(failed("'DNSName' should be a string")),
                ("CurrentTime", Value::Number(time)) => {
                    let time = time.as_i64();
                    let time = time.ok_or_else(|| failed("'CurrentTime' should be a valid int64 number"))?;
                    wanted.time = (time.div_euclid(1_000_000_000), time.rem_euclid(1_000_000_000));
                }
                ("CurrentTime", _) => return Err(failed("'CurrentTime' should be a number")),
                ("MaxConstraintComparisons", Value::Number(most)) if most.as_i64().is_some() => {}
                ("MaxConstraintComparisons", Value::Number(_)) => {
                    return Err(failed("'MaxConstraintComparisons' should be a valid number"));
                }
                ("MaxConstraintComparisons", _) => {
                    return Err(failed("'MaxConstraintComparisons' should be a number"));
                }
                ("KeyUsages", Value::Array(names)) => wanted.purposes = purposes(names.iter())?,
                ("KeyUsages", Value::Set(names)) => wanted.purposes = purposes(names.iter())?,
                ("KeyUsages", _) => return Err(failed("'KeyUsages' should be an Array or Set")),
                _ => return Err(failed("invalid key option")),
            }
        }
        Ok(wanted)
    }
}

/// The numbers of purposes; what is no text is passed over.
fn purposes<'v>(names: impl Iterator<Item = &'v Value>) -> Result<Vec<i64>, BuiltinError> {
    let (mut numbers, mut unknown) = (Vec::new(), Vec::new());
    for name in names.filter_map(super::hosts::text) {
        let name = name.trim_matches('"');
        match (0..).zip(PURPOSES).find(|(_, known)| *known == name) {
            Some((number, _)) => numbers.push(number),
            None => unknown.push(name),
        }
    }
    match unknown.as_slice() {
        [] => Ok(numbers),
        unknown => Err(failed(format!("invalid entries for 'KeyUsages' found: [{}]", unknown.join(" ")))),
    }
}

fn answer(chain: Option<Vec<&Certificate>>, shown: fn(&Certificate) -> Value) -> Value {
    let certificates = chain.iter().flatten().map(|certificate| shown(certificate)).collect::<Vec<_>>();
    vec![Value::from(chain.is_some()), certificates.into()].into()
}

pub(super) fn verify(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let certificates = super::certificates(operand::string(operands, 1)?).unwrap_or_default();
    Ok(answer(chain::find(&certificates, &Wanted::now()), Certificate::shown_with_uris))
}

pub(super) fn verify_with_options(operands: &[Value], _: &BuiltinOptions) -> Result<Value, BuiltinError> {
    let (text, options) = (operand::string(operands, 1)?, operand::object(operands, 2)?);
    let Ok(certificates) = super::certificates(text) else { return Ok(answer(None, Certificate::shown)) };
    let wanted = Wanted::read(options)?;
    Ok(answer(chain::find(&certificates, &wanted), Certificate::shown))
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, GeneralSubtree, IsCa, Issuer, KeyPair, NameConstraints};
    use rcgen::{CertifiedIssuer, DnType};

    use super::*;

    fn authority(name: &str) -> CertificateParams {
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters
    }

    fn leaf(issuer: &Issuer<'_, KeyPair>) -> String {
        let parameters = CertificateParams::new(vec!["a.example.com".to_owned()]).unwrap();
        parameters.signed_by(&KeyPair::generate().unwrap(), issuer).unwrap().pem()
    }

    fn is_valid(text: &str, options: &str) -> String {
        let operands = [text.into(), Value::from_json(options).unwrap()];
        match verify_with_options(&operands, &BuiltinOptions::default()) {
            Ok(answer) => {
                let answer = answer.as_array().unwrap();
                format!("{} {}", answer[0], answer[1].as_array().unwrap().len())
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_chain_leads_to_the_first_certificate() {
        let root = CertifiedIssuer::self_signed(authority("root"), KeyPair::generate().unwrap()).unwrap();
        let middle = CertifiedIssuer::signed_by(authority("middle"), KeyPair::generate().unwrap(), &root).unwrap();
        let chain = format!("{}{}{}", root.pem(), middle.pem(), leaf(&middle));
        assert_eq!(is_valid(&chain, "{}"), "true 3");
        assert_eq!(is_valid(&chain, r#"{"DNSName": "A.example.com"}"#), "true 3");
        assert_eq!(is_valid(&chain, r#"{"DNSName": "b.example.com"}"#), "false 0");
        assert_eq!(is_valid(&chain, r#"{"CurrentTime": 0}"#), "false 0");
        assert_eq!(is_valid(&format!("{}{}", root.pem(), leaf(&middle)), "{}"), "false 0");
        assert_eq!(is_valid(&root.pem(), "{}"), "false 0");
        assert_eq!(is_valid(&chain, r#"{"x": 0}"#), "invalid key option");
        let told = is_valid(&chain, r#"{"KeyUsages": ["KeyUsageAny", "a", "b"]}"#);
        assert_eq!(told, "invalid entries for 'KeyUsages' found: [a b]");
    }

    #[test]
    fn an_authority_may_be_for_some_names_only() {
        let constrained = |permitted: &str| {
            let mut parameters = authority("root");
            let subtrees = vec![GeneralSubtree::DnsName(permitted.to_owned())];
            parameters.name_constraints =
                Some(NameConstraints { permitted_subtrees: subtrees, excluded_subtrees: Vec::new() });
            let root = CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap();
            is_valid(&format!("{}{}", root.pem(), leaf(&root)), "{}")
        };
        assert_eq!(constrained("Example.com"), "true 2");
        assert_eq!(constrained("example.org"), "false 0");
    }
}
