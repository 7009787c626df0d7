//! One call by each arm of `compare bench latency`. Criterion measures one arm after the other, so
//! that what the machine does meanwhile is in the differences; the verb makes the calls by turns.

use std::{sync::Arc, time::Duration};

use criterion::{Criterion, criterion_group, criterion_main};
use findings::latency::LatencyArm;
use measure::{
    bench::latency::{OPERATIONS, arms, runtime},
    session::{Session, TargetName, TargetOptions},
};

fn latency(criterion: &mut Criterion) {
    let runtime = runtime(1).expect("a runtime");
    let wish = TargetOptions { target: Some(TargetName::Sandbox), ..TargetOptions::default() };
    let place = Arc::new(runtime.block_on(Session::resolve(&wish)).expect("a sandbox"));
    for operation in OPERATIONS {
        let arms = runtime.block_on(arms(&place, operation)).expect("both sides answer alike");
        let mut group = criterion.benchmark_group(operation.name());
        for arm in [LatencyArm::Raw, LatencyArm::Sdk, LatencyArm::Bare] {
            group.bench_function(arm.name(), |bencher| {
                bencher.iter_custom(|times| {
                    runtime.block_on(async {
                        let mut total = Duration::ZERO;
                        for _ in 0..times {
                            total += arms.call(arm).await.expect("the right answer");
                        }
                        total
                    })
                });
            });
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2));
    targets = latency
}
criterion_main!(benches);
