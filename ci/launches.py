"""Faulty launches: a proxy in front of `compare sandbox` that replaces answers, and the kinds of fault it injects.

Uses only the standard library.
"""

import hashlib
import hmac
import http.client
import re
import socket
import struct
import threading
import time
import urllib.parse
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

RUN = "ec2-run-instances"
DRY_RUN = "ec2-run-instances-dry-run"
UNTIL_TERMINATED = "ec2-run-instances,ec2-terminate-instances"
XMLNS = 'xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"'
REQUEST_ID = "00000000-0000-4000-8000-000000000000"


class Endpoint:
    """The sandbox behind the proxy, called directly."""

    def __init__(self, ready):
        admin = next(identity for identity in ready["identities"] if identity["name"] == "admin")
        self.host = ready["endpoint"].removeprefix("http://")
        self.region = ready["region"]
        self.key_id, self.secret = admin["access_key_id"], admin["secret_access_key"]

    def call(self, form):
        """Sign and send a form of the EC2 API; returns the answer."""
        body = urllib.parse.urlencode(form, quote_via=urllib.parse.quote)
        now = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        scope = f"{now[:8]}/{self.region}/ec2/aws4_request"
        kind = "application/x-www-form-urlencoded"
        signed = "content-type;host;x-amz-date"
        canonical = "\n".join(["POST", "/", "", f"content-type:{kind}", f"host:{self.host}", f"x-amz-date:{now}", "", signed,
                               hashlib.sha256(body.encode()).hexdigest()])
        text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = f"AWS4{self.secret}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        signature = hmac.digest(key, text.encode(), "sha256").hex()
        headers = {"content-type": kind, "x-amz-date": now, "authorization":
                   f"AWS4-HMAC-SHA256 Credential={self.key_id}/{scope}, SignedHeaders={signed}, Signature={signature}"}
        return self.send("POST", "/", headers, body.encode())

    def send(self, method, target, headers, body):
        connection = http.client.HTTPConnection(self.host, timeout=60)
        try:
            connection.request(method, target, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read())
        finally:
            connection.close()

    def launched(self, tokens):
        """Id, client token and state of every instance that carries one of `tokens`."""
        if not tokens:
            return []
        form = {"Action": "DescribeInstances", "Version": "2016-11-15", "Filter.1.Name": "client-token"}
        form |= {f"Filter.1.Value.{number}": token for number, token in enumerate(sorted(tokens), 1)}
        text = self.call(form).body.decode()
        return [(field(item, "instanceId"), field(item, "clientToken"), field(item, "name"))
                for item in text.split("<instanceId>")[1:] for item in [f"<instanceId>{item}"]]

    def alive(self, tokens):
        """Id and client token of the instances that have not been terminated."""
        return [(id, token) for id, token, state in self.launched(tokens) if state not in ("shutting-down", "terminated")]

    def end(self, instances):
        for id, _ in instances:
            self.call({"Action": "TerminateInstances", "Version": "2016-11-15", "InstanceId.1": id})


class Answer:
    """Status and body, or how the answer fails to arrive."""

    def __init__(self, status, body, accident=None):
        self.status, self.body, self.accident = status, body, accident

    def changed(self, change):
        return Answer(self.status, change(self.body.decode()).encode())


class Request:
    """A request of a client, which can be forwarded."""

    def __init__(self, endpoint, handler, body):
        self.endpoint, self.body = endpoint, body
        self.method, self.target, self.headers = handler.command, handler.path, dict(handler.headers.items())
        self.form = dict(urllib.parse.parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
        self.action = self.form.get("Action")
        self.side = "sdk" if "aws-sdk-rust" in self.headers.get("user-agent", "") else "raw"
        self.is_dry = self.form.get("DryRun") == "true"
        self.is_launch = self.action == "RunInstances" and not self.is_dry

    def forward(self):
        return self.endpoint.send(self.method, self.target, self.headers, self.body)

    def forward_with(self, **fields):
        """Forward the form with these fields changed (None removes one), signed again."""
        form = self.form | fields
        return self.endpoint.call({name: value for name, value in form.items() if value is not None})


class Proxy:
    """Serves on loopback while the block runs. `answer(request)` returns a faulty answer, or None to forward the request."""

    def __init__(self, endpoint, answer=lambda _: None, pause=lambda: 0):
        self.tokens, self.injected, self.in_flight = set(), False, 0
        self.lock = threading.Lock()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                request = Request(endpoint, self, body)
                with proxy.lock:
                    proxy.in_flight += 1
                    if request.action == "RunInstances":
                        proxy.tokens.add(request.form["ClientToken"])
                try:
                    time.sleep(pause())
                    fault = answer(request)
                    proxy.injected |= fault is not None
                    reply = fault or request.forward()
                finally:
                    with proxy.lock:
                        proxy.in_flight -= 1
                deliver(self, reply)

            do_GET = do_POST = handle_one

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_):
                """Ignore clients that were killed."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def settle(self):
        """Wait until no request is in flight."""
        deadline = time.monotonic() + 10
        while self.in_flight and time.monotonic() < deadline:
            time.sleep(0.01)


def deliver(handler, answer):
    handler.close_connection = answer.accident is not None
    head = (f"HTTP/1.1 {answer.status} {http.client.responses.get(answer.status, '')}\r\n"
            f"content-type: text/xml;charset=UTF-8\r\ncontent-length: {len(answer.body)}\r\n\r\n").encode()
    half = head + answer.body[:len(answer.body) // 2]
    match answer.accident:
        case None:
            handler.wfile.write(head + answer.body)
        case "cut":
            handler.wfile.write(half)
        case "reset":
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        case "silence":
            time.sleep(5)
        case "stall":
            handler.wfile.write(half)
            handler.wfile.flush()
            time.sleep(5)
        case "closed":
            pass


def field(text, name):
    found = re.search(f"<{name}>([^<]*)</{name}>", text)
    return found[1] if found else ""


def refusal(status, code):
    return Answer(status, (f"<Response><Errors><Error><Code>{code}</Code><Message>No.</Message></Error></Errors>"
                           f"<RequestID>{REQUEST_ID}</RequestID></Response>").encode())


def page(status):
    return Answer(status, b"<html><body>Please stand by.</body></html>")


def accident(name):
    """Forward the request, and break off its answer."""
    return lambda request: Answer(200, request.forward().body, name)


def instead(answer):
    """Forward the request, and answer with `answer` instead."""
    def replaced(request):
        request.forward()
        return answer
    return replaced


def rewritten(change):
    return lambda request: request.forward().changed(change)


def launches(fault, sides=("raw", "sdk")):
    """Inject the fault into the launches of these sides."""
    return lambda: lambda request: fault(request) if request.is_launch and request.side in sides else None


def with_lost_launches(kind_of_others):
    """Lose the answers of launches, and treat other requests as `kind_of_others` does."""
    def kind():
        others = kind_of_others()
        return lambda request: accident("closed")(request) if request.is_launch else others(request)
    return kind


def first(number, action, fault):
    """Inject the fault into the first calls of an action, `number` of them."""
    def kind():
        seen = []

        def answer(request):
            if request.action != action or len(seen) >= number:
                return None
            seen.append(request)
            return fault(request)
        return answer
    return kind


ALWAYS = 10**6


def retry(first_answer, then):
    """Answer the SDK's first attempt with `first_answer`, and its retries with `then`."""
    def kind():
        seen = []

        def answer(request):
            if not request.is_launch or request.side != "sdk":
                return None
            seen.append(request)
            return first_answer(request) if len(seen) == 1 else then
        return answer
    return kind


def dry_run(change):
    """Launch despite `DryRun`, as a server that does not know the parameter, and change the answer."""
    return lambda: lambda request: change(request.forward_with(DryRun=None)) if request.is_dry else None


def empty_listing(_request):
    return Answer(200, f"<DescribeInstancesResponse {XMLNS}><requestId>{REQUEST_ID}</requestId><reservationSet/>"
                       f"</DescribeInstancesResponse>".encode())


def changed_to(state, id=None):
    """Answer TerminateInstances with this state, and terminate nothing."""
    def answer(request):
        return Answer(200, (f"<TerminateInstancesResponse {XMLNS}><requestId>{REQUEST_ID}</requestId><instancesSet><item>"
                            f"<instanceId>{id or request.form['InstanceId.1']}</instanceId>"
                            f"<currentState><code>16</code><name>{state}</name></currentState>"
                            f"<previousState><code>16</code><name>running</name></previousState>"
                            f"</item></instancesSet></TerminateInstancesResponse>").encode())
    return answer


def one_id_never_terminates():
    kept = []

    def answer(request):
        if request.action != "TerminateInstances":
            return None
        kept[:] = kept or [request.form["InstanceId.1"]]
        return refusal(400, "OperationNotPermitted") if kept[0] in request.form.values() else None
    return answer


def without(element):
    """Remove an element from every answer to DescribeInstances."""
    return lambda: lambda request: (request.forward().changed(lambda text: re.sub(f"<{element}>.*?</{element}>", "", text,
                                                                                  flags=re.DOTALL))
                                    if request.action == "DescribeInstances" else None)


OTHER_ID = "i-0123456789abcdef0"
TRUNCATED_DOCUMENT = rewritten(lambda text: text[:len(text) // 2])
WRONG_ID = rewritten(lambda text: re.sub("<instanceId>[^<]*<", f"<instanceId>{OTHER_ID}<", text))
EMPTY_SET = rewritten(lambda text: re.sub("<instancesSet>.*</instancesSet>", "<instancesSet/>", text, flags=re.DOTALL))

# For each kind: the scenarios to run, the faults, and whether every instance must be terminated (`ended`) or may be `named`.
KINDS = {
    "500 with a code, to raw": (RUN, launches(instead(refusal(500, "InternalError")), ["raw"]), "ended"),
    "500 with a code, to the SDK": (RUN, launches(instead(refusal(500, "InternalError")), ["sdk"]), "ended"),
    "500 with a code": (RUN, launches(instead(refusal(500, "InternalError"))), "ended"),
    "503 that throttles, after the launch": (RUN, launches(instead(refusal(503, "RequestLimitExceeded"))), "ended"),
    "502 from a proxy": (RUN, launches(instead(page(502))), "ended"),
    "403 from a proxy": (RUN, launches(instead(page(403))), "ended"),
    "408 with a code": (RUN, launches(instead(refusal(408, "RequestTimeout"))), "ended"),
    "200 with an error document": (RUN, launches(instead(Answer(200, refusal(500, "InternalError").body))), "ended"),
    "200 without a body": (RUN, launches(instead(Answer(200, b""))), "ended"),
    "a truncated body": (RUN, launches(accident("cut")), "ended"),
    "a truncated document": (RUN, launches(TRUNCATED_DOCUMENT), "ended"),
    "a reset": (RUN, launches(accident("reset")), "ended"),
    "a closed connection": (RUN, launches(accident("closed")), "ended"),
    "silence": (RUN, launches(accident("silence")), "ended"),
    "a body that stalls": (RUN, launches(accident("stall")), "ended"),
    "IdempotentParameterMismatch to the retry": (
        RUN, retry(accident("closed"), refusal(400, "IdempotentParameterMismatch")), "ended"),
    "400 to the retry after a 500": (
        RUN, retry(instead(refusal(500, "InternalError")), refusal(400, "InvalidParameterValue")), "ended"),
    "another id in the answer": (UNTIL_TERMINATED, launches(WRONG_ID), "ended"),
    "no instance in the answer": (UNTIL_TERMINATED, launches(EMPTY_SET), "ended"),
    "two instances instead of one": (
        UNTIL_TERMINATED, launches(lambda request: request.forward_with(MinCount="2", MaxCount="2")), "ended"),
    "a dry run that launches": (DRY_RUN, dry_run(lambda answer: answer), "ended"),
    "a dry run that launches, and a lost answer": (
        DRY_RUN, dry_run(lambda answer: Answer(200, answer.body, "closed")), "ended"),
    "a dry run that launches, and a 500": (
        DRY_RUN, dry_run(lambda _: refusal(500, "InternalError")), "ended"),
    "a listing that lags one call behind": (RUN, with_lost_launches(first(1, "DescribeInstances", empty_listing)), "ended"),
    "a listing that lags six calls behind": (RUN, with_lost_launches(first(6, "DescribeInstances", empty_listing)), "ended"),
    "a listing that fails at first": (
        RUN, with_lost_launches(first(4, "DescribeInstances", lambda _: refusal(503, "RequestLimitExceeded"))), "ended"),
    "a listing that always fails": (
        RUN, with_lost_launches(first(ALWAYS, "DescribeInstances", lambda _: refusal(403, "UnauthorizedOperation"))), "named"),
    "a termination that leaves the instance running": (
        UNTIL_TERMINATED, first(3, "TerminateInstances", changed_to("running")), "ended"),
    "a termination of another id": (
        UNTIL_TERMINATED, first(3, "TerminateInstances", changed_to("shutting-down", OTHER_ID)), "ended"),
    "a termination that fails at first": (
        UNTIL_TERMINATED, first(5, "TerminateInstances", lambda _: refusal(503, "RequestLimitExceeded")), "ended"),
    "a termination that fails for one id": (UNTIL_TERMINATED, one_id_never_terminates, "named"),
    "a termination that always fails": (
        UNTIL_TERMINATED, first(ALWAYS, "TerminateInstances", lambda _: refusal(403, "UnauthorizedOperation")), "named"),
    "tags that never arrive": (RUN, with_lost_launches(without("tagSet")), "ended"),
    "client tokens that never arrive": (RUN, with_lost_launches(without("clientToken")), "ended"),
}
