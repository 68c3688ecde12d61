//! The real daemon, killed between any two states of a job.
