//! `[mail]`, `[webhook]`, `[feedback]` and `[incidents]`: ways out of the centre, and who is told of
//! feedback (clause 29) and of technical failures (A2/2/4). Secrets stand in files of their own.

use std::path::PathBuf;

use serde::Deserialize;

use super::place::{At, Found};
use crate::outbox::{MailServer, MailTls, Ways, Webhook};
use crate::quality::messages::{Route, is_address};

/// Receivers of one subject.
const RECEIVERS_MAX: usize = 8;

/// `[mail]` as it is written.
#[derive(Debug, Deserialize)]
pub(super) struct MailTable {
    host: String,
    port: Option<u16>,
    tls: Option<String>,
    from: String,
    user: Option<String>,
    password_file: Option<PathBuf>,
    ca_file: Option<PathBuf>,
}

/// `[webhook]` as it is written.
#[derive(Debug, Deserialize)]
pub(super) struct WebhookTable {
    url: String,
    secret_file: PathBuf,
    ca_file: Option<PathBuf>,
}

/// `[feedback]` or `[incidents]` as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ReceiversTable {
    to: Vec<String>,
}

/// How the centre tells others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Telling {
    /// Ways out.
    pub ways: Ways,
    /// Who is told of feedback; nobody where empty, and clause 29 is then not met.
    pub feedback: Vec<Route>,
    /// Who is told of technical failures (A2/2/4.1, 4.6); where empty, people tell them by phone.
    pub incidents: Vec<Route>,
}

impl Telling {
    /// Everybody who is told of something, each once.
    pub fn receivers(&self) -> Vec<Route> {
        let mut routes = self.feedback.clone();
        for route in &self.incidents {
            if !routes.contains(route) {
                routes.push(route.clone());
            }
        }
        routes
    }
}

pub(super) fn check(
    mail: Option<&MailTable>,
    webhook: Option<&WebhookTable>,
    feedback: &ReceiversTable,
    incidents: &ReceiversTable,
    found: &mut Found<'_>,
) -> Telling {
    let ways = Ways {
        mail: mail.map(|table| check_mail(table, found)),
        webhook: webhook.map(|table| check_webhook(table, found)),
    };
    Telling {
        feedback: check_receivers("feedback", feedback, &ways, found),
        incidents: check_receivers("incidents", incidents, &ways, found),
        ways,
    }
}

fn check_receivers(
    subject: &str,
    table: &ReceiversTable,
    ways: &Ways,
    found: &mut Found<'_>,
) -> Vec<Route> {
    let mut routes: Vec<Route> = Vec::new();
    for (place, text) in table.to.iter().enumerate() {
        let at = [At::Key(subject), At::Key("to"), At::Index(place)];
        let missing = match text.parse() {
            Err(error) => {
                let error: crate::quality::messages::NoRoute = error;
                found.note(&at, error.to_string());
                continue;
            }
            Ok(route) if routes.contains(&route) => Some("stands here twice"),
            Ok(route) => {
                let way = match &route {
                    Route::Mail(_) if ways.mail.is_none() => Some("needs a table [mail]"),
                    Route::Webhook if ways.webhook.is_none() => Some("needs a table [webhook]"),
                    Route::Mail(_) | Route::Webhook => None,
                };
                routes.push(route);
                way
            }
        };
        if let Some(why) = missing {
            found.note(&at, format!("\"{text}\" {why}"));
        }
    }
    if table.to.len() > RECEIVERS_MAX {
        let at = [At::Key(subject), At::Key("to")];
        found.note(
            &at,
            format!("at most {RECEIVERS_MAX} receivers: use a list of the mail server"),
        );
    }
    routes
}

const fn mail_key(key: &str) -> [At<'_>; 2] {
    [At::Key("mail"), At::Key(key)]
}

fn check_mail(table: &MailTable, found: &mut Found<'_>) -> MailServer {
    if table.host.trim().is_empty() {
        found.note(&mail_key("host"), "must not be empty");
    }
    if !is_address(&table.from) {
        let text = format!("\"{}\" is no e-mail address", table.from);
        found.note(&mail_key("from"), text);
    }
    let tls = match table.tls.as_deref() {
        None | Some("starttls") => MailTls::StartTls,
        Some("tls") => MailTls::Tls,
        Some("none") => MailTls::None,
        Some(other) => {
            found.note(
                &mail_key("tls"),
                format!("\"{other}\" is not known: use \"starttls\", \"tls\" or, within this machine, \"none\""),
            );
            MailTls::StartTls
        }
    };
    if tls == MailTls::None && !is_loopback(&table.host) {
        found.note(
            &mail_key("tls"),
            "customers' words would cross the network unencrypted: \"none\" is only for 127.0.0.1, ::1 or localhost",
        );
    }
    match (&table.user, &table.password_file) {
        (Some(_), None) => found.note(
            &mail_key("user"),
            "needs password_file, a file with the password alone",
        ),
        (None, Some(_)) => found.note(&mail_key("password_file"), "needs user"),
        (Some(_), Some(_)) | (None, None) => {}
    }
    let usual = match tls {
        MailTls::StartTls => 587,
        MailTls::Tls => 465,
        MailTls::None => 25,
    };
    MailServer {
        host: table.host.clone(),
        port: table.port.unwrap_or(usual),
        tls,
        from: table.from.clone(),
        user: table.user.clone(),
        password_file: table.password_file.clone(),
        ca_file: table.ca_file.clone(),
    }
}

fn check_webhook(table: &WebhookTable, found: &mut Found<'_>) -> Webhook {
    let at = [At::Key("webhook"), At::Key("url")];
    match table.url.split_once("://") {
        Some(("https", rest)) if !host_of(rest).is_empty() => {}
        Some(("http", rest)) if is_loopback(host_of(rest)) => {}
        Some(("http", _)) => found.note(
            &at,
            "customers' words would cross the network unencrypted: use https, http only within this machine",
        ),
        Some(_) | None => found.note(&at, "must begin with https://"),
    }
    Webhook {
        url: table.url.clone(),
        secret_file: table.secret_file.clone(),
        ca_file: table.ca_file.clone(),
    }
}

/// "[::1]" of "[::1]:8080/path", "example.lv" of "example.lv/path". A name before "@" is none of a host.
fn host_of(rest: &str) -> &str {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let host = authority.rsplit('@').next().unwrap_or("");
    match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        Some((host, _)) => host,
        None => host.split(':').next().unwrap_or(""),
    }
}

fn is_loopback(host: &str) -> bool {
    let address: Result<std::net::IpAddr, _> = host.parse();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::tests::{SOUND, problems};
    use super::*;
    use crate::config::parse;

    fn telling(text: &str) -> Telling {
        parse(&format!("{SOUND}\n{text}"), "centre.toml")
            .unwrap()
            .telling
    }

    #[test]
    fn c29_who_is_told_by_which_way_is_read() {
        assert_eq!(telling(""), Telling::default());
        let told = telling(
            "[mail]\nhost = \"mail.example.lv\"\nfrom = \"rinda@example.lv\"\nuser = \"rinda\"\npassword_file = \"/etc/rinda/mail\"\n\
             [webhook]\nurl = \"http://[::1]:9/x\"\nsecret_file = \"s\"\n\
             [feedback]\nto = [\"mail:kvalitate@example.lv\", \"webhook\"]\n\
             [incidents]\nto = [\"webhook\"]\n",
        );
        let mail = told.ways.mail.unwrap();
        assert_eq!((mail.port, mail.tls), (587, MailTls::StartTls));
        let to = Route::Mail("kvalitate@example.lv".to_owned());
        assert_eq!(told.feedback, [to, Route::Webhook]);
        assert_eq!(told.incidents, [Route::Webhook]);
        let implicit = telling("[mail]\nhost = \"h\"\nfrom = \"a@b\"\ntls = \"tls\"\n");
        assert_eq!(implicit.ways.mail.unwrap().port, 465);
    }

    #[test]
    fn c29_what_cannot_be_meant_is_told_with_its_place() {
        let told = problems(&format!(
            "{SOUND}\n[mail]\nhost = \"mail.example.lv\"\nfrom = \"rinda\"\ntls = \"none\"\nuser = \"u\"\npassword = \"x\"\n\
             [webhook]\nurl = \"http://example.lv\"\nsecret_file = \"s\"\n\
             [feedback]\nto = [\"pasts\", \"webhook\", \"webhook\"]\n"
        ));
        for expect in [
            "\"rinda\" is no e-mail address",
            "only for 127.0.0.1",
            "needs password_file",
            "password",
            "use https",
            "\"pasts\" is no route",
            "\"webhook\" stands here twice",
        ] {
            assert!(told.contains(expect), "{expect}\n{told}");
        }
        let told = problems(&format!(
            "{SOUND}\n[feedback]\nto = [\"mail:a@b.lv\", \"webhook\"]\n"
        ));
        assert!(told.contains("needs a table [mail]") && told.contains("needs a table [webhook]"));
        let sly = "[webhook]\nurl = \"http://localhost@example.lv/\"\nsecret_file = \"s\"\n";
        assert!(problems(&format!("{SOUND}\n{sly}")).contains("use https"));
    }
}
