//! The signing workloads, and every signer that runs them
