use super::*;

#[test]
fn in_the_sandbox_the_sandbox_is_named() {
    let words = "memories.ai is busy. Ask memories.ai later. memories.ai’s answer";
    assert_eq!(Backend::Service.said(words), words);
    assert_eq!(
        Backend::Sandbox.said(words),
        "The sandbox is busy. Ask the sandbox later. The sandbox’s answer"
    );
    assert_eq!(Backend::Sandbox.said("at memories.ai"), "at the sandbox");
    assert_eq!(Backend::Sandbox.said("412 MB"), "412 MB");
}
