//! Registries that ask to wait.

use super::super::reply::Reply;
use super::{Fault, On};
use std::time::{Duration, SystemTime};

pub fn faults() -> Vec<Fault> {
    let mut all = Vec::new();
    let date = |ahead: u64| httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(ahead));
    for status in [429, 503] {
        // A value, and how often a command asks when it is told so each time.
        let table = [
            ("0".to_owned(), 5),
            ("1".to_owned(), 5),
            (date(1), 5),
            ("Sun, 06 Nov 1994 08:49:37 GMT".to_owned(), 5),
            ("Sunday, 06-Nov-94 08:49:37 GMT".to_owned(), 5),
            ("-1".to_owned(), 5),
            ("1e9".to_owned(), 5),
            ("0.5".to_owned(), 5),
            ("garbage".to_owned(), 5),
            (String::new(), 5),
            ("61".to_owned(), 1),
            ("1000000000".to_owned(), 1),
            ("18446744073709551615".to_owned(), 1),
            ("99999999999999999999999".to_owned(), 5),
            (date(3600), 1),
            ("Fri, 31 Dec 9999 23:59:59 GMT".to_owned(), 1),
        ];
        for (value, most) in table {
            let reply = Reply::error(status, "TOOMANYREQUESTS", "slow down").with("retry-after", &value);
            all.push(
                Fault::reply(format!("{status}, wait {value:?}"), On::Main, reply).every(5).retries("4").most(most),
            );
        }
        let twice =
            Fault::new(format!("{status} twice, wait 0"), On::Main, move |request, sane| match request.before {
                0 | 1 => Reply::full(status, &[("retry-after", "0")], ""),
                _ => sane,
            });
        all.push(twice.every(0).retries("4").most(8));
        let waited =
            Fault::new(format!("{status} once, wait 2"), On::Main, move |request, sane| match request.before {
                0 => Reply::full(status, &[("retry-after", "2")], ""),
                _ => sane,
            });
        all.push(waited.every(0).most(8));
    }
    all
}
