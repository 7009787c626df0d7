"""Random requests, signed by AWS's own C signer (awscrt).

Paths and queries are correctly percent-encoded, and a normalised path never ends in a dot segment: AWS's own signers disagree
about a bare `!` and about the slash that `/a/..` leaves behind, so there is no right signature to compare with.
"""

import base64
import io
import re
import string
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

from awscrt.auth import (AwsCredentialsProvider, AwsSignatureType, AwsSignedBodyHeaderType, AwsSigningConfig,
                         aws_sign_request)
from awscrt.http import HttpRequest

METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD", "PATCH", "OPTIONS")
SERVICES = ("ec2", "iam", "sts", "execute-api", "dynamodb", "service")
REGIONS = ("us-east-1", "eu-central-1", "ap-southeast-3", "cn-north-1", "us-gov-west-1")
HOSTS = ("example.amazonaws.com", "bucket.s3.us-east-1.amazonaws.com", "ec2.eu-central-1.amazonaws.com", "a.example:8443",
         "127.0.0.1:9000")
HEADERS = ("Content-Type", "Range", "If-None-Match", "My-Header", "x-custom", "X-Amz-Meta-Colour", "x-amz-acl",
           "X-Amz-Target", "Cache-Control")
UNSIGNED_HEADERS = ("User-Agent", "Expect", "X-Amzn-Trace-Id", "Transfer-Encoding")
ODD_TEXTS = ("", " ", "a b", "+", "%", "%2F", "a/b", "&", "=", "é", "e\u0301", "😀", "~", "-._~", "*", "'", '"', "!", "(", ")",
             "$", ",", ";", ":", "@", "#", "?", "[", "\\", "\n", "\r\n", "\t", "\x00", "\x7f", "A", "aa", "a-b", "a.b")
DOT_SEGMENTS = (".", "..")
SPACED = ("", "v", "a  b", "  lead", "trail ", 'quoted "a   b"', "1,  2", "a=b; c", "-")

SIGNATURE = re.compile(r"(?<=Signature=)[0-9a-f]{64}")


@dataclass(frozen=True)
class Request:
    """An unsigned request and all that its signature depends on, with the field names of `compare sign --jsonl`."""

    method: str
    host: str
    target_path: str
    query: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    body: bytes
    service: str
    region: str
    time: datetime
    access_key_id: str
    secret_access_key: str
    session_token: str | None
    location: str
    expires: int
    payload: str
    path: str
    encode_path: str
    content_sha256: str

    @property
    def target(self):
        """Path and query, as sent."""
        return self.target_path + ("?" + "&".join(self.query) if self.query else "")

    def line(self, number, side):
        """The request as a line for `compare sign --jsonl`."""
        return {"id": number, "side": side, "method": self.method, "url": f"https://{self.host}{self.target}",
                "headers": self.headers, "body_base64": base64.b64encode(self.body).decode(), "time": amz_date(self.time),
                "location": self.location, "expires": self.expires, "content_sha256": self.content_sha256, **self._rules()}

    def sign(self):
        """The request as awscrt sends it."""
        message = HttpRequest(self.method, self.target, body_stream=io.BytesIO(self.body))
        message.headers.add("host", self.host)
        for name, value in self.headers:
            message.headers.add(name, value)
        aws_sign_request(message, self._config()).result(timeout=10)
        headers = list(message.headers)
        where = message.path if self.location == "query" else dict(headers)["Authorization"]
        return Signed(self, message.path, headers, SIGNATURE.search(where)[0])

    def _config(self):
        in_query = self.location == "query"
        content_sha256 = self.content_sha256 == "sent" and not in_query
        return AwsSigningConfig(
            signature_type=AwsSignatureType.HTTP_REQUEST_QUERY_PARAMS if in_query else AwsSignatureType.HTTP_REQUEST_HEADERS,
            credentials_provider=AwsCredentialsProvider.new_static(self.access_key_id, self.secret_access_key,
                                                                   self.session_token),
            region=self.region,
            service=self.service,
            date=self.time,
            use_double_uri_encode=self.encode_path == "twice",
            should_normalize_uri_path=self.path == "normalized",
            signed_body_value="UNSIGNED-PAYLOAD" if self.payload == "unsigned" else None,
            signed_body_header_type=(AwsSignedBodyHeaderType.X_AMZ_CONTENT_SHA_256 if content_sha256
                                     else AwsSignedBodyHeaderType.NONE),
            expiration_in_seconds=self.expires if in_query else None,
        )

    def _rules(self):
        return {name: getattr(self, name) for name in ("service", "region", "access_key_id", "secret_access_key",
                                                       "session_token", "payload", "path", "encode_path")}


@dataclass(frozen=True)
class Signed:
    """A request with a signature, right or wrong."""

    request: Request
    target: str
    headers: list[tuple[str, str]]
    signature: str

    def with_signature(self, signature):
        """The same request, sent with another signature."""
        def swapped(text):
            return text.replace(self.signature, signature)
        return replace(self, target=swapped(self.target), signature=signature,
                       headers=[(name, swapped(value)) for name, value in self.headers])

    def line(self, number, now):
        """The request as a line for `compare verify --jsonl`."""
        return {"id": number, "method": self.request.method, "url": f"https://{self.request.host}{self.target}",
                "headers": self.headers, "body_base64": base64.b64encode(self.request.body).decode(), "now": amz_date(now),
                **self.request._rules()}


def random_request(random):
    """A random request under the rules of S3, the rules of other services, or a mixture of both."""
    s3 = random.random() < 0.5
    rules = {"path": "as-is" if s3 else "normalized", "encode_path": "once" if s3 else "twice",
             "content_sha256": "sent" if s3 else "absent"}
    if random.random() < 0.2:
        rules = {"path": random.choice(("normalized", "as-is")), "encode_path": random.choice(("once", "twice")),
                 "content_sha256": random.choice(("sent", "absent"))}
    return Request(
        method=random.choice(METHODS),
        host=random.choice(HOSTS),
        target_path=_path(random, rules["path"]),
        query=tuple(random_parameter(random) for _ in range(random.choice((0, 0, 1, 2, 3, 8)))),
        headers=_headers(random),
        body=random.randbytes(random.choice((0, 0, 1, 55, 56, 64, 1000))),
        service="s3" if s3 else random.choice(SERVICES),
        region=random.choice(REGIONS),
        time=datetime(2015, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=random.randrange(15 * 365 * 86400)),
        access_key_id="AKIA" + _text(random, string.ascii_uppercase + string.digits, 16),
        secret_access_key=random_secret(random),
        session_token=_text(random, BASE64, random.choice((16, 100, 700))) if random.random() < 0.4 else None,
        location=random.choice(("header", "query")),
        expires=random.choice((1, 60, 3600, 604800)),
        payload=random.choice(("signed", "unsigned")),
        **rules,
    )


BASE64 = string.ascii_letters + string.digits + "+/="


def random_parameter(random):
    """A query parameter, as sent: with a value, with an empty value, or without `=`."""
    name = _encoded(_odd_text(random)) or "n"
    return name + random.choice(("", "=", "=" + _encoded(_odd_text(random)), "=" + _encoded(_odd_text(random))))


def random_secret(random):
    """A random secret access key of the usual length."""
    return _text(random, BASE64[:-1], 40)


def amz_date(time):
    """The time in AWS's basic ISO 8601 form, such as 20150830T123600Z."""
    return time.strftime("%Y%m%dT%H%M%SZ")


def _path(random, rule):
    segments = [random.choice(DOT_SEGMENTS) if random.random() < 0.15 else _encoded(_odd_text(random))
                for _ in range(random.randrange(6))]
    if rule == "normalized" and segments and segments[-1] in DOT_SEGMENTS:
        segments.append("end")
    return "/" + "/".join(segments)


def _headers(random):
    signed = [(name, random.choice(SPACED)) for name in random.choices(HEADERS, k=random.choice((0, 1, 2, 4)))]
    unsigned = [(name, "anything") for name in UNSIGNED_HEADERS if random.random() < 0.1]
    headers = signed + unsigned
    random.shuffle(headers)
    return tuple(headers)


def _odd_text(random):
    plain = _text(random, string.ascii_letters + string.digits, random.randrange(6))
    return plain + random.choice(ODD_TEXTS) + random.choice(("", "", plain, random.choice(ODD_TEXTS)))


def _encoded(text):
    return quote(text, safe="-._~")


def _text(random, alphabet, length):
    return "".join(random.choices(alphabet, k=length))
