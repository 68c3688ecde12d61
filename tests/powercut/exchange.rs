//! What a recorded daemon was asked and answered over HTTP, with the place of both in the
//! recording.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::recording::Op;

/// What an answer tells, so that whoever read it relies on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// There is a ticket of this number.
    Ticket { id: u64, number: String },
    /// It was called, to this desk where the answer says so.
    Call { id: u64, desk: Option<u64> },
    /// It was finished.
    Finish { id: u64 },
}

/// A request and, if it came so far, its answer.
#[derive(Debug)]
pub struct Exchange {
    /// Method and path.
    pub request: String,
    /// The idempotency key, if it had one.
    pub key: Option<String>,
    /// Body of the request.
    pub asked: Vec<u8>,
    /// Operations until it was read whole.
    pub heard: usize,
    /// Operations until its answer was sent whole, and the answer.
    pub answer: Option<(usize, Answer)>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
    pub told: Vec<Told>,
}

impl Exchange {
    /// The answer, if it was sent before a cut after so many operations.
    pub fn answered_by(&self, cut: usize) -> Option<&Answer> {
        let (at, answer) = self.answer.as_ref()?;
        (*at <= cut).then_some(answer)
    }
}

/// One end of a connection: bytes that do not make a whole message yet.
#[derive(Default)]
struct Connection {
    heard: Vec<u8>,
    said: Vec<u8>,
    /// Its exchange that waits for an answer.
    open: Option<usize>,
}

/// A whole HTTP message.
struct Message {
    head: String,
    body: Vec<u8>,
}

impl Message {
    /// Takes a message off the front, if it is there whole.
    fn take(bytes: &mut Vec<u8>) -> Option<Self> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let length = header(&head, "content-length").map_or(0, |text| text.parse().unwrap());
        assert_eq!(header(&head, "transfer-encoding"), None, "{head}");
        let whole = end + 4 + length;
        if bytes.len() < whole {
            return None;
        }
        let body = bytes[end + 4..whole].to_vec();
        bytes.drain(..whole);
        Some(Self { head, body })
    }
}

fn header(head: &str, name: &str) -> Option<String> {
    head.lines().skip(1).find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name)
            .then(|| value.trim().to_owned())
    })
}

/// All exchanges of a recording, in the order they were asked. A client asks one thing at a time on
/// a connection. What is not HTTP is left out.
pub fn exchanges(ops: &[Op]) -> Vec<Exchange> {
    let mut connections: BTreeMap<u64, Connection> = BTreeMap::new();
    let mut exchanges: Vec<Exchange> = Vec::new();
    for (index, op) in ops.iter().enumerate() {
        match op {
            Op::Heard { fd, text } => {
                let begins = text.starts_with(b"GET ") || text.starts_with(b"POST ");
                if begins {
                    // A descriptor is used again by the next connection.
                    connections.insert(*fd, Connection::default());
                }
                let Some(connection) = connections.get_mut(fd) else {
                    continue;
                };
                connection.heard.extend_from_slice(text);
                if let Some(message) = Message::take(&mut connection.heard) {
                    connection.open = Some(exchanges.len());
                    exchanges.push(asked(message, index + 1));
                }
            }
            Op::Said { fd, text } => {
                let Some(connection) = connections.get_mut(fd) else {
                    continue;
                };
                let Some(open) = connection.open else {
                    continue;
                };
                connection.said.extend_from_slice(text);
                if let Some(message) = Message::take(&mut connection.said) {
                    connection.open = None;
                    exchanges[open].answer = Some((index + 1, answered(&message)));
                }
            }
            Op::Create { .. }
            | Op::Write { .. }
            | Op::Sync { .. }
            | Op::SyncDir { .. }
            | Op::Rename { .. }
            | Op::Remove { .. }
            | Op::Truncate { .. }
            | Op::MakeDir { .. }
            | Op::SyncRange => {}
        }
    }
    exchanges
}

fn asked(message: Message, heard: usize) -> Exchange {
    let first = message.head.lines().next().unwrap();
    Exchange {
        request: first.trim_end_matches(" HTTP/1.1").to_owned(),
        key: header(&message.head, "idempotency-key"),
        asked: message.body,
        heard,
        answer: None,
    }
}

fn answered(message: &Message) -> Answer {
    let status = message.head.split(' ').nth(1).unwrap().parse().unwrap();
    let body: Value = serde_json::from_slice(&message.body).unwrap_or(Value::Null);
    let mut told = Vec::new();
    if status < 300 {
        tell(&body, &mut told);
        if let Some(call) = body.get("call").filter(|call| !call.is_null()) {
            told.push(Told::Call {
                id: call["ticket"]["id"].as_u64().unwrap(),
                desk: call["desk"].as_u64(),
            });
        }
    }
    Answer { status, body, told }
}

/// Wherever in an answer a ticket is shown, it is told with all that is shown of it.
fn tell(value: &Value, told: &mut Vec<Told>) {
    if let Some(members) = value.as_object() {
        if let (Some(id), Some(number)) = (value["id"].as_u64(), value["number"].as_str()) {
            let number = number.to_owned();
            told.push(Told::Ticket { id, number });
            if value["first_called_at"].is_string() {
                told.push(Told::Call { id, desk: None });
            }
            if value["state"] == "finished" {
                told.push(Told::Finish { id });
            }
        }
        members.values().for_each(|inner| tell(inner, told));
    }
    for inner in value.as_array().into_iter().flatten() {
        tell(inner, told);
    }
}
