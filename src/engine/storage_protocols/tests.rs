use super::StorageProtocols;
use crate::api::protocol::{KnownProtocol, SignedUrlKind, StorageProtocol};
use crate::store::{HistoryChange, ProtocolRecord};

fn known(host: &str, protocol: StorageProtocol) -> KnownProtocol {
    KnownProtocol {
        host: host.to_owned(),
        kind: SignedUrlKind::V4,
        protocol,
    }
}

/// Returns the hosts of what is put (`+`) and dropped (`-`).
fn hosts(changes: &[HistoryChange]) -> Vec<String> {
    let host = |change: &HistoryChange| match change {
        HistoryChange::PutProtocol(record) => format!("+{}", record.host),
        HistoryChange::DropProtocol { host, .. } => format!("-{host}"),
        other => panic!("{other:?}"),
    };
    changes.iter().map(host).collect()
}

#[test]
fn only_what_is_new_or_works_no_more_is_written() {
    let mut protocols = StorageProtocols::default();
    let (a, b) = (
        known("a", StorageProtocol::Put),
        known("b", StorageProtocol::Put),
    );
    let both = vec![a.clone(), b.clone()];
    assert_eq!(hosts(&protocols.update(both.clone())), ["+a", "+b"]);
    assert!(protocols.update(both).is_empty());
    let other = known("a", StorageProtocol::PutTyped);
    assert_eq!(hosts(&protocols.update(vec![other])), ["-b", "+a"]);
}

#[test]
fn what_is_written_is_read_again_and_the_words_of_a_newer_program_are_left() {
    let one = known("a", StorageProtocol::Put);
    let changes = StorageProtocols::default().update(vec![one.clone()]);
    let [HistoryChange::PutProtocol(record)] = &changes[..] else {
        panic!("{changes:?}");
    };
    let newer = ProtocolRecord {
        protocol: "a protocol of next year".to_owned(),
        ..record.clone()
    };
    let mut protocols = StorageProtocols::of(&[record.clone(), newer]);
    assert!(protocols.update(vec![one]).is_empty());
}
