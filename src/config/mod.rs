//! The configuration file: TOML, no unknown keys, every problem told at once with its place.

mod appointments;
mod check;
mod closing;
mod counts;
mod display;
mod mail;
mod place;
mod printer;
mod report;
mod retention;
mod survey;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::access::StaffFigures;
use crate::devices::printer::profile::{Families, Profile};
use crate::devices::tcp::TcpAddress;
use crate::devices::usb::UsbAddress;
use crate::queue::retention::Retention;
use crate::queue::setup::{PaperPolicy, Setup};
use appointments::AppointmentsTable;
use closing::ClosingTable;
use display::DisplayTable;
use report::ReportTable;
use retention::RetentionTable;
use survey::SurveyTable;

pub use display::DisplayPower;
pub use mail::Telling;
pub use place::{Problem, Problems};
pub use survey::SurveyPolicy;

/// Largest configuration file read, bytes.
pub const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// A configuration that was read and found sound.
#[derive(Debug, Clone)]
pub struct Config {
    /// The centre's set-up for the core.
    pub setup: Setup,
    /// Identity of the centre in exports.
    pub centre_id: String,
    /// The web server.
    pub web: Web,
    /// Data directory, if the file names one.
    pub data: Option<PathBuf>,
    /// Devices of each kiosk.
    pub kiosks: BTreeMap<String, KioskDevices>,
    /// The voice.
    pub voice: Voice,
    /// How the displays' monitor is switched, if it is.
    pub display: Option<DisplayPower>,
    /// What the quality role sees of single consultants.
    pub staff_figures: StaffFigures,
    /// How long fields that concern people are kept.
    pub retention: Retention,
    /// Whether and how customers are asked after their visit.
    pub survey: SurveyPolicy,
    /// Ways out of the centre, and who is told of what.
    pub telling: Telling,
    /// What is accepted but leaves the standard.
    pub warnings: Vec<String>,
}

/// The web server.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct Web {
    /// Address to listen on; loopback unless set otherwise.
    pub listen: SocketAddr,
    /// Address under which customers reach the ticket pages.
    pub public_url: Option<String>,
    /// Requests a second from one credential.
    pub requests_per_second: u32,
    /// How long a sign-in lasts, hours.
    pub session_hours: u32,
}

impl Default for Web {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            requests_per_second: 200,
            session_hours: 12,
        }
    }
}

/// The voice.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct Voice {
    /// Calls are spoken, not only chimed.
    pub enabled: bool,
}

impl Default for Voice {
    fn default() -> Self {
        Self { enabled: true }
    }
}

/// A place where a button board is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Port {
    /// A pseudo terminal driven by the simulator.
    Simulated,
    /// A serial device by path.
    Serial(PathBuf),
}

/// A place where a printer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrinterPort {
    /// A pseudo terminal driven by the simulator.
    Simulated,
    /// A serial device by path.
    Serial(PathBuf),
    /// A USB device, driven through libusb.
    Usb(UsbAddress),
    /// A network printer taking raw bytes.
    Tcp(TcpAddress),
}

impl PrinterPort {
    /// Whether a picture of a ticket takes longer to send than a customer waits: it goes at the
    /// line's baud rate.
    pub fn is_slow(&self) -> bool {
        match self {
            Self::Simulated | Self::Serial(_) => true,
            Self::Usb(_) | Self::Tcp(_) => false,
        }
    }
}

/// Devices of one kiosk.
#[derive(Debug, Clone)]
pub struct KioskDevices {
    /// The button board.
    pub board: Option<BoardDevice>,
    /// The printer.
    pub printer: Option<PrinterDevice>,
}

/// A button board.
#[derive(Debug, Clone)]
pub struct BoardDevice {
    /// Where it is.
    pub port: Port,
    /// Baud rate.
    pub baud: u32,
}

/// A ticket printer.
#[derive(Debug, Clone)]
pub struct PrinterDevice {
    /// Where it is.
    pub port: PrinterPort,
    /// What differs between printers, and its logo.
    pub profile: Profile,
    /// Baud rate of a serial line; of no account elsewhere.
    pub baud: u32,
    /// How its paper is dealt with.
    pub paper: PaperPolicy,
}

/// The file as it is written.
#[derive(Debug, Deserialize)]
struct File {
    centre: CentreTable,
    #[serde(default)]
    web: Web,
    #[serde(default)]
    data: DataTable,
    #[serde(default)]
    desk: Vec<DeskTable>,
    #[serde(default)]
    series: BTreeMap<String, String>,
    #[serde(default)]
    rules: RulesTable,
    hours: HoursTable,
    #[serde(default)]
    calendar: CalendarTable,
    #[serde(default)]
    exception: Vec<ExceptionTable>,
    #[serde(default)]
    kiosk: Vec<KioskTable>,
    #[serde(default)]
    printer_profile: Families,
    #[serde(default)]
    voice: Voice,
    #[serde(default)]
    display: DisplayTable,
    appointments: Option<AppointmentsTable>,
    #[serde(default)]
    closing: ClosingTable,
    #[serde(default)]
    report: ReportTable,
    #[serde(default)]
    retention: RetentionTable,
    #[serde(default)]
    survey: SurveyTable,
    mail: Option<mail::MailTable>,
    webhook: Option<mail::WebhookTable>,
    #[serde(default)]
    feedback: mail::ReceiversTable,
    #[serde(default)]
    incidents: mail::ReceiversTable,
}

#[derive(Debug, Deserialize)]
struct CentreTable {
    id: String,
    name: String,
    #[serde(default)]
    address: String,
    #[serde(default)]
    appointments: bool,
    #[serde(default)]
    no_kiosk: bool,
    #[serde(default = "riga")]
    timezone: String,
}

fn riga() -> String {
    "Europe/Riga".to_owned()
}

#[derive(Debug, Default, Deserialize)]
struct DataTable {
    path: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
struct DeskTable {
    number: u16,
    services: Vec<u8>,
    kiosk: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct RulesTable {
    no_show_seconds: Option<u32>,
    second_announcement_seconds: Option<u32>,
    press_lock_seconds: Option<u32>,
    burst_tickets: Option<u32>,
    burst_window_seconds: Option<u32>,
    press_age_max_seconds: Option<u32>,
    ticket_lead_seconds: Option<u32>,
    out_of_turn_minutes: Option<u32>,
    undo_seconds: Option<u32>,
    wait_target_minutes: Option<u32>,
    appointment_minutes: Option<u32>,
    appointment_late_minutes: Option<u32>,
    appointment_early_minutes: Option<u32>,
    check_in_minutes: Option<u32>,
    wait_target_percent: Option<u8>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct HoursTable {
    monday: Vec<String>,
    tuesday: Vec<String>,
    wednesday: Vec<String>,
    thursday: Vec<String>,
    friday: Vec<String>,
    saturday: Vec<String>,
    sunday: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
struct CalendarTable {
    public_holidays: Option<bool>,
    before_holiday_minutes: Option<u16>,
}

#[derive(Debug, Deserialize)]
struct ExceptionTable {
    date: toml::value::Datetime,
    #[serde(default)]
    hours: Vec<String>,
    reason: String,
}

#[derive(Debug, Deserialize)]
struct KioskTable {
    name: String,
    board: Option<String>,
    #[serde(default = "baud")]
    baud: u32,
    printer: Option<PrinterTable>,
}

#[derive(Debug, Deserialize)]
struct PrinterTable {
    port: String,
    #[serde(default = "profile")]
    profile: String,
    #[serde(default = "baud")]
    baud: u32,
    #[serde(default = "width_mm")]
    width_mm: u16,
    #[serde(default = "code_page")]
    code_page: String,
    #[serde(default = "copies_policy")]
    copies_policy: String,
    paper_wait_seconds: Option<u32>,
    roll_tickets: Option<u32>,
    logo: Option<String>,
}

fn baud() -> u32 {
    115_200
}

fn profile() -> String {
    "epson".to_owned()
}

fn width_mm() -> u16 {
    80
}

fn code_page() -> String {
    "cp775".to_owned()
}

fn copies_policy() -> String {
    "automatic".to_owned()
}

/// Reads and checks a configuration file.
///
/// # Errors
/// Every problem found, with line and column.
pub fn load(path: &Path) -> Result<Config, Problems> {
    let one = |message: String| Problems::without_place(path, message);
    let size = std::fs::metadata(path)
        .map_err(|error| one(format!("cannot be read: {error}")))?
        .len();
    if size > FILE_BYTES_MAX {
        return Err(one(format!(
            "is {size} bytes long; at most {FILE_BYTES_MAX} are read"
        )));
    }
    let text =
        std::fs::read_to_string(path).map_err(|error| one(format!("cannot be read: {error}")))?;
    parse(&text, &path.display().to_string())
}

/// Checks the text of a configuration file; `name` stands in the problems told.
///
/// # Errors
/// Every problem found, with line and column.
pub fn parse(text: &str, name: &str) -> Result<Config, Problems> {
    let (file, mut found) = place::read::<File>(text, name)?;
    let config = check::check(file, &mut found);
    found.into_result(config)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::devices::printer::logo::Logo;
    use crate::devices::printer::page::CodePage;
    use crate::devices::printer::profile::Lettering;
    use crate::queue::hours::HolidayRules;
    use crate::queue::setup::{ClosingPolicy, Copies, StopPolicy};

    pub(super) const SOUND: &str = r#"
[centre]
id = "riga-1"
name = "Rīgas centrs"
[hours]
monday = ["08:30-12:00", "12:30-17:00"]
[[desk]]
number = 1
services = [1, 2, 3]
"#;

    pub(super) fn problems(text: &str) -> String {
        parse(text, "centre.toml").unwrap_err().to_string()
    }

    #[test]
    fn a_sound_file_has_the_standards_defaults() {
        let config = parse(SOUND, "centre.toml").unwrap();
        assert_eq!(config.setup.rules.no_show.as_secs(), 60);
        assert_eq!(config.setup.hours.lead.as_secs(), 120);
        assert!(config.web.listen.ip().is_loopback());
        assert!(config.warnings.is_empty());
    }

    #[test]
    fn all_problems_are_told_at_once_with_their_place() {
        let text = r#"
[centre]
id = "riga-1"
name = "Rīgas centrs"
colour = "blue"
[hours]
monday = ["08:30-12:00", "11:00-17:00"]
tuesday = ["17:00-08:00"]
[[desk]]
number = 1
services = [1, 2]
[[desk]]
number = 1
services = [4]
[rules]
no_show_secs = 60
"#;
        insta::assert_snapshot!(problems(text));
    }

    #[test]
    fn a2_2_1_3_a_file_that_renames_a_button_is_refused() {
        let text = format!("{SOUND}\n[services]\n1 = \"Dokumenti\"\n");
        assert!(problems(&text).contains("fixed by the standard"));
    }

    #[test]
    fn a_missing_key_and_broken_toml_say_where() {
        insta::assert_snapshot!(problems("[centre]\nid = \"x\"\n[hours]\n"));
        insta::assert_snapshot!(problems("[centre\nid = 1"));
    }

    #[test]
    fn a2_2_2_4_another_minute_is_accepted_with_a_warning() {
        let config = parse(
            &format!("{SOUND}\n[rules]\nno_show_seconds = 90\n"),
            "centre.toml",
        )
        .unwrap();
        assert_eq!(config.setup.rules.no_show.as_secs(), 90);
        assert!(config.warnings[0].contains("A2/2/2.4"));
    }

    #[test]
    fn what_happens_before_closing_is_read_and_checked() {
        let policy = |keys: &str| {
            let text = format!("{SOUND}\n[closing]\n{keys}\n");
            parse(&text, "centre.toml").unwrap().setup.closing
        };
        assert_eq!(policy(""), ClosingPolicy::default());
        let own = policy(
            "warn_below = 0.9\nmay_not_suffice_below = 0.5\nstop = \"automatic\"\nalternatives = [\"Rīt\"]",
        );
        assert_eq!((own.warn_below, own.may_not_suffice_below), (0.9, 0.5));
        assert_eq!(own.stop, StopPolicy::Automatic);
        assert_eq!(own.alternatives, ["Rīt"]);
        let wrong = "warn_below = 1.5\nmay_not_suffice_below = 2\nstop = \"never\"\nalternatives = [\"\"]\nnotice = 1";
        let told = problems(&format!("{SOUND}\n[closing]\n{wrong}\n"));
        for expect in [
            "must lie between 0 and 1",
            "must not lie above warn_below",
            "\"never\" is no policy: use \"by_hand\" or \"automatic\"",
            "must have 1 to 90 characters",
            "notice",
        ] {
            assert!(told.contains(expect), "{told}");
        }
    }

    #[test]
    fn a2_4_5_1_the_survey_is_off_unless_it_is_switched_on() {
        let survey = |keys: &str| {
            let text = format!("{SOUND}\n[survey]\n{keys}\n");
            parse(&text, "centre.toml").unwrap().survey
        };
        assert_eq!(
            parse(SOUND, "centre.toml").unwrap().survey,
            SurveyPolicy::default()
        );
        assert!(!survey("").enabled);
        let link = "https://aptauja.example.lv/kac?vieta=1";
        let own = survey(&format!("enabled = true\nlink = \"{link}\""));
        assert_eq!((own.enabled, own.link.as_deref()), (true, Some(link)));
        let told = problems(&format!(
            "{SOUND}\n[survey]\nlink = \"javascript:alert(1)\"\n"
        ));
        assert!(told.contains("is no address"), "{told}");
    }

    /// The problems with one kiosk's devices.
    fn kiosk_problems(board: &str, port: &str) -> String {
        problems(&format!(
            "{SOUND}\n[[kiosk]]\nname = \"k1\"\nboard = \"{board}\"\n[kiosk.printer]\nport = \"{port}\"\n"
        ))
    }

    #[test]
    fn holidays_are_the_laws_unless_the_centre_never_closes_or_says_otherwise() {
        let rules = |text: &str| parse(text, "centre.toml").unwrap().setup.hours.holidays;
        assert_eq!(rules(SOUND), HolidayRules::LAW);
        let none = format!("{SOUND}\n[calendar]\npublic_holidays = false\n");
        assert_eq!(rules(&none), HolidayRules::NONE);
        let half = rules(&format!(
            "{SOUND}\n[calendar]\nbefore_holiday_minutes = 30\n"
        ));
        assert_eq!((half.observed, half.shorter_before_min), (true, 30));
        let demo = include_str!("../../config/demo.toml");
        assert_eq!(rules(demo), HolidayRules::NONE);
        let told = format!("{demo}\n[calendar]\npublic_holidays = true\n");
        assert_eq!(rules(&told), HolidayRules::LAW);
        let long = format!("{SOUND}\n[calendar]\nbefore_holiday_minutes = 481\n");
        assert!(problems(&long).contains("must lie between 0 and 480"));
    }

    #[test]
    fn ports_are_checked() {
        insta::assert_snapshot!(kiosk_problems("COM1", "usb:4b8:e15"));
        let missing = format!("{SOUND}\n[[kiosk]]\nname = \"k1\"\n[kiosk.printer]\n");
        insta::assert_snapshot!(problems(&missing));
        insta::assert_snapshot!(kiosk_problems("usb:04b8:0e15", "tcp:10.0.0.9"));
        insta::assert_snapshot!(kiosk_problems("simulated", "lpt1"));
    }

    #[test]
    fn a_printers_paper_policy_is_read_and_checked() {
        let with = |keys: &str| {
            format!(
                "{SOUND}\n[[kiosk]]\nname = \"k1\"\n[kiosk.printer]\nport = \"simulated\"\n{keys}\n"
            )
        };
        let paper = |keys: &str| {
            parse(&with(keys), "centre.toml")
                .unwrap()
                .setup
                .paper_of("k1")
        };
        let standard = paper("");
        assert_eq!((standard.wait.as_secs(), standard.roll_tickets), (60, 727));
        assert_eq!(standard.copies, Copies::Automatic);
        assert_eq!(paper("width_mm = 58").roll_tickets, 272);
        let by_hand =
            paper("copies_policy = \"by_hand\"\npaper_wait_seconds = 30\nroll_tickets = 2000");
        assert_eq!((by_hand.wait.as_secs(), by_hand.roll_tickets), (30, 2000));
        assert_eq!(by_hand.copies, Copies::ByHand);
        let wrong = "copies_policy = \"never\"\npaper_wait_seconds = 0\nroll_tickets = 0";
        let told = problems(&with(wrong));
        for expect in [
            "\"never\" is no policy: use \"automatic\" or \"by_hand\"",
            "must lie between 1 and 3600",
            "must lie between 1 and 100000",
        ] {
            assert!(told.contains(expect), "{told}");
        }
    }

    #[test]
    fn each_kind_of_printer_port_is_read() {
        for (text, slow) in [
            ("simulated", true),
            ("serial:/dev/ttyUSB0", true),
            ("usb", false),
            ("usb:04b8:0e15", false),
            ("usb:04b8:0e15:J3XF012345", false),
            ("usb:04b8:0e15@1-1.4", false),
            ("tcp:10.0.0.9:9100", false),
        ] {
            let text =
                format!("{SOUND}\n[[kiosk]]\nname = \"k1\"\n[kiosk.printer]\nport = \"{text}\"\n");
            let config = parse(&text, "centre.toml").unwrap();
            let printer = config.kiosks["k1"].printer.as_ref().unwrap();
            assert_eq!(printer.port.is_slow(), slow, "{text}");
        }
    }

    #[test]
    fn two_kiosks_cannot_have_one_printer() {
        let kiosk = |name, port| {
            format!("[[kiosk]]\nname = \"{name}\"\n[kiosk.printer]\nport = \"{port}\"\n")
        };
        let with = |port| format!("{SOUND}\n{}{}", kiosk("k1", port), kiosk("k2", port));
        insta::assert_snapshot!(problems(&with("usb:04b8:0e15")));
        assert!(parse(&with("simulated"), "centre.toml").is_ok());
    }

    /// The problems with one kiosk's printer at the given port, with further keys.
    fn printer_problems(port: &str, keys: &str, tables: &str) -> String {
        problems(&format!(
            "{SOUND}\n[[kiosk]]\nname = \"k1\"\n[kiosk.printer]\nport = \"{port}\"\n{keys}\n{tables}"
        ))
    }

    #[test]
    fn profiles_are_checked_where_they_stand() {
        let serial = "serial:/dev/ttyUSB0";
        insta::assert_snapshot!(printer_problems(serial, "profile = \"star\"", ""));
        insta::assert_snapshot!(printer_problems("usb", "profile = \"stra\"", ""));
        let wrong = "profile = \"bixolon\"\ncode_page = \"cp1257\"";
        insta::assert_snapshot!(printer_problems("usb", wrong, ""));
        insta::assert_snapshot!(printer_problems("usb", "width_mm = 70", ""));
        let own = "[printer_profile.epson]\ncp775 = 33\n[printer_profile.own]\ncp755 = 33";
        insta::assert_snapshot!(printer_problems("usb", "", own));
        let own = "[printer_profile.own]\ndots = 570";
        insta::assert_snapshot!(printer_problems("usb", "profile = \"own\"", own));
    }

    #[test]
    fn logos_are_checked_where_they_stand() {
        let logo = |port, logo| printer_problems(port, &format!("logo = \"{logo}\""), "");
        insta::assert_snapshot!(logo("serial:/dev/ttyUSB0", "/etc/rinda/logo.png"));
        insta::assert_snapshot!(logo("usb", "logo.png"));
        insta::assert_snapshot!(logo("usb", "/no/such/logo.png"));
    }

    #[test]
    fn a_printer_unknown_to_rinda_is_described_in_the_file() {
        let text = format!(
            "{SOUND}\n[[kiosk]]\nname = \"k1\"\n[kiosk.printer]\nport = \"serial:/dev/ttyS0\"\nprofile = \"srp350\"\nlogo = \"memory:1\"\n[printer_profile.srp350]\ncp775 = 30\ndots = 512\nqr = true\n"
        );
        let config = parse(&text, "centre.toml").unwrap();
        let profile = &config.kiosks["k1"].printer.as_ref().unwrap().profile;
        let page = Lettering::Page {
            page: CodePage::Cp775,
            number: 30,
        };
        assert_eq!(
            (profile.lettering, profile.dots, profile.qr),
            (page, 512, true)
        );
        assert_eq!(profile.logo, Some(Logo::Number(1)));
        assert!(!profile.confirms);
    }
}
