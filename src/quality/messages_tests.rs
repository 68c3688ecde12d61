#![allow(clippy::unwrap_used)]
use super::*;

#[test]
fn pauses_double_from_ten_seconds_to_ten_minutes() {
    let pauses: Vec<i64> = (1..=9).map(|n| pause_after(n).as_secs()).collect();
    assert_eq!(pauses, [10, 20, 40, 80, 160, 320, 600, 600, 600]);
    assert_eq!(pause_after(0), RETRY_FIRST);
    assert_eq!(pause_after(u32::MAX), RETRY_MAX);
}

#[test]
fn a_route_is_written_as_in_the_configuration() {
    for text in ["mail:kvalitate@dienests.example", "webhook"] {
        let route: Route = text.parse().unwrap();
        assert_eq!(route.to_string(), text);
        let json = serde_json::to_string(&route).unwrap();
        assert_eq!(json, format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<Route>(&json).unwrap(), route);
    }
    for text in [
        "",
        "mail:",
        "mail:name",
        "mail:@b.lv",
        "mail:a@",
        "mail:a@b@c",
        "mail:a b@c.lv",
        "mail:a@b.lv\r\nBcc: c@d.lv",
        "hook",
    ] {
        assert!(text.parse::<Route>().is_err(), "{text:?}");
    }
}

#[test]
fn a_message_goes_to_each_once_and_to_somebody() {
    let outbox = Outbox::default();
    let about = About::Feedback { id: 1 };
    for to in [vec![], vec![Route::Webhook, Route::Webhook]] {
        let queued = MessageEvent::Queued { about, to };
        assert_eq!(outbox.check(&queued), Err(MessageRejection::UnfitRoutes));
    }
}
