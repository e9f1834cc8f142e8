//! Uploads to registries that cut, lose and refuse.

use super::scripted::{Reply, Scripted, Seen, blob, nobody, quick};
use super::{Client, Credential, Distribution, Existing, RegistryError, Settings, Uploaded};
use crate::oci::{Descriptor, Digest};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

/// Three chunks, the last one short.
const SIZE: usize = 10 << 20;

static CONTENT: LazyLock<Vec<u8>> = LazyLock::new(|| b"0123456789abcdef".repeat(SIZE / 16));

static BLOB: LazyLock<Descriptor> = LazyLock::new(|| blob(&CONTENT));

async fn put(server: &Scripted, client: &Client, existing: Existing) -> Result<Uploaded, RegistryError> {
    let source = || Ok(CONTENT.as_slice());
    client.put_blob(&server.reference("acme/x:1"), &BLOB, existing, source, nobody()).await
}

/// What a registry does besides what it should.
#[derive(Clone, Copy)]
struct Ways {
    /// How many bytes of a request that breaks off stay in its session; `None`: the session is lost.
    keeps: Option<usize>,
    /// The answer to a request with the whole blob, or to the one that brings its last bytes.
    whole: Option<(u16, &'static str, &'static str)>,
    /// The answer to a chunk that is taken.
    chunk: u16,
    /// Chunks that are refused, by this status.
    refuses_chunks: Option<u16>,
    /// Whether a session can be asked how far it is.
    tells: bool,
    /// Whether every HEAD of a blob says that it is there.
    phantom: bool,
    min_chunk: Option<u64>,
}

const GOOD: Ways = Ways {
    keeps: Some(usize::MAX),
    whole: None,
    chunk: 202,
    refuses_chunks: None,
    tells: true,
    phantom: false,
    min_chunk: None,
};

#[derive(Default)]
struct State {
    sessions: HashMap<String, Vec<u8>>,
    opened: usize,
    stored: Vec<Digest>,
}

/// A registry's answer, as far as uploads go.
fn answer(ways: Ways, state: &mut State, seen: &Seen) -> Reply {
    let (path, query) = seen.target.split_once('?').unwrap_or((&seen.target, ""));
    let last = path.rsplit('/').next().unwrap_or_default().to_owned();
    let range = |length: usize| format!("0-{}", length.saturating_sub(1));
    match seen.method.as_str() {
        "HEAD" => {
            let there = ways.phantom || state.stored.iter().any(|digest| seen.target.ends_with(digest.as_str()));
            Reply::status(if there { 200 } else { 404 })
        }
        "POST" => {
            state.opened += 1;
            state.sessions.insert(state.opened.to_string(), Vec::new());
            let place = format!("/v2/acme/x/blobs/uploads/{}?_state=0", state.opened);
            let min = ways.min_chunk.map(|min| min.to_string());
            let mut headers = vec![("location", place.as_str())];
            headers.extend(min.as_deref().map(|min| ("oci-chunk-min-length", min)));
            Reply::full(202, &headers, b"")
        }
        "GET" if seen.target == "/v2/" => Reply::status(200),
        "GET" => match state.sessions.get(&last) {
            Some(held) if ways.tells => {
                let place = format!("{path}?_state={}", held.len());
                Reply::full(204, &[("location", &place), ("range", &range(held.len()))], b"")
            }
            Some(_) => Reply::status(405),
            None => Reply::json(404, &[], "BLOB_UPLOAD_UNKNOWN", "gone"),
        },
        "DELETE" => Reply::status(if state.sessions.remove(&last).is_some() { 204 } else { 404 }),
        method => {
            let Some(held) = state.sessions.get_mut(&last) else {
                return Reply::json(404, &[], "BLOB_UPLOAD_UNKNOWN", "gone");
            };
            if seen.cut {
                match ways.keeps {
                    Some(most) => held.extend_from_slice(&seen.body[..seen.body.len().min(most)]),
                    None => _ = state.sessions.remove(&last),
                }
                return Reply::hang_up();
            }
            if method == "PATCH" {
                if let Some(status) = ways.refuses_chunks {
                    return Reply::json(status, &[], "UNSUPPORTED", "no chunks");
                }
                let wanted = format!("{}-{}", held.len(), held.len() + seen.body.len() - 1);
                if seen.header("content-range") != Some(&wanted) {
                    return Reply::json(416, &[], "RANGE_INVALID", "elsewhere");
                }
                held.extend_from_slice(&seen.body);
                let place = format!("{path}?_state={}", held.len());
                return Reply::full(ways.chunk, &[("location", &place), ("range", &range(held.len()))], b"");
            }
            if let Some((status, code, message)) = ways.whole.filter(|_| !seen.body.is_empty()) {
                return Reply::json(status, &[], code, message);
            }
            held.extend_from_slice(&seen.body);
            if *held != *CONTENT || !query.ends_with(&BLOB.digest.to_string().replace(':', "%3A")) {
                return Reply::json(400, &[], "DIGEST_INVALID", "another digest");
            }
            state.stored.push(BLOB.digest.clone());
            state.sessions.remove(&last);
            Reply::status(201)
        }
    }
}

/// A registry of these ways, and what is in it. `cut` says after how many bytes a request breaks off, of its method and
/// how many with a body came before.
struct Trial {
    server: Scripted,
    state: Arc<Mutex<State>>,
}

impl Trial {
    async fn start(ways: Ways, cut: impl Fn(&str, usize) -> Option<usize> + Send + Sync + 'static) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let (shared, bodies) = (Arc::clone(&state), Mutex::new(0));
        let cut = move |seen: &Seen, _: usize| {
            let mut bodies = bodies.lock().unwrap();
            let has_body = seen.header("content-length").is_some_and(|length| length != "0");
            *bodies += usize::from(has_body);
            if has_body { cut(&seen.method, *bodies - 1) } else { None }
        };
        let script = move |seen: &Seen, _: usize| answer(ways, &mut shared.lock().unwrap(), seen);
        Self { server: Scripted::cutting("127.0.0.1:0", None, cut, script).await, state }
    }

    fn client(&self) -> Client {
        self.server.client_with(Credential::Anonymous, &Settings { tries: 5, ..quick() })
    }

    async fn put(&self, client: &Client, existing: Existing) -> Result<Uploaded, RegistryError> {
        put(&self.server, client, existing).await
    }

    /// Uploads, and checks that the registry has it.
    async fn succeeds(&self) {
        let put = self.put(&self.client(), Existing::Skip).await;
        assert_eq!(put.unwrap(), Uploaded::Sent, "{:#?}", self.lines());
        assert_eq!(self.state.lock().unwrap().stored, std::slice::from_ref(&BLOB.digest));
        assert!(self.state.lock().unwrap().sessions.is_empty(), "{:#?}", self.lines());
    }

    /// Method and `Content-Range` or length of each request that matters.
    fn lines(&self) -> Vec<String> {
        self.server
            .seen()
            .iter()
            .map(|seen| match seen.header("content-range") {
                Some(range) => format!("{} {range}", seen.method),
                None if seen.body.is_empty() => seen.method.clone(),
                None => format!("{} {}", seen.method, seen.body.len()),
            })
            .collect()
    }

    /// How many bytes of bodies came.
    fn received(&self) -> usize {
        self.server.seen().iter().map(|seen| seen.body.len()).sum()
    }
}

#[tokio::test]
async fn a_whole_blob_that_is_cut_goes_on_where_the_registry_has_it() {
    for kept in [1 << 10, 5 << 20, SIZE - 1] {
        let trial = Trial::start(GOOD, move |_, before| (before == 0).then_some(kept)).await;
        trial.succeeds().await;
        assert_eq!(trial.received(), SIZE, "{:#?}", trial.lines());
        assert_eq!(trial.lines()[..6], ["HEAD", "POST", &format!("PUT {kept}"), "HEAD", "GET", &next(kept)]);
    }
}

fn next(kept: usize) -> String {
    format!("PATCH {kept}-{}", (kept + (4 << 20)).min(SIZE) - 1)
}

#[tokio::test]
async fn what_the_registry_did_not_keep_is_sent_again() {
    for (ways, wanted) in [
        (
            Ways { keeps: Some(0), ..GOOD },
            ["HEAD", "POST", "PUT 5242880", "HEAD", "GET", "DELETE", "POST", "PUT 10485760"].as_slice(),
        ),
        (Ways { keeps: None, ..GOOD }, &["HEAD", "POST", "PUT 5242880", "HEAD", "GET", "POST", "PUT 10485760"]),
        (Ways { tells: false, ..GOOD }, &["HEAD", "POST", "PUT 5242880", "HEAD", "GET", "POST", "PUT 10485760"]),
    ] {
        let trial = Trial::start(ways, |_, before| (before == 0).then_some(5 << 20)).await;
        let put = trial.put(&trial.client(), Existing::Skip).await;
        assert_eq!(put.unwrap(), Uploaded::Sent);
        assert_eq!(trial.lines(), wanted);
    }
}

#[tokio::test]
async fn part_of_what_was_cut_may_be_kept() {
    let trial = Trial::start(Ways { keeps: Some(3 << 20), ..GOOD }, |_, before| (before == 0).then_some(5 << 20)).await;
    trial.succeeds().await;
    assert_eq!(trial.received(), SIZE + (2 << 20));
}

#[tokio::test]
async fn a_chunk_that_is_cut_costs_no_other_chunk() {
    let ways = Ways { whole: Some((413, "", "too large")), ..GOOD };
    let trial = Trial::start(ways, |method, before| (method == "PATCH" && before == 2).then_some(1 << 20)).await;
    trial.succeeds().await;
    let wanted = [
        "HEAD",
        "POST",
        "PUT 10485760",
        "DELETE",
        "POST",
        "PATCH 0-4194303",
        "PATCH 4194304-8388607",
        "HEAD",
        "GET",
        "PATCH 5242880-9437183",
        "PATCH 9437184-10485759",
        "PUT",
    ];
    assert_eq!(trial.lines(), wanted);
}

#[tokio::test]
async fn a_registry_without_whole_blobs_gets_chunks_and_the_next_one_at_once() {
    let refusals = [
        (405, "UNSUPPORTED", ""),
        (411, "", ""),
        (413, "", "too large"),
        (415, "", ""),
        (416, "REQUESTED_RANGE_NOT_SATISFIABLE", "the request body is too large"),
        (501, "", ""),
        (400, "BLOB_UPLOAD_INVALID", ""),
        (400, "DIGEST_INVALID", "nothing has another digest"),
        (404, "BLOB_UPLOAD_INVALID", ""),
        (400, "", "monolithic uploads are Not Implemented"),
        (500, "", "not implemented"),
    ];
    let with = |refusal| Ways { whole: Some(refusal), ..GOOD };
    let chunk = |chunk| Ways { chunk, ..with((413, "", "")) };
    for ways in refusals.map(with).into_iter().chain([200, 201, 204].map(chunk)) {
        let trial = Trial::start(ways, |_, _| None).await;
        let client = trial.client();
        for stored in 1..=2 {
            let put = trial.put(&client, Existing::SendAgain).await;
            assert_eq!(put.unwrap(), Uploaded::Sent, "{:?}", ways.whole);
            let whole = trial.lines().iter().filter(|line| line.starts_with("PUT 1")).count();
            assert_eq!((whole, trial.state.lock().unwrap().stored.len()), (1, stored), "{:?}", ways.whole);
        }
    }
}

#[tokio::test]
async fn chunks_are_as_large_as_the_registry_wants_within_reason() {
    for (min, first) in [(1, 4 << 20), (6 << 20, 6 << 20), (u64::MAX, SIZE)] {
        let ways = Ways { whole: Some((413, "", "")), min_chunk: Some(min), ..GOOD };
        let trial = Trial::start(ways, |_, _| None).await;
        trial.succeeds().await;
        assert_eq!(trial.lines()[5], format!("PATCH 0-{}", first - 1));
    }
}

#[tokio::test]
async fn a_minimum_alone_is_no_wish_for_chunks() {
    let trial = Trial::start(Ways { min_chunk: Some(1 << 20), ..GOOD }, |_, _| None).await;
    trial.succeeds().await;
    assert_eq!(trial.lines(), ["HEAD", "POST", "PUT 10485760"]);
}

#[tokio::test]
async fn a_refusal_that_chunks_do_not_help_is_told_as_it_came_first() {
    let ways = Ways { whole: Some((413, "", "too large for us")), refuses_chunks: Some(405), ..GOOD };
    let trial = Trial::start(ways, |_, _| None).await;
    let error = trial.put(&trial.client(), Existing::Skip).await.unwrap_err();
    assert!(error.to_string().ends_with("413 Payload Too Large (too large for us)"), "{error}");
    assert_eq!(trial.lines(), ["HEAD", "POST", "PUT 10485760", "DELETE", "POST", "PATCH 0-4194303", "DELETE"]);
}

#[tokio::test]
async fn a_registry_that_takes_no_chunks_gets_what_was_cut_whole_again() {
    for status in [405, 400] {
        let ways = Ways { refuses_chunks: Some(status), ..GOOD };
        let trial = Trial::start(ways, |_, before| (before == 0).then_some(5 << 20)).await;
        trial.succeeds().await;
        assert_eq!(trial.lines().last().unwrap(), "PUT 10485760");
        assert_eq!(trial.received(), SIZE + (5 << 20) + (4 << 20));
    }
}

#[tokio::test]
async fn a_whole_blob_that_never_arrives_is_sent_in_chunks() {
    let ways = Ways { keeps: None, ..GOOD };
    let trial = Trial::start(ways, |method, _| (method == "PUT").then_some(5 << 20)).await;
    trial.succeeds().await;
    let whole = trial.lines().iter().filter(|line| line.starts_with("PUT 5")).count();
    assert_eq!(whole, 2);
}

#[tokio::test]
async fn a_registry_that_cuts_every_request_is_left_after_five_tries() {
    for keeps in [Some(0), Some(1), None] {
        let trial = Trial::start(Ways { keeps, ..GOOD }, |_, _| Some(1 << 10)).await;
        let error = trial.put(&trial.client(), Existing::Skip).await.unwrap_err();
        assert!(matches!(error, RegistryError::Unreachable { .. }), "{error}");
        let bodies = trial.server.seen().iter().filter(|seen| !seen.body.is_empty()).count();
        assert_eq!(bodies, 5, "{:#?}", trial.lines());
        assert!(trial.state.lock().unwrap().sessions.is_empty());
    }
}

#[tokio::test]
async fn progress_makes_up_for_failures_but_not_for_lost_uploads() {
    let trial = Trial::start(GOOD, |_, _| Some(3 << 19)).await;
    trial.succeeds().await;
    assert_eq!(trial.received(), SIZE);
    // Each session gets farther than the one before, and is lost.
    let trial = Trial::start(Ways { keeps: None, ..GOOD }, |method, before| {
        (method == "PUT" || before % 3 == 1).then_some(1 << 20)
    })
    .await;
    trial.put(&trial.client(), Existing::Skip).await.unwrap_err();
    assert!(trial.state.lock().unwrap().opened <= 10, "{:#?}", trial.lines());
}

#[tokio::test]
async fn a_lost_confirmation_is_found_by_asking_for_the_blob() {
    for status in [None, Some(500), Some(502)] {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let server = Scripted::start(move |seen, _| {
            let reply = answer(GOOD, &mut shared.lock().unwrap(), seen);
            match (seen.method.as_str(), status) {
                ("PUT", None) => Reply::hang_up(),
                ("PUT", Some(status)) => Reply::status(status),
                _ => reply,
            }
        })
        .await;
        let client = server.client(Credential::Anonymous);
        let put = put(&server, &client, Existing::Skip);
        assert_eq!(put.await.unwrap(), Uploaded::Sent);
        let bodies: usize = server.seen().iter().map(|seen| seen.body.len()).sum();
        assert_eq!(bodies, SIZE, "{status:?}");
    }
}

#[tokio::test]
async fn a_blob_is_looked_for_once_more_before_the_last_try_counts_as_failed() {
    let state = Arc::new(Mutex::new(State::default()));
    let shared = Arc::clone(&state);
    let server = Scripted::start(move |seen, _| {
        let reply = answer(GOOD, &mut shared.lock().unwrap(), seen);
        if seen.method == "PUT" { Reply::status(500) } else { reply }
    })
    .await;
    let client = server.client_with(Credential::Anonymous, &Settings { tries: 1, ..quick() });
    let put = put(&server, &client, Existing::Skip);
    assert_eq!(put.await.unwrap(), Uploaded::Sent);
}

#[tokio::test]
async fn a_registry_that_claims_to_have_everything_can_be_disbelieved() {
    let trial = Trial::start(Ways { phantom: true, ..GOOD }, |_, before| (before == 0).then_some(5 << 20)).await;
    assert_eq!(trial.put(&trial.client(), Existing::Skip).await.unwrap(), Uploaded::Existed);
    assert!(trial.state.lock().unwrap().stored.is_empty());
    assert_eq!(trial.put(&trial.client(), Existing::SendAgain).await.unwrap(), Uploaded::Sent);
    assert_eq!(trial.state.lock().unwrap().stored, std::slice::from_ref(&BLOB.digest));
}

#[tokio::test]
async fn content_that_the_registry_puts_together_wrongly_is_sent_whole_again() {
    // The registry has five MiB of something else.
    let state = Arc::new(Mutex::new(State::default()));
    let shared = Arc::clone(&state);
    let cut = |seen: &Seen, _: usize| seen.target.contains("/1?").then_some(5 << 20);
    let script = move |seen: &Seen, _: usize| {
        let mut state = shared.lock().unwrap();
        let reply = answer(GOOD, &mut state, seen);
        if seen.cut {
            state.sessions.values_mut().for_each(|held| held[100] ^= 1);
        }
        reply
    };
    let server = Scripted::cutting("127.0.0.1:0", None, cut, script).await;
    let client = server.client(Credential::Anonymous);
    let put = put(&server, &client, Existing::Skip);
    assert_eq!(put.await.unwrap(), Uploaded::Sent);
    assert_eq!(state.lock().unwrap().stored, std::slice::from_ref(&BLOB.digest));
}

#[tokio::test]
async fn a_chunk_of_which_less_is_taken_goes_on_there_and_never_for_ever() {
    for (least, wanted) in [(1 << 20, true), (1, false)] {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let server = Scripted::start(move |seen, _| {
            let mut state = shared.lock().unwrap();
            let mut seen = seen.clone();
            if seen.method == "PATCH" {
                seen.body.truncate(least + 1);
                let start: usize = seen.header("content-range").unwrap().split('-').next().unwrap().parse().unwrap();
                let range = format!("{start}-{}", start + seen.body.len() - 1);
                seen.headers.retain(|(name, _)| name != "content-range");
                seen.headers.push(("content-range".to_owned(), range));
            }
            answer(Ways { whole: Some((413, "", "")), ..GOOD }, &mut state, &seen)
        })
        .await;
        let client = server.client(Credential::Anonymous);
        let put = put(&server, &client, Existing::Skip);
        assert_eq!(put.await.is_ok(), wanted);
        assert!(server.seen().len() < 60);
    }
}

#[tokio::test]
async fn chunks_go_where_the_last_answer_says_without_the_credential_when_that_is_elsewhere() {
    let other = Scripted::listen("127.0.0.2:0", None, |seen, _| match seen.method.as_str() {
        "PATCH" => Reply::full(202, &[], b""),
        "PUT" => Reply::status(201),
        _ => Reply::status(404),
    })
    .await;
    let elsewhere = other.url("/upload?signature=s");
    let server = Scripted::start(move |seen, before| match (seen.method.as_str(), before) {
        _ if seen.target != "/v2/" && seen.header("authorization").is_none() => {
            Reply::full(401, &[("www-authenticate", "Basic realm=x")], b"")
        }
        ("HEAD", _) => Reply::status(404),
        ("POST", _) => Reply::full(202, &[("location", "/v2/acme/x/blobs/uploads/1")], b""),
        ("PUT", _) => Reply::status(413),
        ("PATCH", _) => Reply::full(202, &[("location", &elsewhere)], b""),
        _ => Reply::status(200),
    })
    .await;
    let client = server.client(super::scripted::alice());
    let put = put(&server, &client, Existing::Skip);
    assert_eq!(put.await.unwrap(), Uploaded::Sent);
    let seen = other.seen();
    assert_eq!(seen.iter().map(|seen| seen.method.as_str()).collect::<Vec<_>>(), ["PATCH", "PATCH", "PUT"]);
    assert!(seen.iter().all(|seen| seen.header("authorization").is_none()));
    assert!(seen[2].target.starts_with("/upload?signature=s&digest=sha256"));
}

#[tokio::test]
async fn a_session_that_does_not_answer_is_left_and_another_opened() {
    let state = Arc::new(Mutex::new(State::default()));
    let shared = Arc::clone(&state);
    let cut = |seen: &Seen, _: usize| seen.target.contains("/1?").then_some(5 << 20);
    let script = move |seen: &Seen, _: usize| match seen.method.as_str() {
        "GET" if seen.target != "/v2/" => Reply::Silence,
        _ => answer(GOOD, &mut shared.lock().unwrap(), seen),
    };
    let server = Scripted::cutting("127.0.0.1:0", None, cut, script).await;
    let settings = Settings { idle_timeout: std::time::Duration::from_millis(500), ..quick() };
    let client = server.client_with(Credential::Anonymous, &settings);
    assert_eq!(put(&server, &client, Existing::Skip).await.unwrap(), Uploaded::Sent);
    assert_eq!(state.lock().unwrap().opened, 2);
    assert!(server.seen().iter().all(|seen| seen.method != "DELETE"));
}

#[tokio::test]
async fn a_token_that_runs_out_between_chunks_is_renewed_and_costs_one_chunk() {
    let tokens = Scripted::start(|_, before| {
        Reply::full(200, &[], format!(r#"{{"token":"{before}","expires_in":300}}"#).as_bytes())
    })
    .await;
    let challenge = format!(r#"Bearer realm="{}""#, tokens.url("/"));
    let state = Arc::new(Mutex::new((State::default(), 0, 0)));
    let shared = Arc::clone(&state);
    // Each token is good for two requests.
    let server = Scripted::start(move |seen, _| {
        let mut held = shared.lock().unwrap();
        let (state, good, used) = &mut *held;
        if seen.target == "/v2/" {
            return Reply::status(200);
        }
        if *used == 2 {
            (*good, *used) = (*good + 1, 0);
        }
        if seen.header("authorization") != Some(&format!("Bearer {good}")) {
            return Reply::full(401, &[("www-authenticate", &challenge)], b"");
        }
        *used += 1;
        answer(Ways { whole: Some((413, "", "")), ..GOOD }, state, seen)
    })
    .await;
    let client = server.client(super::scripted::alice());
    assert_eq!(put(&server, &client, Existing::Skip).await.unwrap(), Uploaded::Sent);
    assert_eq!(state.lock().unwrap().0.stored, std::slice::from_ref(&BLOB.digest));
    let received: usize = server.seen().iter().map(|seen| seen.body.len()).sum();
    assert!(received <= 3 * SIZE + 2 * (4 << 20), "{received}");
}
