//! A server of scripted bytes.
