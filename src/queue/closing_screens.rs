//! Closing in the views: what is left to do, and whether it will be done in time (A2/2/2.3).

use jiff::Timestamp;

use super::catalogue::Service;
use super::forecast::closing::{Closing, Help, Remedy, percent};
use super::screens::Scene;
use super::ticket::{Place, Ticket};
use super::view::{
    Alert, ClosingForecast, ClosingLine, ClosingService, ClosingView, DESK_LIST_MAX, HelpLine,
    OpenTicket, OvertimeRange, StopLine,
};
use super::wording;

impl Scene<'_> {
    /// The end of today's reception; absent where there is none today, or no end.
    pub fn closes_today(&self) -> Option<Timestamp> {
        let date = self.setup.date_of(self.now);
        self.calendar().closing(date, &self.setup.timezone)
    }

    /// The newest forecast of today's closing, while that is ahead.
    pub fn closing_forecast(&self) -> Option<&Closing> {
        let closes_at = self.closes_today().filter(|at| self.now < *at)?;
        let closing = self.around.outlook.as_ref()?.closing.as_ref();
        closing.filter(|closing| closing.closes_at == closes_at)
    }

    /// Closing in one line.
    pub fn closing_line(&self) -> ClosingLine {
        let closes_at = self.closes_today();
        ClosingLine {
            closes_at,
            is_over: closes_at.is_some_and(|closes_at| self.now >= closes_at),
            remaining: self.remaining(),
            forecast: self.closing_forecast().map(|closing| {
                let (done_p50, done_p90) = closing.present.moments(closing.made_at);
                ClosingForecast {
                    done_p50,
                    done_p90,
                    chance_percent: percent(closing.present.by_closing),
                    warns: closing.warns_since.is_some(),
                }
            }),
        }
    }

    /// Closing for the manager.
    pub fn closing_view(&self) -> ClosingView {
        let line = self.closing_line();
        let forecast = self.closing_forecast();
        let open = self.open_tickets().take(DESK_LIST_MAX);
        ClosingView {
            overtime: forecast.map(overtime),
            // A day has far fewer than 2^32 customers.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            arrivals: forecast.map(|closing| closing.arrivals.round().max(0.0) as u32),
            services: Service::ALL
                .map(|service| self.closing_service(service))
                .into(),
            help: forecast
                .and_then(|closing| closing.help.as_ref())
                .map(|help| self.help_line(help)),
            open: if line.is_over {
                open.map(|ticket| self.open_ticket(ticket)).collect()
            } else {
                Vec::new()
            },
            line,
        }
    }

    /// Whether kiosks say that today may not suffice for one more of a service.
    pub fn may_not_suffice(&self, service: Service) -> bool {
        self.closing_forecast()
            .is_some_and(|closing| closing.may_not_suffice.contains(&service))
    }

    /// Customers with a ticket who have no outcome yet.
    pub fn remaining(&self) -> u32 {
        u32::try_from(self.open_tickets().count()).unwrap_or(u32::MAX)
    }

    /// What staff are to be told of closing.
    pub(super) fn closing_alert(&self) -> Option<Alert> {
        let closes_at = self.closes_today()?;
        let time = wording::time(closes_at, &self.setup.timezone);
        if self.now >= closes_at {
            let remaining = self.remaining();
            return (remaining > 0).then(|| Alert {
                kind: "closing".to_owned(),
                text: format!(
                    "Pieņemšana beidzās plkst. {time}. Vēl jāapkalpo vai ar iemeslu jāslēdz: {}.",
                    wording::tickets(remaining)
                ),
                since: closes_at,
                urgent: false,
            });
        }
        let closing = self.closing_forecast()?;
        let since = closing.warns_since?;
        let past = overtime(closing);
        let help = closing.help.as_ref().map(|help| self.help_line(help).text);
        Some(Alert {
            kind: "closing".to_owned(),
            text: format!(
                "Līdz slēgšanai plkst. {time} var nepaspēt apkalpot visus. Pēc darba laika var nākties strādāt {}.{}",
                minutes(past),
                help.map(|text| format!(" {text}")).unwrap_or_default()
            ),
            since,
            urgent: true,
        })
    }

    fn open_tickets(&self) -> impl Iterator<Item = &Ticket> {
        self.centre
            .tickets
            .values()
            .filter(|ticket| !ticket.is_over())
    }

    fn open_ticket(&self, ticket: &Ticket) -> OpenTicket {
        let (desk, parked) = match &ticket.place {
            Place::AtDesk { desk } => (Some(desk.0), false),
            Place::Parked { .. } => (None, true),
            Place::Waiting
            | Place::Finished { .. }
            | Place::NoShow { .. }
            | Place::Cancelled { .. } => (None, false),
        };
        OpenTicket {
            ticket: self.line(ticket),
            desk,
            parked,
        }
    }

    /// How a service stands towards closing.
    pub fn closing_service(&self, service: Service) -> ClosingService {
        let closing = self.closing_forecast();
        ClosingService {
            service,
            name: self.setup.service_name(service).to_owned(),
            chance_percent: closing.and_then(|closing| closing.percent(service)),
            may_not_suffice: self.may_not_suffice(service),
            stopped: self.centre.stopped.get(&service).map(|stop| StopLine {
                at: stop.at,
                by: stop.by.clone(),
                reason: stop.reason.clone(),
                chance_percent: stop.chance_percent,
            }),
        }
    }

    fn help_line(&self, help: &Help) -> HelpLine {
        let (from_percent, to_percent) = (percent(help.from), percent(help.to));
        let (desk, service, what) = match &help.remedy {
            Remedy::OpenDesk { desk, .. } => (*desk, None, format!("atvērt {desk}. galdu")),
            Remedy::AddService { desk, service } => (
                *desk,
                Some(*service),
                format!(
                    "pie {desk}. galda pieņemt arī {}. pogas klientus",
                    service.digit()
                ),
            ),
        };
        HelpLine {
            desk: desk.0,
            service,
            from_percent,
            to_percent,
            text: format!(
                "Palīdzētu {what}: iespēja paspēt laikā būtu {to_percent} %, nevis {from_percent} %."
            ),
        }
    }
}

fn overtime(closing: &Closing) -> OvertimeRange {
    let minutes = |seconds: f64| {
        // At most a few hours.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let minutes = (seconds / 60.0).ceil().max(0.0) as u32;
        minutes
    };
    OvertimeRange {
        p50_min: minutes(closing.expected.overtime_p50_s),
        p90_min: minutes(closing.expected.overtime_p90_s),
        mean_min: minutes(closing.expected.overtime_mean_s),
    }
}

/// "10–25 min".
fn minutes(range: OvertimeRange) -> String {
    if range.p50_min == range.p90_min {
        format!("{} min", range.p90_min)
    } else {
        format!("{}–{} min", range.p50_min, range.p90_min)
    }
}
