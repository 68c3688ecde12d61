//! The voice: sentences spoken by the synthesiser, made once and kept.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::sync::Mutex;

/// Program that speaks Latvian.
const SYNTHESISER: &str = "espeak-ng";

/// Words a minute: a little slower than talk, for a room.
const WORDS_PER_MINUTE: &str = "150";

/// Longest the synthesiser may take for a sentence.
const SYNTHESIS_TIME: Duration = Duration::from_secs(5);

/// Sentences kept ready.
const KEPT_MAX: usize = 64;

/// Longest sentence, bytes.
const SENTENCE_BYTES_MAX: usize = 400;

/// Speaks sentences.
#[derive(Debug, Default)]
pub struct Voice {
    synthesiser: bool,
    kept: Mutex<BTreeMap<String, Vec<u8>>>,
}

impl Voice {
    /// Looks what this machine can speak with.
    pub async fn find() -> Self {
        let synthesiser = Command::new(SYNTHESISER)
            .arg("--version")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .await
            .is_ok_and(|status| status.success());
        Self {
            synthesiser,
            kept: Mutex::default(),
        }
    }

    /// Whether anything can be spoken; where not, displays chime only.
    pub fn is_ready(&self) -> bool {
        self.synthesiser
    }

    /// A sentence as a WAV file; absent where it cannot be spoken.
    pub async fn wav(&self, sentence: &str) -> Option<Vec<u8>> {
        if !self.synthesiser || sentence.len() > SENTENCE_BYTES_MAX {
            return None;
        }
        // One at a time: a burst of displays asks for the same sentence.
        let mut kept = self.kept.lock().await;
        if let Some(wav) = kept.get(sentence) {
            return Some(wav.clone());
        }
        let wav = synthesise(sentence).await?;
        if kept.len() >= KEPT_MAX {
            kept.pop_first();
        }
        kept.insert(sentence.to_owned(), wav.clone());
        Some(wav)
    }
}

async fn synthesise(sentence: &str) -> Option<Vec<u8>> {
    let output = Command::new(SYNTHESISER)
        .args(["-v", "lv", "-s", WORDS_PER_MINUTE, "--stdout", "--"])
        .arg(sentence)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .output();
    match tokio::time::timeout(SYNTHESIS_TIME, output).await {
        Ok(Ok(output)) if output.status.success() && !output.stdout.is_empty() => {
            Some(output.stdout)
        }
        Ok(Ok(output)) => {
            tracing::warn!(status = %output.status, "the synthesiser failed");
            None
        }
        Ok(Err(error)) => {
            tracing::warn!(%error, "the synthesiser does not start");
            None
        }
        Err(_) => {
            tracing::warn!("the synthesiser took too long");
            None
        }
    }
}
