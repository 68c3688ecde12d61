//! The centre's rules, pure: no clock, no disk, no network. Time is passed in.

pub mod calendar;
pub mod catalogue;
pub mod centre;
pub mod change;
pub mod command;
pub mod deadline;
pub mod decide;
pub mod desk;
pub mod displays;
pub mod event;
pub mod forecast;
pub mod hours;
pub mod liveness;
pub mod paper;
mod paper_screens;
pub mod rejection;
pub mod screens;
pub mod selection;
pub mod setup;
pub mod slip;
pub mod staff_screens;
pub mod staffing;
pub mod statistics;
pub mod ticket;
pub mod view;
pub mod wording;
