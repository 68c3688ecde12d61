//! The web from outside: through its router or a real listener, over the real engine and journal.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod appointments;
mod bookings;
mod calendar;
mod centre;
mod closing;
mod desks;
mod evaluations;
mod feedback;
mod incidents;
mod limits;
mod live;
mod mornings;
mod notices;
mod privacy;
mod register;
mod requests;
mod roles;
mod sign_in;
mod signing;
mod story;
mod survey;
