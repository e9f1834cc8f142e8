//! The flags by which a command signs in to the one registry it names.
//!
//! Three structs have them: [`SignInArgs`] for commands with one registry, [`FromArgs`] and [`ToArgs`] for the two sides of
//! a copy. Each becomes a [`SignIn`], which `Context::remote_with` lays over the settings.

use super::Context;
use crate::keychain::Login;
use crate::ops::OpsError;
use crate::secret::Secret;
use clap::Args;
use std::io::Read;
use std::path::PathBuf;

/// The most bytes a password may have.
const SECRET_LIMIT: u64 = 64 << 10;

/// What the flags of one side say: who signs in, and how the registry is reached.
#[derive(Debug, Clone, Default)]
pub struct SignIn {
    /// The credential, and the flags it came from.
    pub(super) login: Option<(Login, String)>,
    /// Speak plain HTTP (`true`) or TLS (`false`).
    pub(super) plaintext: Option<bool>,
    /// Accept any certificate.
    pub(super) insecure: bool,
    /// Further certificate authorities, PEM.
    pub(super) ca_files: Vec<PathBuf>,
    /// The client's certificate, PEM.
    pub(super) cert_file: Option<PathBuf>,
    /// The certificate's key, PEM.
    pub(super) key_file: Option<PathBuf>,
}

impl SignIn {
    /// Whether a credential was given, which is for one registry only.
    pub(super) fn has_login(&self) -> bool {
        self.login.is_some()
    }
}

/// Who signs in, for this command alone.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Sign-in options")]
pub struct SignInArgs {
    /// User to sign in as, for this command alone
    #[arg(long, value_name = "USER")]
    username: Option<String>,
    /// Password or access token; visible to others on this machine: prefer --password-stdin
    #[arg(long, value_name = "PASSWORD", value_parser = secret, requires = "username", conflicts_with = "password_stdin")]
    password: Option<Secret>,
    /// Read the password from standard input
    #[arg(long, requires = "username")]
    password_stdin: bool,
    /// Read an identity (refresh) token from standard input
    #[arg(long, conflicts_with_all = ["username", "password", "password_stdin"])]
    identity_token_stdin: bool,
}

impl SignInArgs {
    /// What the flags say; asks for a password that is missing.
    ///
    /// # Errors
    /// Flags that make no credential, or input that cannot be read.
    pub fn read(&self, context: &Context) -> Result<SignIn, OpsError> {
        let typed = Typed {
            prefix: "",
            username: self.username.as_deref(),
            password: self.password.as_ref(),
            password_stdin: self.password_stdin,
            identity_token_stdin: self.identity_token_stdin,
        };
        Ok(SignIn { login: typed.login(context)?, ..SignIn::default() })
    }
}

/// The flags of one side of a copy: the same as [`SignInArgs`] and how that side's registry is reached, with a prefix.
macro_rules! side {
    ($name:ident, $prefix:literal, $side:literal, $other_password:literal, $other_token:literal) => {
        #[doc = concat!("How the registry that is copied ", $side, " is signed in to and reached.")]
        #[derive(Debug, Default, Args)]
        #[command(next_help_heading = concat!("Options for the registry copied ", $side))]
        pub struct $name {
            #[arg(id = concat!($prefix, "username"), long = concat!($prefix, "username"), value_name = "USER", help = "User to sign in as")]
            username: Option<String>,
            #[arg(id = concat!($prefix, "password"), long = concat!($prefix, "password"), value_name = "PASSWORD", value_parser = secret, requires = concat!($prefix, "username"),
                conflicts_with = concat!($prefix, "password-stdin"),
                help = "Password or access token; visible to others on this machine: prefer the flag below")]
            password: Option<Secret>,
            #[arg(id = concat!($prefix, "password-stdin"), long = concat!($prefix, "password-stdin"), requires = concat!($prefix, "username"),
                conflicts_with_all = [$other_password, $other_token], help = "Read the password from standard input")]
            password_stdin: bool,
            #[arg(id = concat!($prefix, "identity-token-stdin"), long = concat!($prefix, "identity-token-stdin"),
                conflicts_with_all = [concat!($prefix, "username"), $other_password, $other_token],
                help = "Read an identity (refresh) token from standard input")]
            identity_token_stdin: bool,
            #[arg(id = concat!($prefix, "plaintext"), long = concat!($prefix, "plaintext"), value_name = "BOOL", num_args = 0..=1, require_equals = true,
                default_missing_value = "true", value_parser = clap::builder::BoolishValueParser::new(),
                help = "Speak HTTP instead of HTTPS")]
            plaintext: Option<bool>,
            #[arg(id = concat!($prefix, "insecure"), long = concat!($prefix, "insecure"), help = "Do not verify the registry's certificate")]
            insecure: bool,
            #[arg(id = concat!($prefix, "ca-file"), long = concat!($prefix, "ca-file"), value_name = "FILE",
                help = "PEM file with a certificate authority to trust; repeatable")]
            ca_file: Vec<PathBuf>,
            #[arg(id = concat!($prefix, "cert-file"), long = concat!($prefix, "cert-file"), value_name = "FILE",
                help = "PEM file with the certificate to show")]
            cert_file: Option<PathBuf>,
            #[arg(id = concat!($prefix, "key-file"), long = concat!($prefix, "key-file"), value_name = "FILE",
                help = "PEM file with that certificate's private key")]
            key_file: Option<PathBuf>,
        }

        impl $name {
            /// What the flags say; asks for a password that is missing.
            ///
            /// # Errors
            /// Flags that make no credential, or input that cannot be read.
            pub fn read(&self, context: &Context) -> Result<SignIn, OpsError> {
                let typed = Typed {
                    prefix: $prefix,
                    username: self.username.as_deref(),
                    password: self.password.as_ref(),
                    password_stdin: self.password_stdin,
                    identity_token_stdin: self.identity_token_stdin,
                };
                Ok(SignIn {
                    login: typed.login(context)?,
                    plaintext: self.plaintext,
                    insecure: self.insecure,
                    ca_files: self.ca_file.clone(),
                    cert_file: self.cert_file.clone(),
                    key_file: self.key_file.clone(),
                })
            }
        }
    };
}

side!(FromArgs, "from-", "from", "to-password-stdin", "to-identity-token-stdin");
side!(ToArgs, "to-", "to", "from-password-stdin", "from-identity-token-stdin");

/// The sign-in flags of one side as they were typed.
pub(super) struct Typed<'a> {
    /// What stands before the names of the flags, after the hyphens.
    pub(super) prefix: &'static str,
    pub(super) username: Option<&'a str>,
    pub(super) password: Option<&'a Secret>,
    pub(super) password_stdin: bool,
    pub(super) identity_token_stdin: bool,
}

impl Typed<'_> {
    /// The credential they give, and the words for where it came from.
    fn login(&self, context: &Context) -> Result<Option<(Login, String)>, OpsError> {
        let prefix = self.prefix;
        if self.identity_token_stdin {
            let token = secret_from_stdin("the identity token")?;
            return Ok(Some((Login::IdentityToken(token), format!("--{prefix}identity-token-stdin"))));
        }
        let Some(username) = self.username else { return Ok(None) };
        check_username(username)?;
        let (password, flag) = self.secret(context, username)?;
        Ok(Some((Login::Password { username: username.to_owned(), password }, format!("--{prefix}{flag}"))))
    }

    /// The password, and the flag that gave it.
    pub(super) fn secret(&self, context: &Context, username: &str) -> Result<(Secret, &'static str), OpsError> {
        let prefix = self.prefix;
        if let Some(password) = self.password {
            context
                .ui
                .warn(&format!("Using --{prefix}password via the CLI is insecure. Use --{prefix}password-stdin."));
            return Ok((checked(password.expose().to_owned(), "the password")?, "password"));
        }
        if self.password_stdin {
            return Ok((secret_from_stdin("the password")?, "password-stdin"));
        }
        if !context.ui.is_interactive() {
            return Err(OpsError::Usage(format!(
                "no password was given for {username}: pipe it in with --{prefix}password-stdin"
            )));
        }
        let read = context.ui.ask_password("Password: ");
        let text = read.map_err(|cause| OpsError::Read { what: "the password from the terminal".to_owned(), cause })?;
        Ok((checked(text, "the password")?, "username"))
    }
}

/// Takes a secret of the command line into custody.
#[allow(clippy::unnecessary_wraps)]
pub(super) fn secret(text: &str) -> Result<Secret, std::convert::Infallible> {
    Ok(Secret::new(text))
}

/// A secret from standard input, without the line break behind it.
pub(super) fn secret_from_stdin(what: &str) -> Result<Secret, OpsError> {
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().take(SECRET_LIMIT + 1).read_to_end(&mut bytes);
    read.map_err(|cause| OpsError::Read { what: format!("{what} from standard input"), cause })?;
    if bytes.len() as u64 > SECRET_LIMIT {
        return Err(OpsError::Usage(format!("{what} on standard input is longer than {SECRET_LIMIT} bytes")));
    }
    let text =
        String::from_utf8(bytes).map_err(|_| OpsError::Usage(format!("{what} on standard input is not UTF-8 text")))?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    checked(text.strip_suffix('\r').unwrap_or(text).to_owned(), what)
}

/// A secret a header can carry.
fn checked(text: String, what: &str) -> Result<Secret, OpsError> {
    if text.is_empty() {
        return Err(OpsError::Usage(format!("{what} is empty")));
    }
    if text.chars().any(char::is_control) {
        return Err(OpsError::Usage(format!("{what} holds a line break or another control character")));
    }
    Ok(Secret::new(text))
}

/// Refuses a user name that Basic authentication cannot carry (RFC 7617, section 2).
pub(super) fn check_username(username: &str) -> Result<(), OpsError> {
    let wrong = if username.is_empty() {
        "is empty"
    } else if username.contains(':') {
        "holds a colon, which ends a user name where it is sent"
    } else if username.chars().any(char::is_control) {
        "holds a control character"
    } else {
        return Ok(());
    };
    Err(OpsError::Usage(format!("the user name {username:?} {wrong}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, FromArgMatches, Parser};

    #[derive(Debug, Parser)]
    struct Copy {
        #[command(flatten)]
        from: FromArgs,
        #[command(flatten)]
        to: ToArgs,
    }

    fn parse(typed: &[&str]) -> Result<Copy, clap::Error> {
        Copy::command()
            .try_get_matches_from([&["copy"], typed].concat())
            .and_then(|found| Copy::from_arg_matches(&found))
    }

    #[test]
    fn both_sides_of_a_copy_have_their_own_flags() {
        Copy::command().debug_assert();
        let copy =
            parse(&["--from-username", "a", "--from-ca-file", "x", "--to-plaintext", "--to-key-file=k"]).unwrap();
        assert_eq!((copy.from.username.as_deref(), copy.to.username), (Some("a"), None));
        assert_eq!((copy.from.plaintext, copy.to.plaintext), (None, Some(true)));
        assert_eq!((copy.from.ca_file, copy.to.ca_file.len()), (vec![PathBuf::from("x")], 0));
        assert_eq!((copy.from.key_file, copy.to.key_file), (None, Some(PathBuf::from("k"))));
    }

    #[test]
    fn standard_input_is_one_secret() {
        let both = ["--from-username=a", "--from-password-stdin", "--to-username=b", "--to-password-stdin"];
        assert!(parse(&both).is_err());
        assert!(parse(&["--from-identity-token-stdin", "--to-username=b", "--to-password-stdin"]).is_err());
        assert!(parse(&["--from-identity-token-stdin", "--to-username=b", "--to-password=p"]).is_ok());
        assert!(parse(&["--to-password-stdin"]).is_err());
    }

    #[test]
    fn a_name_that_basic_cannot_carry_is_refused() {
        for bad in ["", "a:b", "a\nb", "\u{7f}"] {
            assert!(matches!(check_username(bad), Err(OpsError::Usage(_))), "{bad:?}");
        }
        assert!(check_username("robot$acme+ci").is_ok());
        assert!(check_username("grüße").is_ok());
    }

    #[test]
    fn a_secret_is_neither_empty_nor_several_lines() {
        assert!(checked(String::new(), "the password").is_err());
        assert!(checked("a\nb".to_owned(), "the password").is_err());
        assert_eq!(checked("pa ss:w".to_owned(), "the password").unwrap().expose(), "pa ss:w");
    }
}
