//! Passwords, sessions, cookies.

use rinda::access::{AccessEvent, Account, Role};
use rinda::web::WebConfig;

use crate::centre::{PASSWORD, TestCentre, change, cheap_hash};

async fn sign_in(centre: &TestCentre, login: &str, password: &str) -> crate::centre::Answer {
    let body = serde_json::json!({"login": login, "password": password}).to_string();
    centre.post("", "/api/v1/session", &body).await
}

#[tokio::test]
async fn the_right_password_gives_a_token_and_a_cookie_that_work_until_signing_out() {
    let centre = TestCentre::start().await;
    let answer = sign_in(&centre, "anna.liepa", PASSWORD).await;
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    let json = answer.json();
    assert_eq!(json["role"], "consultant");
    let token = json["token"].as_str().unwrap().to_owned();
    assert!(token.len() >= 43);
    let cookie = answer.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with(&format!("rinda_session={token}; ")));
    for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"));
    assert_eq!(centre.get(&token, "/api/v1/session").await.status, 200);
    let cookie = format!("other=1; rinda_session={token}");
    let cookie = [("cookie", cookie.as_str())];
    let by_cookie = centre
        .ask_with("", "GET", "/api/v1/session", "", &cookie)
        .await;
    assert_eq!(by_cookie.json()["login"], "anna.liepa");
    let published = centre.engine.published();
    let kept = format!("{:?}", published.state.register);
    assert!(!kept.contains(&token), "the token itself is kept");
    let out = centre
        .ask_with("", "DELETE", "/api/v1/session", "", &cookie)
        .await;
    assert_eq!(out.status, 204);
    assert!(
        out.headers["set-cookie"]
            .to_str()
            .unwrap()
            .contains("Max-Age=0")
    );
    let after = centre.get(&token, "/api/v1/session").await;
    assert_eq!(after.refusal(), (401, "not_signed_in".to_owned()));
}

#[tokio::test]
async fn a_session_ends_after_its_hours() {
    let centre = TestCentre::start().await;
    let answer = sign_in(&centre, "anna.liepa", PASSWORD).await.json();
    let token = answer["token"].as_str().unwrap();
    centre.advance(12 * 3600 - 1);
    assert_eq!(centre.get(token, "/api/v1/session").await.status, 200);
    centre.advance(1);
    assert_eq!(centre.get(token, "/api/v1/session").await.status, 401);
}

#[tokio::test]
async fn a_cookie_is_for_tls_only_where_the_pages_are() {
    let config = WebConfig {
        public_url: Some("https://rinda.test".to_owned()),
        ..WebConfig::default()
    };
    let centre = TestCentre::with(|_| {}, config).await;
    let answer = sign_in(&centre, "admins", PASSWORD).await;
    assert!(
        answer.headers["set-cookie"]
            .to_str()
            .unwrap()
            .ends_with("; Secure")
    );
}

#[tokio::test]
async fn five_wrong_passwords_in_a_minute_lock_the_login_for_the_rest_of_it() {
    let centre = TestCentre::start().await;
    for _ in 0..5 {
        let wrong = sign_in(&centre, "anna.liepa", "wrong").await;
        assert_eq!(wrong.refusal(), (401, "not_signed_in".to_owned()));
    }
    let locked = sign_in(&centre, "anna.liepa", PASSWORD).await;
    assert_eq!(locked.refusal(), (429, "too_many_attempts".to_owned()));
    let wait: u64 = locked.headers["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=61).contains(&wait));
    let other = sign_in(&centre, "berta.ozola", PASSWORD).await;
    assert_eq!(other.status, 200);
    centre.advance(61);
    assert_eq!(sign_in(&centre, "anna.liepa", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn an_unknown_a_disabled_and_a_wrong_login_look_alike() {
    let centre = TestCentre::start().await;
    let login = "berta.ozola".to_owned();
    change(&centre.engine, AccessEvent::StaffDisabled { login }).await;
    let unknown = sign_in(&centre, "nobody", PASSWORD).await;
    let disabled = sign_in(&centre, "berta.ozola", PASSWORD).await;
    let wrong = sign_in(&centre, "anna.liepa", "wrong").await;
    assert_eq!(unknown.body, wrong.body);
    assert_eq!(disabled.body, wrong.body);
    assert_eq!(wrong.status, 401);
    assert_eq!(centre.get("berta", "/api/v1/session").await.status, 401);
}

#[tokio::test]
async fn an_account_of_the_demonstration_signs_in_nowhere_else() {
    for demo in [false, true] {
        let centre = TestCentre::with(|setup| setup.demo = demo, WebConfig::default()).await;
        let account = Account {
            login: "demo".to_owned(),
            name: String::new(),
            role: Role::Manager,
            password_hash: cheap_hash("demo"),
            disabled: false,
            demo: true,
        };
        change(&centre.engine, AccessEvent::StaffAdded(account)).await;
        let answer = sign_in(&centre, "demo", "demo").await;
        assert_eq!(answer.status == 200, demo);
    }
}
