//! The committed OpenAPI document says what the daemon serves.
#![allow(clippy::expect_used)]

use std::path::Path;

/// Regenerate the document with `UPDATE=1 cargo test --test openapi`.
#[test]
fn the_committed_document_is_the_one_served() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let served = rinda::web::openapi::document();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &served).expect("openapi.json can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == served,
        "openapi.json does not say what the daemon serves: \
         run `UPDATE=1 cargo test --test openapi` and commit the file"
    );
}

#[test]
fn every_operation_tells_its_refusals_and_every_view_has_a_schema() {
    let document: serde_json::Value =
        serde_json::from_str(&rinda::web::openapi::document()).expect("it is JSON");
    let paths = document["paths"].as_object().expect("paths");
    for (path, methods) in paths {
        for (method, operation) in methods.as_object().expect("methods") {
            let open = path == "/health" || path == "/api/v1/openapi.json";
            let refusals = &operation["responses"]["default"]["content"];
            assert!(
                open || refusals["application/problem+json"].is_object(),
                "{method} {path} tells no refusals"
            );
        }
    }
    let schemas = document["components"]["schemas"]
        .as_object()
        .expect("schemas");
    for name in [
        "KioskView",
        "BoardView",
        "DeskView",
        "ManagerView",
        "TrackView",
        "Problem",
        "Envelope_KioskView",
        "Envelope_BoardView",
        "Envelope_DeskView",
        "Envelope_ManagerView",
        "LiveMessage",
    ] {
        assert!(schemas.contains_key(name), "{name} has no schema");
    }
}
