//! Who holds a checkout, until when, and who may go on with it.

use super::*;

pub(super) async fn an_order_that_was_written_is_given_back_and_never_given_up(open: Open) {
    let claim = claim("k", "c");
    let hold = open.written(&claim).await;
    open.store.give_up(hold).await.unwrap();
    let known = open.known(&claim, Duration::ZERO).await.unwrap();
    assert_eq!(known.seen.step(), Step::Resume);
    let now = SystemTime::now();
    let next = open.store.take_over(&known, now, LEASE).await.unwrap();
    assert_eq!(next.unwrap().order_id, hold.order_id);
    let known = open.known(&claim, Duration::ZERO).await.unwrap();
    assert_eq!(known.seen.step(), Step::Wait);
}

pub(super) async fn of_many_that_take_over_one_does(open: Open) {
    let claim = claim("k", "c");
    open.claimed(&claim).await;
    let dead = LEASE + Duration::from_secs(1);
    assert_eq!(
        open.known(&claim, LEASE / 2).await.unwrap().seen.step(),
        Step::Wait
    );
    let mut tries = Vec::new();
    for _ in 0..8 {
        let known = open.known(&claim, dead).await.unwrap();
        assert_eq!(known.seen.step(), Step::TakeOver);
        tries.push(known);
    }
    let tries = tries.into_iter().map(|known| {
        let (store, now) = (open.store.clone(), SystemTime::now() + dead);
        task::spawn(async move { store.take_over(&known, now, LEASE).await.unwrap() })
    });
    let mut taken = 0;
    for one in tries.collect::<Vec<_>>() {
        taken += usize::from(one.await.unwrap().is_some());
    }
    assert_eq!(taken, 1);
}

pub(super) async fn a_hold_of_a_clock_that_was_set_back_is_taken_over(open: Open) {
    let claim = claim("k", "c");
    let ahead = SystemTime::now() + LEASE / 2;
    open.store.claim(&claim, ahead, LEASE).await.unwrap();
    let known = open.known(&claim, Duration::ZERO).await.unwrap();
    assert_eq!(known.seen.step(), Step::Wait, "another one's clock");
    let hour = SystemTime::now() + Duration::from_secs(3_600);
    open.store.take_over(&known, hour, LEASE).await.unwrap();
    let known = open.known(&claim, Duration::ZERO).await.unwrap();
    assert_eq!(known.seen.step(), Step::TakeOver);
}

pub(super) async fn who_lost_the_hold_can_not_write(open: Open) {
    let claim = claim("k", "c");
    let slow = open.claimed(&claim).await;
    let known = open.known(&claim, LEASE * 2).await.unwrap();
    let now = SystemTime::now() + LEASE * 2;
    let fast = open.store.take_over(&known, now, LEASE).await.unwrap();
    let fast = fast.unwrap();
    let one = order(slow.order_id);
    assert!(!open.store.write(slow, &one, &SUMS, None).await.unwrap());
    assert!(open.store.write(fast, &one, &SUMS, None).await.unwrap());
    // Nor does it take away what another has written, nor say no to it.
    open.store.give_up(slow).await.unwrap();
    open.store.refuse(slow, 422, "no", None).await.unwrap();
    let known = open.known(&claim, LEASE * 2).await.unwrap();
    assert_eq!((known.seen.stage, known.seen.held), (Stage::Written, true));
}
