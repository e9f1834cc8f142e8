//! Indexes that lead nowhere, or further than anybody should go.

use super::super::images::Images;
use super::super::reply::Reply;
use super::super::sane::Kind;
use super::{Command, Fault, On};
use policy::oci::{Digest, media_types};
use serde_json::{Value, json};
use std::collections::HashMap;

/// Documents by digest, and one for the tag.
fn serving(name: &str, top: &Value, others: Vec<Vec<u8>>) -> Fault {
    let known: HashMap<String, Vec<u8>> =
        others.into_iter().map(|document| (Digest::of(&document).to_string(), document)).collect();
    let top = top.to_string().into_bytes();
    Fault::new(format!("index: {name}"), On::Kind(Kind::GetManifest), move |request, sane| {
        if matches!(&sane, Reply::Message(message) if message.status == 401) {
            return sane;
        }
        let last = request.path().rsplit('/').next().unwrap_or_default();
        let document = if last == "1" || last == Digest::of(&top).as_str() { Some(&top) } else { known.get(last) };
        let Some(document) = document else { return sane };
        let is_index = document.windows(11).any(|window| window == b"\"manifests\"");
        let media_type = if is_index { media_types::INDEX } else { media_types::MANIFEST };
        Reply::full(200, &[("content-type", media_type)], document.clone())
    })
    .most(300)
}

fn index(entries: &[Value]) -> Value {
    json!({"schemaVersion": 2, "mediaType": media_types::INDEX, "manifests": entries})
}

fn entry(document: &[u8], media_type: &str) -> Value {
    json!({"mediaType": media_type, "digest": Digest::of(document), "size": document.len()})
}

pub fn faults(images: &Images) -> Vec<Fault> {
    let image = entry(&images.manifest, media_types::MANIFEST);
    let nested = |levels: usize| {
        let mut documents = Vec::new();
        let mut last = index(std::slice::from_ref(&image));
        for _ in 1..levels {
            let bytes = last.to_string().into_bytes();
            last = index(&[entry(&bytes, media_types::INDEX)]);
            documents.push(bytes);
        }
        (last, documents)
    };
    let (four, four_documents) = nested(4);
    let (five, five_documents) = nested(5);
    let (many, many_documents) = nested(50);
    let other = |number: usize| {
        json!({"schemaVersion": 2, "mediaType": media_types::MANIFEST, "layers": [], "annotations": {"n": number.to_string()},
            "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": Digest::of(b"{}"), "size": 2}})
        .to_string()
        .into_bytes()
    };
    let others: Vec<Vec<u8>> = (0..90).map(other).collect();
    let wide = index(&others.iter().map(|document| entry(document, media_types::MANIFEST)).collect::<Vec<_>>());
    let missing = entry(b"nowhere", media_types::MANIFEST);
    let other_platform = |mut entry: Value| {
        entry["platform"] = json!({"os": "unknown", "architecture": "unknown"});
        entry
    };
    vec![
        serving("of one image", &index(std::slice::from_ref(&image)), Vec::new()).reading(0),
        serving("four deep", &four, four_documents).reading(0),
        serving("five deep", &five, five_documents).reading(6),
        serving("fifty deep", &many, many_documents).reading(6),
        serving("empty", &index(&[]), Vec::new()).reading(0).but(Command::Pull, 1),
        serving("of null", &json!({"schemaVersion": 2, "manifests": null}), Vec::new())
            .reading(0)
            .but(Command::Pull, 3),
        serving("of attestations", &index(&[other_platform(image.clone())]), Vec::new())
            .reading(0)
            .but(Command::Pull, 1),
        serving("of 90 images that are no policies", &wide, others).reading(0).but(Command::Pull, 1),
        serving("of what is not there", &index(std::slice::from_ref(&missing)), Vec::new()).reading(1),
        serving("of 20,000 that are not there", &index(&vec![missing; 20_000]), Vec::new()).reading(6),
        serving("without digests", &index(&[json!({"mediaType": media_types::MANIFEST, "size": 7})]), Vec::new())
            .reading(3),
        serving("of texts", &json!({"schemaVersion": 2, "manifests": ["a"]}), Vec::new()).reading(3),
        serving("of an object", &json!({"schemaVersion": 2, "manifests": {"a": 1}}), Vec::new()).reading(3),
        serving("of version 1", &json!({"schemaVersion": 1, "manifests": [image]}), Vec::new()).reading(3),
        serving("and manifest", &json!({"schemaVersion": 2, "manifests": [image], "layers": []}), Vec::new())
            .reading(3),
        Fault::new("index: that answers for every digest", On::Kind(Kind::GetManifest), |request, sane| {
            if matches!(&sane, Reply::Message(message) if message.status == 401) {
                return sane;
            }
            let child = Digest::of(request.target.as_bytes());
            let body = index(&[json!({"mediaType": media_types::INDEX, "digest": child, "size": 300})]).to_string();
            Reply::full(200, &[("content-type", media_types::INDEX)], body)
        })
        .reading(3),
    ]
}
