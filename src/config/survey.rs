//! `[survey]`: whether customers are asked after their visit (A2/4/5.1).

use serde::Deserialize;

use super::place::{At, Found};

/// Longest address of another site's survey, characters.
const LINK_CHARS_MAX: usize = 500;

/// The table as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SurveyTable {
    enabled: bool,
    link: Option<String>,
}

/// Whether and how customers are asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SurveyPolicy {
    /// They are.
    pub enabled: bool,
    /// Address of another site's survey that goes before the form of Rinda.
    pub link: Option<String>,
}

impl SurveyTable {
    /// Checks it, noting what cannot be meant.
    pub(super) fn check(&self, found: &mut Found<'_>) -> SurveyPolicy {
        if let Some(link) = &self.link {
            let is_address = link.starts_with("http://") || link.starts_with("https://");
            let plain = link.chars().all(|c| c.is_ascii_graphic());
            if !is_address || !plain || link.chars().count() > LINK_CHARS_MAX {
                found.note(
                    &[At::Key("survey"), At::Key("link")],
                    format!("\"{link}\" is no address: write \"https://aptauja.example.lv/kac\""),
                );
            }
        }
        SurveyPolicy {
            enabled: self.enabled,
            link: self.link.clone(),
        }
    }
}
