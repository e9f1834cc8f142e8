//! An account moved between registries by a program that is killed in the middle.

use super::support::{Counted, Counter, Foreign, Registry, Sandbox, Setup};
use policy::oci::{Descriptor, Digest, Reference, media_types};
use policy::registry::{Client, Credential, Distribution, Existing, Settings};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

const REPOSITORIES: usize = 3;
const TAGS: usize = 50;

/// The bytes of each layer.
const LAYER: usize = 20_000;

fn client(host: &str) -> Client {
    Client::new(host, Credential::Anonymous, &Settings::default()).unwrap()
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(work)
}

/// Puts the account there: every tag with a layer of its own. Gives the digests by repository and tag.
fn fill(host: &str) -> BTreeMap<String, Digest> {
    let client = client(host);
    let put = async |repository: &Reference, bytes: Vec<u8>, media_type: &str| {
        let descriptor = Descriptor::new(media_type, Digest::of(&bytes), bytes.len() as u64);
        let source = move || Ok(std::io::Cursor::new(bytes.clone()));
        client.put_blob(repository, &descriptor, Existing::Skip, source, Arc::new(|_| {})).await.unwrap();
        descriptor
    };
    wait(async {
        let mut digests = BTreeMap::new();
        for repository in 0..REPOSITORIES {
            let repository = format!("acme/part{repository}");
            for tag in 0..TAGS {
                let name = format!("{repository}:v{tag}");
                let reference = Reference::parse(&format!("{host}/{name}")).unwrap();
                let layer: Vec<u8> = name.bytes().cycle().take(LAYER).collect();
                let layer = put(&reference, layer, media_types::LAYER_GZIP).await;
                let config = put(&reference, format!("{{\"of\":\"{name}\"}}").into_bytes(), media_types::CONFIG).await;
                let manifest = serde_json::json!({
                    "schemaVersion": 2, "mediaType": media_types::MANIFEST, "config": config, "layers": [layer],
                });
                let bytes = manifest.to_string();
                client.put_manifest(&reference, media_types::MANIFEST, bytes.as_bytes()).await.unwrap();
                digests.insert(name, Digest::of(bytes.as_bytes()));
            }
        }
        digests
    })
}

/// The blobs whose upload was confirmed, as repository and digest.
fn finished(counted: &[Counted]) -> Vec<String> {
    let confirmed = counted.iter().filter(|request| request.method == "PUT" && request.status == 201);
    confirmed
        .filter_map(|request| {
            let (path, query) = request.target.split_once('?')?;
            let repository = path.split("/blobs/uploads/").next()?;
            let (_, digest) = query.split_once("digest=")?;
            Some(format!("{repository} {}", digest.replace("%3A", ":")))
        })
        .collect()
}

/// Moves the account to a registry, is killed half-way, and moves it again.
fn moves_twice(old: &Registry, digests: &BTreeMap<String, Digest>, new: &Foreign) {
    let (sandbox, counter) = (Sandbox::empty(), Counter::start(&new.host));
    let (from, to) = (old.name("acme"), format!("{}/acme", counter.host));
    let mut command = sandbox.command(&["migrate", &from, &to, "-j", "4"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    // Two blobs and a manifest each: half of them are there after about this many requests.
    let half = digests.len() * 3 / 2 * 2;
    while counter.count() < half && child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < deadline, "nothing moves");
        std::thread::sleep(Duration::from_millis(1));
    }
    let _ = child.kill();
    let ended = child.wait().unwrap();
    assert!(!ended.success(), "it was done before it was killed");
    let before = counter.take();
    let done = finished(&before);
    assert!(done.len() > 20, "only {} blobs were there", done.len());

    let run = sandbox.run(&["migrate", &from, &to, "-j", "4"]).exits(0);
    let after = counter.take();
    let again = finished(&after);
    let (first, second): (BTreeSet<_>, BTreeSet<_>) = (done.iter().collect(), again.iter().collect());
    assert_eq!(first.intersection(&second).collect::<Vec<_>>(), Vec::<&&String>::new());
    assert_eq!(second.len(), again.len(), "blobs were sent twice in one run");
    assert_eq!(first.len() + second.len(), digests.len() * 2, "{run:?}");
    for (name, digest) in digests {
        let reference = Reference::parse(&format!("{}/{name}", new.host)).unwrap();
        let found = wait(client(&new.host).head_manifest(&reference)).unwrap();
        assert_eq!(found.map(|found| found.digest).as_ref(), Some(digest), "{name}");
    }
    // A third time there is nothing left to send at all.
    sandbox.run(&["migrate", &from, &to, "-j", "4"]).exits(0);
    let idle = counter.take();
    assert!(idle.iter().all(|request| matches!(request.method.as_str(), "GET" | "HEAD")), "{idle:?}");
}

#[test]
fn an_account_is_moved_although_the_move_is_killed_and_nothing_is_sent_twice() {
    let old = Registry::start();
    let digests = fill(&old.host);
    let sandbox = Sandbox::empty();
    for program in ["docker-registry", "distribution"] {
        if let Some(new) = Foreign::distribution(&sandbox, program, Setup::default()) {
            moves_twice(&old, &digests, &new);
        }
    }
    if let Some(new) = Foreign::crane() {
        moves_twice(&old, &digests, &new);
    }
}
