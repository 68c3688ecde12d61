//! Around the kiosks: help, simulated devices, spoken sentences.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::AppState;
use super::access::{BOARD_VIEWERS, Caller, DESKS, KIOSK_VIEWERS, KIOSKS, sha256_hex};
use super::answers::Answer;
use super::body::{At, Given, Nothing, RequestKey};
use super::problem::Problem;
use super::steps::scoped;
use super::tickets::kiosk_of;
use crate::queue::catalogue::Service;
use crate::queue::command::Command;
use crate::queue::decide::SERIES_NUMBER_MAX;
use crate::queue::ticket::{DeskNumber, TicketNumber};
use crate::queue::wording;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(request_help))
        .routes(routes!(answer_help))
        .routes(routes!(replace_roll))
        .routes(routes!(press))
        .routes(routes!(slip))
        .routes(routes!(voice))
}

/// Whether somebody at a kiosk awaits help.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct HelpAnswer {
    /// The kiosk.
    kiosk: String,
    /// Somebody awaits help there.
    help_requested: bool,
}

/// A roll of paper that is full.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct RollAnswer {
    /// The kiosk.
    kiosk: String,
    /// Tickets that it gives, about.
    capacity: u32,
}

/// A press of a simulated button.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PressRequest {
    /// Button, 1 to 3.
    #[schema(value_type = Service)]
    button: Service,
}

/// A press that the simulated board took.
#[derive(Serialize, Deserialize, ToSchema)]
pub(super) struct PressAnswer {
    /// The kiosk.
    kiosk: String,
    /// Button, 1 to 3; the ticket shows in the kiosk's view.
    button: u8,
}

/// Ask for help at the kiosk (A2/2/2.1)
#[utoipa::path(post, path = "/api/v1/kiosk/help", tag = "kiosk", request_body = Nothing,
    responses((status = 200, body = HelpAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "Refusal")))]
async fn request_help(
    State(state): State<AppState>,
    caller: Caller,
    key: RequestKey,
    _: Given<Nothing>,
) -> Result<Answer, Problem> {
    caller.must_be(KIOSKS)?;
    let Caller::Device { name, .. } = &caller else {
        return Err(Problem::not_allowed());
    };
    let kiosk = kiosk_of(&state.engine.published().setup, name);
    let command = Command::RequestHelp {
        kiosk: kiosk.clone(),
    };
    state.act(&caller, &key, command).await?;
    Answer::json(
        StatusCode::OK,
        &HelpAnswer {
            kiosk,
            help_requested: true,
        },
    )
}

/// Go and help at a kiosk
#[utoipa::path(post, path = "/api/v1/kiosk/{kiosk}/help-answered", tag = "kiosk", request_body = Nothing,
    params(("kiosk" = String, Path, description = "Kiosk name")),
    responses((status = 200, body = HelpAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "Refusal")))]
async fn answer_help(
    State(state): State<AppState>,
    caller: Caller,
    At(kiosk): At<String>,
    key: RequestKey,
    _: Given<Nothing>,
) -> Result<Answer, Problem> {
    caller.must_be(DESKS)?;
    let command = Command::AnswerHelp {
        kiosk: kiosk.clone(),
    };
    state.act(&caller, &key, command).await?;
    Answer::json(
        StatusCode::OK,
        &HelpAnswer {
            kiosk,
            help_requested: false,
        },
    )
}

/// Say that a full roll of paper was put into a kiosk's printer
#[utoipa::path(post, path = "/api/v1/kiosk/{kiosk}/roll-replaced", tag = "kiosk", request_body = Nothing,
    params(("kiosk" = String, Path, description = "Kiosk name")),
    responses((status = 200, body = RollAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "Refusal")))]
async fn replace_roll(
    State(state): State<AppState>,
    caller: Caller,
    At(kiosk): At<String>,
    key: RequestKey,
    _: Given<Nothing>,
) -> Result<Answer, Problem> {
    caller.must_be(DESKS)?;
    let command = Command::ReplaceRoll {
        kiosk: kiosk.clone(),
    };
    state.act(&caller, &key, command).await?;
    let capacity = state.engine.published().setup.paper_of(&kiosk).roll_tickets;
    Answer::json(StatusCode::OK, &RollAnswer { kiosk, capacity })
}

/// Press a button of a simulated board
#[utoipa::path(post, path = "/api/v1/simulated/{kiosk}/press", tag = "kiosk", request_body = PressRequest,
    params(("kiosk" = String, Path, description = "Kiosk name")),
    responses((status = 200, body = PressAnswer),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_found` where the board is not simulated")))]
async fn press(
    State(state): State<AppState>,
    caller: Caller,
    At(kiosk): At<String>,
    key: RequestKey,
    Given(PressRequest { button }): Given<PressRequest>,
) -> Result<Answer, Problem> {
    caller.must_be(KIOSK_VIEWERS)?;
    let simulated = state.ports.simulated.clone();
    let simulated = simulated.ok_or_else(Problem::not_found)?;
    let button = button.digit();
    let fingerprint = sha256_hex(&format!("press {kiosk} {button}"));
    let now = state.clock.now();
    let work = async {
        simulated.press(&kiosk, button)?;
        let kiosk = kiosk.clone();
        Answer::json(StatusCode::OK, &PressAnswer { kiosk, button })
    };
    state
        .answers
        .once(now, scoped(&caller, &key), &fingerprint, work)
        .await
}

/// The newest paper of a simulated printer
#[utoipa::path(get, path = "/api/v1/simulated/{kiosk}/slip.png", tag = "kiosk",
    params(("kiosk" = String, Path, description = "Kiosk name")),
    responses((status = 200, content_type = "image/png", body = [u8]),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_found` where there is none")))]
async fn slip(
    State(state): State<AppState>,
    caller: Caller,
    At(kiosk): At<String>,
) -> Result<Response, Problem> {
    caller.must_be(KIOSK_VIEWERS)?;
    let simulated = state
        .ports
        .simulated
        .as_ref()
        .ok_or_else(Problem::not_found)?;
    let picture = simulated.slip_png(&kiosk).await;
    let picture = picture.ok_or_else(Problem::not_found)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/png")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, picture).into_response())
}

/// The sentence of a call, spoken
#[utoipa::path(get, path = "/api/v1/voice/{series}/{number}/{file}", tag = "board",
    params(("series" = String, Path, description = "Series letter"),
        ("number" = u16, Path, description = "Running number"),
        ("file" = String, Path, description = "Desk number and `.wav`")),
    responses((status = 200, content_type = "audio/wav", body = [u8]),
        (status = "default", body = Problem, content_type = "application/problem+json", description = "`not_found` where no voice is installed")))]
async fn voice(
    State(state): State<AppState>,
    caller: Caller,
    At((series, number, file)): At<(char, u16, String)>,
) -> Result<Response, Problem> {
    caller.must_be(BOARD_VIEWERS)?;
    let desk = file.strip_suffix(".wav").and_then(|desk| desk.parse().ok());
    let desk = DeskNumber(desk.ok_or_else(Problem::not_found)?);
    let published = state.engine.published();
    // Only sentences that can be called: nobody fills the voice's store with others.
    let known = Service::ALL
        .into_iter()
        .any(|service| published.setup.series_of(service) == series)
        && (1..=SERIES_NUMBER_MAX).contains(&number)
        && published.setup.desks.contains_key(&desk);
    let voice = state.ports.voice.as_ref().filter(|_| known);
    let voice = voice.ok_or_else(Problem::not_found)?;
    let text = wording::announcement(TicketNumber { series, number }, desk);
    let wav = voice.wav(text).await.ok_or_else(Problem::not_found)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("audio/wav")),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, max-age=3600"),
        ),
    ];
    Ok((headers, wav).into_response())
}
