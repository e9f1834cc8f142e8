//! What bad input gets: an exit code, a clear first line, and a store that is as it was.

use super::support::{Registry, Sandbox};
use std::fs;
use std::io::{Read, Write};

/// That a run fails with a code and a message, and changes nothing in the store.
fn refused(sandbox: &Sandbox, arguments: &[&str], code: i32, message: &str) {
    let before = sandbox.store_state();
    let run = sandbox.run(arguments).exits(code);
    let first = run.err.lines().next().unwrap_or_default();
    assert!(first.starts_with("error: ") && first.contains(message), "{arguments:?}: {run:?}");
    assert!(!run.err.contains("panicked"), "{run:?}");
    let after = sandbox.store_state();
    let names = |state: &[(std::path::PathBuf, Vec<u8>)]| {
        state.iter().filter(|(path, _)| !path.to_str().unwrap().contains("/.policy")).cloned().collect::<Vec<_>>()
    };
    assert!(names(&before) == names(&after), "{arguments:?} changed the store");
}

fn gzip(sandbox: &Sandbox, name: &str, content: &[u8]) {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).unwrap();
    sandbox.write(name, encoder.finish().unwrap());
}

#[test]
fn bad_sources_are_refused() {
    let sandbox = Sandbox::new();
    sandbox.run(&["build", "src", "-t", "acme/good:1"]).quietly();
    sandbox.run(&["save", "acme/good:1", "-f", "good.tar.gz"]).quietly();
    let good = sandbox.read("good.tar.gz");
    sandbox.write("half.tar.gz", &good[..good.len() / 2]);
    sandbox.write("empty.tar.gz", "");
    gzip(&sandbox, "twice.tar.gz", &good);
    gzip(&sandbox, "text.tar.gz", b"hello, this is no archive");
    sandbox.write("file.rego", "package x\n");
    sandbox.write("cut/data.json", r#"{"a": [1, 2"#);
    sandbox.write("list/data.json", "[1]");
    sandbox.write("clash/data.json", r#"{"a": 1}"#);
    sandbox.write("clash/a/data.json", r#"{"b": 2}"#);
    sandbox.write("latin/x.rego", b"package x\n# \xe9\n");
    sandbox.write("outside/.manifest", r#"{"roots": ["a"]}"#);
    sandbox.write("outside/x.rego", "package b\n");
    sandbox.write("syntax/x.rego", "package x\n\nallow {\n\tinput.x\n}\n");
    sandbox.write("manifest/.manifest", r#"{"roots": "a"}"#);
    for (path, code, message) in [
        ("nowhere", 1, "nowhere does not exist"),
        ("file.rego", 1, "file.rego is a file but no bundle in a tar.gz"),
        ("empty.tar.gz", 3, "empty.tar.gz: the file is empty"),
        ("half.tar.gz", 3, "half.tar.gz: the archive ends inside"),
        ("twice.tar.gz", 3, "twice.tar.gz: this was compressed twice"),
        ("text.tar.gz", 1, "text.tar.gz is a file but no bundle in a tar.gz"),
        ("cut", 1, "cut/data.json does not read: line 1"),
        ("list", 1, "list/data.json: data at the root must be an object, this is an array"),
        ("clash", 1, "clash/data.json and clash/a/data.json both set data.a"),
        ("latin", 1, "latin/x.rego does not read: not UTF-8 at byte 12, in line 2"),
        ("outside", 1, "manifest roots [a] do not permit 'package b' in module 'outside/x.rego'"),
        ("syntax", 1, "build failed: 1 error"),
        ("manifest", 1, "manifest/.manifest does not read: roots must be a list of strings"),
    ] {
        refused(&sandbox, &["build", path, "-t", "acme/bad:1"], code, message);
    }
    refused(&sandbox, &["build", "src", "-t", "acme/Bad:1"], 2, "must be lowercase");
    refused(&sandbox, &["build", "src", "--target", "wasm"], 1, "--target wasm is not supported");
    refused(&sandbox, &["build", "src", "--signing-key", "k"], 1, "--signing-key is not supported");
    refused(&sandbox, &["inspect", "acme/none:1"], 1, "docker.io/acme/none:1 is not in the local store");
    refused(&sandbox, &["save", "acme/none:1"], 1, "is not in the local store");
    refused(&sandbox, &["tag", "acme/none:1", "acme/x:1"], 1, "is not in the local store");
    refused(&sandbox, &["rm", "-f", "acme/none:1"], 1, "is not in the local store");
    refused(&sandbox, &["push", "acme/none:1"], 1, "is not in the local store");
}

#[test]
fn a_damaged_index_is_told_and_left_as_it_is() {
    for content in [&b""[..], b"{\"manifests\":[", b"\0\0\0\0", b"[]", b"not json"] {
        let sandbox = Sandbox::new();
        sandbox.run(&["build", "src", "-t", "acme/good:1"]).quietly();
        let path = sandbox.path("store/policies-root/index.json");
        fs::write(&path, content).unwrap();
        for arguments in [&["images"][..], &["build", "src", "-t", "a/b:1"], &["tag", "acme/good:1", "a/c:1"]] {
            let run = sandbox.run(arguments).exits(3);
            assert!(run.err.contains("index.json is damaged"), "{content:?}: {run:?}");
        }
        assert_eq!(fs::read(&path).unwrap(), content);
    }
}

#[test]
fn an_index_of_300_megabytes_is_refused_unread() {
    let sandbox = Sandbox::new();
    sandbox.run(&["build", "src", "-t", "acme/good:1"]).quietly();
    let index = fs::File::options().write(true).open(sandbox.path("store/policies-root/index.json")).unwrap();
    index.set_len(300 << 20).unwrap();
    let _ = sandbox.run(&["images"]).exits(6);
}

#[test]
fn one_flipped_bit_never_leaves_the_store() {
    let registry = Registry::start();
    let sandbox = Sandbox::new();
    let name = registry.name("acme/good:1");
    sandbox.run(&["build", "src", "-t", &name]).quietly();
    let run = sandbox.run(&["inspect", &name, "--format", "json"]).quietly();
    let image: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let hex = image["bundle"]["digest"].as_str().unwrap().strip_prefix("sha256:").unwrap().to_owned();
    let path = sandbox.path(&format!("store/policies-root/blobs/sha256/{hex}"));
    let mut bytes = fs::read(&path).unwrap();
    bytes[40] ^= 4;
    fs::remove_file(&path).unwrap();
    fs::write(&path, &bytes).unwrap();
    sandbox.write("out.tar.gz", "what stood here");
    for arguments in [&["save", &name, "-f", "out.tar.gz"][..], &["push", &name], &["repl", &name]] {
        let run = sandbox.run(arguments).exits(3);
        assert!(run.err.contains("has other content"), "{run:?}");
    }
    assert_eq!(sandbox.read("out.tar.gz"), b"what stood here");
    let streamed = sandbox.command(&["save", &name, "-f", "-"]).output().unwrap();
    assert_eq!((streamed.status.code(), streamed.stdout.len()), (Some(3), 0));
    // Building it again mends the store.
    sandbox.run(&["build", "src", "-t", &name]).exits(0);
    sandbox.run(&["save", &name, "-f", "out.tar.gz"]).quietly();
}

/// Answers every request with the same bytes, and counts nothing.
fn canned(answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = vec![0; 16 << 10];
            let read = stream.read(&mut request).unwrap_or_default();
            let first = String::from_utf8_lossy(&request[..read]).lines().next().unwrap_or_default().to_owned();
            let _ = stream.write_all(&answer(&first));
        }
    });
    host
}

fn status(line: &str, more: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {line}\r\n{more}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len()).into_bytes()
}

#[test]
fn a_registry_that_misbehaves_costs_an_exit_code_and_nothing_else() {
    let rows: Vec<(&str, Vec<u8>, i32)> = vec![
        ("401", status("401 Unauthorized", "", ""), 4),
        ("403", status("403 Forbidden", "", r#"{"errors":[{"code":"DENIED","message":"no"}]}"#), 4),
        ("404", status("404 Not Found", "", ""), 1),
        ("405", status("405 Method Not Allowed", "", ""), 1),
        ("429", status("429 Too Many Requests", "Retry-After: 0\r\n", ""), 5),
        ("500", status("500 Internal Server Error", "Retry-After: 0\r\n", ""), 5),
        ("closes", Vec::new(), 5),
        ("garbage", b"\x15\x03\x01what is this".to_vec(), 5),
        ("html", status("200 OK", "Content-Type: text/html\r\n", "<html>sign in</html>"), 3),
    ];
    std::thread::scope(|scope| {
        for (what, answer, code) in rows {
            scope.spawn(move || {
                let host = canned(move |_| answer.clone());
                let sandbox = Sandbox::new();
                sandbox.run(&["build", "src", "-t", "acme/good:1"]).quietly();
                let before = sandbox.store_state();
                let run = sandbox.run(&["--plaintext", "pull", &format!("{host}/acme/x:1")]);
                assert_eq!(run.code, code, "{what}: {run:?}");
                assert!(run.err.starts_with("error: pull failed: ") && run.out.is_empty(), "{what}: {run:?}");
                assert!(!run.err.contains('<') && !run.err.contains("panicked"), "{what}: {run:?}");
                let images = sandbox.run(&["images"]).quietly().out;
                assert_eq!(images.lines().count(), 2, "{what}");
                let index = |state: &[(std::path::PathBuf, Vec<u8>)]| {
                    state.iter().find(|(path, _)| path.ends_with("index.json")).unwrap().1.clone()
                };
                assert_eq!(index(&before), index(&sandbox.store_state()), "{what}");
            });
        }
    });
}

/// A registry with one image; its manifest promises a layer of this digest and size, and this is answered for the layer.
fn registry_of(promised: &policy::oci::Digest, size: usize, layer_answer: Vec<u8>) -> String {
    let manifest = format!(
        r#"{{"schemaVersion":2,"config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{}","size":2}},"layers":[{{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"{promised}","size":{size}}}]}}"#,
        policy::oci::Digest::of(b"{}")
    );
    canned(move |request| {
        if request.contains("/manifests/") {
            status("200 OK", "Content-Type: application/vnd.oci.image.manifest.v1+json\r\n", &manifest)
        } else if request.contains("44136fa355b3") {
            status("200 OK", "", "{}")
        } else {
            layer_answer.clone()
        }
    })
}

#[test]
fn a_manifest_that_lies_about_a_blob_is_found_out() {
    let layer = "not what was promised";
    for lie in ["digest", "size"] {
        let promised = policy::oci::Digest::of(if lie == "digest" { b"another" } else { layer.as_bytes() });
        let size = if lie == "size" { layer.len() - 3 } else { layer.len() };
        let host = registry_of(&promised, size, status("200 OK", "", layer));
        let sandbox = Sandbox::new();
        let run = sandbox.run(&["--plaintext", "pull", &format!("{host}/acme/x:1")]);
        assert_eq!(run.code, 3, "{lie}: {run:?}");
        assert_eq!(sandbox.run(&["images"]).quietly().out.lines().count(), 1, "{lie}");
    }
}

#[cfg(unix)]
#[test]
fn a_store_that_cannot_be_written_is_told() {
    let sandbox = Sandbox::new();
    sandbox.write("store", "a file where the folder should be");
    let run = sandbox.run(&["build", "src", "-t", "a/b:1"]).exits(1);
    assert!(run.err.contains("/store: File exists"), "{run:?}");
}

#[test]
fn a_registry_that_closes_in_the_middle_of_a_blob_leaves_nothing() {
    let layer = "x".repeat(1000);
    let cut_off = format!("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{}", &layer[..400]).into_bytes();
    let host = registry_of(&policy::oci::Digest::of(layer.as_bytes()), 1000, cut_off);
    let sandbox = Sandbox::new();
    let run = sandbox.run(&["--plaintext", "pull", &format!("{host}/acme/x:1")]).exits(5);
    assert!(run.err.starts_with("error: pull failed: ") && run.err.contains("hint: "), "{run:?}");
    assert_eq!(sandbox.run(&["images"]).quietly().out.lines().count(), 1);
}

/// A small file system of its own, where the test may mount one.
#[cfg(target_os = "linux")]
struct SmallDisk(std::path::PathBuf);

#[cfg(target_os = "linux")]
impl SmallDisk {
    fn mount(path: std::path::PathBuf) -> Option<Self> {
        fs::create_dir_all(&path).unwrap();
        let mounted = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=128k", "tmpfs"])
            .arg(&path)
            .stderr(std::process::Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if !mounted {
            eprintln!("SKIPPED: no file system can be mounted here");
        }
        mounted.then_some(Self(path))
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(&self.0).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_costs_no_name() {
    let sandbox = Sandbox::new();
    let Some(_disk) = SmallDisk::mount(sandbox.path("store")) else { return };
    sandbox.run(&["build", "src", "-t", "acme/good:1"]).quietly();
    let mut state = 1u32;
    let noise: String = (0..400_000)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from(b'!' + (state >> 24) as u8 % 90)
        })
        .filter(|character| !matches!(character, '"' | '\\'))
        .collect();
    sandbox.write("src/policies/data.json", format!("{{\"noise\":\"{noise}\"}}"));
    let before = sandbox.store_state();
    let run = sandbox.run(&["build", "src", "-t", "acme/big:1"]).exits(1);
    assert!(run.err.contains("No space left") && run.err.contains("hint: make room"), "{run:?}");
    let content = |state: Vec<(std::path::PathBuf, Vec<u8>)>| {
        state.into_iter().filter(|(path, _)| !path.to_str().unwrap().contains("/.policy")).collect::<Vec<_>>()
    };
    assert!(content(before) == content(sandbox.store_state()));
    sandbox.run(&["save", "acme/good:1"]).quietly();
}
