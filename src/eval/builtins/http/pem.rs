//! The certificates that a request names.

use crate::eval::network::{Certificates, Network, file};

use super::super::text::quote;

/// Files, texts and variables that hold a PEM text.
#[derive(Default)]
pub(super) struct Pem {
    pub(super) text: String,
    pub(super) file: String,
    pub(super) variable: String,
}

/// Shows the certificate of a request to servers, where it names one and its key.
pub(super) fn show(certificates: &mut Certificates, chain: &Pem, key: &Pem, network: &Network) -> Result<(), String> {
    if !chain.text.is_empty() && !key.text.is_empty() {
        certificates.show(chain.text.as_bytes(), key.text.as_bytes())?;
    }
    if !chain.file.is_empty() && !key.file.is_empty() {
        certificates.show(&file(&chain.file)?, &file(&key.file)?)?;
    }
    if !chain.variable.is_empty() && !key.variable.is_empty() {
        let (shown, held) = (network.variable(&chain.variable), network.variable(&key.variable));
        certificates.show(shown.as_bytes(), held.as_bytes()).map_err(|why| {
            let names = format!("{}, {}", quote(&chain.variable), quote(&key.variable));
            format!("cannot extract public/private key pair from envvars {names}: {why}")
        })?;
    }
    Ok(())
}

/// Believes the authorities that a request names.
pub(super) fn believe(certificates: &mut Certificates, authority: &Pem, network: &Network) -> Result<(), String> {
    if !authority.text.is_empty() {
        certificates.believe(authority.text.replace("\\n", "\n").as_bytes())?;
    }
    if !authority.file.is_empty() {
        certificates.believe(&file(&authority.file)?)?;
    }
    if !authority.variable.is_empty() {
        certificates.believe(network.variable(&authority.variable).as_bytes())?;
    }
    Ok(())
}
