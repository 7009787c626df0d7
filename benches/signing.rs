//! Times every signer with every workload. `--features peers` adds the signers of other crates.

use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};

fn signing(criterion: &mut Criterion) {
    let credentials = workloads::credentials();
    for workload in &workloads::all() {
        let mut group = criterion.benchmark_group(workload.name);
        for mut arm in workloads::arms(workload, &credentials) {
            group.bench_function(arm.name(), |bencher| {
                bencher.iter_custom(|times| {
                    let start = Instant::now();
                    arm.run(times);
                    start.elapsed()
                });
            });
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    // Only the ratios matter, and one second for each signer shows them.
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    targets = signing
}
criterion_main!(benches);
