//! The options of a job that override a service's signing rules.

use raw::sigv4;
use serde::Deserialize;

/// Declares an option: its values in JSON and on the command line, and raw's rule for each.
macro_rules! option {
    ($(#[$doc:meta])* $option:ident => $rule:ident {
        $($(#[$help:meta])* $value:ident => $raw:ident,)+
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
        #[serde(rename_all = "kebab-case")]
        pub enum $option {
            $($(#[$help])* $value,)+
        }

        impl From<$option> for sigv4::$rule {
            fn from(option: $option) -> Self {
                match option {
                    $($option::$value => Self::$raw,)+
                }
            }
        }
    };
}

option! {
    /// Whether the session token is signed.
    Token => TokenSigning {
        /// It is, as nearly every service requires
        Signed => Signed,
        /// It is added afterwards, as MQTT over WebSocket requires
        Afterwards => AddedAfterwards,
    }
}

option! {
    /// What stands for the body in the canonical request.
    Payload => Payload {
        /// Its SHA-256
        Signed => Signed,
        /// The text UNSIGNED-PAYLOAD
        Unsigned => Unsigned,
    }
}

option! {
    /// What happens to the path's dots and double slashes.
    Path => PathNormalization {
        /// Resolved, as every service except S3 requires
        Normalized => Normalized,
        /// Kept, as S3 requires
        AsIs => AsIs,
    }
}

option! {
    /// How often the path is encoded.
    EncodePath => PathEncoding {
        /// Decoded and encoded once, as S3 requires
        Once => Once,
        /// Encoded a second time, as every other service requires
        Twice => Twice,
    }
}

option! {
    /// Whether x-amz-content-sha256 is sent.
    ContentSha256 => ContentSha256 {
        /// As S3 requires
        Sent => Sent,
        /// As with every other service
        Absent => Absent,
    }
}
