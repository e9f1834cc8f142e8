//! `policy copy`.

use super::Context;
use super::moved::{Telling, items_json};
use crate::cli::jobs::JobsArgs;
use crate::cli::sign_in::{FromArgs, ToArgs};
use crate::oci::Name;
use crate::ops::copy::{Copier, Item, Options, Pair, Selection};
use crate::ops::{OpsError, Remote};
use crate::ui::Report;
use clap::Args;
use serde_json::Value;

/// What to copy, and where to.
#[derive(Debug, Args)]
pub struct CopyArgs {
    /// Image to copy, or with --all-tags its repository
    #[arg(value_name = "SOURCE")]
    source: String,
    /// Names it is to have; one without a tag takes the source's
    #[arg(value_name = "TARGET", required = true)]
    targets: Vec<String>,
    /// Copy every tag of the repository
    #[arg(short = 'A', long)]
    all_tags: bool,
    #[command(flatten)]
    pub(super) choice: ChoiceArgs,
    /// Go on after a failure, and copy what can be copied
    #[arg(long)]
    keep_going: bool,
    #[command(flatten)]
    sides: SidesArgs,
}

/// How the two sides are signed in to and reached.
#[derive(Debug, Args)]
pub struct SidesArgs {
    #[command(flatten)]
    from: FromArgs,
    #[command(flatten)]
    to: ToArgs,
}

impl SidesArgs {
    /// The registries that are read, and those that are written, when these are the ones named on either side.
    pub(super) fn remotes(
        &self,
        context: &Context,
        from: &[impl AsRef<str>],
        to: &[impl AsRef<str>],
    ) -> Result<(Remote, Remote), OpsError> {
        let (from_flags, to_flags) = (self.from.read(context)?, self.to.read(context)?);
        let from = context.remote_with(&from_flags, from.iter().map(AsRef::as_ref))?;
        Ok((from, context.remote_with(&to_flags, to.iter().map(AsRef::as_ref))?))
    }
}

/// Which images are taken, and what is left alone.
#[derive(Debug, Args)]
pub struct ChoiceArgs {
    /// Copy the tags that match a pattern, such as '1.*'
    #[arg(long, value_name = "GLOB", value_delimiter = ',')]
    tags: Vec<String>,
    /// Leave out the tags that match a pattern
    #[arg(long, value_name = "GLOB", value_delimiter = ',')]
    exclude: Vec<String>,
    /// Leave a tag alone that stands for another image at the target
    #[arg(short = 'n', long)]
    no_clobber: bool,
    /// Leave signatures and whatever else refers to an image behind
    #[arg(long)]
    no_referrers: bool,
    /// Show what would be copied, and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    pub(super) jobs: JobsArgs,
}

impl ChoiceArgs {
    pub(super) fn selection(&self) -> Result<Selection, OpsError> {
        let selection = Selection { wanted: self.tags.clone(), unwanted: self.exclude.clone() };
        selection.check().map(|()| selection)
    }

    pub(super) fn options(&self, context: &Context, keep_going: bool) -> Result<Options, OpsError> {
        Ok(Options {
            companions: !self.no_referrers,
            no_clobber: self.no_clobber,
            dry_run: self.dry_run,
            keep_going,
            jobs: self.jobs.number(context)?,
        })
    }

    fn chooses(&self) -> bool {
        !self.tags.is_empty() || !self.exclude.is_empty()
    }
}

/// Copies from registry to registry.
pub(in crate::cli) fn run(arguments: &CopyArgs, context: &Context) -> Result<(), OpsError> {
    let read = |typed: &String| Name::parse(typed, context.default_domain());
    let source = read(&arguments.source)?;
    let targets = arguments.targets.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let many = arguments.all_tags || arguments.choice.chooses();
    if many && (source.has_target || targets.iter().any(|target| target.has_target)) {
        return Err(OpsError::Usage("with --all-tags, --tags or --exclude name repositories, without tags".to_owned()));
    }
    let registries: Vec<&str> = targets.iter().map(|target| target.reference.registry()).collect();
    let (from, to) = arguments.sides.remotes(context, &[source.reference.registry()], &registries)?;
    let copier = Copier::new(from, to, arguments.choice.options(context, arguments.keep_going)?);
    let runtime = context.runtime()?;
    let selection = arguments.choice.selection()?;
    let sources = match many {
        true => context.wait(&runtime, copier.tags(&source.reference, &selection))?,
        false => vec![source.reference.clone()],
    };
    let mut pairs = Vec::new();
    for target in &targets {
        for source in &sources {
            pairs.push(Pair { source: source.clone(), target: named(target, source)? });
        }
    }
    let asked = pairs.clone();
    let mut telling = Telling::of(context, pairs.len());
    let (tally, meter) = (telling.tally(), copier.meter());
    let single = asked.len() == 1;
    let work = async {
        let mut tell = |item: &Item| {
            if item.outcome.is_ok() || !single {
                telling.item(item);
            }
        };
        Ok(Telling::during(&tally, &meter, copier.run(pairs, &mut tell)).await)
    };
    let items: Vec<Item> = context.wait(&runtime, work)?;
    telling.finish()?;
    if context.wants_json() {
        context.ui.report(&All(items_json(&items, &asked)))?;
    }
    if items.len() < asked.len() {
        context.ui.note("the rest was left where it is; --keep-going copies what can be copied");
    }
    let failed = items.iter().filter(|item| item.outcome.is_err()).count();
    match items.into_iter().next() {
        Some(Item { outcome: Err(error), .. }) if single => Err(error),
        _ if failed > 0 => Err(OpsError::Some { failed, asked: asked.len() }),
        _ => Ok(()),
    }
}

/// What a source is to be called: as typed, with the source's tag or digest where none was.
fn named(target: &Name, source: &crate::oci::Reference) -> Result<crate::oci::Reference, OpsError> {
    if target.has_target {
        return Ok(target.reference.clone());
    }
    Ok(match (source.tag(), source.digest()) {
        (Some(tag), _) => target.reference.with_tag(tag)?,
        (None, Some(digest)) => target.reference.with_digest(digest.clone()),
        (None, None) => target.reference.clone(),
    })
}

/// The JSON document; people have seen the lines.
pub(super) struct All(pub(super) Value);

impl Report for All {
    fn text(&self) -> String {
        String::new()
    }

    fn json(&self) -> Value {
        self.0.clone()
    }

    fn quiet(&self) -> Vec<String> {
        Vec::new()
    }
}
