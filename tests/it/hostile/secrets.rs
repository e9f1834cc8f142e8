//! Where credentials go: to the registry itself and to its own token server, whatever a registry says.

use super::super::support::{Run, Sandbox};
use super::images::Images;
use super::reply::Reply;
use super::sane::{Access, Kind, Request, Sane};
use super::server::{Greeting, Server, Twist};
use super::{ABREAST, HAS_TAGS, PASSWORD, TOKEN, USER};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use std::net::ToSocketAddrs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

/// A refresh token, as some registries give them out.
const IDENTITY: &str = "r3fresh/t0ken+of=ann";

/// Where a registry leads, written in every way: what comes before the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Home,
    Address,
    Port,
    Name,
    Capitals,
    Dot,
    Six,
    Mapped,
    Decimal,
    Hexadecimal,
    Octal,
    Slashes,
    Backslashes,
    Tabs,
    User,
    UserLikeHome,
    NoUser,
    OverTls,
    Ftp,
}

const FORMS: [Form; 19] = [
    Form::Home,
    Form::Address,
    Form::Port,
    Form::Name,
    Form::Capitals,
    Form::Dot,
    Form::Six,
    Form::Mapped,
    Form::Decimal,
    Form::Hexadecimal,
    Form::Octal,
    Form::Slashes,
    Form::Backslashes,
    Form::Tabs,
    Form::User,
    Form::UserLikeHome,
    Form::NoUser,
    Form::OverTls,
    Form::Ftp,
];

/// The recorders: another address of this machine, another port of the registry's own, and its IPv6 address.
struct Recorders {
    address: Server,
    port: Server,
    six: Server,
}

impl Recorders {
    fn start(images: &Images, twist: &Twist) -> Self {
        let start = |address: &str| {
            let fill = |host: &str| {
                let mut sane = Sane::new(host, Access::Open);
                images.fill(&mut sane);
                sane
            };
            Server::start(address, Greeting::None, fill, Arc::clone(twist))
        };
        Self { address: start("127.0.0.2"), port: start("127.0.0.1"), six: start("::1") }
    }

    fn ports(&self) -> Ports {
        let port = |server: &Server| server.address.port();
        Ports { address: port(&self.address), port: port(&self.port), six: port(&self.six) }
    }

    fn seen(&self) -> Vec<Request> {
        [&self.address, &self.port, &self.six].into_iter().flat_map(Server::seen).collect()
    }
}

#[derive(Clone, Copy)]
struct Ports {
    address: u16,
    port: u16,
    six: u16,
}

impl Form {
    fn write(self, ports: Ports) -> String {
        let Ports { address, port, six } = ports;
        match self {
            Self::Home => String::new(),
            Self::Address => format!("http://127.0.0.2:{address}"),
            Self::Port => format!("http://127.0.0.1:{port}"),
            Self::Name => format!("http://localhost:{port}"),
            Self::Capitals => format!("HTTP://LocalHost:{port}"),
            Self::Dot => format!("http://localhost.:{port}"),
            Self::Six => format!("http://[::1]:{six}"),
            Self::Mapped => format!("http://[::ffff:127.0.0.2]:{address}"),
            Self::Decimal => format!("http://2130706434:{address}"),
            Self::Hexadecimal => format!("http://0x7f.0x2:{address}"),
            Self::Octal => format!("http://0177.0.0.02:{address}"),
            Self::Slashes => format!("//127.0.0.2:{address}"),
            Self::Backslashes => format!("http:\\\\127.0.0.2:{address}"),
            Self::Tabs => format!("ht\ttp://127.0.\t0.2:{address}"),
            Self::User => format!("http://ann:pw@127.0.0.2:{address}"),
            Self::UserLikeHome => format!("http://127.0.0.1:{port}@127.0.0.2:{address}"),
            Self::NoUser => format!("http://@127.0.0.2:{address}"),
            Self::OverTls => format!("https://127.0.0.2:{address}"),
            Self::Ftp => format!("ftp://127.0.0.2:{address}"),
        }
    }

    /// Whether content may be fetched from there, or sent there, without a secret.
    fn leads(self) -> bool {
        match self {
            Self::User | Self::UserLikeHome | Self::OverTls | Self::Ftp => false,
            // Not every machine knows itself by this name.
            Self::Dot => *DOT,
            _ => true,
        }
    }
}

static DOT: LazyLock<bool> = LazyLock::new(|| ("localhost.", 0).to_socket_addrs().is_ok());

/// One way to lead a client astray.
struct Case {
    name: String,
    access: Access,
    arguments: Vec<&'static str>,
    code: i32,
    /// Whether the recorders may see a credential: they are the registry's own token server.
    trusted: bool,
    /// Whether the recorders must be asked, or must not.
    asked: Option<bool>,
    home: Arc<dyn Fn(Ports, &Request, Reply) -> Reply + Send + Sync>,
    /// What the recorders do.
    away: Option<Arc<dyn Fn(&str, &Request, Reply) -> Reply + Send + Sync>>,
    identity: bool,
}

const PULL: [&str; 2] = ["pull", "HOST/acme/theirs:1"];
const PUSH: [&str; 2] = ["push", "HOST/acme/ours:1"];
const TAGS: [&str; 3] = ["remote", "tags", "HOST/acme/theirs"];
const LOGIN: [&str; 6] = ["login", "-s", "HOST", "-u", USER, "--password-stdin"];

impl Case {
    fn new(
        name: String,
        arguments: &[&'static str],
        code: i32,
        home: impl Fn(Ports, &Request, Reply) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self {
            name,
            access: Access::Password,
            arguments: arguments.to_vec(),
            code,
            trusted: false,
            asked: None,
            home: Arc::new(home),
            away: None,
            identity: false,
        }
    }

    /// The answers of one kind, to whoever has signed in, lead on.
    fn leading(name: String, kind: Kind, arguments: &[&'static str], status: u16, form: Form) -> Self {
        let code = if form.leads() { 0 } else { 5 };
        let case = Self::new(name, arguments, code, move |ports, request, sane| {
            if request.kind() != kind || request.target.contains("again") || !signed_in(request) {
                return sane;
            }
            let place = format!("{}{}?again=1&n=1000", form.write(ports), request.path());
            Reply::full(status, &[("location", &place)], "")
        });
        Self { asked: Some(form.leads() && form != Form::Home), ..case }
    }
}

fn signed_in(request: &Request) -> bool {
    request.header("authorization").is_some()
}

fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    for form in FORMS {
        for status in [301, 302, 303, 307, 308] {
            for (kind, arguments) in
                [(Kind::GetManifest, &PULL[..]), (Kind::GetBlob, &PULL), (Kind::HeadBlob, &PUSH), (Kind::Tags, &TAGS)]
            {
                let name = format!("{status} of {kind:?} to {form:?}");
                let mut case = Case::leading(name, kind, arguments, status, form);
                // Both kinds of secret, by turns.
                if all.len() % 2 == 0 {
                    case.access = Access::Token;
                }
                all.push(case);
            }
        }
        all.extend(uploads(form));
        all.extend(realms(form));
        all.push(links(form));
    }
    for status in [301, 302, 303, 307, 308] {
        all.extend(detours(status));
    }
    all.retain(|case| HAS_TAGS || !case.arguments.contains(&"tags"));
    all
}

/// Uploads that are to be sent elsewhere.
fn uploads(form: Form) -> Vec<Case> {
    [Access::Password, Access::Token]
        .map(|access| {
            let code = if form.leads() { 0 } else { 5 };
            let name = format!("an upload to {form:?} by {access:?}");
            let case = Case::new(name, &PUSH, code, move |ports, request, sane| match request.kind() {
                Kind::StartUpload if signed_in(request) => {
                    sane.with("location", &format!("{}{}1?_state=again", form.write(ports), request.path()))
                }
                Kind::PutManifest if signed_in(request) => Reply::status(201),
                _ => sane,
            });
            Case { access, asked: Some(form.leads() && form != Form::Home), ..case }
        })
        .into()
}

/// Token servers elsewhere: only the registry's own host is one, whatever the port.
fn realms(form: Form) -> Vec<Case> {
    let trusted = form == Form::Port;
    let mut all = Vec::new();
    for (arguments, identity) in [(&PULL[..], false), (&PUSH, false), (&LOGIN, false), (&PULL, true)] {
        if form == Form::Home {
            continue;
        }
        let name = format!("{} with a realm at {form:?}{}", arguments[0], if identity { " by identity" } else { "" });
        let case = Case::new(name, arguments, if trusted { 0 } else { 4 }, move |ports, _, sane| match &sane {
            Reply::Message(message) if message.status == 401 => {
                let challenge =
                    format!("Bearer realm=\"{}/token\",service=\"s\"", form.write(ports).replace('\\', "\\\\"));
                sane.with("www-authenticate", &challenge)
            }
            _ => sane,
        });
        all.push(Case { access: Access::Token, trusted, asked: Some(trusted), identity, ..case });
    }
    // What the registry's own token server leads to is no better.
    let case = Case::new(format!("a realm that leads to {form:?}"), &PULL, 4, |ports, _, sane| match &sane {
        Reply::Message(message) if message.status == 401 => {
            sane.with("www-authenticate", &format!("Bearer realm=\"{}/token\"", Form::Port.write(ports)))
        }
        _ => sane,
    });
    // The recorder at the other port is the token server here: it may see the password, and those it names may not.
    if !matches!(form, Form::Home | Form::Port | Form::Name | Form::Capitals | Form::Dot) {
        let away = move |host: &str, request: &Request, sane: Reply| match host.starts_with("127.0.0.1:") {
            // Ports of the other recorders are not known here: a fixed one will do where nothing may arrive.
            true if request.path() == "/token" => {
                let nowhere = Ports { address: 1, port: 1, six: 1 };
                Reply::full(307, &[("location", &format!("{}/token", form.write(nowhere)))], "")
            }
            _ => sane,
        };
        all.push(Case { access: Access::Token, trusted: true, away: Some(Arc::new(away)), ..case });
    }
    all
}

/// Lists that go on elsewhere: never followed, but at home.
fn links(form: Form) -> Case {
    let code = if form == Form::Home { 0 } else { 5 };
    let case = Case::new(format!("a list that goes on at {form:?}"), &TAGS, code, move |ports, request, sane| {
        if request.kind() != Kind::Tags || request.target.contains("again") || !signed_in(request) {
            return sane;
        }
        sane.with("link", &format!("<{}{}?again=1>; rel=\"next\"", form.write(ports), request.path()))
    });
    Case { asked: Some(false), ..case }
}

/// Places elsewhere that ask for a credential, or lead on.
fn detours(status: u16) -> Vec<Case> {
    let mut all = Vec::new();
    for (kind, name) in [(Kind::GetBlob, "a blob"), (Kind::GetManifest, "a manifest")] {
        for challenge in [
            "Basic realm=\"give me\"",
            "Bearer realm=\"http://127.0.0.2:1/token\"",
            "Bearer realm=\"http://HERE/token\",service=\"s\"",
        ] {
            let mut case = Case::leading(
                format!("{status} of {name} to a place that wants {challenge}"),
                kind,
                &PULL,
                status,
                Form::Address,
            );
            case.code = 4;
            case.away = Some(Arc::new(move |host, request, sane| match request.path() {
                "/token" => sane,
                _ => Reply::full(401, &[("www-authenticate", &challenge.replace("HERE", host))], ""),
            }));
            all.push(case);
        }
        // There and back again, and on to the next.
        let mut case =
            Case::leading(format!("{status} of {name} to a place that leads on"), kind, &PULL, status, Form::Address);
        case.access = Access::Token;
        case.away = Some(Arc::new(move |_, request, sane| match request.target.contains("further") {
            true => sane,
            false => Reply::full(status, &[("location", &format!("{}?further", request.path()))], ""),
        }));
        all.push(case);
    }
    all
}

/// All secrets, in all the clothes they may wear.
fn secrets() -> Vec<String> {
    let pair = format!("{USER}:{PASSWORD}");
    let mut all = Vec::new();
    for secret in [PASSWORD, TOKEN, IDENTITY, pair.as_str()] {
        all.push(secret.to_owned());
        all.push(STANDARD.encode(secret));
        all.push(URL_SAFE_NO_PAD.encode(secret));
        all.push(url::form_urlencoded::byte_serialize(secret.as_bytes()).collect());
        all.push(secret.bytes().map(|byte| format!("{byte:02x}")).collect());
    }
    all
}

fn run(case: &Case, images: &Images) -> Result<(), String> {
    let away = case.away.clone();
    let recorder: Twist = Arc::new(move |request, sane| {
        let host = request.header("host").unwrap_or_default();
        match &away {
            Some(away) => away(host, request, sane()),
            None => sane(),
        }
    });
    let recorders = Recorders::start(images, &recorder);
    let (ports, twist) = (recorders.ports(), Arc::clone(&case.home));
    let fill = |host: &str| {
        let mut sane = Sane::new(host, case.access);
        images.fill(&mut sane);
        sane
    };
    let home =
        Server::start("127.0.0.1", Greeting::None, fill, Arc::new(move |request, sane| twist(ports, request, sane())));
    let (host, sandbox) = (home.host(), Sandbox::empty());
    images.lay_out(&sandbox, &host);
    let signs_in = case.arguments[0] == "login";
    if !signs_in {
        let mut entry = serde_json::json!({"auth": STANDARD.encode(format!("{USER}:{PASSWORD}"))});
        if case.identity {
            entry = serde_json::json!({"auth": STANDARD.encode("ann:"), "identitytoken": IDENTITY});
        }
        sandbox.write("store/config.json", serde_json::json!({"auths": {host.as_str(): entry}}).to_string());
    }
    let arguments: Vec<String> = case.arguments.iter().map(|argument| argument.replace("HOST", &host)).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut command = sandbox.command(&arguments);
    command.env("POLICY_HTTP_TIMEOUT", "5").env("POLICY_HTTP_RETRIES", "0");
    let ran = Run::with(&mut command, if signs_in { PASSWORD } else { "" });
    let (seen, mut wrong) = (recorders.seen(), Vec::new());
    if ran.code != case.code {
        wrong.push(format!("exit {} instead of {}", ran.code, case.code));
    }
    let text = format!("{seen:?}");
    let shown: Vec<String> = secrets().into_iter().filter(|secret| text.contains(secret.as_str())).collect();
    if !shown.is_empty() && !case.trusted {
        wrong.push(format!("elsewhere it shows {shown:?}"));
    }
    let bodies = seen.iter().flat_map(|request| request.body.clone()).collect::<Vec<u8>>();
    if !case.trusted
        && secrets().iter().any(|secret| bodies.windows(secret.len()).any(|part| part == secret.as_bytes()))
    {
        wrong.push("elsewhere it sends a secret".to_owned());
    }
    if seen.iter().any(|request| request.header("cookie").is_some()) {
        wrong.push("elsewhere it sends cookies".to_owned());
    }
    if case.asked.is_some_and(|asked| asked == seen.is_empty()) {
        wrong.push(format!("elsewhere it asks {} times", seen.len()));
    }
    let said = format!("{}{}", ran.out, ran.err);
    if secrets().iter().any(|secret| said.contains(secret.as_str())) {
        wrong.push("it says a secret".to_owned());
    }
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(format!("{}: {}\n    {ran:?}\n    {text:.900}", case.name, wrong.join("; "))),
    }
}

#[test]
fn no_secret_goes_anywhere_but_home() {
    let images = Images::build();
    let only = std::env::var("POLICY_TRIAL").unwrap_or_default();
    let cases: Vec<Case> = cases().into_iter().filter(|case| case.name.contains(&only)).collect();
    assert!(!only.is_empty() || cases.len() >= 200, "only {} cases", cases.len());
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..ABREAST / 2 {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(failure) = run(case, &images) {
                        failures.lock().unwrap().push(failure);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    eprintln!("{} ways to lead a client astray", cases.len());
    assert!(failures.is_empty(), "{} of {} went wrong:\n{}", failures.len(), cases.len(), failures.join("\n"));
}
