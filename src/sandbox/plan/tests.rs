use super::*;

#[test]
fn rules_are_used_up_in_order_and_by_name() {
    let mut plan = FaultPlan::new()
        .on(Call::Upload)
        .pass()
        .on(Call::Upload)
        .times(2)
        .then(PlannedFault::status(500))
        .on(Call::Upload)
        .named("b.mp4")
        .then(PlannedFault::status(409))
        .on(Call::Metadata)
        .always()
        .then(PlannedFault::status(503));
    assert_eq!(plan.take(Call::SignedUrl, None), None);
    assert_eq!(plan.take(Call::Upload, Some("a.mp4")), None);
    for _ in 0..2 {
        assert_eq!(
            plan.take(Call::Upload, Some("a.mp4")),
            Some(PlannedFault::status(500))
        );
    }
    assert_eq!(plan.take(Call::Upload, Some("a.mp4")), None);
    assert_eq!(
        plan.take(Call::Upload, Some("b.mp4")),
        Some(PlannedFault::status(409))
    );
    assert_eq!(plan.take(Call::Upload, Some("b.mp4")), None);
    for _ in 0..5 {
        assert_eq!(
            plan.take(Call::Metadata, None),
            Some(PlannedFault::status(503))
        );
    }
}
