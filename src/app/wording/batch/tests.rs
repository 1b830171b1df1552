use super::*;

#[test]
fn the_end_of_a_batch_is_told_as_it_is() {
    let said = |ready, duplicates, failed| {
        let end = FinishedCounts {
            ready,
            duplicates,
            failed,
            nothing_sent: ready + failed == 0,
            ..FinishedCounts::default()
        };
        (batch_done(&end), batch_ended(&end, Backend::Service))
    };
    let (window, (title, line)) = said(3, 1, 0);
    assert_eq!(window, "Done: 3 files ready, 1 duplicate.");
    assert_eq!(title, "Uploads finished");
    assert_eq!(line, "3 files ready at memories.ai, 1 duplicate.");
    assert_eq!(
        said(0, 2, 0).0,
        "Done: 2 duplicates, nothing was sent.",
        "none of them is called ready"
    );
    let (window, (title, line)) = said(0, 0, 2);
    assert_eq!(window, "Done: 2 need attention.");
    assert_eq!(title, "Uploads not finished");
    assert_eq!(line, "2 need attention.");
    assert_eq!(
        said(1, 1, 1).0,
        "Done: 1 file ready, 1 duplicate, 1 needs attention."
    );
    let cancelled = FinishedCounts {
        duplicates: 1,
        cancelled: 1,
        ..FinishedCounts::default()
    };
    assert_eq!(batch_done(&cancelled), "Done: 1 duplicate, 1 cancelled.");
}
