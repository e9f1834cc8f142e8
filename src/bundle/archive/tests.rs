//! Whole archives, written and read.

use super::super::{Bundle, Manifest, Module, RegoVersion, WasmResolver, json::normalise};
use super::header::{BLOCK, headers};
use super::*;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use sha2::Digest as _;
use std::io::Write;

pub(super) fn sha256(bytes: &[u8]) -> String {
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, content) in files {
        bytes.extend(headers(name, content.len() as u64).unwrap());
        bytes.extend_from_slice(content);
        bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
    }
    bytes.resize(bytes.len() + 2 * BLOCK, 0);
    bytes
}

/// A tar whose only entry has this type.
fn tar_of_kind(kind: u8, name: &str, size: u64) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.set_path(name).unwrap();
    header.set_size(size);
    header.set_entry_type(tar::EntryType::new(kind));
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.resize(bytes.len() + usize::try_from(size.min(4096)).unwrap().next_multiple_of(BLOCK) + 2 * BLOCK, 0);
    bytes
}

fn refusal(bytes: &[u8]) -> String {
    Bundle::read(bytes, &Limits::default()).unwrap_err().to_string()
}

fn paths(bytes: &[u8]) -> Vec<String> {
    let bundle = Bundle::read(bytes, &Limits::default()).unwrap();
    bundle.modules.into_iter().map(|module| module.path).collect()
}

fn sample() -> Bundle {
    let module =
        |path: &str, text: &str| Module { path: path.into(), text: text.into(), rego_version: RegoVersion::V1 };
    Bundle {
        manifest: Manifest { revision: "r1".into(), rego_version: Some(1), ..Manifest::default() },
        data: normalise(br#"{"roles":{"admin":["alice"]},"n":1.50}"#, 0).unwrap().json,
        modules: vec![
            module("/policies/hello.rego", "package hello\r\n\nallow := true"),
            module("/é.rego", "package e\n"),
        ],
        ..Bundle::default()
    }
}

#[test]
fn the_bytes_of_a_bundle_are_frozen() {
    let (mut bytes, mut tar, mut again) = (Vec::new(), Vec::new(), Vec::new());
    sample().pack(&mut bytes, &mut tar).unwrap();
    assert_eq!(sha256(&bytes), "7d52a01defe9a07a9df41b4a7d0926b347d2288c8213cf849e08e53467db0b68");
    assert_eq!(sha256(&tar), "45ea2f5d178ecf763fa340d74e5d7e66d7e48880881f0e230fb01b2d26325639");
    copy_tar(bytes.as_slice(), &Limits::default(), &mut again).unwrap();
    assert_eq!(again, tar);
    assert_eq!(Bundle::read(bytes.as_slice(), &Limits::default()).unwrap(), sample());
    let names: Vec<_> =
        entries(bytes.as_slice(), &Limits::default()).unwrap().into_iter().map(|e| (e.name, e.size)).collect();
    let names: Vec<_> = names.iter().map(|(name, size)| (name.as_str(), *size)).collect();
    assert_eq!(names, [("/data.json", 39), ("/policies/hello.rego", 29), ("/é.rego", 10), ("/.manifest", 48)]);
}

#[test]
fn headers_are_those_of_go() {
    // The digests of what Go's archive/tar writes for these names, 3 bytes of content each.
    for (name, golden) in [
        ("/data.json".to_owned(), "a273d12bb2e95b2e897a9a785782fcb7c4f647f6b8e1d2c981e60ca54f899db7"),
        (
            format!("/{}/{}.rego", "d".repeat(120), "f".repeat(60)),
            "d766b004f4a154865aead6de85270825a16288409db6dae76462cd02a37c4ef6",
        ),
        (
            format!("/{}/{}/{}.rego", "d".repeat(60), "e".repeat(60), "f".repeat(60)),
            "592a692cce801e97d7fabf560341c42a4e9e7cda938bfeaec60c12c68ba594e3",
        ),
        (format!("/{}.rego", "x".repeat(300)), "7f6b25662f734be6ddac5760886f1f5661b9f19aa30fa61fae11a8575f1f43e4"),
        ("/grüße/世界.rego".to_owned(), "9d8a94f3a006cdfbebd40862a1eefda81e0deaed8ddc9557daebff7609c412d3"),
        (
            format!("/é/{}", "long/".repeat(40) + "a.rego"),
            "d8003532f5c9002504f3bb8397d5339e17b4439c3f2800faf60883bcf4d9c54a",
        ),
        (
            format!("/{}/{}.rego", "a".repeat(160), "b"),
            "b9efee4bb9f452a0eeffa12b12bc89461ea0ac436cbc274d679cde6c503052a4",
        ),
    ] {
        assert_eq!(sha256(&headers(&name, 3).unwrap()), golden, "{name}");
        assert_eq!(paths(&tar(&[(&name.replace(".json", ".rego"), b"#")])).len(), 1);
    }
}

#[test]
fn archives_as_people_make_them_are_read() {
    let files: &[(&str, &[u8])] = &[("./a.rego", b"package a"), ("b/c.rego", b"package b"), ("README.md", b"#")];
    assert_eq!(paths(&gzip(&tar(files))), ["/a.rego", "/b/c.rego"]);
    assert_eq!(paths(&tar(files)), ["/a.rego", "/b/c.rego"]);
    // Two members of gzip, no blocks at the end, a folder, a global header.
    let whole = tar(files);
    let (one, other) = whole.split_at(700);
    assert_eq!(paths(&[gzip(one), gzip(other)].concat()).len(), 2);
    assert_eq!(paths(&gzip(&whole[..whole.len() - 2 * BLOCK])).len(), 2);
    let folder = tar_of_kind(b'5', "b/", 0);
    let global = tar_of_kind(b'g', "pax_global_header", 0);
    assert_eq!(paths(&gzip(&[&folder[..BLOCK], &global[..BLOCK], &whole].concat())).len(), 2);
    let padded = [whole.clone(), vec![0; 9000]].concat();
    assert_eq!(paths(&gzip(&padded)).len(), 2);
}

#[test]
fn what_is_no_archive_is_told() {
    assert_eq!(refusal(b""), "the file is empty");
    assert_eq!(refusal(b"package a\n"), "this is neither a tar.gz nor a tar");
    assert_eq!(refusal(&gzip(b"hello")), "this is neither a tar.gz nor a tar");
    let sound = gzip(&tar(&[("/a.rego", b"package a\n")]));
    assert!(refusal(&gzip(&sound)).starts_with("this was compressed twice"));
    assert!(refusal(&[sound.clone(), b"garbage".to_vec()].concat()).contains("damaged"));
    assert_eq!(
        refusal(&gzip(&[tar(&[("/a.rego", b"package a")]), vec![1]].concat())),
        "something follows the end of the archive"
    );
}

#[test]
fn an_archive_cut_off_anywhere_is_refused() {
    let sound = gzip(&tar(&[("/a.rego", b"package a\n"), ("/data.json", b"{}")]));
    for length in 0..sound.len() {
        assert!(Bundle::read(&sound[..length], &Limits::default()).is_err(), "{length}");
    }
    let plain = tar(&[("/a.rego", &[b'#'; 600])]);
    for length in 1..3 * BLOCK {
        assert!(Bundle::read(&plain[..length], &Limits::default()).is_err(), "{length}");
    }
}

#[test]
fn entries_that_could_harm_are_refused() {
    assert!(refusal(&tar(&[("../a.rego", b"package a")])).contains("'..'"));
    assert!(refusal(&tar(&[("a\x1b[2J.rego", b"package a")])).contains("control character"));
    assert_eq!(
        refusal(&tar(&[("/a.rego", b"package a"), ("./a.rego", b"package a")])),
        "the archive has '/a.rego' twice"
    );
    for (kind, words) in [
        (b'1', "a hard link"),
        (b'2', "a symbolic link"),
        (b'3', "a device"),
        (b'6', "a named pipe"),
        (b'S', "a sparse file"),
        (b'7', "an unknown kind"),
    ] {
        assert!(refusal(&tar_of_kind(kind, "x.rego", 0)).contains(words), "{}", kind as char);
    }
    assert!(refusal(&tar_of_kind(b'5', "folder", 512)).contains("has content"));
    assert!(refusal(&tar_of_kind(b'0', "x.rego", 1 << 32)).contains("expands past"));
    assert!(refusal(&tar_of_kind(b'L', "././@LongLink", 1 << 20)).contains("longer than"));
    assert!(refusal(&tar_of_kind(b'x', "x", 1 << 30)).contains("longer than"));
}

#[test]
fn bombs_are_stopped() {
    let zeros = vec![0; 20 << 20];
    assert!(refusal(&gzip(&tar(&[("/x.txt", &zeros)]))).contains("200 times"));
    let small = Limits { uncompressed: 4096, ..Limits::default() };
    let bytes = gzip(&tar(&[("/a.rego", &[b'#'; 3000]), ("/b.rego", &[b'#'; 3000])]));
    assert!(Bundle::read(bytes.as_slice(), &small).unwrap_err().to_string().contains("expands past 4096"));
    let few = Limits { entries: 1, ..Limits::default() };
    assert!(Bundle::read(bytes.as_slice(), &few).unwrap_err().to_string().contains("more than 1 files"));
    let short = Limits { compressed: 40, ..Limits::default() };
    assert!(Bundle::read(bytes.as_slice(), &short).unwrap_err().to_string().contains("larger than 40 bytes"));
}

proptest! {
    #[test]
    fn what_is_written_reads_back(
        modules in prop::collection::btree_map("(/[a-zé._ -]{1,40}){1,4}x\\.rego", "package p\n\\PC{0,200}", 0..5),
        data in prop::collection::btree_map("\\PC{0,8}", any::<(i64, String)>(), 0..6),
        revision in "\\PC{0,10}",
        wasm in any::<bool>(),
    ) {
        let object: serde_json::Map<_, _> = data.into_iter().map(|(key, value)| (key, serde_json::json!(value))).collect();
        let mut bundle = Bundle {
            data: normalise(serde_json::Value::Object(object).to_string().as_bytes(), 0).unwrap().json,
            modules: modules
                .into_iter()
                .filter(|(path, _)| super::super::name::clean(path.as_bytes()).as_ref() == Ok(path))
                .map(|(path, text)| Module { path, text, rego_version: RegoVersion::V0 })
                .collect(),
            ..Bundle::default()
        };
        bundle.manifest.revision = revision;
        bundle.manifest.rego_version = Some(0);
        if wasm {
            bundle.wasm.push(super::super::File { path: "/policy.wasm".into(), bytes: Bytes::from_static(b"\0asm") });
            let resolver = WasmResolver { entrypoint: "a/b".into(), module: "/policy.wasm".into(), annotations: None };
            bundle.manifest.wasm.push(resolver);
        }
        let mut bytes = Vec::new();
        bundle.pack_with(&mut bytes, std::io::sink(), 1).unwrap();
        prop_assert_eq!(Bundle::read(bytes.as_slice(), &Limits::default()).unwrap(), bundle.clone());
        let mut again = Vec::new();
        bundle.pack_with(&mut again, std::io::sink(), 4).unwrap();
        prop_assert_eq!(again, bytes);
    }

    #[test]
    fn noise_never_panics(mut bytes in prop::collection::vec(any::<u8>(), 0..2000), place in 0_usize..2000, byte in any::<u8>()) {
        let _ = Bundle::read(bytes.as_slice(), &Limits::default());
        bytes = tar(&[("/a.rego", b"package a\n"), ("/b/data.json", b"{\"a\":1}"), ("/.manifest", b"{}")]);
        if let Some(at) = bytes.get_mut(place) {
            *at = byte;
        }
        let _ = Bundle::read(bytes.as_slice(), &Limits::default());
        let _ = Bundle::read(gzip(&bytes).as_slice(), &Limits::default());
    }
}
