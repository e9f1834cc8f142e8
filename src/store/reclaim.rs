//! Taking away the blobs that nothing names any more.
//!
//! Only blobs are looked at that a change of this tool left without a name, or that a killed command had added. Of those
//! stay: what an entry of the index still needs, entries without a name that hold manifests included (the Go CLI leaves
//! those, and a push of it that failed may have left the only copy there); what a running command needs; and, while any
//! document of the index cannot be read, all of them. What stays for now is written down and looked at by the next change.

use super::documents::{Documents, mentioned};
use super::index::Index;
use super::layout::Layout;
use super::regular;
use super::survey::Survey;
use crate::files::{Access, Pending};
use crate::oci::Digest;
use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};

/// The largest list of unnamed blobs that is read, in bytes.
const LIST_LIMIT: u64 = 16 << 20;

/// What a change to the store gave back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reclaimed {
    /// The blobs that are gone.
    pub blobs: usize,
    /// Their size in bytes.
    pub bytes: u64,
    /// The blobs that nothing names and that are still there: a running command needs them, or a damaged manifest hides
    /// what it needs. The next change looks at them again.
    pub deferred: usize,
}

/// A blob that lost its last name, with what it lists. Who holds the first holds them all.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    head: Digest,
    members: BTreeSet<Digest>,
}

impl Group {
    fn digests(&self) -> impl Iterator<Item = &Digest> {
        std::iter::once(&self.head).chain(&self.members)
    }

    fn alone(head: Digest) -> Self {
        Self { head, members: BTreeSet::new() }
    }
}

/// What may be taken away once the index no longer names it.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Whether there is a list from changes before this one.
    is_listed: bool,
    /// What is on it.
    old: Vec<Group>,
    /// New with this change.
    new: Vec<Group>,
    doomed: BTreeSet<Digest>,
    /// Unnamed, but to be left for now.
    spared: BTreeSet<Digest>,
}

/// Decides what to take away. `index` has the change made; entries without a name that go along are taken out of it.
/// `surplus` is what this command added and does not need.
pub(super) fn plan(layout: &Layout, index: &mut Index, surplus: &BTreeSet<Digest>, survey: &Survey) -> Plan {
    let list = read_list(layout);
    let (is_listed, old) = (list.is_some(), list.unwrap_or_default());
    let mut lost = index.unnamed();
    if lost.is_empty() && old.is_empty() && surplus.is_empty() && survey.left.is_empty() {
        return Plan { is_listed, ..Plan::default() };
    }
    let mut documents = Documents::new(layout);
    add_referrers(index, &mut documents, &mut lost);
    let groups = lost.iter().map(|head| Group { head: head.clone(), members: documents.listed(head) });
    let mut new: Vec<Group> = groups.collect();
    new.extend(surplus.union(&survey.left).cloned().map(Group::alone));

    let candidates: BTreeSet<Digest> = old.iter().chain(&new).flat_map(Group::digests).cloned().collect();
    let (reached, complete) = reach(index, &lost, &mut documents);
    let unnamed: BTreeSet<Digest> = candidates.difference(&reached).cloned().collect();
    let (doomed, spared) = if complete && !survey.unsure {
        (unnamed.difference(&survey.needed).cloned().collect(), unnamed.intersection(&survey.needed).cloned().collect())
    } else {
        (BTreeSet::new(), unnamed)
    };
    index.drop_unnamed(|item| {
        let gone = |digest| lost.contains(digest) || (!item.is_document() && doomed.contains(digest));
        item.digest().is_some_and(gone)
    });
    Plan { is_listed, old, new, doomed, spared }
}

/// A signature or another statement about an image that goes, which nothing names either, goes with it.
fn add_referrers(index: &Index, documents: &mut Documents<'_>, lost: &mut BTreeSet<Digest>) {
    loop {
        let before = lost.len();
        for item in index.items().iter().filter(|item| item.is_unnamed() && item.is_document()) {
            let Some(digest) = item.digest() else { continue };
            let subject = documents.needs(digest).and_then(|needs| needs.subject.as_ref());
            if subject.is_some_and(|subject| lost.contains(subject)) {
                lost.insert(digest.clone());
            }
        }
        if lost.len() == before {
            return;
        }
    }
}

/// Everything the index needs, and whether that could be found out.
fn reach(index: &Index, lost: &BTreeSet<Digest>, documents: &mut Documents<'_>) -> (BTreeSet<Digest>, bool) {
    let (mut visited, mut reached, mut complete) = (BTreeSet::new(), BTreeSet::new(), true);
    for item in index.items() {
        match item.digest() {
            Some(digest) if item.is_document() => {
                if !lost.contains(digest) {
                    complete &= documents.reach(digest, &mut visited, &mut reached);
                }
            }
            Some(digest) if !item.is_unnamed() => drop(reached.insert(digest.clone())),
            Some(_) => {}
            // What an entry of no known shape means is not known: whatever it mentions stays.
            None => {
                for digest in mentioned(item.text().as_bytes()) {
                    documents.reach(&digest, &mut BTreeSet::new(), &mut reached);
                }
            }
        }
    }
    (reached, complete)
}

impl Plan {
    /// Writes down what is about to lose its name, so that a kill does not make it be forgotten. Says whether it is.
    pub(super) fn note(&self, layout: &Layout) -> bool {
        if self.new.is_empty() {
            return true;
        }
        // A kill may have cut the last line off: an empty line ends it.
        let text = format!("\n{}", lines(&self.new));
        let written = OpenOptions::new()
            .append(true)
            .create(true)
            .open(layout.unnamed())
            .and_then(|mut file| file.write_all(text.as_bytes()));
        if let Err(error) = &written {
            log::debug!("cannot note what becomes unnamed: {error}");
        }
        written.is_ok()
    }

    /// Takes the blobs away; the index that does not name them stands. What cannot be removed is tried again next time.
    pub(super) fn carry_out(mut self, layout: &Layout) -> Reclaimed {
        let mut reclaimed = Reclaimed::default();
        let mut groups: Vec<Group> = self.old.drain(..).chain(self.new.drain(..)).collect();
        if groups.is_empty() && !self.is_listed {
            return reclaimed;
        }
        // Heads first: who holds one needs all the rest, which may also stand in the list for itself.
        groups.sort_by_key(|group| group.members.is_empty());
        for group in &groups {
            let gone = !self.doomed.contains(&group.head) || self.take(layout, &group.head, &mut reclaimed);
            if !gone || self.spared.contains(&group.head) {
                self.spared.extend(group.members.intersection(&self.doomed).cloned().collect::<Vec<_>>());
                self.doomed.retain(|digest| !group.members.contains(digest));
            }
        }
        for member in groups.iter().flat_map(|group| &group.members) {
            if self.doomed.contains(member) {
                self.take(layout, member, &mut reclaimed);
            }
        }
        let left: Vec<Group> =
            groups.into_iter().filter(|group| group.digests().any(|digest| self.spared.contains(digest))).collect();
        reclaimed.deferred = self.spared.len();
        if let Err(error) = write_list(layout, &left) {
            log::debug!("cannot note what stays unnamed: {error}");
        }
        reclaimed
    }

    /// Removes one blob unless a reader holds it. Says whether it is gone.
    fn take(&mut self, layout: &Layout, digest: &Digest, reclaimed: &mut Reclaimed) -> bool {
        self.doomed.remove(digest);
        let path = layout.blob(digest);
        let removed = match regular::open(&path) {
            Ok(None) => return true,
            Ok(Some((file, metadata))) if file.try_lock().is_ok() => {
                fs::remove_file(&path).map(|()| metadata.len()).map_err(|error| error.to_string())
            }
            Ok(Some(_)) => Err("a running command reads it".to_owned()),
            Err(error) => Err(error.to_string()),
        };
        match removed {
            Ok(bytes) => {
                reclaimed.blobs += 1;
                reclaimed.bytes += bytes;
                true
            }
            Err(reason) => {
                log::debug!("blob {digest} stays: {reason}");
                self.spared.insert(digest.clone());
                false
            }
        }
    }
}

fn lines(groups: &[Group]) -> String {
    let line = |group: &Group| group.digests().map(Digest::as_str).collect::<Vec<_>>().join(" ") + "\n";
    groups.iter().map(line).collect()
}

/// What is on the list; `None` when there is no list.
fn read_list(layout: &Layout) -> Option<Vec<Group>> {
    let mut text = String::new();
    match regular::open(&layout.unnamed()) {
        Ok(None) => return None,
        Ok(Some((file, _))) => {
            if let Err(error) = file.take(LIST_LIMIT).read_to_string(&mut text) {
                log::debug!("cannot read what is unnamed: {error}");
            }
        }
        Err(error) => log::debug!("cannot read what is unnamed: {error}"),
    }
    let group = |line: &str| {
        let mut digests = line.split(' ').filter_map(|word| word.parse().ok());
        digests.next().map(|head| Group { head, members: digests.collect() })
    };
    Some(text.lines().filter_map(group).collect())
}

fn write_list(layout: &Layout, groups: &[Group]) -> io::Result<()> {
    let path = layout.unnamed();
    if groups.is_empty() {
        return match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
    }
    let mut pending = Pending::inside(&layout.ingest(), Access::Shared)?;
    pending.write_all(lines(groups).as_bytes())?;
    pending.commit(&path)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{Sample, digest, entry, name};
    use super::*;
    use crate::oci::{Descriptor, media_types};
    use serde_json::{Value, json};

    fn remove(sample: &Sample, names: &[&str]) -> Reclaimed {
        let names: Vec<_> = names.iter().map(|text| name(text)).collect();
        let removed = sample.store.remove(&names).unwrap();
        assert_eq!(removed.names, names);
        removed.reclaimed
    }

    fn entries(sample: &Sample) -> usize {
        let index: Value = serde_json::from_slice(&fs::read(sample.path("index.json")).unwrap()).unwrap();
        index["manifests"].as_array().unwrap().len()
    }

    /// An image as the Go CLI stores it.
    fn go_image(sample: &Sample, bundle: &str, note: &str, name: Option<&str>) -> Value {
        sample.blob(bundle.as_bytes());
        sample.blob(b"{}");
        let config = entry(media_types::EMPTY, b"{}", None);
        let layer = entry(media_types::LAYER_GZIP, bundle.as_bytes(), None);
        sample.manifest(&config, &layer, json!({"annotations": {"note": note}}), name)
    }

    #[test]
    fn the_last_name_takes_the_image_along_and_no_name_before_it() {
        let sample = Sample::absent();
        sample.build("bundle", &["a/b:1", "a/b:2"]).unwrap();
        assert_eq!(remove(&sample, &["a/b:1"]), Reclaimed::default());
        sample.assert_whole("a/b:2");
        let reclaimed = remove(&sample, &["a/b:2"]);
        assert_eq!((reclaimed.blobs, reclaimed.deferred), (3, 0));
        assert!(sample.blobs().is_empty());
        assert!(!sample.path(".policy/unnamed").exists());
    }

    #[test]
    fn a_blob_that_another_image_needs_stays() {
        let sample = Sample::go();
        let images = [("shared", "1"), ("shared", "2"), ("own", "3")]
            .map(|(bundle, note)| go_image(&sample, bundle, note, Some(&format!("docker.io/a/b:{note}"))));
        sample.index(&images);
        assert_eq!(remove(&sample, &["a/b:1", "a/b:3"]).blobs, 3);
        sample.assert_whole("a/b:2");
        assert_eq!(sample.blobs().len(), 3);
    }

    #[test]
    fn tagging_or_building_over_a_name_takes_the_old_image_along() {
        let sample = Sample::absent();
        sample.build("one", &["a/b:1"]).unwrap();
        let replaced = sample.build("two", &["a/b:1"]).unwrap();
        assert_eq!((replaced.replaced.len(), replaced.reclaimed.blobs), (1, 3));
        sample.build("three", &["a/b:3"]).unwrap();
        let source = sample.store.find(&name("a/b:3")).unwrap().unwrap();
        assert_eq!(sample.store.tag(&source, &[name("a/b:1")]).unwrap().reclaimed.blobs, 3);
        sample.assert_whole("a/b:1");
        assert_eq!(sample.blobs().len(), 3);
    }

    #[test]
    fn a_layer_kept_alone_goes_with_its_name() {
        let sample = Sample::go();
        sample.blob(b"bundle");
        sample.index(&[entry(media_types::LAYER_GZIP, b"bundle", Some("docker.io/foo:latest"))]);
        assert_eq!(remove(&sample, &["foo"]).blobs, 1);
    }

    #[test]
    fn what_a_push_of_the_go_cli_left_without_a_name_goes_along() {
        let sample = Sample::go();
        let image = go_image(&sample, "bundle", "", Some("docker.io/a/b:1"));
        let stale = [entry(media_types::LAYER_GZIP, b"bundle", None), entry(media_types::CONFIG, b"{}", None)];
        let other = entry(media_types::LAYER_GZIP, b"other", None);
        sample.blob(b"other");
        sample.index(&[image, stale[0].clone(), stale[1].clone(), other]);
        assert_eq!(remove(&sample, &["a/b:1"]).blobs, 3);
        assert_eq!(entries(&sample), 1);
        assert_eq!(sample.blobs(), [Digest::of(b"other").hex().to_owned()].into());
    }

    #[test]
    fn a_manifest_without_a_name_keeps_what_it_needs() {
        let sample = Sample::fixture();
        // Its layer is also that of an image the Go CLI took the name from.
        assert_eq!(remove(&sample, &["default"]).blobs, 1);
        assert_eq!(remove(&sample, &["acme/o:1"]).blobs, 2);
        assert_eq!(remove(&sample, &["acme/hello:1.0.0", "127.0.0.1:5061/acme/hello:1.0.0"]).blobs, 2);
        assert_eq!(sample.blobs().len(), 3);
    }

    #[test]
    fn a_signature_without_a_name_goes_with_what_it_signs() {
        let sample = Sample::go();
        let image = go_image(&sample, "bundle", "", Some("docker.io/a/b:1"));
        sample.blob(b"signature");
        let subject = json!({"subject": {"mediaType": media_types::MANIFEST, "digest": digest(&image), "size": 1}});
        let config = entry(media_types::EMPTY, b"{}", None);
        let signature = sample.manifest(&config, &entry("a/signature", b"signature", None), subject, None);
        sample.index(&[signature, image]);
        assert_eq!(remove(&sample, &["a/b:1"]).blobs, 5);
        assert_eq!((entries(&sample), sample.blobs().len()), (0, 0));
    }

    #[test]
    fn an_index_of_several_manifests_keeps_and_takes_all_of_them() {
        let sample = Sample::go();
        let inner = go_image(&sample, "bundle", "inner", None);
        let list = json!({"schemaVersion": 2, "mediaType": media_types::INDEX, "manifests": [inner]}).to_string();
        sample.blob(list.as_bytes());
        let twin = go_image(&sample, "bundle", "twin", Some("docker.io/a/twin:1"));
        sample.index(&[entry(media_types::INDEX, list.as_bytes(), Some("docker.io/a/list:1")), twin]);
        assert_eq!(remove(&sample, &["a/twin:1"]).blobs, 1);
        assert_eq!(remove(&sample, &["a/list:1"]).blobs, 4);
        assert!(sample.blobs().is_empty());
    }

    #[test]
    fn an_image_somebody_reads_stays_until_the_next_change() {
        let sample = Sample::absent();
        sample.build("read", &["a/read:1"]).unwrap();
        sample.build("other", &["a/other:1"]).unwrap();
        let (_, image) = sample.store.find_image(&name("a/read:1")).unwrap().unwrap();
        let reclaimed = remove(&sample, &["a/read:1"]);
        assert_eq!((reclaimed.blobs, reclaimed.deferred), (0, 3));
        for blob in &image.blobs {
            assert!(sample.store.has_blob(blob).unwrap());
        }
        drop(image);
        assert_eq!(remove(&sample, &["a/other:1"]).blobs, 6);
        assert!(sample.blobs().is_empty());
    }

    #[test]
    fn what_a_reader_needs_stays_although_others_left_it_too() {
        let sample = Sample::absent();
        sample.build("read", &["a/read:1"]).unwrap();
        let (found, image) = sample.store.find_image(&name("a/read:1")).unwrap().unwrap();
        let mut left: Vec<Digest> = image.blobs.iter().map(|blob| blob.digest.clone()).collect();
        left.push(found.descriptor.digest);
        sample.killed(&left);
        let plan = Plan { new: left.into_iter().map(Group::alone).collect(), ..Plan::default() };
        assert!(plan.note(&sample.store.layout));
        let reclaimed = remove(&sample, &["a/read:1"]);
        assert_eq!((reclaimed.blobs, reclaimed.deferred), (0, 3));
        drop(image);
        assert_eq!(sample.build("other", &["a/b:1"]).unwrap().reclaimed.blobs, 3);
    }

    #[test]
    fn what_a_running_command_needs_stays() {
        let sample = Sample::absent();
        let built = sample.build("bundle", &["a/b:1"]).unwrap();
        let (entry, image) = sample.store.find_image(&name("a/b:1")).unwrap().unwrap();
        let ingest = sample.store.ingest().unwrap();
        let (blobs, manifest): (Vec<Descriptor>, _) = (image.blobs.clone(), entry.unnamed_descriptor());
        drop(image);
        assert!(ingest.keep(&blobs[1]).unwrap());
        let reclaimed = remove(&sample, &["a/b:1"]);
        assert_eq!((reclaimed.blobs, reclaimed.deferred), (2, 1));
        assert!(!ingest.keep(&manifest).unwrap());
        assert!(ingest.keep(&blobs[1]).unwrap());
        drop(ingest);
        assert_eq!(sample.build("bundle", &["a/b:2"]).unwrap().digest, built.digest);
        sample.assert_whole("a/b:2");
    }

    #[test]
    fn what_a_command_added_in_vain_goes_when_it_gives_up() {
        let sample = Sample::absent();
        sample.build("bundle", &["a/b:1"]).unwrap();
        let ingest = sample.store.ingest().unwrap();
        ingest.put(b"in vain", "a/b").unwrap();
        ingest.put(b"bundle", "a/b").unwrap();
        let others = sample.blob(b"of a program in between");
        ingest.put(b"of a program in between", "a/b").unwrap();
        assert_eq!(sample.blobs().len(), 5);
        drop(ingest);
        fs::remove_file(sample.blob_path(&others)).unwrap();
        assert_eq!((sample.blobs().len(), sample.unfinished()), (3, 0));
        sample.assert_whole("a/b:1");
    }

    #[test]
    fn what_a_command_added_and_does_not_need_goes_at_its_end() {
        let sample = Sample::go();
        let made: Descriptor = serde_json::from_value(go_image(&sample, "bundle", "", None)).unwrap();
        let ingest = sample.store.ingest().unwrap();
        ingest.put(b"too much", "a/b").unwrap();
        assert_eq!(ingest.commit(&[name("a/b:1")], made).unwrap().reclaimed.blobs, 1);
        sample.assert_whole("a/b:1");
    }

    #[test]
    fn a_kill_between_the_index_and_the_blobs_is_made_good_by_the_next_change() {
        let sample = Sample::absent();
        sample.build("lost", &["a/lost:1"]).unwrap();
        sample.build("other", &["a/other:1"]).unwrap();
        let (found, image) = sample.store.find_image(&name("a/lost:1")).unwrap().unwrap();
        let members = image.blobs.iter().map(|blob| blob.digest.clone()).collect();
        drop(image);
        let group = Group { head: found.descriptor.digest.clone(), members };
        let plan = Plan { new: vec![group], ..Plan::default() };
        fs::write(sample.path(".policy/unnamed"), "sha256:cut o").unwrap();
        // Killed before a line of it was written: nobody is to read the list again.
        assert_eq!(sample.build("second", &["a/second:1"]).unwrap().reclaimed, Reclaimed::default());
        assert!(!sample.path(".policy/unnamed").exists());
        fs::write(sample.path(".policy/unnamed"), "sha256:cut o").unwrap();
        // Killed before the index was written: all of it still has a name, and nothing goes.
        assert!(plan.note(&sample.store.layout));
        assert_eq!(sample.build("third", &["a/third:1"]).unwrap().reclaimed, Reclaimed::default());
        sample.assert_whole("a/lost:1");
        assert!(!sample.path(".policy/unnamed").exists());
        // Killed after.
        assert!(plan.note(&sample.store.layout));
        let entries = sample.store.entries().unwrap().entries;
        let others = entries.iter().filter(|entry| entry.reference != found.reference);
        sample.index(&others.map(|entry| json!(entry.descriptor)).collect::<Vec<_>>());
        assert_eq!(remove(&sample, &["a/third:1"]).blobs, 6);
        sample.assert_whole("a/other:1");
    }

    #[test]
    fn a_damaged_manifest_makes_everything_wait_and_goes_when_it_is_removed() {
        let sample = Sample::absent();
        let damaged = sample.build("damaged", &["a/damaged:1"]).unwrap().digest;
        sample.build("one", &["a/one:1"]).unwrap();
        let text = fs::read_to_string(sample.blob_path(&damaged)).unwrap();
        fs::remove_file(sample.blob_path(&damaged)).unwrap();
        fs::write(sample.blob_path(&damaged), text.replace("policy", "Policy")).unwrap();
        let reclaimed = remove(&sample, &["a/one:1"]);
        assert_eq!((reclaimed.blobs, reclaimed.deferred), (0, 3));
        assert_eq!(remove(&sample, &["a/damaged:1"]).blobs, 6);
        assert!(sample.blobs().is_empty());
    }

    #[test]
    fn what_an_entry_of_no_known_shape_mentions_stays() {
        let sample = Sample::go();
        let image = go_image(&sample, "bundle", "", Some("docker.io/a/b:1"));
        sample.index(&[image.clone(), json!({"digest": [digest(&image)]})]);
        assert_eq!(remove(&sample, &["a/b:1"]).blobs, 0);
        assert_eq!(sample.blobs().len(), 3);
    }

    #[test]
    fn a_blob_that_is_gone_already_is_no_trouble() {
        let sample = Sample::absent();
        let built = sample.build("bundle", &["a/b:1"]).unwrap();
        fs::remove_file(sample.blob_path(&built.digest)).unwrap();
        assert_eq!(remove(&sample, &["a/b:1"]).blobs, 0);
    }
}
