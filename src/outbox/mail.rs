//! A letter by SMTP.

use std::time::SystemTime;

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use super::{ATTEMPT_TIME_MAX, Letter, MailServer, MailTls, NotSent, chain, read, secret};
use crate::quality::messages::Trouble;

/// Server codes that say the user or password is at fault.
const SIGN_IN_CODES: [u16; 4] = [530, 534, 535, 538];

pub(super) async fn send(server: &MailServer, to: &str, letter: &Letter) -> Result<(), NotSent> {
    let message = message(server, to, letter)?;
    let transport = transport(server).await?;
    transport.send(message).await.map_err(not_sent).map(drop)
}

/// The letter with its headers. The same letter makes the same Message-ID and date, however often
/// it is sent.
fn message(server: &MailServer, to: &str, letter: &Letter) -> Result<Message, NotSent> {
    let unfit = |what: &str| {
        let text = format!("{what} is no e-mail address");
        NotSent::new(Trouble::NotConfigured, text)
    };
    let mut message = Message::builder()
        .from(server.from.parse().map_err(|_| unfit(&server.from))?)
        .to(to.parse().map_err(|_| unfit(to))?)
        .subject(letter.subject.clone())
        .message_id(Some(format!("<{}@{}>", letter.id, domain(&server.from))))
        .date(SystemTime::from(letter.at))
        .header(ContentType::TEXT_PLAIN)
        .body(letter.text.clone())
        .map_err(|error| NotSent::new(Trouble::Refused, chain(&error)))?;
    // Nobody's absence is to be answered to a machine (RFC 3834).
    message.headers_mut().insert_raw(HeaderValue::new(
        HeaderName::new_from_ascii_str("Auto-Submitted"),
        "auto-generated".to_owned(),
    ));
    Ok(message)
}

fn domain(address: &str) -> &str {
    address.rsplit('@').next().unwrap_or("localhost")
}

async fn transport(server: &MailServer) -> Result<AsyncSmtpTransport<Tokio1Executor>, NotSent> {
    let tls = match server.tls {
        MailTls::None => Tls::None,
        MailTls::StartTls => Tls::Required(parameters(server).await?),
        MailTls::Tls => Tls::Wrapper(parameters(server).await?),
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host)
        .port(server.port)
        .tls(tls)
        .hello_name(ClientId::Domain(domain(&server.from).to_owned()))
        .timeout(Some(ATTEMPT_TIME_MAX));
    if let (Some(user), Some(file)) = (&server.user, &server.password_file) {
        let password = secret(file).await?;
        builder = builder.credentials(Credentials::new(user.clone(), password));
    }
    Ok(builder.build())
}

async fn parameters(server: &MailServer) -> Result<TlsParameters, NotSent> {
    let mut builder = TlsParameters::builder(server.host.clone());
    if let Some(file) = &server.ca_file {
        let pem = read(file).await?;
        let certificate = Certificate::from_pem(pem.as_bytes());
        let unfit = |error| {
            let text = format!("{}: {}", file.display(), chain(&error));
            NotSent::new(Trouble::NotConfigured, text)
        };
        builder = builder.add_root_certificate(certificate.map_err(unfit)?);
    }
    let unusable = |error| NotSent::new(Trouble::NotConfigured, chain(&error));
    builder.build().map_err(unusable)
}

fn not_sent(error: lettre::transport::smtp::Error) -> NotSent {
    let detail = chain(&error);
    let code = error.status().map(u16::from);
    let trouble = if code.is_some_and(|code| SIGN_IN_CODES.contains(&code)) {
        Trouble::SignIn
    } else if error.is_permanent() {
        Trouble::Refused
    } else if error.is_transient() {
        Trouble::Busy
    } else if error.is_tls() || error.is_client() || detail.contains("certificate") {
        Trouble::Untrusted
    } else if error.is_timeout() {
        Trouble::TimedOut
    } else {
        Trouble::Unreachable
    };
    NotSent::new(trouble, detail)
}
