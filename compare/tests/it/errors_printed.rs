//! `compare errors` as text and as Markdown.

use insta::assert_snapshot;

use crate::program::Program;

#[test]
fn one_case_is_shown_in_full() {
    let shown = Program::new(["errors", "s3-request-time-too-skewed"]).run().expect(0).stdout;
    insta::with_settings!({filters => volatile()}, {
        assert_snapshot!(shown, @r#"
        s3-request-time-too-skewed
        The clock is 10 hours behind: local time was used as UTC.
        source: https://github.com/ex-aws/ex_aws/issues/159 (issue-thread)

        The service answered 403 RequestTimeTooSkewed
          content-type: application/xml
          x-amz-request-id: REQUESTID
          x-amz-id-2: HOSTID
          server: AmazonS3
          content-length: 431
          date: DATE

          <?xml version="1.0" encoding="UTF-8"?>
          <Error>
          <Code>RequestTimeTooSkewed</Code>
          <Message>The difference between the request time and the current time is too l
          arge.</Message>
          <RequestTime>TIMESTAMP</RequestTime>
          <ServerTime>TIME</ServerTime>
          <MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds>
          <RequestId>REQUESTID</RequestId>
          <HostId>HOSTID</HostId>
          </Error>
          (line breaks between elements were added)

        Facts in it
          status                      403
          code                        RequestTimeTooSkewed
          message                     The difference between the request time and the c…
          RequestTime                 TIMESTAMP
          ServerTime                  TIME
          MaxAllowedSkewMilliseconds  900000
          request_id                  REQUESTID
          host_id                     HOSTID

        raw: refused; 1 attempt, DURATION
          {}         ListObjectsV2 at http://127.0.0.1:PORT/notes: refused with 403
                     RequestTimeTooSkewed: The difference between the request time and
                     the current time is too large (RequestTime TIMESTAMP,
                     ServerTime TIME, MaxAllowedSkewMilliseconds 900000,
                     request id REQUESTID, host id
                     HOSTID). Set the clock: this
                     machine's clock is DURATION behind the service's
          {} keeps   status, code, message, RequestTime, ServerTime,
                     MaxAllowedSkewMilliseconds, request_id, host_id
          full keeps status, code, message, RequestTime, ServerTime,
                     MaxAllowedSkewMilliseconds, request_id, host_id
          accessors  status, code, message, RequestTime, ServerTime,
                     MaxAllowedSkewMilliseconds, request_id, host_id
          {:?} has   status, code, message, RequestTime, ServerTime,
                     MaxAllowedSkewMilliseconds, request_id, host_id
          only {:?}  nothing
          lost       nothing

        sdk: the right answer; 2 attempts, DURATION
          note       it corrected its clock by the answer's Date, retried, and succeeded
        "#);
    });
}

#[test]
fn markdown_shows_what_each_side_prints() {
    let args = ["errors", "s3-access-denied", "--format", "markdown"];
    let shown = Program::new(args).run().expect(0).stdout;
    insta::with_settings!({filters => volatile()}, {
        assert_snapshot!(shown, @r#"
        ## `s3-access-denied`

        No policy allows the caller to list the bucket.

        Source: https://github.com/schubergphilis/terraform-aws-mcaf-securityhub-findings-manager/pull/64 (issue-thread)

        The service answered 403 AccessDenied:

        ````
        content-type: application/xml
        x-amz-request-id: REQUESTID
        x-amz-id-2: HOSTID
        server: AmazonS3
        content-length: 395
        date: DATE

        <?xml version="1.0" encoding="UTF-8"?>
        <Error><Code>AccessDenied</Code><Message>User: arn:aws:iam::111122223333:user/invoker is not authorized to perform: s3:ListBucket on resource: &quot;arn:aws:s3:::notes&quot; because no identity-based policy allows the s3:ListBucket action</Message><RequestId>REQUESTID</RequestId><HostId>HOSTID</HostId></Error>
        ````

        Facts in it:

        - status: `403`
        - code: `AccessDenied`
        - message: `User: arn:aws:iam::111122223333:user/invoker is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::notes" because no identity-based policy allows the s3:ListBucket action`
        - request_id: `REQUESTID`
        - host_id: `HOSTID`

        **raw**: refused; 1 attempt, DURATION

        ````
        ListObjectsV2 at http://127.0.0.1:PORT/notes: refused with 403 AccessDenied: User: arn:aws:iam::111122223333:user/invoker is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::notes" because no identity-based policy allows the s3:ListBucket action (request id REQUESTID, host id HOSTID). The signature is good; the identity's policies do not allow this
        ````

        - `{}` keeps: status, code, message, request_id, host_id
        - the printed causes keep: status, code, message, request_id, host_id
        - accessors have: status, code, message, request_id, host_id
        - `{:?}` has: status, code, message, request_id, host_id
        - only `{:?}` has: nothing
        - lost: nothing

        **sdk**: refused; 1 attempt, DURATION

        ````
        service error
        ````

        In full (and a copy of `{:?}`, left out here):

        ````
        service error: unhandled error (AccessDenied): Error { code: "AccessDenied", message: "User: arn:aws:iam::111122223333:user/invoker is not authorized to perform: s3:ListBucket on resource: \"arn:aws:s3:::notes\" because no identity-based policy allows the s3:ListBucket action", IDS }
        ````

        - `{}` keeps: nothing
        - the printed causes keep: code, message, request_id, host_id
        - accessors have: status, code, message, request_id, host_id
        - `{:?}` has: status, code, message, request_id, host_id
        - only `{:?}` has: nothing
        - lost: nothing
        "#);
    });
}

#[test]
fn the_table_of_a_services_cases_fits_the_terminal() {
    for width in [60, 80] {
        let args = ["errors", "api", "s3-closed-port"];
        let shown = Program::new(args).env("COLUMNS", &width.to_string()).run().expect(0).stdout;
        assert!(shown.contains("api-clock-behind") && shown.contains("no SDK client"), "{shown}");
        // Without a response there are no facts, so the table shows both messages.
        assert!(
            shown.contains("raw {}: ListObjectsV2") && shown.contains("sdk {}: dispatch failure")
        );
        assert!(shown.lines().all(|line| line.chars().count() <= width), "{shown}");
    }
}

/// Filters for what differs from run to run.
fn volatile() -> Vec<(&'static str, &'static str)> {
    vec![
        (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
        (r"\d{8}T\d{6}Z", "TIMESTAMP"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME"),
        (r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", "DATE"),
        (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID"),
        (r"[A-Za-z0-9+/]{43}=", "HOSTID"),
        (r"\b[0-9A-HJKMNP-TV-Z]{16}\b", "REQUESTID"),
        (r"\d+ h \d+ min", "DURATION"),
        (r"\d+(\.\d+)? (µs|ms|s)\b", "DURATION"),
        // The SDK keeps both in a map with a random order.
        (r#"((, )?(s3_extended_request_id|aws_request_id): "\w+"){2}"#, ", IDS"),
    ]
}
