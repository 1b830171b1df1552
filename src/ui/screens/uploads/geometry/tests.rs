use super::*;

/// Three groups of 2, 0 and 3 rows, of which the second is folded.
fn headers() -> [BatchGroup; 3] {
    let group = |place, first, rows| BatchGroup {
        batch: None,
        place,
        first,
        rows,
        is_folded: rows == 0,
    };
    [group(0, 0, 2), group(1, 2, 0), group(2, 2, 3)]
}

#[test]
fn each_entry_begins_where_the_one_before_it_ends() {
    let headers = headers();
    let geometry = Geometry {
        headers: &headers,
        entries: 8,
    };
    let (header, row) = (size::HEADER, size::ROW);
    let mut top = 0.0;
    for (place, height) in [header, row, row, header, header, row, row, row]
        .into_iter()
        .enumerate()
    {
        assert_eq!(geometry.top(place), top);
        assert_eq!(geometry.place(top), place);
        assert_eq!(geometry.place(top + height - 1.0), place);
        top += height;
    }
    assert_eq!(geometry.height(), top);
    assert_eq!(geometry.place(top + 100.0), 7);
    assert_eq!(geometry.place(-1.0), 0);
}

#[test]
fn a_header_stays_in_view_until_the_next_pushes_it_out() {
    let headers = headers();
    let geometry = Geometry {
        headers: &headers,
        entries: 8,
    };
    let second = geometry.top(3);
    assert_eq!(geometry.sticky_header(0.0), Some((0, 0.0)));
    assert_eq!(geometry.sticky_header(50.0), Some((0, 50.0)));
    assert_eq!(
        geometry.sticky_header(second - 10.0),
        Some((0, second - size::HEADER))
    );
    assert_eq!(geometry.sticky_header(second), Some((3, second)));
    let end = geometry.height();
    assert_eq!(
        geometry.sticky_header(end - 1.0),
        Some((4, end - size::HEADER))
    );
}

#[test]
fn a_list_without_headers_has_rows_alone() {
    let geometry = Geometry {
        headers: &[],
        entries: 10,
    };
    assert_eq!(geometry.top(3), 3.0 * size::ROW);
    assert_eq!(geometry.place(3.5 * size::ROW), 3);
    assert_eq!(geometry.height(), 10.0 * size::ROW);
    assert_eq!(geometry.sticky_header(100.0), None);
}
