//! `policy serve`.

use super::Context;
use crate::cli::context::interrupted;
use crate::ops::OpsError;
use crate::ops::serve::{Place, bind};
use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Where to listen, and where to keep things.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Address to listen at; at 127.0.0.1 its sibling ::1 is listened at too
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:5050")]
    addr: SocketAddr,
    /// Folder to keep images in [default: registry/ in the store root]
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
    /// Keep images in memory, until the registry ends
    #[arg(long, conflicts_with = "dir")]
    memory: bool,
}

/// Serves until it is interrupted.
pub(in crate::cli) fn run(arguments: &ServeArgs, context: &Context) -> Result<(), OpsError> {
    let place = if arguments.memory {
        Place::Memory
    } else {
        let own = || context.config.store_root.join("registry");
        Place::Folder(arguments.dir.clone().unwrap_or_else(own))
    };
    let runtime = context.runtime()?;
    runtime.block_on(async {
        let server = bind(arguments.addr, &place).await?;
        let url = server.addresses().first().map(|address| format!("http://{address}\n")).unwrap_or_default();
        context.ui.content(&url)?;
        server
            .run(async {
                interrupted().await;
            })
            .await;
        Ok(())
    })
}
