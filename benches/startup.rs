//! Every program of `compare bench startup`, from its start to its end.

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use measure::bench::startup::{Programs, StartedProgram};

fn startup(criterion: &mut Criterion) {
    let programs = Programs::find().expect("every program lists the buckets");
    let mut group = criterion.benchmark_group("startup");
    for arm in StartedProgram::ALL {
        let run = || programs.run(arm).expect("it listed the buckets before");
        group.bench_function(arm.name(), |bencher| {
            bencher.iter_custom(|times| {
                (0..times).map(|_| Duration::from_secs_f64(run().wall_us / 1e6)).sum()
            });
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2));
    targets = startup
}
criterion_main!(benches);
