//! Both parsers at every document of `compare bench parse`.

use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use findings::side::Side;
use measure::bench::parse::Document;

fn parse(criterion: &mut Criterion) {
    let documents = Document::all().expect("both sides read the same values");
    for document in &documents {
        let mut group = criterion.benchmark_group(&document.name);
        group.throughput(Throughput::Bytes(document.bytes() as u64));
        for side in Side::ALL {
            group.bench_function(side.name(), |bencher| {
                bencher.iter_custom(|times| (0..times).map(|_| document.time(side)).sum());
            });
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    // Of the longest document a parse takes a fifth of a second.
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = parse
}
criterion_main!(benches);
