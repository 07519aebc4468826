//! The engine on real programs, without a front end.
