//! Problems of a configuration file and where in it they are.

use std::fmt;
use std::path::Path;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line and column, from 1, where the place is known.
    pub place: Option<(usize, usize)>,
    /// What is wrong and what was expected.
    pub message: String,
}

/// Everything wrong with one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems {
    /// The file.
    pub file: String,
    /// In the order of the file.
    pub problems: Vec<Problem>,
}

impl std::error::Error for Problems {}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            match problem.place {
                Some((line, column)) => {
                    write!(f, "{}:{line}:{column}: {}", self.file, problem.message)?;
                }
                None => write!(f, "{}: {}", self.file, problem.message)?,
            }
        }
        Ok(())
    }
}

impl Problems {
    pub(super) fn without_place(path: &Path, message: String) -> Self {
        Self {
            file: path.display().to_string(),
            problems: vec![Problem {
                place: None,
                message,
            }],
        }
    }
}

/// Problems being collected, with the document to find their places in.
pub(super) struct Found<'t> {
    text: &'t str,
    file: String,
    document: Spanned<DeTable<'t>>,
    problems: Vec<(usize, Problem)>,
}

/// One step on the way to a value.
#[derive(Debug, Clone, Copy)]
pub(super) enum At<'a> {
    /// A key of a table.
    Key(&'a str),
    /// An element of an array.
    Index(usize),
}

impl Found<'_> {
    /// Notes a problem of the value at a path.
    pub(super) fn note(&mut self, path: &[At<'_>], message: impl Into<String>) {
        let offset = self.offset_of(path);
        self.problems.push((
            offset.unwrap_or(usize::MAX),
            Problem {
                place: offset.map(|offset| line_column(self.text, offset)),
                message: message.into(),
            },
        ));
    }

    /// The configuration, if nothing was noted.
    pub(super) fn into_result<T>(mut self, value: Option<T>) -> Result<T, Problems> {
        self.problems.sort_by_key(|(offset, _)| *offset);
        let problems: Vec<Problem> = self.problems.into_iter().map(|(_, p)| p).collect();
        match value {
            Some(value) if problems.is_empty() => Ok(value),
            Some(_) | None => Err(Problems {
                file: self.file,
                problems,
            }),
        }
    }

    /// Byte offset of the value at a path, or of the nearest thing around it.
    fn offset_of(&self, path: &[At<'_>]) -> Option<usize> {
        let mut table = Some(self.document.get_ref());
        let mut array: Option<&toml::de::DeArray<'_>> = None;
        let mut offset = None;
        for step in path {
            let value = match step {
                At::Key(key) => {
                    let Some((name, value)) = table.and_then(|t| t.get_key_value(*key)) else {
                        break;
                    };
                    offset = Some(name.span().start);
                    value
                }
                At::Index(index) => {
                    let Some(value) = array.and_then(|a| a.get(*index)) else {
                        break;
                    };
                    offset = Some(value.span().start);
                    value
                }
            };
            (table, array) = match value.get_ref() {
                DeValue::Table(inner) => (Some(inner), None),
                DeValue::Array(inner) => (None, Some(inner)),
                DeValue::String(_)
                | DeValue::Integer(_)
                | DeValue::Float(_)
                | DeValue::Boolean(_)
                | DeValue::Datetime(_) => (None, None),
            };
        }
        offset
    }
}

/// Reads a file into `T` and notes every key `T` does not know.
pub(super) fn read<'t, T: DeserializeOwned>(
    text: &'t str,
    name: &str,
) -> Result<(T, Found<'t>), Problems> {
    let fail = |error: &toml::de::Error| Problems {
        file: name.to_owned(),
        problems: vec![Problem {
            place: error.span().map(|span| line_column(text, span.start)),
            message: error.message().to_owned(),
        }],
    };
    let document = DeTable::parse(text).map_err(|error| fail(&error))?;
    let mut unknown = Vec::new();
    let deserializer = toml::Deserializer::parse(text).map_err(|error| fail(&error))?;
    let value = serde_ignored::deserialize(deserializer, |path| unknown.push(path.to_string()))
        .map_err(|error| fail(&error))?;
    let mut found = Found {
        text,
        file: name.to_owned(),
        document,
        problems: Vec::new(),
    };
    for path in unknown {
        let steps: Vec<At<'_>> = path
            .split('.')
            .filter(|step| *step != "?")
            .map(|step| step.parse().map_or(At::Key(step), At::Index))
            .collect();
        found.note(&steps, unknown_key(&path));
    }
    Ok((value, found))
}

/// What to say of a key that is not known.
fn unknown_key(path: &str) -> String {
    let first = path.split('.').next().unwrap_or(path);
    match first {
        "service" | "services" | "button" | "buttons" => format!(
            "unknown key \"{path}\": the services and the names of their buttons are fixed by the standard (A2/2/1.3); only [centre] appointments changes button 3"
        ),
        "mail" | "webhook" | "head_office" | "display" => {
            format!("[{first}] is not there yet: leave it out")
        }
        _ => format!("unknown key \"{path}\": remove it or mend its name"),
    }
}

fn line_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .map_or(0, |last| last.chars().count())
        + 1;
    (line, column)
}
