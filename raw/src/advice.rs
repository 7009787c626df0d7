//! What to do about an error. Advice names the usual causes, the most frequent first. It uses what the
//! service said and what is known without asking it: the clock, the credentials, and what was signed.

mod canonical;
mod clock;
mod credentials;
mod other_server;
mod refused;
mod signature;

pub use credentials::{aws_credential_warnings, credential_warnings};

use crate::error_kind::{ErrorContext, ErrorKind};
use crate::parse::{ErrorResponse, ParseError, XmlError, XmlErrorKind};
use crate::send::{SendError, SendErrorKind};

/// The advice for an error of `kind`; `partial` is what arrived of an incomplete response.
pub(crate) fn for_error(
    kind: &ErrorKind,
    partial: Option<&ErrorResponse>,
    context: &ErrorContext<'_>,
) -> Option<String> {
    match kind {
        ErrorKind::Send(error) => match partial {
            Some(response) if response.code.is_some() => refused::advice(response, context),
            Some(_) | None => Some(for_send_error(error).to_owned()),
        },
        ErrorKind::Parse(ParseError::Refused(response)) => refused::advice(response, context),
        ErrorKind::Parse(ParseError::Unusable { error, response }) => {
            Some(for_unusable(error, response))
        }
        ErrorKind::Parse(ParseError::DryRunExecuted { .. }) => Some(
            "Terminate the instances, because they cost money. The endpoint ignores DryRun".to_owned(),
        ),
        ErrorKind::RepeatedToken { .. } => {
            Some("The service's paging is broken; ask for one page".to_owned())
        }
        ErrorKind::Limit(_) => Some(
            "Ask for less: a prefix, a narrower filter, one page; or raise the limits of the target"
                .to_owned(),
        ),
        ErrorKind::Build(_) | ErrorKind::Sign(_) | ErrorKind::Wait(_) => None,
    }
}

fn for_send_error(error: &SendError) -> &'static str {
    match error.kind {
        SendErrorKind::Setup => "Check the proxy's URL and the system's root certificates",
        SendErrorKind::HostNotFound => {
            "Check the region and the endpoint's host name, then the network"
        }
        SendErrorKind::NoConnection | SendErrorKind::ConnectTimeout(_) => {
            "Is anything listening there, and does a firewall or proxy stand in between?"
        }
        SendErrorKind::NoTls => {
            "Does the endpoint speak TLS at that port, and does this machine trust its certificate? \
             If a proxy intercepts TLS, install its root certificate"
        }
        SendErrorKind::NotHttp => "Check the endpoint's scheme and port",
        SendErrorKind::Closed => {
            "Try again; it is not known whether the service carried out the call. If the error stays, \
             look at the log of the service or the proxy"
        }
        SendErrorKind::BodyCut(_) => {
            "Nothing of this answer was used. Try again; if the error stays, look at the log of the \
             service or the proxy"
        }
        SendErrorKind::BodyTooLong(_) | SendErrorKind::CallTooLong(_) => {
            "Ask for less at a time: a smaller page, a narrower filter. If that is not possible, the \
             endpoint is probably not an AWS service"
        }
        SendErrorKind::Timeout(_) | SendErrorKind::BodyTimeout { .. } => {
            "Try again, or allow an attempt more time"
        }
    }
}

/// The advice for a successful status with an unusable body.
fn for_unusable(error: &XmlError, response: &ErrorResponse) -> String {
    let cause = match &error.kind {
        XmlErrorKind::Empty => {
            "The status is a success and the body is missing: something in between dropped it, or the \
             endpoint is not an AWS service"
                .to_owned()
        }
        XmlErrorKind::NotXml | XmlErrorKind::Root { .. } if response.is_html() => format!(
            "An HTML page does not come from the service: {} answered, for example a network that \
             requires a login. Open the endpoint in a browser to see the page",
            other_server::name(response)
        ),
        XmlErrorKind::EndsEarly => {
            "Every byte that was promised arrived, and the document does not end: it was cut where it \
             was written, or by a proxy that corrects the length. Try again; if the error stays, give \
             the request id to the service's support"
                .to_owned()
        }
        XmlErrorKind::NotUtf8(_) => {
            "AWS sends UTF-8: something in between changed the encoding or damaged the answer, or a \
             name was stored in another encoding"
                .to_owned()
        }
        _ => "Is the endpoint an AWS service, and does anything in between shorten or rewrite answers?"
            .to_owned(),
    };
    format!("{cause}. Nothing of this answer was used")
}
