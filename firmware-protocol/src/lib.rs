//! The wire between the kiosk button board and the daemon.
#![no_std]
