//! The listener: bounded connections, no slow heads, a clean stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::access::Peer;
use super::{AppState, router};

/// Connections at once; more wait to be accepted.
const CONNECTIONS_MAX: usize = 1_024;

/// Time a client has for sending the head of a request, from the end of the one before.
const HEAD_TIME_MAX: Duration = Duration::from_secs(30);

/// Largest head of a request, bytes.
const HEAD_BYTES_MAX: usize = 32 * 1024;

/// Time running requests have to end when the daemon stops.
const STOP_TIME_MAX: Duration = Duration::from_secs(5);

/// Pause after the system refused a connection, e.g. for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `shutdown` is done, then lets running requests end.
///
/// # Errors
/// Never while it serves: a connection that fails is its client's.
pub async fn serve(
    listener: TcpListener,
    state: AppState,
    shutdown: impl Future<Output = ()>,
) -> std::io::Result<()> {
    let stopping = state.stopping.clone();
    let app = router(state);
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let running = TaskTracker::new();
    tokio::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, peer, place)) = accepted else {
            continue;
        };
        let app = app.clone().layer(Extension(Peer(peer.ip().to_canonical())));
        let stopping = stopping.clone();
        running.spawn(async move {
            converse(stream, app, stopping).await;
            drop(place);
        });
    }
    stopping.cancel();
    running.close();
    if tokio::time::timeout(STOP_TIME_MAX, running.wait())
        .await
        .is_err()
    {
        tracing::info!("some connections were still open when the web stopped");
    }
    Ok(())
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = places.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, place)),
        Err(error) => {
            tracing::warn!(%error, "a connection cannot be accepted");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

async fn converse(stream: TcpStream, app: axum::Router, stopping: CancellationToken) {
    // Small frames must not wait for each other.
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME_MAX)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app))
        .with_upgrades();
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended badly");
    }
}
