//! The plan, without a clock.

use super::*;

fn schedule(from: f64, to: f64, spacing: Spacing, length: Length) -> Schedule {
    Schedule {
        rate: Rate { from, to },
        spacing,
        length,
        warm_up: Duration::ZERO,
    }
}

fn seconds(schedule: Schedule, seed: u64) -> Vec<f64> {
    schedule
        .arrivals(seed)
        .map(|arrival| arrival.at.as_secs_f64())
        .collect()
}

#[test]
fn a_constant_rate_is_exact_by_count_and_does_not_drift() {
    for (rate, time) in [(200.0, 20), (333.0, 7), (0.5, 10), (1000.0, 60)] {
        let length = Length::Time(Duration::from_secs(time));
        let due = seconds(schedule(rate, rate, Spacing::Constant, length), 1);
        assert_eq!(
            due.len() as f64,
            rate * time as f64,
            "{rate}/s for {time} s"
        );
        let last = (due.len() - 1) as f64 / rate;
        assert!((due[due.len() - 1] - last).abs() < 1e-6);
    }
}

#[test]
fn a_count_is_exact_whatever_the_spacing_and_the_ramp() {
    for spacing in [Spacing::Constant, Spacing::Poisson] {
        for (from, to) in [(100.0, 100.0), (50.0, 400.0), (400.0, 50.0)] {
            let due = seconds(schedule(from, to, spacing, Length::Count(777)), 3);
            assert_eq!(due.len(), 777);
            assert!(due.is_sorted());
        }
    }
}

#[test]
fn a_ramp_grows_steadily_from_its_first_to_its_last_rate() {
    let length = Length::Time(Duration::from_secs(10));
    let due = seconds(schedule(50.0, 400.0, Spacing::Constant, length), 1);
    assert_eq!(due.len(), 2250, "the mean of 225 a second");
    let within = |from: f64, to: f64| due.iter().filter(|at| (from..to).contains(*at)).count();
    assert_eq!(within(0.0, 1.0), 68, "50 growing to 85");
    assert_eq!(within(9.0, 10.0), 382, "365 growing to 400");
}

#[test]
fn poisson_arrivals_have_the_rate_on_average_and_spread_as_chance_does() {
    let due = seconds(
        schedule(100.0, 100.0, Spacing::Poisson, Length::Count(20_000)),
        7,
    );
    let gaps: Vec<_> = due.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
    let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / gaps.len() as f64;
    assert!((mean - 0.01).abs() < 0.0003, "mean gap {mean}");
    // Of an exponential distribution the standard deviation is the mean.
    assert!((variance.sqrt() / mean - 1.0).abs() < 0.05);
}

#[test]
fn the_same_seed_is_the_same_schedule_and_another_is_another() {
    let poisson = schedule(100.0, 100.0, Spacing::Poisson, Length::Count(100));
    assert_eq!(seconds(poisson, 5), seconds(poisson, 5));
    assert_ne!(seconds(poisson, 5), seconds(poisson, 6));
}

#[test]
fn the_warm_up_comes_first_and_is_not_counted() {
    let schedule = Schedule {
        warm_up: Duration::from_secs(2),
        ..schedule(50.0, 100.0, Spacing::Constant, Length::Count(30))
    };
    let arrivals: Vec<_> = schedule.arrivals(1).collect();
    let (counted, before): (Vec<Arrival>, Vec<Arrival>) =
        arrivals.into_iter().partition(|arrival| arrival.measured);
    assert_eq!((before.len(), counted.len()), (100, 30));
    assert_eq!(counted[0].at, Duration::from_secs(2));
}
