//! An endpoint on loopback that answers as AWS does and really checks signatures
