//! What to do about a registry that does not do what it was asked.

use crate::registry::{Action, Asked, Distrust, Fault, Missing, RegistryError};
use std::time::Duration;

/// GitHub's registry, whose permissions have names of their own.
const GHCR: &str = "ghcr.io";

/// The exit code of a cause, and the ways out of it.
pub(super) fn judge(error: &RegistryError) -> (u8, Vec<String>) {
    match error {
        RegistryError::Unreachable { fault: Fault::Oversized, .. } => (6, Vec::new()),
        RegistryError::Unreachable { fault, .. } => (5, unreachable(*fault)),
        RegistryError::Unauthorized { asked, sent, .. } => (4, unauthorized(asked, *sent)),
        RegistryError::Forbidden { asked, .. } => (4, forbidden(asked)),
        RegistryError::NotFound { asked, missing, .. } => (1, not_found(asked, *missing)),
        RegistryError::ManifestBlobUnknown { .. } => (1, vec!["push again: the registry lost a blob".to_owned()]),
        RegistryError::Refused { asked, status: 405, .. } => (1, not_offered(asked)),
        RegistryError::Refused { status: 400, said, .. }
            if said.message.contains("HTTP request to an HTTPS server") =>
        {
            (1, vec!["the registry speaks HTTPS: leave --plaintext out".to_owned()])
        }
        RegistryError::Refused { .. } | RegistryError::Malformed { .. } | RegistryError::Local { .. } => {
            (1, Vec::new())
        }
        RegistryError::RateLimited { asked, wait, .. } => (5, rate_limited(asked, *wait)),
        RegistryError::ServerError { .. } => (5, vec!["the fault is the registry's: try again later".to_owned()]),
        RegistryError::StorageRefused { status: 401 | 403, .. } => (4, Vec::new()),
        RegistryError::StorageRefused { .. } => (1, Vec::new()),
        RegistryError::DigestMismatch { .. } | RegistryError::SizeMismatch { .. } => {
            (3, vec!["what came is not what its name says; nothing of it was kept".to_owned()])
        }
        RegistryError::TooLarge { .. } | RegistryError::TooMany { .. } => (6, Vec::new()),
        RegistryError::UntrustedRealm { realm, .. } => {
            (4, vec![format!("if it is right, allow it in the configuration file: auth: {{realms: [{realm}]}}")])
        }
        RegistryError::UntrustedLocation { host, distrust: Distrust::OwnDowngrade, .. } => {
            let text = "does not know that TLS is spoken in front of it: its administrator sets its external URL to";
            (5, vec![format!("{host} {text} https://{host}, or lets the proxy send X-Forwarded-Proto: https")])
        }
        RegistryError::UntrustedLocation { .. } => (5, Vec::new()),
        RegistryError::File { .. } | RegistryError::Setting(_) => (2, Vec::new()),
    }
}

/// The command that signs in, with the user where one is known that a shell takes as it is.
fn sign_in(asked: &Asked) -> String {
    let is_plain = |user: &&str| {
        !user.is_empty()
            && !user.starts_with('-')
            && user.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-+@".contains(&byte))
    };
    let user = asked.identity().and_then(|identity| identity.user.as_deref()).filter(is_plain).unwrap_or("USER");
    format!("policy login -s {} -u {user} --password-stdin", asked.host())
}

/// The credential in words; `None` where there was none, or where it was just typed.
fn credential(asked: &Asked) -> Option<String> {
    let identity = asked.identity().filter(|identity| !identity.origin.is_empty())?;
    Some(format!("the credential for {} ({identity})", asked.host()))
}

fn unauthorized(asked: &Asked, sent: bool) -> Vec<String> {
    let first = match (sent, credential(asked), asked.identity()) {
        (true, Some(credential), _) => format!("{credential} was refused: it is wrong, or has expired"),
        (true, None, _) => "the registry refused the user name or password".to_owned(),
        (false, Some(credential), _) => format!("{credential} is of a kind that the registry does not take"),
        (false, None, Some(identity)) => format!("the registry does not take an {}", identity.kind),
        (false, None, None) => format!("no credential for {} was found", asked.host()),
    };
    let is_login = asked.action() == Action::SignIn && credential(asked).is_none() && asked.identity().is_some();
    if is_login { vec![first] } else { vec![first, sign_in(asked)] }
}

fn forbidden(asked: &Asked) -> Vec<String> {
    let repository = asked.repository().unwrap_or("this");
    let Some(credential) = credential(asked) else {
        return match asked.identity() {
            Some(_) => vec!["the registry knows the user, and does not let it in".to_owned()],
            None => vec![format!("without signing in, nobody may {} it", verb(asked.action())), sign_in(asked)],
        };
    };
    if asked.host() != GHCR {
        return vec![format!("{credential} does not allow to {} {repository}", verb(asked.action())), sign_in(asked)];
    }
    let scope = match asked.action() {
        Action::Pull | Action::SignIn => "read:packages",
        Action::Push => "write:packages",
        Action::Delete => "delete:packages",
    };
    let is_job = asked.identity().is_some_and(|identity| identity.origin == "GITHUB_TOKEN");
    let way = match (is_job, asked.action()) {
        (true, Action::Pull | Action::SignIn) => "give the job `permissions: {packages: read}`".to_owned(),
        (true, Action::Push | Action::Delete) => {
            "give the job `permissions: {packages: write}`, and the repository access to the package".to_owned()
        }
        (false, _) => sign_in(asked),
    };
    vec![format!("{credential} lacks {scope}, or {repository} belongs to somebody else"), way]
}

fn verb(action: Action) -> &'static str {
    match action {
        Action::Pull => "read",
        Action::Push => "write",
        Action::Delete => "delete from",
        Action::SignIn => "use",
    }
}

fn not_offered(asked: &Asked) -> Vec<String> {
    let text = match (asked.action(), asked.host()) {
        (Action::Delete, GHCR) => {
            "ghcr.io deletes through GitHub's API: policy rm -r, with a token that has delete:packages"
        }
        (Action::Delete, _) => "the registry does not allow deletion: whoever runs it can",
        _ => "the registry does not offer this",
    };
    vec![text.to_owned()]
}

fn not_found(asked: &Asked, missing: Missing) -> Vec<String> {
    let host = asked.host();
    let is_ecr = host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn");
    match missing {
        Missing::Repository if is_ecr => {
            let repository = asked.repository().unwrap_or("ORG/REPO");
            vec![format!("make it first: aws ecr create-repository --repository-name {repository}")]
        }
        Missing::Repository | Missing::Manifest => {
            let mut hints =
                vec!["check the name; a private repository looks missing to whoever may not read it".to_owned()];
            hints.extend(credential(asked).map(|credential| format!("it was asked for with {credential}")));
            hints
        }
        Missing::Blob => Vec::new(),
        Missing::Interface => vec![format!("{host} does not seem to be an OCI registry")],
    }
}

fn rate_limited(asked: &Asked, wait: Option<Duration>) -> Vec<String> {
    let first = match wait {
        Some(wait) if !wait.is_zero() => format!("wait {} s, and run the command again", wait.as_secs()),
        _ => "wait, and run the command again".to_owned(),
    };
    match asked.identity() {
        Some(_) => vec![first],
        None => vec![first, format!("limits are often higher for whoever signs in: {}", sign_in(asked))],
    }
}

fn unreachable(fault: Fault) -> Vec<String> {
    let text = match fault {
        Fault::Name => "check the registry's name, and the network",
        Fault::Refused => "nothing listens there: is the registry running?",
        Fault::UnknownAuthority => "trust the authority with --ca-file FILE, or pass -k to trust any",
        Fault::WrongHost => "the certificate is for another host: use the name that stands in it",
        Fault::NotTls => "the registry speaks plain HTTP: pass --plaintext",
        Fault::ClientCertificate => "the registry wants a client certificate: --cert-file FILE --key-file FILE",
        Fault::NoAuthorities => "install the system's CA certificates, set SSL_CERT_FILE, or pass --ca-file FILE",
        Fault::Proxy => "check HTTPS_PROXY and NO_PROXY",
        Fault::Stalled => "try again, or wait longer with --timeout SECONDS",
        Fault::ConnectTimeout | Fault::CutOff => "try again: the network or the registry gave up",
        Fault::Oversized | Fault::Tls | Fault::Garbled | Fault::Other => return Vec::new(),
    };
    vec![text.to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::{Identity, Said};
    use std::sync::Arc;

    fn asked(host: &str, deed: &str, user: Option<&str>, origin: Option<&str>) -> Asked {
        let identity = origin.map(|origin| {
            let (user, origin) = (user.map(str::to_owned), origin.to_owned());
            Arc::new(Identity { user, kind: "identity token", origin })
        });
        Asked::new(host, deed).by(identity)
    }

    fn forbidden(asked: Asked) -> RegistryError {
        RegistryError::Forbidden { asked, sent: true, said: Said::default() }
    }

    fn hints(error: &RegistryError, code: u8) -> String {
        let (got, hints) = judge(error);
        assert_eq!(got, code, "{error}");
        hints.join("\n")
    }

    #[test]
    fn a_forbidden_push_names_the_credential_and_the_scope_it_lacks() {
        let docker = Some("~/.docker/config.json");
        let push = forbidden(asked("ghcr.io", "put manifest acme/authz:1.0.0", Some("alice"), docker));
        assert_eq!(
            hints(&push, 4),
            "the credential for ghcr.io (user alice, from ~/.docker/config.json) lacks write:packages, or acme/authz \
             belongs to somebody else\npolicy login -s ghcr.io -u alice --password-stdin"
        );
        let scope = |deed: &str| hints(&forbidden(asked("ghcr.io", deed, Some("alice"), docker)), 4);
        assert!(scope("get manifest acme/authz:1").contains("lacks read:packages"));
        assert!(scope("delete manifest acme/authz:1").contains("lacks delete:packages"));
        let job = forbidden(asked("ghcr.io", "upload blob x to a/b", Some("x-access-token"), Some("GITHUB_TOKEN")));
        assert!(hints(&job, 4).contains("permissions: {packages: write}"));
        let other = forbidden(asked("r.example", "put manifest a/b:1", None, Some("x.json")));
        assert_eq!(
            hints(&other, 4),
            "the credential for r.example (an identity token, from x.json) does not allow to write a/b\n\
             policy login -s r.example -u USER --password-stdin"
        );
    }

    #[test]
    fn an_unauthorized_request_tells_whether_there_was_a_credential() {
        let error = |asked, sent| RegistryError::Unauthorized { asked, sent, said: Said::default() };
        let nobody = error(asked("r.example", "get manifest a:1", None, None), false);
        let login = "policy login -s r.example -u USER --password-stdin";
        assert_eq!(hints(&nobody, 4), format!("no credential for r.example was found\n{login}"));
        let wrong = error(asked("r.example", "get manifest a:1", Some("a b; rm -rf"), Some("x.json")), true);
        assert_eq!(
            hints(&wrong, 4),
            format!(
                "the credential for r.example (user a b; rm -rf, from x.json) was refused: it is wrong, or has \
                 expired\n{login}"
            )
        );
        let typed = error(asked("r.example", "sign in", Some("ann"), Some("")), true);
        assert_eq!(hints(&typed, 4), "the registry refused the user name or password");
    }

    #[test]
    fn registries_with_habits_of_their_own_have_hints_of_their_own() {
        let said = Said::default;
        let ecr = "1.dkr.ecr.eu-central-1.amazonaws.com";
        let absent = |host: &str, deed: &str| RegistryError::NotFound {
            asked: asked(host, deed, None, None),
            missing: Missing::Repository,
            said: said(),
        };
        assert_eq!(
            hints(&absent(ecr, "upload blob sha256:0 to acme/authz"), 1),
            "make it first: aws ecr create-repository --repository-name acme/authz"
        );
        let refused = |host: &str, deed: &str| RegistryError::Refused {
            asked: asked(host, deed, None, None),
            status: 405,
            said: said(),
        };
        assert!(hints(&refused("ghcr.io", "delete manifest a/b:1"), 1).contains("GitHub's API"));
        assert!(hints(&refused("r.example", "delete manifest a/b:1"), 1).contains("does not allow deletion"));
        let limited = RegistryError::RateLimited {
            asked: asked("docker.io", "get manifest library/a:1", None, None),
            wait: Some(Duration::from_secs(90)),
            said: said(),
        };
        let text = hints(&limited, 5);
        assert!(text.starts_with("wait 90 s") && text.contains("policy login -s docker.io"), "{text}");
    }

    #[test]
    fn a_connection_that_fails_names_the_flag_that_helps() {
        let unreachable = |fault| RegistryError::Unreachable {
            asked: asked("r.example", "sign in", None, None),
            fault,
            cause: String::new(),
        };
        for (fault, flag) in [
            (Fault::NotTls, "--plaintext"),
            (Fault::UnknownAuthority, "--ca-file"),
            (Fault::ClientCertificate, "--cert-file"),
            (Fault::Stalled, "--timeout"),
            (Fault::Proxy, "HTTPS_PROXY"),
        ] {
            assert!(hints(&unreachable(fault), 5).contains(flag), "{fault:?}");
        }
    }
}
