//! Registries that take uploads wrongly, or only say that they take them.

use super::super::reply::Reply;
use super::super::sane::{Kind, Request};
use super::{Fault, On};
use policy::oci::Digest;

/// What happens to requests of one kind, of whoever has signed in.
fn on(kind: Kind, name: &str, twist: impl Fn(&Request, Reply) -> Reply + Send + Sync + 'static) -> Fault {
    Fault::new(format!("upload: {name}"), On::Kind(kind), move |request, sane| match &sane {
        Reply::Message(message) if message.status == 401 => sane,
        _ => twist(request, sane),
    })
    .most(40)
}

fn status(kind: Kind, status: u16, code: u8) -> Fault {
    on(kind, &format!("{kind:?} answered {status}"), move |_, _| Reply::error(status, "UNKNOWN", "no"))
        .writing(code)
        .instead()
}

pub fn faults() -> Vec<Fault> {
    let mut all = Vec::new();
    for (place, code) in [
        ("", 1),
        ("http://[", 1),
        ("ftp://127.0.0.1/up", 5),
        ("file:///tmp/up", 5),
        ("http://ann:pw@127.0.0.1/up", 5),
        ("http://127.0.0.1:1/up", 5),
        ("//127.0.0.1:1/up", 5),
        ("http://nowhere.invalid/up", 5),
        ("javascript:0", 5),
    ] {
        let name = format!("sent to {place:?}");
        if place.is_empty() {
            all.push(on(Kind::StartUpload, "sent nowhere", |_, sane| sane.without("location")).writing(code));
        } else {
            all.push(on(Kind::StartUpload, &name, move |_, sane| sane.with("location", place)).writing(code));
        }
    }
    for (code, of) in [
        (400, 1),
        (401, 4),
        (403, 4),
        (404, 1),
        (405, 1),
        (413, 1),
        (429, 5),
        (500, 5),
        (503, 5),
        (507, 5),
        (200, 1),
        (204, 1),
    ] {
        all.push(status(Kind::StartUpload, code, of));
    }
    for (code, of) in [
        (400, 1),
        (401, 4),
        (403, 4),
        (404, 1),
        (405, 1),
        (409, 1),
        (413, 1),
        (429, 5),
        (500, 5),
        (502, 5),
        (503, 5),
        (507, 5),
    ] {
        all.push(status(Kind::SendBlob, code, of));
    }
    for (code, of) in
        [(400, 1), (401, 4), (403, 4), (404, 1), (405, 1), (409, 1), (413, 1), (429, 5), (500, 5), (503, 5), (507, 5)]
    {
        all.push(status(Kind::PutManifest, code, of));
    }
    for (code, of) in [(401, 4), (403, 4), (405, 1), (429, 5), (500, 5)] {
        all.push(status(Kind::HeadBlob, code, of));
    }
    let other = Digest::of(b"other").to_string();
    let (for_blob, for_manifest) = (other.clone(), other);
    all.extend([
        on(Kind::SendBlob, "a blob redirected", |_, _| Reply::full(307, &[("location", "/x")], "")).writing(5),
        on(Kind::PutManifest, "a manifest redirected", |_, _| Reply::full(307, &[("location", "/x")], "")).writing(5),
        on(Kind::SendBlob, "a blob taken under another digest", move |_, sane| {
            sane.with("docker-content-digest", &for_blob)
        })
        .writing(3),
        on(Kind::PutManifest, "a manifest taken under another digest", move |_, sane| {
            sane.with("docker-content-digest", &for_manifest)
        })
        .writing(3),
        on(Kind::SendBlob, "hung up on each time", |_, _| Reply::Bytes(Vec::new())).writing(5).instead(),
        on(Kind::SendBlob, "reset each time", |_, _| Reply::Reset(Vec::new())).writing(5).instead(),
        on(Kind::SendBlob, "no answer", |_, _| Reply::Silence(Vec::new())).writing(5).instead().timeout("1"),
        on(Kind::PutManifest, "hung up on the manifest each time", |_, _| Reply::Bytes(Vec::new()))
            .writing(5)
            .instead(),
        // It was done, and only the answer was lost.
        on(Kind::SendBlob, "a blob taken without an answer", |_, _| Reply::Bytes(Vec::new())).writing(0),
        on(Kind::SendBlob, "a blob taken with a 500", |_, _| Reply::status(500)).writing(0),
        on(Kind::PutManifest, "a manifest taken with a 500", |_, _| Reply::status(500)).writing(0),
        on(Kind::PutManifest, "hung up on the manifest", |_, _| Reply::Bytes(b"HTTP/1.1 5".to_vec())).writing(0),
        on(Kind::PutManifest, "no answer to the manifest", |_, _| Reply::Silence(Vec::new())).writing(0).timeout("3"),
        on(Kind::StartUpload, "no answer to the start", |_, _| Reply::Silence(Vec::new())).writing(5).timeout("1"),
        // What passes.
        on(Kind::StartUpload, "a start refused once", |request, sane| match request.before {
            0..=2 => Reply::status(503),
            _ => sane,
        })
        .writing(0)
        .retries("4"),
        on(Kind::PutManifest, "a manifest refused once", |request, sane| match request.before {
            0 => Reply::status(500),
            _ => sane,
        })
        .writing(0),
    ]);
    all.extend(forgetful());
    all
}

/// Registries that say one thing and do another.
fn forgetful() -> Vec<Fault> {
    // The sane registry below knows nothing of what is answered here: a blob is there only if it took it itself.
    let never_kept = |status: u16| {
        Fault::new(format!("upload: {status} without keeping"), On::All, move |request, sane| {
            let signed_in = request.header("authorization").is_some();
            match request.kind() {
                Kind::SendBlob if signed_in => Reply::status(status),
                Kind::HeadBlob if signed_in => Reply::status(404),
                Kind::PutManifest if signed_in => Reply::error(404, "MANIFEST_BLOB_UNKNOWN", "blob unknown"),
                _ => sane,
            }
        })
        .most(100)
    };
    vec![
        never_kept(201).onto_push(1),
        never_kept(200).onto_push(1),
        never_kept(204).onto_push(1),
        Fault::new("upload: everything is there already", On::Kind(Kind::HeadBlob), |request, sane| {
            match request.header("authorization") {
                Some(_) => Reply::full(200, &[("content-length", "7")], ""),
                None => sane,
            }
        })
        .writing(0)
        .most(40),
        Fault::new("upload: everything is there, and never is", On::All, |request, sane| {
            match (request.header("authorization"), request.kind()) {
                (Some(_), Kind::HeadBlob) => Reply::full(200, &[], ""),
                (Some(_), Kind::PutManifest) => Reply::error(400, "MANIFEST_BLOB_UNKNOWN", "blob unknown"),
                _ => sane,
            }
        })
        .onto_push(1)
        .most(100),
        Fault::new("upload: the first session is forgotten", On::Kind(Kind::SendBlob), |request, sane| {
            match request.before {
                0 => Reply::error(404, "BLOB_UPLOAD_UNKNOWN", "upload unknown"),
                _ => sane,
            }
        })
        .writing(0)
        .most(40),
        Fault::new(
            "upload: the start says it has the blob",
            On::Kind(Kind::StartUpload),
            |request, sane| match request.header("authorization") {
                Some(_) => Reply::status(201),
                None => sane,
            },
        )
        .writing(1)
        .most(40),
    ]
}

impl Fault {
    /// The exit code of push alone.
    fn onto_push(self, code: u8) -> Self {
        self.but(super::Command::Push, code)
    }
}
