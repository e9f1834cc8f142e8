//! Where an answer leads to, and what of a request goes there, as Go's client has it.

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderName, PROXY_AUTHORIZATION, WWW_AUTHENTICATE};
use url::Url;

/// Headers that are for the first host and those below it alone.
const SECRET: [HeaderName; 4] = [AUTHORIZATION, WWW_AUTHENTICATE, COOKIE, PROXY_AUTHORIZATION];

/// The method of the next request, and whether it has the body; `None` where the answer leads nowhere.
pub(super) fn method(status: u16, before: &Method) -> Option<(Method, bool)> {
    match status {
        301..=303 if matches!(*before, Method::GET | Method::HEAD) => Some((before.clone(), false)),
        301..=303 => Some((Method::GET, false)),
        307 | 308 => Some((before.clone(), true)),
        _ => None,
    }
}

/// Takes away what a host must not see that the first one led to.
pub(super) fn strip(headers: &mut HeaderMap, first: &Url, next: &Url) {
    let (Some(first), Some(next)) = (first.host_str(), next.host_str()) else { return };
    let is_below = next.strip_suffix(first).is_some_and(|rest| rest.ends_with('.'));
    if first != next && !is_below {
        for name in SECRET {
            let _ = headers.remove(name);
        }
    }
}

/// What the next request says it comes from: the address without its user, unless it leaves TLS.
pub(super) fn referer(last: &Url, next: &Url) -> Option<String> {
    if last.scheme() == "https" && next.scheme() == "http" {
        return None;
    }
    let mut shown = last.clone();
    let (_, _) = (shown.set_username(""), shown.set_password(None));
    shown.set_fragment(None);
    Some(shown.into())
}
