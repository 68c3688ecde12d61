//! The centre's rules, pure: no clock, no disk, no network. Time is passed in.

pub mod catalogue;
pub mod centre;
pub mod command;
pub mod event;
pub mod slip;
pub mod ticket;
pub mod view;
