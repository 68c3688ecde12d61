//! What a message says, made of the facts at the moment it is sent.

use jiff::Timestamp;
use serde_json::json;

use crate::quality::Quality;
use crate::quality::feedback::{Entry, FeedbackKind};
use crate::quality::messages::{About, Message};
use crate::queue::setup::Setup;
use crate::queue::wording;

/// A message in words, for each way out.
#[derive(Clone, PartialEq)]
pub struct Letter {
    /// Stable name: the same at every repeat.
    pub id: String,
    /// When it was queued.
    pub at: Timestamp,
    /// Subject; names nobody.
    pub subject: String,
    /// Text.
    pub text: String,
    /// The same for programs.
    pub json: serde_json::Value,
}

/// It may name a customer.
impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Letter")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// The centre a letter comes from.
#[derive(Debug, Clone, Copy)]
pub struct From<'a> {
    /// Identity of the centre.
    pub id: &'a str,
    /// Its set-up.
    pub setup: &'a Setup,
}

/// The message's name, the same at every repeat and of no other message: the moment tells apart
/// those of a journal that was begun anew.
pub fn name(from: From<'_>, id: u64, queued_at: Timestamp) -> String {
    format!("rinda-{}-{id}-{}", from.id, queued_at.as_millisecond())
}

/// The letter of a message; none where what it is about is not known any more.
pub fn of_message(from: From<'_>, quality: &Quality, id: u64, message: &Message) -> Option<Letter> {
    let name = name(from, id, message.queued_at);
    match message.about {
        About::Feedback { id } => {
            let entry = quality.feedback.entries.get(&id)?;
            Some(of_feedback(from, name, message.queued_at, id, entry))
        }
    }
}

/// A letter that tells of nothing, to try a way out.
pub fn of_test(from: From<'_>, now: Timestamp) -> Letter {
    let name = name(from, 0, now);
    let centre = &from.setup.name;
    Letter {
        at: now,
        subject: format!("Rinda: pārbaudes ziņojums ({centre})"),
        text: format!(
            "Šis ir pārbaudes ziņojums no {centre}. Ja to saņēmāt, nosūtīšana darbojas.\n\nNr. {name}\n"
        ),
        json: json!({
            "message": name,
            "about": "test",
            "centre": {"id": from.id, "name": centre},
        }),
        id: name,
    }
}

fn of_feedback(from: From<'_>, name: String, at: Timestamp, id: u64, entry: &Entry) -> Letter {
    let feedback = &entry.feedback;
    let time = |at| wording::date_and_time(at, &from.setup.timezone);
    let mut lines = vec![
        format!(
            "{} par klientu apkalpošanu vai pakalpojuma kvalitāti",
            title(feedback.kind)
        ),
        String::new(),
        format!("Centrs: {}", from.setup.name),
        format!("Saņemta: {}", time(entry.received_at())),
        format!(
            "Ievadīja: {}, {}",
            entry.by.as_deref().unwrap_or("Rinda"),
            time(entry.entered_at)
        ),
    ];
    if let Some(ticket) = feedback.ticket {
        lines.push(format!("Biļete: {}", ticket.number));
    }
    if let Some(contact) = &feedback.contact {
        lines.push(format!("Klients atbildi vēlas saņemt: {}", contact.0));
    }
    lines.extend([
        String::new(),
        feedback.text.0.clone(),
        String::new(),
        format!("Nosūtīts saskaņā ar iekšējo noteikumu 29. punktu. Nr. {name}"),
        String::new(),
    ]);
    Letter {
        at,
        subject: format!(
            "{}: {}, {}",
            title(feedback.kind),
            from.setup.name,
            time(entry.received_at())
        ),
        text: lines.join("\n"),
        json: json!({
            "message": name,
            "about": "feedback",
            "centre": {"id": from.id, "name": from.setup.name},
            "feedback": {
                "id": id,
                "kind": feedback.kind,
                "word": feedback.kind.word(),
                "text": feedback.text,
                "contact": feedback.contact,
                "ticket": feedback.ticket.map(|ticket| ticket.number.to_string()),
                "received_at": entry.received_at(),
                "entered_at": entry.entered_at,
                "entered_by": entry.by,
            },
        }),
        id: name,
    }
}

fn title(kind: FeedbackKind) -> &'static str {
    match kind {
        FeedbackKind::Comment => "Atsauksme",
        FeedbackKind::Suggestion => "Ierosinājums",
        FeedbackKind::Complaint => "Sūdzība",
        FeedbackKind::Claim => "Pretenzija",
    }
}
