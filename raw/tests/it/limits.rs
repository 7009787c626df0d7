//! The limit of bytes, which the SDK's side has only for routes. The other limits are in the suite.

use contract::{CallLimits, Client as _, Stage, Target};

use crate::script::{Server, ok};
use crate::suite::endless_listings;
use crate::{connect, credentials, local};

#[tokio::test]
async fn an_endless_listing_ends_at_the_limit_of_bytes() {
    let limits = CallLimits { bytes: 10_000, ..CallLimits::default() };
    for (operation, page) in endless_listings() {
        let endpoint = Server::forever(move |number| {
            ok(&(page(number) + &format!("<!--{}-->", "x".repeat(4000))))
        });
        let target = Target { limits, ..local(&endpoint) };
        let reply = connect(target, credentials()).call(&operation).await;
        let failure = reply.result.expect_err("no answer");
        assert_eq!((failure.stage, reply.requests), (Stage::Response, 3), "{failure}");
        assert!(failure.display.contains("more than the 10000 bytes"), "{failure}");
        assert!(failure.advice.is_some());
    }
}
