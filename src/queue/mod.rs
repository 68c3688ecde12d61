//! The centre's rules, pure: no clock, no disk, no network. Time is passed in.

pub mod catalogue;
pub mod slip;
pub mod view;
