//! A live view followed over its WebSocket.

use anyhow::{Context as _, Result};
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;

use super::api::Api;

/// A frame; a sign of life has no data.
#[derive(Deserialize)]
struct Frame<T> {
    data: Option<T>,
}

/// Follows a view until the receiver is dropped. The receiver's other end goes when the demo ends
/// the connection.
///
/// # Errors
/// Where the demo gives no such view.
pub(super) async fn follow<T>(api: &Api, view: &str) -> Result<watch::Receiver<T>>
where
    T: DeserializeOwned + Send + Sync + 'static,
{
    let address = api
        .live_address(view)
        .context("the address of the demo must begin with http://")?;
    let mut request = address.into_client_request()?;
    let bearer = HeaderValue::from_str(&format!("Bearer {}", api.token()))?;
    request.headers_mut().insert("Authorization", bearer);
    let (mut socket, _) = tokio_tungstenite::connect_async(request)
        .await
        .with_context(|| format!("the live view \"{view}\" does not open"))?;
    let first = loop {
        let message = socket.next().await.context("the live view ended")??;
        if let Some(seen) = read(&message) {
            break seen;
        }
    };
    let (seen_in, seen) = watch::channel(first);
    tokio::spawn(async move {
        loop {
            let message = tokio::select! {
                message = socket.next() => message,
                () = seen_in.closed() => break,
            };
            let Some(Ok(message)) = message else { break };
            if let Some(seen) = read(&message) {
                seen_in.send_replace(seen);
            }
        }
    });
    Ok(seen)
}

fn read<T: DeserializeOwned>(message: &Message) -> Option<T> {
    let text = message.to_text().ok()?;
    serde_json::from_str::<Frame<T>>(text).ok()?.data
}
