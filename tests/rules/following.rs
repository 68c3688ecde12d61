//! The forecast follows the centre by its events: after each of them it has the centre's own queue,
//! keys and desks.

use std::sync::Arc;

use rinda::queue::appointments::Status;
use rinda::queue::centre::Centre;
use rinda::queue::desk::Seat;
use rinda::queue::event::{Event, Happened};
use rinda::queue::forecast::feed::{bits, desk_at, seconds, service_at};
use rinda::queue::forecast::following::Following;
use rinda::queue::forecast::picture::Doing;
use rinda::queue::selection;
use rinda::queue::ticket::TicketId;

use crate::floor::{Floor, floor};

/// Replays a log from nothing, and from its middle, and compares after every event.
pub fn agrees(floor: &Floor) {
    let setup = Arc::new(floor.setup.clone());
    let begin = |centre, seq, at| Following::begin(setup.clone(), centre, seq, at, None);
    let Some(first) = floor.log.first() else {
        return;
    };
    let mut whole = begin(Centre::default(), 0, first.at);
    let mut late: Option<Following> = None;
    for (place, happened) in floor.log.iter().enumerate() {
        whole.take(happened);
        compare(&whole, happened);
        if let Some(late) = &mut late {
            late.take(happened);
            compare(late, happened);
        } else if place * 2 >= floor.log.len() {
            let begun = begin(whole.centre().clone(), happened.seq, happened.at);
            compare(&begun, happened);
            late = Some(begun);
        }
    }
}

fn compare(following: &Following, happened: &Happened) {
    let centre = following.centre();
    let now = seconds(happened.at);
    let picture = following.follower().as_it_is(None);
    let seen: Vec<_> = picture
        .waiting
        .iter()
        .map(|ticket| {
            let key_ms = ((ticket.key_s + now) * 1_000.0).round() as i64;
            (
                ticket.ticket,
                ticket.service,
                key_ms,
                ticket.reserved_for,
                ticket.since_s <= 0.001,
            )
        })
        .collect();
    let waits: Vec<_> = selection::waiting_in_order(centre)
        .into_iter()
        .map(|ticket| {
            (
                ticket.id.0,
                service_at(ticket.service),
                ticket.counts_from.as_millisecond(),
                ticket.reserved_for.map(desk_at),
                true,
            )
        })
        .collect();
    assert_eq!(seen, waits, "after {happened:?}");
    let mut awaited: Vec<i64> = picture
        .booked
        .iter()
        .map(|booked| (booked.slot_s + now).round() as i64)
        .collect();
    awaited.sort_unstable();
    let mut booked: Vec<i64> = centre
        .appointments
        .by_id
        .values()
        .filter(|visit| visit.status == Status::Booked && Some(visit.date) == centre.date)
        .map(|visit| visit.slot.as_second())
        // The forecast looks four hours ahead.
        .filter(|slot| slot - happened.at.as_second() < 14_400)
        .collect();
    booked.sort_unstable();
    // Who did not come is counted when the next day begins.
    if !matches!(happened.event, Event::AppointmentCodesUnlinked { .. }) {
        assert_eq!(awaited, booked, "after {happened:?}");
    }
    let desks: Vec<_> = picture
        .desks
        .iter()
        .map(|desk| {
            let doing = match desk.doing {
                Doing::Away { .. } => "away".to_owned(),
                Doing::Ready { .. } | Doing::Idle => "free".to_owned(),
                Doing::Break { .. } => "break".to_owned(),
                Doing::Called { ticket, .. } => format!("called {ticket}"),
                Doing::Serving { ticket, .. } => format!("serving {ticket}"),
            };
            (desk.desk, desk.services, doing)
        })
        .collect();
    let known = |ticket: &TicketId| centre.tickets.contains_key(ticket);
    let open: Vec<_> = centre
        .desks
        .values()
        .filter_map(|desk| Some((desk_at(desk.number), desk.staffed.as_ref()?)))
        .map(|(number, staffed)| {
            let doing = match &staffed.seat {
                Seat::Free { .. } => "free".to_owned(),
                Seat::OnBreak { .. } => "break".to_owned(),
                Seat::Called { ticket, .. } if known(ticket) => format!("called {}", ticket.0),
                Seat::Serving { ticket, .. } | Seat::Documents { ticket, .. } if known(ticket) => {
                    format!("serving {}", ticket.0)
                }
                Seat::Called { .. } | Seat::Serving { .. } | Seat::Documents { .. } => {
                    "free".to_owned()
                }
            };
            (number, bits(&staffed.services), doing)
        })
        .collect();
    assert_eq!(desks, open, "after {happened:?}");
}

#[test]
fn what_is_taken_back_sent_on_or_set_aside_is_followed() {
    for script in [
        "open 1; issue 1; issue 2; call 1; arrive 1; finish 1; undo 1; +3; finish 1; call 1",
        "open 1; issue 1; call 1; +60; undo 1; +60; reinstate #1; call 1",
        "open 1; open 2; issue 1; call 1; arrive 1; send 1 desk 2; issue 1; call 1; call 2",
        "open 1; open 2; issue 1; call 1; arrive 1; send 1 desk 2; close 2; call 1; undo 1",
        "open 1; issue 1; call 1; arrive 1; park 1; issue 1; call 1; arrive 1; finish 1; resume 1 #1; finish 1",
        "open 1; issue 1; issue 1; +1; out #2; call 1; arrive 1; cancel #1 left; send 1 3; undo 1",
        "open 1; issue 1; call 1; arrive 1; open 1 12 take by two; finish 1; restart",
        "open 1; issue 1; break 1; jump -3600; back 1; call 1; jump 7200; arrive 1; docs 1; finish 1",
        "open 1; issue 1; call 1; +82800; open 1; issue 3; call 1",
    ] {
        let floor = floor(script);
        agrees(&floor);
    }
}
