//! Manifests that are none, or mean two things, or lie.

use super::super::images::Images;
use super::super::reply::Reply;
use super::super::sane::Kind;
use super::{Command, Fault, On};
use policy::oci::{Digest, media_types};
use serde_json::{Value, json};

/// A document instead of the manifest.
fn document(name: &str, bytes: impl Into<Vec<u8>>) -> Fault {
    let bytes = bytes.into();
    Fault::new(format!("manifest: {name}"), On::Kind(Kind::GetManifest), move |_, sane| {
        sane.with("docker-content-digest", Digest::of(&bytes).as_str()).with_body(bytes.clone())
    })
}

pub fn faults(images: &Images) -> Vec<Fault> {
    let text = String::from_utf8(images.manifest.clone()).unwrap();
    let good: Value = serde_json::from_str(&text).unwrap();
    let changed = |name: &str, change: &dyn Fn(&mut Value)| {
        let mut manifest = good.clone();
        change(&mut manifest);
        document(name, manifest.to_string())
    };
    let replaced = |name: &str, from: &str, to: &str| {
        assert!(text.contains(from), "{from} in {text}");
        document(name, text.replacen(from, to, 1))
    };
    let layer = |name: &str, key: &'static str, value: Value| {
        changed(name, &move |manifest| manifest["layers"][0][key] = value.clone())
    };
    let header = |name: &str, header: &'static str, value: String| {
        Fault::new(format!("manifest: {name}"), On::Kind(Kind::GetManifest), move |_, sane| sane.with(header, &value))
    };
    let mut all = vec![
        document("nothing", "").reading(3),
        document("null", "null").reading(3),
        document("a list", "[]").reading(3),
        document("a text", "\"manifest\"").reading(3),
        document("a number", "7").reading(3),
        document("an empty object", "{}").reading(3),
        document("a page", "<html><title>Sign in</title></html>").reading(3),
        document("half of it", &text[..text.len() / 2]).reading(3),
        document("two of it", format!("{text}{text}")).reading(3),
        document("NULs", vec![0; 1000]).reading(3),
        document("a byte order mark", format!("\u{feff}{text}")).reading(3),
        document("UTF-16", text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()).reading(3),
        document("invalid UTF-8", [&text.as_bytes()[..text.len() - 1], b",\"x\":\"\xff\"}"].concat()).reading(3),
        document("YAML", "schemaVersion: 2\nlayers: []\n").reading(3),
        replaced("two lists of layers", "{", "{\"layers\":[],").reading(3),
        replaced("two configurations", "{", &format!("{{\"config\":{},", good["config"])).reading(3),
        replaced("two versions", "{", "{\"schemaVersion\":2,").reading(3),
        replaced("two digests of a layer", "\"layers\":[{", "\"layers\":[{\"digest\":\"sha256:0\",").reading(3),
        document("5 MB", format!("{}{}", text, " ".repeat(5 << 20))).reading(6),
        document("4 MiB and a byte", format!("{text}{}", " ".repeat((4 << 20) + 1 - text.len()))).reading(6),
        document("100,000 brackets", format!("{{\"x\":{}", "[".repeat(100_000))).reading(3),
        replaced("nested 300 deep", "{", &format!("{{\"x\":{}{},", "[".repeat(300), "]".repeat(300))).reading(0),
        changed("version 1", &|manifest| manifest["schemaVersion"] = json!(1)).reading(3),
        changed("version 3", &|manifest| manifest["schemaVersion"] = json!(3)).reading(3),
        changed("version in a text", &|manifest| manifest["schemaVersion"] = json!("2")).reading(3),
        changed("no version", &|manifest| drop(manifest.as_object_mut().unwrap().remove("schemaVersion")))
            .reading(3)
            .but(Command::Copy, 0),
        changed("index and manifest", &|manifest| manifest["manifests"] = json!([])).reading(3),
        changed("no configuration", &|manifest| drop(manifest.as_object_mut().unwrap().remove("config")))
            .reading(3)
            .but(Command::Copy, 0),
        changed("layers as an object", &|manifest| manifest["layers"] = json!({})).reading(3),
        changed("a null layer", &|manifest| manifest["layers"] = json!([null])).reading(3),
        changed("notes as a list", &|manifest| manifest["annotations"] = json!(["a"])).reading(3).but(Command::Copy, 0),
        changed("a note of numbers", &|manifest| manifest["annotations"] = json!({"a": 7}))
            .reading(3)
            .but(Command::Copy, 0),
        changed("1001 layers", &|manifest| {
            manifest["layers"] = json!(vec![manifest["layers"][0].clone(); 1001]);
        })
        .reading(6),
        changed("another type of its own", &|manifest| {
            manifest["mediaType"] = json!("application/vnd.cncf.helm.config.v1+json");
        })
        .reading(3),
        changed("Docker's type inside, OCI's outside", &|manifest| {
            manifest["mediaType"] = json!(media_types::DOCKER_MANIFEST);
        })
        .reading(3),
        changed("an index by its own word", &|manifest| manifest["mediaType"] = json!(media_types::INDEX)).reading(3),
        changed("a foreign layer", &|manifest| {
            manifest["layers"][0]["urls"] = json!(["http://169.254.169.254/"]);
        })
        .reading(6),
        changed("a foreign configuration", &|manifest| manifest["config"]["urls"] = json!(["http://127.0.0.2/"]))
            .reading(6),
        layer("a size of 2^62", "size", json!(1u64 << 62)).reading(3),
        layer("a size one too small", "size", json!(images.layer.len() - 1)).reading(3),
        layer("a size one too large", "size", json!(images.layer.len() + 1)).reading(3),
        layer("a size of nothing", "size", json!(0)).reading(3),
        layer("a negative size", "size", json!(-1)).reading(3),
        layer("a size in a text", "size", json!("1000")).reading(3),
        layer("half a byte", "size", json!(1000.5)).reading(3),
        layer("a digest that climbs", "digest", json!("sha256:../../../../etc/passwd")).reading(3),
        layer("a digest in capitals", "digest", json!(Digest::of(b"x").as_str().to_uppercase())).reading(3),
        layer("a short digest", "digest", json!("sha256:abcd")).reading(3),
        layer("a digest of MD5", "digest", json!("md5:d41d8cd98f00b204e9800998ecf8427e")).reading(3),
        layer("a digest with a line break", "digest", json!(format!("{}\n", Digest::of(b"x")))).reading(3),
        layer("no digest", "digest", Value::Null).reading(3),
        layer("a digest of other content", "digest", json!(Digest::of(b"x"))).reading(1),
        layer("a type of a number", "mediaType", json!(7)).reading(3),
        replaced("a size of 2^64", "\"size\":2", "\"size\":18446744073709551616,\"x\":2").reading(3),
        header("a digest of other bytes", "docker-content-digest", Digest::of(b"x").to_string()).reading(3),
        header("a digest that is none", "docker-content-digest", "sha256:../x".to_owned()).reading(0),
        header("a wrong digest of SHA-512", "docker-content-digest", format!("sha512:{}", "0".repeat(128))).reading(3),
        header("another type outside", "content-type", media_types::DOCKER_MANIFEST.to_owned()).reading(3),
        header("an index outside", "content-type", media_types::INDEX.to_owned()).reading(3),
        header(
            "a signed manifest of version 1",
            "content-type",
            "application/vnd.docker.distribution.manifest.v1+prettyjws".to_owned(),
        )
        .reading(3),
        header("a page outside", "content-type", "text/html".to_owned()).reading(3),
        header("JSON outside", "content-type", "application/json; charset=utf-8".to_owned()).reading(0),
        Fault::new("manifest: no type outside", On::Kind(Kind::GetManifest), |_, sane| sane.without("content-type"))
            .reading(0),
    ];
    // An image that is no policy is no lie: pull has no use for it, copy moves it.
    for (name, layers) in [("no layers", json!([])), ("null for layers", Value::Null)] {
        all.push(changed(name, &move |manifest| manifest["layers"] = layers.clone()).reading(0).but(Command::Pull, 1));
    }
    all.extend([
        layer("a layer of another type", "mediaType", json!("application/octet-stream"))
            .reading(0)
            .but(Command::Pull, 1),
        changed("two bundles", &|manifest| {
            let layer = manifest["layers"][0].clone();
            manifest["layers"] = json!([layer, layer]);
        })
        .reading(0),
        changed("notes with escapes", &|manifest| {
            manifest["annotations"] =
                json!({"org.opencontainers.image.title": "\u{1b}[31m\u{202e}", "\u{9b}": "x\r\n"});
        })
        .reading(0),
        // The one that was looked at is the one that is taken, whatever the tag means a moment later.
        Fault::new("manifest: another one each time", On::Kind(Kind::GetManifest), |request, sane| {
            let Reply::Message(message) = &sane else { return sane };
            if message.status != 200 || request.target.contains("sha256:") {
                return sane;
            }
            let body = [&message.body[..], &vec![b' '; request.before]].concat();
            let digest = Digest::of(&body).to_string();
            sane.with("docker-content-digest", &digest).with_body(body)
        })
        .reading(0),
    ]);
    all
}
