//! Tests of selecting, without a list.

use super::*;

/// Returns the selected lines in order.
fn selected(selection: &Selection<u8>) -> Vec<u8> {
    (0..10).filter(|line| selection.contains(*line)).collect()
}

#[test]
fn clicks_select_one_add_one_or_all_on_the_way() {
    let lines = [1, 2, 3, 4, 5];
    let mut selection = Selection::default();
    for (line, pick, expected) in [
        (4, Pick::Only, vec![4]),
        (2, Pick::Range, vec![2, 3, 4]),
        (5, Pick::Range, vec![4, 5]),
        (1, Pick::Toggle, vec![1, 4, 5]),
        (4, Pick::Toggle, vec![1, 5]),
        (9, Pick::Only, vec![1, 5]),
        (2, Pick::Range, vec![2, 3, 4]),
        (3, Pick::Only, vec![3]),
    ] {
        selection.pick(&lines, line, pick);
        assert_eq!(selected(&selection), expected, "{pick:?} {line}");
    }
}

#[test]
fn keys_go_on_from_the_last_line_and_shift_keeps_the_other_end() {
    let lines = [1, 2, 3, 4, 5];
    let mut selection = Selection::default();
    for (step, extend, to, expected) in [
        (CursorMove::Down, false, 1, vec![1]),
        (CursorMove::PageDown, true, 3, vec![1, 2, 3]),
        (CursorMove::Up, true, 2, vec![1, 2]),
        (CursorMove::End, false, 5, vec![5]),
        (CursorMove::Home, true, 1, vec![1, 2, 3, 4, 5]),
    ] {
        let went = selection.step(&lines, step, extend, None, 2);
        assert_eq!(
            (went, selected(&selection)),
            (Some(to), expected),
            "{step:?}"
        );
    }
    selection.clear();
    let went = selection.step(&lines, CursorMove::Down, true, None, 2);
    assert_eq!((went, selected(&selection)), (Some(2), vec![1, 2]));
    assert_eq!(selection.step(&[], CursorMove::Down, false, None, 2), None);
}
