use super::*;
use crate::text::messages::{foot, window};

#[test]
fn in_the_sandbox_the_sandbox_is_named() {
    assert_eq!(
        foot::processing(2, Backend::Service),
        "2 processing at memories.ai"
    );
    assert_eq!(
        foot::processing(2, Backend::Sandbox),
        "2 processing at the sandbox"
    );
    assert_eq!(
        window::size_limit(Backend::Sandbox, "5 GB"),
        "The sandbox takes files up to 5 GB."
    );
}
