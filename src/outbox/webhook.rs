//! A letter by HTTP POST. `Rinda-Signature: sha256=<hex>` is the HMAC-SHA-256 of the body under the
//! shared secret; `Rinda-Message` and the body name the message, the same at every repeat.

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, StatusCode};

use super::{ATTEMPT_TIME_MAX, Letter, NotSent, Webhook, chain, read, secret};
use crate::codes::hmac_sha256_hex;
use crate::quality::messages::Trouble;

pub(super) async fn send(webhook: &Webhook, letter: &Letter) -> Result<(), NotSent> {
    let secret = secret(&webhook.secret_file).await?;
    let body = letter.json.to_string();
    let signature = hmac_sha256_hex(secret.as_bytes(), body.as_bytes());
    let request = client(webhook)
        .await?
        .post(&webhook.url)
        .headers(headers(letter, &signature)?)
        .body(body);
    let answer = request.send().await.map_err(|error| not_sent(&error))?;
    let status = answer.status();
    if status.is_success() {
        return Ok(());
    }
    Err(NotSent::new(trouble(status), format!("answered {status}")))
}

fn headers(letter: &Letter, signature: &str) -> Result<HeaderMap, NotSent> {
    let unfit = |_| NotSent::new(Trouble::NotConfigured, "the message id fits no header");
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let id = HeaderValue::from_str(&letter.id).map_err(unfit)?;
    headers.insert("rinda-message", id);
    let signature = HeaderValue::from_str(&format!("sha256={signature}")).map_err(unfit)?;
    headers.insert("rinda-signature", signature);
    Ok(headers)
}

/// A redirect is not followed: the body is for the address that was configured.
async fn client(webhook: &Webhook) -> Result<Client, NotSent> {
    let unusable = |error: &reqwest::Error| NotSent::new(Trouble::NotConfigured, chain(error));
    let mut builder = Client::builder()
        .redirect(Policy::none())
        .timeout(ATTEMPT_TIME_MAX)
        .user_agent(concat!("rinda/", env!("CARGO_PKG_VERSION")));
    if let Some(file) = &webhook.ca_file {
        let pem = read(file).await?;
        let certificate = Certificate::from_pem(pem.as_bytes()).map_err(|e| unusable(&e))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build().map_err(|error| unusable(&error))
}

fn trouble(status: StatusCode) -> Trouble {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Trouble::SignIn,
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => Trouble::Busy,
        status if status.is_server_error() => Trouble::Busy,
        _ => Trouble::Refused,
    }
}

fn not_sent(error: &reqwest::Error) -> NotSent {
    // The address may carry a token of its own; it is not repeated.
    let source = std::error::Error::source(error);
    let detail = source.map_or_else(|| "no answer".to_owned(), chain);
    let trouble = if detail.contains("certificate") || detail.contains("tls") {
        Trouble::Untrusted
    } else if error.is_timeout() {
        Trouble::TimedOut
    } else {
        Trouble::Unreachable
    };
    NotSent::new(trouble, detail)
}
