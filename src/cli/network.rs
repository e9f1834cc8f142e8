//! The flag that lets policies reach the network.

use super::context::Context;
use crate::eval::{AllowedHosts, Network};
use crate::ops::Language;
use clap::Args;

/// What policies may reach.
#[derive(Debug, Args)]
pub struct NetworkArgs {
    /// Let policies reach the network, such as by http.send: all hosts, or these alone, each with a port where it is to be
    /// the only one
    #[arg(long, value_name = "HOST,…", num_args = 0..=1, require_equals = true, value_delimiter = ',')]
    allow_net: Option<Vec<String>>,
}

impl NetworkArgs {
    /// The network, as far as it is allowed here and by the capabilities; `None` where it is not.
    pub(super) fn network(&self, language: &Language, context: &Context) -> Option<Network> {
        let typed = self.allow_net.as_ref()?;
        let mut hosts = AllowedHosts::all();
        if !typed.is_empty() {
            hosts =
                hosts.within(typed.iter().map(|host| host.trim().to_owned()).filter(|host| !host.is_empty()).collect());
        }
        if let Some(list) = language.capabilities.as_ref().and_then(|capabilities| capabilities.allow_net.clone()) {
            hosts = hosts.within(list);
        }
        Some(Network::new(hosts, context.environment.texts()))
    }
}
