use std::cell::Cell;
use std::hash::{Hash, Hasher};

use super::PendingLines;
use crate::model::asset::AssetId;

thread_local! {
    static LOOKS: Cell<usize> = const { Cell::new(0) };
}

/// A line that counts how often it is looked at.
#[derive(Debug, Default)]
struct Line(usize);

fn look() {
    LOOKS.set(LOOKS.get() + 1);
}

impl Clone for Line {
    fn clone(&self) -> Self {
        look();
        Self(self.0)
    }
}

impl PartialEq for Line {
    fn eq(&self, other: &Self) -> bool {
        look();
        self.0 == other.0
    }
}

impl Eq for Line {}

impl Hash for Line {
    fn hash<H: Hasher>(&self, state: &mut H) {
        look();
        self.0.hash(state);
    }
}

#[test]
fn the_work_grows_with_the_lines_and_not_with_their_square() {
    const LINES: usize = 2000;
    let mut pending = PendingLines::default();
    for n in 0..LINES {
        pending.add(Line(n), None);
        // As a commit tells its changes again.
        pending.add(Line(n), None);
    }
    assert_eq!(pending.held_back().count(), LINES);
    pending.on_appended();
    pending.confirm();
    assert_eq!(pending.held_back().count(), 0);
    let looks = LOOKS.get();
    assert!(looks < 20 * LINES, "{looks}");
}

#[test]
fn lines_are_appended_in_order_once_and_then_confirmed() {
    let asset = AssetId::new("re_1");
    let mut pending = PendingLines::default();
    pending.add("a", asset.clone());
    pending.add("b", None);
    pending.add("a", asset.clone());
    assert_eq!(pending.held_back().collect::<Vec<_>>(), [&"a", &"b"]);
    assert_eq!(pending.unconfirmed().count(), 0);
    pending.on_appended();
    pending.add("a", asset.clone());
    assert!(!pending.is_behind());
    pending.add("c", None);
    assert_eq!(pending.held_back().collect::<Vec<_>>(), [&"c"]);
    assert_eq!(
        pending.unconfirmed().cloned().collect::<Vec<_>>(),
        [asset.clone().unwrap()]
    );
    pending.confirm();
    assert_eq!(pending.held_back().collect::<Vec<_>>(), [&"c"]);
    pending.add("a", asset);
    assert_eq!(pending.held_back().collect::<Vec<_>>(), [&"c", &"a"]);
}
