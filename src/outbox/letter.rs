//! What a message says, made of the facts at the moment it is sent.

use jiff::Timestamp;
use serde_json::json;

use crate::quality::Quality;
use crate::quality::feedback::{Entry, FeedbackKind};
use crate::quality::incidents::Incident;
use crate::quality::messages::{About, Message, News};
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
        About::Incident { id, news } => {
            let incident = quality.incidents.get(id)?;
            Some(of_incident(
                from,
                name,
                message.queued_at,
                (id, news),
                incident,
            ))
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

/// Of a failure and its cause (A2/2/4.1), or that customers are served in full again (4.6).
fn of_incident(
    from: From<'_>,
    name: String,
    at: Timestamp,
    (id, news): (u64, News),
    incident: &Incident,
) -> Letter {
    let time = |at| wording::date_and_time(at, &from.setup.timezone);
    let (title, clause) = match news {
        News::Begun => ("Tehniska kļūme klientu apkalpošanā", "4.1."),
        News::Resumed => ("Klientu apkalpošana ir atsākta pilnā apmērā", "4.6."),
    };
    let mut lines = vec![
        title.to_owned(),
        String::new(),
        format!("Centrs: {}", from.setup.name),
        format!("Traucēts: {}", incident.words()),
        format!("Kopš: {}", time(incident.began_at)),
    ];
    if !incident.cause.is_empty() {
        lines.push(format!("Cēlonis: {}", incident.cause));
    }
    match (news, incident.forecast_until) {
        (News::Begun, Some(until)) => {
            let lasts = incident.forecast().unwrap_or_default();
            lines.push(format!(
                "Prognozējamais novēršanas laiks: {} (pēc {})",
                time(until),
                wording::hours_and_minutes(lasts)
            ));
        }
        (News::Begun, None) => {
            lines.push("Prognozējamais novēršanas laiks: nav zināms".to_owned());
        }
        (News::Resumed, _) => {
            let end = incident.resumed_at().unwrap_or(at);
            lines.push(format!(
                "Atsākta: {} (pēc {})",
                time(end),
                wording::hours_and_minutes(incident.lasted(end))
            ));
        }
    }
    if news == News::Begun && incident.is_forecast_long() {
        lines.push(String::new());
        lines.push(
            "Prognozētais laiks ir ilgāks par 4 stundām: paziņojums jāievieto tīmekļa vietnē un \
             twitterī (4.2.)."
                .to_owned(),
        );
    }
    lines.extend([
        String::new(),
        format!(
            "Nosūtīts saskaņā ar klientu apkalpošanas standarta 2. situācijas {clause} punktu. Nr. {name}"
        ),
        String::new(),
    ]);
    Letter {
        at,
        subject: format!("{title}: {}", from.setup.name),
        text: lines.join("\n"),
        json: json!({
            "message": name,
            "about": "incident",
            "centre": {"id": from.id, "name": from.setup.name},
            "incident": {
                "id": id,
                "news": news,
                "disturbed": incident.disturbed,
                "what": incident.what,
                "began_at": incident.began_at,
                "cause": incident.cause,
                "forecast_until": incident.forecast_until,
                "website_due": incident.is_forecast_long(),
                "resumed_at": incident.resumed_at(),
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
