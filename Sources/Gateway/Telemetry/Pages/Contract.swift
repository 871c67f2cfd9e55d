// The contract, as `/openapi.yaml` gives it. Generated from openapi.yaml by Scripts/contract: change
// that file, then run `Scripts/contract`. `make lint` fails when the two differ.

/// The HTTP contract.
enum Contract {
  /// openapi.yaml, byte for byte.
  static let text = #"""
    openapi: 3.1.0

    info:
      title: session-gateway
      version: 0.1.0
      summary: Keeps web sessions in a Redis Cluster, behind HTTP/1.1.
      description: |
        A session is an opaque string of bytes (the payload) with a content type, a version and an idle
        timeout. The gateway never parses, re-encodes or logs the payload.

        **Callers.** Where the gateway has a tokens file, the caller's bearer token decides its
        namespace and its rights. Namespaces are separate: the same id in two of them names two
        sessions. Without tokens there is one namespace.

        **Ids.** A session is named by an id of 1 to 256 bytes out of
        `A-Z a-z 0-9 - . _ ~ ! $ & ' ( ) * + , ; = : @`, which the path may percent-encode. `.` and
        `..` are not ids, because software that normalises paths removes them. Ids are secrets: they
        appear in no log, metric or error.

        **Versions.** Each write gives the session a new version, 64 random bits, shown as a strong
        entity tag of 16 hexadecimal digits: `ETag: "8c1f60a90d3be2f4"`.

        **Timeouts** are whole seconds, 1 to 31,536,000. The idle timeout restarts with each GET, PUT
        and touch, and when a lock is acquired or renewed. The absolute timeout counts from the
        session's creation, never slides, survives every PUT and caps the idle timeout; it is the
        namespace's, if that has one. A session past either is gone: 404.

        **Writes without lost updates.** A plain PUT replaces whatever is there. A conditional PUT
        (`If-Match` with the version that was read) is 412 when another client has written since: read
        again, and repeat. A locked PUT follows a read that acquired the lock, and carries the lock's
        token: no other client gets the lock meanwhile. A PUT without that token breaks the lock,
        whatever its condition; the holder's write is then 409, never a silent lost update. A lock whose
        lease ran out is free. A namespace may require a condition or a lock on every PUT; a PUT without
        one is 428 there. Where a condition is required, any will do, `If-Match: *` included.

        **Deadlines.** A request is answered within the gateway's deadline (10 s unless configured
        otherwise), counted from the end of its head and including retries and redirects.
        `Session-Deadline` may shorten it. A body that is incomplete by then, or after 30 s, is 408, or
        503 if the caller set the deadline; the connection is then closed.

        **Queries** are read strictly: a parameter that a session resource does not have, or that is
        given twice, is 400. Fields that a resource does not know are ignored, as HTTP requires. But a
        condition that means nothing to a resource is 400, and so is `Session-Lock` on a POST that does
        not acquire a lock, so that no caller believes a request to be guarded that is not.

        **Correlation.** A request's `X-Request-Id` (1 to 128 of `A-Z a-z 0-9 - . _ ~ + / = : , @`) and
        its W3C `traceparent` are returned with the response and logged in the gateway's access log. A
        value that is malformed or repeated is ignored. With an access log, a request without an id is
        given one.

        **Problems** are `application/problem+json` (RFC 9457) with a stable `code`. The response to a
        HEAD has a problem's fields and no content. A 503 was not carried out; a 504 may have been.
        Besides the responses listed with each operation, any request can be answered 400, 413, 414,
        417, 431, 501 or 505 when it is not HTTP that the gateway accepts, and 408 when it does not
        arrive in time; the connection is then closed.

    servers:
      - url: http://127.0.0.1:8080
        description: The default address of a gateway

    # A gateway with a tokens file requires a token for every request for sessions; without one, none.
    security:
      - {}
      - bearer: []

    tags:
      - name: sessions
        description: For front-ends.
      - name: operators
        description: >-
          For monitors and people. They never need a token, and their queries are ignored. Where the
          gateway has a separate listener for them (`--admin-listen`), they are 404 on the callers'
          listener, and sessions are 404 on theirs.

    paths:
      /v1/sessions:
        post:
          tags: [sessions]
          operationId: createSession
          summary: Create a session under a new id
          description: >-
            The id has 132 bits from the system's generator, in 22 letters of the base64url alphabet.
            The body is the payload and may be empty, but its length must be given. A condition
            (`If-Match`, `If-None-Match`) is 400: there is no session yet that it could apply to.
          parameters:
            - $ref: '#/components/parameters/IdleTimeout'
            - $ref: '#/components/parameters/AbsoluteTimeout'
            - $ref: '#/components/parameters/Deadline'
          requestBody:
            $ref: '#/components/requestBodies/Payload'
          responses:
            '201':
              description: The session was created.
              headers:
                Location:
                  $ref: '#/components/headers/Location'
                ETag:
                  $ref: '#/components/headers/ETag'
                Cache-Control:
                  $ref: '#/components/headers/CacheControl'
              content:
                application/json:
                  schema:
                    type: object
                    required: [id]
                    additionalProperties: false
                    properties:
                      id:
                        $ref: '#/components/schemas/SessionID'
                  example:
                    id: Uu6HLqkSXTJBzCCUYTUlBA
              links:
                Read:
                  operationId: readSession
                  parameters: { id: $response.body#/id }
                Lock:
                  operationId: lockSession
                  parameters: { id: $response.body#/id }
            '400':
              $ref: '#/components/responses/BadRequest'
            '401':
              $ref: '#/components/responses/Unauthorized'
            '403':
              $ref: '#/components/responses/Forbidden'
            '408':
              $ref: '#/components/responses/RequestTimeout'
            '411':
              $ref: '#/components/responses/LengthRequired'
            '413':
              $ref: '#/components/responses/BodyTooLarge'
            '415':
              $ref: '#/components/responses/UnsupportedContent'
            '503':
              $ref: '#/components/responses/Unavailable'
            '504':
              $ref: '#/components/responses/OutcomeUnknown'

      /v1/sessions/{id}:
        parameters:
          - $ref: '#/components/parameters/ID'
        get:
          tags: [sessions]
          operationId: readSession
          summary: Read a session and slide its idle timeout
          description: >-
            A GET whose `If-None-Match` lists the present version is 304, and slides the timeout too.
            `If-Match` is 400 here.
          parameters:
            - $ref: '#/components/parameters/Touch'
            - $ref: '#/components/parameters/KnownVersions'
            - $ref: '#/components/parameters/Deadline'
          responses:
            '200':
              description: The payload, as it was written.
              headers:
                ETag:
                  $ref: '#/components/headers/ETag'
                Session-Expires-In:
                  $ref: '#/components/headers/ExpiresIn'
                Cache-Control:
                  $ref: '#/components/headers/CacheControl'
              content:
                '*/*':
                  schema: {}
                  examples:
                    json:
                      summary: A session that was written as application/json
                      value: '{"user":42,"basket":["tea"]}'
            '304':
              $ref: '#/components/responses/NotModified'
            '400':
              $ref: '#/components/responses/BadRequest'
            '401':
              $ref: '#/components/responses/Unauthorized'
            '403':
              $ref: '#/components/responses/Forbidden'
            '404':
              $ref: '#/components/responses/NoSuchSession'
            '408':
              $ref: '#/components/responses/RequestTimeout'
            '413':
              $ref: '#/components/responses/BodyTooLarge'
            '500':
              $ref: '#/components/responses/Unreadable'
            '503':
              $ref: '#/components/responses/Unavailable'
            '504':
              $ref: '#/components/responses/OutcomeUnknown'
        head:
          tags: [sessions]
          operationId: inspectSession
          summary: Read a session's metadata, without its payload
          description: >-
            Never slides the idle timeout. The payload stays in the store, except for up to 255 bytes of
            it that may be read along with the content type. `touch` is accepted, since a GET of the same
            target may have it.
          parameters:
            - $ref: '#/components/parameters/Touch'
            - $ref: '#/components/parameters/KnownVersions'
            - $ref: '#/components/parameters/Deadline'
          responses:
            '200':
              description: >-
                As for GET, without the payload; `Content-Type` is the session's, and
                `Content-Length` the payload's size.
              headers:
                ETag:
                  $ref: '#/components/headers/ETag'
                Session-Expires-In:
                  $ref: '#/components/headers/ExpiresIn'
                Cache-Control:
                  $ref: '#/components/headers/CacheControl'
            '304':
              $ref: '#/components/responses/NotModified'
            '400':
              $ref: '#/components/responses/EmptyProblem'
            '401':
              $ref: '#/components/responses/EmptyUnauthorized'
            '403':
              $ref: '#/components/responses/EmptyUnauthorized'
            '404':
              $ref: '#/components/responses/EmptyProblem'
            '408':
              $ref: '#/components/responses/EmptyProblem'
            '413':
              $ref: '#/components/responses/EmptyProblem'
            '500':
              $ref: '#/components/responses/EmptyProblem'
            '503':
              $ref: '#/components/responses/EmptyUnavailable'
            '504':
              $ref: '#/components/responses/EmptyProblem'
        put:
          tags: [sessions]
          operationId: writeSession
          summary: Create or replace a session
          description: >-
            Replaces payload, content type and idle timeout together: without `Session-Idle-Timeout`
            the namespace's idle timeout applies again. The body may be empty, but its length must be
            given. A session is written whole, so `Content-Range` is 400. A content coding would not be
            returned, so `Content-Encoding` is 415. Without `Session-Lock` it breaks any lock.
          parameters:
            - $ref: '#/components/parameters/ThisVersion'
            - $ref: '#/components/parameters/OnlyNew'
            - $ref: '#/components/parameters/HeldLock'
            - $ref: '#/components/parameters/Unlock'
            - $ref: '#/components/parameters/IdleTimeout'
            - $ref: '#/components/parameters/AbsoluteTimeout'
            - $ref: '#/components/parameters/Deadline'
          requestBody:
            $ref: '#/components/requestBodies/Payload'
          responses:
            '201':
              description: The session did not exist and was created.
              headers:
                Location:
                  $ref: '#/components/headers/Location'
                ETag:
                  $ref: '#/components/headers/ETag'
            '204':
              description: The session existed and was replaced.
              headers:
                ETag:
                  $ref: '#/components/headers/ETag'
            '400':
              $ref: '#/components/responses/BadRequest'
            '401':
              $ref: '#/components/responses/Unauthorized'
            '403':
              $ref: '#/components/responses/Forbidden'
            '408':
              $ref: '#/components/responses/RequestTimeout'
            '409':
              $ref: '#/components/responses/LockLost'
            '411':
              $ref: '#/components/responses/LengthRequired'
            '412':
              $ref: '#/components/responses/ConditionFailed'
            '413':
              $ref: '#/components/responses/BodyTooLarge'
            '415':
              $ref: '#/components/responses/UnsupportedContent'
            '428':
              $ref: '#/components/responses/ConditionRequired'
            '500':
              $ref: '#/components/responses/Unreadable'
            '503':
              $ref: '#/components/responses/Unavailable'
            '504':
              $ref: '#/components/responses/OutcomeUnknown'
        delete:
          tags: [sessions]
          operationId: deleteSession
          summary: Remove a session
          description: '`If-None-Match` is 400 here.'
          parameters:
            - $ref: '#/components/parameters/ThisVersion'
            - $ref: '#/components/parameters/HeldLock'
            - $ref: '#/components/parameters/Unlock'
            - $ref: '#/components/parameters/Deadline'
          responses:
            '204':
              description: The session is gone.
            '400':
              $ref: '#/components/responses/BadRequest'
            '401':
              $ref: '#/components/responses/Unauthorized'
            '403':
              $ref: '#/components/responses/Forbidden'
            '404':
              $ref: '#/components/responses/NoSuchSession'
            '408':
              $ref: '#/components/responses/RequestTimeout'
            '409':
              $ref: '#/components/responses/LockLost'
            '412':
              $ref: '#/components/responses/ConditionFailed'
            '413':
              $ref: '#/components/responses/BodyTooLarge'
            '500':
              $ref: '#/components/responses/Unreadable'
            '503':
              $ref: '#/components/responses/Unavailable'
            '504':
              $ref: '#/components/responses/OutcomeUnknown'

      /v1/sessions/{id}/touch:
        parameters:
          - $ref: '#/components/parameters/ID'
        post:
          tags: [sessions]
          operationId: touchSession
          summary: Slide a session's idle timeout
          description: A body is read and ignored. `If-None-Match` is 400 here.
          parameters:
            - $ref: '#/components/parameters/ThisVersion'
            - $ref: '#/components/parameters/Deadline'
          responses:
            '204':
              description: The idle timeout restarted.
            '400':
              $ref: '#/components/responses/BadRequest'
            '401':
              $ref: '#/components/responses/Unauthorized'
            '403':
              $ref: '#/components/responses/Forbidden'
            '404':
              $ref: '#/components/responses/NoSuchSession'
            '408':
              $ref: '#/components/responses/RequestTimeout'
            '412':
              $ref: '#/components/responses/ConditionFailed'
            '413':
              $ref: '#/components/responses/BodyTooLarge'
            '500':
              $ref: '#/components/responses/Unreadable'
            '503':
              $ref: '#/components/responses/Unavailable'
            '504':
              $ref: '#/components/responses/OutcomeUnknown'

      /v1/sessions/{id}/lock:
        parameters:
          - $ref: '#/components/parameters/ID'
        post:
          tags: [sessions]
          operationId: lockSession
          summary: Acquire the lock and read the session
          description: >-
            One round trip, which also slides the idle timeout. A caller whose response was lost repeats
            the request, with the token that it holds or the same `Session-Lock-Request`, and is given
            the same lock.
          parameters:
            - $ref: '#/components/parameters/Lease'
            - name: wait
              in: query
              description: >-
                How many seconds to wait in the gateway while another client holds the lock, first come,
                first served. The gateway's deadline bounds each request to the store, not the wait;
                `Session-Deadline` bounds both.
              schema:
                type: integer
                minimum: 0
                maximum: 60
                default: 0
            - name: Session-Lock
              in: header
              description: The token of the lock that the caller believes it holds.
              schema:
                $ref: '#/components/schemas/LockToken'
            - name: Session-Lock-Request
              in: header
              description: >-
                A random id that the caller chooses before its first attempt. It makes a repeated request
                safe: a request with the same id is given the same lock.
              schema:
                type: string
                pattern: '^[A-Za-z0-9_-]{8,64}$'
              example: 7Qk2vX9r-01
            - $ref: '#/components/parameters/Deadline'
          responses:
            '200':
              description: The lock is the caller's; the payload, as it was written.
              headers:
                ETag:
                  $ref: '#/components/headers/ETag'
                Session-Expires-In:
                  $ref: '#/components/headers/ExpiresIn'
                Session-Lock:
                  description: The token of the lock; a secret.
                  required: true
                  schema:
                    $ref: '#/components/schemas/LockToken'
                Session-Lock-Expires-In:
                  description: The number of seconds until the lease runs out.
                  required: true
                  schema:
                    type: integer
                    minimum: 1
                    maximum: 3600
                Cache-Control:
                  $ref: '#/components/headers/CacheControl'
              content:
                '*/*':
                  schema: {}
              links:
                Write:
                  operationId: writeSession
                  parameters:
                    path.id: $request.path.id
                    header.Session-Lock: $response.header.Session-Lock
                Remove:
                  operationId: deleteSession
                  parameters:
                    path.id: $request.path.id
                    header.Session-Lock: $response.header.Session-Lock
                Renew:
                  operationId: renewLock
                  parameters:
                    path.id: $request.path.id
                    header.Session-Lock: $response.header.Session-Lock
                Release:
                  operationId: releaseLock
                  parameters:
                    path.id: $request.path.id
                    header.Session-Lock: $response.header.Session-Lock
            '400':
              $ref: '#/components/responses/BadRequest'
            '401':
              $ref: '#/components/responses/Unauthorized'
            '403':
              $ref: '#/components/responses/Forbidden'
            '404':
              $ref: '#/components/responses/NoSuchSession'
            '408':
              $ref: '#/components/responses/RequestTimeout'
            '413':
              $ref: '#/components/responses/BodyTooLarge'
            '423':
              $ref: '#/components/responses/LockHeld'
            '500':
              $ref: '#/components/responses/Unreadable'
            '503':
              $ref: '#/components/responses/Unavailable'
            '504':
              $ref: '#/components/responses/OutcomeUnknown'
        put:
          tags: [sessions]
          operationId: renewLock
          summary: Renew the lock's lease
          description: >-
            The lease then ends `lease` seconds from now, be that later or sooner than before. This also
            slides the idle timeout. A body is read and ignored.
          parameters:
            - name: Session-Lock
              in: header
              required: true
              description: The token of the lock.
              schema:
                $ref: '#/components/schemas/LockToken'
            - $ref: '#/components/parameters/Lease'
            - $ref: '#/components/parameters/Deadline'
          responses:
            '204':
              description: The lease was renewed.
            '400':
              $ref: '#/components/responses/BadRequest'
            '401':
              $ref: '#/components/responses/Unauthorized'
            '403':
              $ref: '#/components/responses/Forbidden'
            '408':
              $ref: '#/components/responses/RequestTimeout'
            '409':
              $ref: '#/components/responses/LockLost'
            '413':
              $ref: '#/components/responses/BodyTooLarge'
            '500':
              $ref: '#/components/responses/Unreadable'
            '503':
              $ref: '#/components/responses/Unavailable'
            '504':
              $ref: '#/components/responses/OutcomeUnknown'
        delete:
          tags: [sessions]
          operationId: releaseLock
          summary: Release the lock
          parameters:
            - name: Session-Lock
              in: header
              required: true
              description: The token of the lock.
              schema:
                $ref: '#/components/schemas/LockToken'
            - $ref: '#/components/parameters/Deadline'
          responses:
            '204':
              description: The lock is free.
            '400':
              $ref: '#/components/responses/BadRequest'
            '401':
              $ref: '#/components/responses/Unauthorized'
            '403':
              $ref: '#/components/responses/Forbidden'
            '408':
              $ref: '#/components/responses/RequestTimeout'
            '409':
              $ref: '#/components/responses/LockLost'
            '413':
              $ref: '#/components/responses/BodyTooLarge'
            '500':
              $ref: '#/components/responses/Unreadable'
            '503':
              $ref: '#/components/responses/Unavailable'
            '504':
              $ref: '#/components/responses/OutcomeUnknown'

      /v1/touches:
        post:
          tags: [sessions]
          operationId: touchSessions
          summary: Slide the idle timeouts of up to 1,000 sessions
          description: >-
            All ids go to the store in one pipelined round, and one response reports on all of them. If
            the store fails for one, the response is that problem instead, or 504 if others were touched
            already. A body that has a member twice is 400. A body of more than 512 KiB, or with more than
            16 members, is refused.
          parameters:
            - $ref: '#/components/parameters/Deadline'
          requestBody:
            required: true
            content:
              application/json:
                schema:
                  type: object
                  required: [ids]
                  properties:
                    ids:
                      type: array
                      maxItems: 1000
                      items:
                        $ref: '#/components/schemas/SessionID'
                example:
                  ids: [Uu6HLqkSXTJBzCCUYTUlBA, long-gone]
          responses:
            '200':
              description: How many sessions exist and were touched, and which ids name none.
              headers:
                Cache-Control:
                  $ref: '#/components/headers/CacheControl'
              content:
                application/json:
                  schema:
                    type: object
                    required: [touched, missing]
                    additionalProperties: false
                    properties:
                      touched:
                        type: integer
                        minimum: 0
                        maximum: 1000
                      missing:
                        type: array
                        maxItems: 1000
                        items:
                          $ref: '#/components/schemas/SessionID'
                  example:
                    touched: 1
                    missing: [long-gone]
            '400':
              $ref: '#/components/responses/BadRequest'
            '401':
              $ref: '#/components/responses/Unauthorized'
            '403':
              $ref: '#/components/responses/Forbidden'
            '408':
              $ref: '#/components/responses/RequestTimeout'
            '411':
              $ref: '#/components/responses/LengthRequired'
            '413':
              $ref: '#/components/responses/BodyTooLarge'
            '415':
              $ref: '#/components/responses/UnsupportedContent'
            '500':
              $ref: '#/components/responses/Unreadable'
            '503':
              $ref: '#/components/responses/Unavailable'
            '504':
              $ref: '#/components/responses/OutcomeUnknown'

      /livez:
        get:
          tags: [operators]
          operationId: isAlive
          summary: Whether the event loops run
          security: []
          responses:
            '200':
              $ref: '#/components/responses/OK'
            '503':
              $ref: '#/components/responses/NotOK'
              description: One of them has stood still for about ten seconds (`not-live`).
        head:
          tags: [operators]
          operationId: isAliveHead
          summary: As GET, without content
          security: []
          responses:
            '200':
              description: All event loops run.
            '503':
              $ref: '#/components/responses/EmptyUnavailable'

      /readyz:
        get:
          tags: [operators]
          operationId: isReady
          summary: Whether every session can be served
          description: >-
            Ready means that every hash slot has an owner that serves it over a ready connection, and that
            the gateway is not draining.
          security: []
          responses:
            '200':
              $ref: '#/components/responses/OK'
            '503':
              $ref: '#/components/responses/NotOK'
              description: Not ready (`not-ready`); `detail` says whether because of the store or of draining.
        head:
          tags: [operators]
          operationId: isReadyHead
          summary: As GET, without content
          security: []
          responses:
            '200':
              description: It is ready.
            '503':
              description: It is not ready.
              headers:
                Retry-After:
                  $ref: '#/components/headers/RetryAfter'

      /health:
        get:
          tags: [operators]
          operationId: readHealth
          summary: The state of the gateway and its store
          description: Combines the views of all workers, each of which has its own connections.
          security: []
          responses:
            '200':
              description: >-
                Sessions are served; `warn` when a node that is not needed now is lost, or a node refuses
                requests.
              content:
                application/health+json:
                  schema:
                    $ref: '#/components/schemas/Health'
                  examples:
                    memory:
                      $ref: '#/components/examples/MemoryHealth'
                    redis:
                      $ref: '#/components/examples/RedisHealth'
            '503':
              description: Some sessions cannot be served, or the gateway is draining.
              headers:
                Retry-After:
                  $ref: '#/components/headers/RetryAfter'
              content:
                application/health+json:
                  schema:
                    $ref: '#/components/schemas/Health'
        head:
          tags: [operators]
          operationId: readHealthHead
          summary: As GET, without content
          security: []
          responses:
            '200':
              description: Sessions are served.
            '503':
              description: Some are not served, or the gateway is draining.
              headers:
                Retry-After:
                  $ref: '#/components/headers/RetryAfter'

      /metrics:
        get:
          tags: [operators]
          operationId: readMetrics
          summary: Metrics for Prometheus
          description: docs/operations.md lists the families.
          security: []
          responses:
            '200':
              description: The text format, version 0.0.4.
              content:
                text/plain; version=0.0.4; charset=utf-8:
                  schema:
                    type: string
                  example: |
                    # HELP session_gateway_connections Open client connections.
                    # TYPE session_gateway_connections gauge
                    session_gateway_connections 1
        head:
          tags: [operators]
          operationId: readMetricsHead
          summary: As GET, without content
          security: []
          responses:
            '200':
              description: There are metrics.

      /openapi.yaml:
        get:
          tags: [operators]
          operationId: readContract
          summary: This document
          security: []
          responses:
            '200':
              description: OpenAPI 3.1, in YAML.
              content:
                application/yaml:
                  schema: {}
        head:
          tags: [operators]
          operationId: readContractHead
          summary: As GET, without content
          security: []
          responses:
            '200':
              description: There is a contract.

      /version:
        get:
          tags: [operators]
          operationId: readVersion
          summary: What runs here
          security: []
          responses:
            '200':
              description: Name and versions.
              content:
                application/json:
                  schema:
                    type: object
                    required: [name, version, commit, swift, openssl, hiredis, libyaml]
                    additionalProperties: false
                    properties:
                      name:
                        const: session-gateway
                      version:
                        type: string
                      commit:
                        type: string
                        description: The commit it was built from, or `unknown`.
                      swift:
                        type: string
                      openssl:
                        type: string
                      hiredis:
                        type: string
                      libyaml:
                        type: string
                  example:
                    name: session-gateway
                    version: 0.1.0
                    commit: unknown
                    swift: '6.3'
                    openssl: OpenSSL 3.0.17 1 Jul 2025
                    hiredis: 0.14.1
                    libyaml: 0.2.5
        head:
          tags: [operators]
          operationId: readVersionHead
          summary: As GET, without content
          security: []
          responses:
            '200':
              description: There is a version.

    components:
      securitySchemes:
        bearer:
          type: http
          scheme: bearer
          description: >-
            Needed where the gateway has a tokens file. The token decides the namespace and the rights:
            `read` to read and to touch; `write` to create, replace and remove, and to renew and release
            a lock. Acquiring a lock takes both.

      parameters:
        ID:
          name: id
          in: path
          required: true
          description: The session's id.
          schema:
            $ref: '#/components/schemas/SessionID'
          example: Uu6HLqkSXTJBzCCUYTUlBA
        IdleTimeout:
          name: Session-Idle-Timeout
          in: header
          description: >-
            The session's own idle timeout in seconds, until the next PUT. Without it the namespace's
            applies.
          schema:
            $ref: '#/components/schemas/Seconds'
          example: 3600
        Deadline:
          name: Session-Deadline
          in: header
          description: >-
            How many seconds the caller waits for the response. A value longer than the gateway's own
            deadline matters only while waiting for a lock.
          schema:
            $ref: '#/components/schemas/Seconds'
          example: 2
        Touch:
          name: touch
          in: query
          description: With `false` the idle timeout does not slide.
          schema:
            type: string
            enum: ['true', 'false']
            default: 'true'
        KnownVersions:
          name: If-None-Match
          in: header
          description: >-
            The versions that need not be sent again, up to 16 of them, or `*` for any. Weak tags match
            too.
          schema:
            anyOf:
              - const: '*'
              - type: string
                pattern: '^(W/)?"[!#-~]*"(, (W/)?"[!#-~]*"){0,15}$'
          example: '"8c1f60a90d3be2f4"'
        ThisVersion:
          name: If-Match
          in: header
          description: >-
            With `*` the request acts only on an existing session, so that a slow request cannot bring
            back a session that was logged out. With entity tags, up to 16 of them, it acts only on one
            of these versions. Weak tags match nothing.
          schema:
            anyOf:
              - const: '*'
              - type: string
                pattern: '^(W/)?"[!#-~]*"(, (W/)?"[!#-~]*"){0,15}$'
          example: '"8c1f60a90d3be2f4"'
        OnlyNew:
          name: If-None-Match
          in: header
          description: >-
            With `*` the session is only created, never replaced. Entity tags are 400 here, and so are
            `If-Match` and `If-None-Match` together.
          schema:
            const: '*'

        AbsoluteTimeout:
          name: Session-Absolute-Timeout
          in: header
          description: >-
            On the request that creates the session: the number of seconds after which it ends, however
            much it is used. It can only shorten the absolute timeout of a namespace that has one;
            otherwise it is 400.
          schema:
            $ref: '#/components/schemas/Seconds'
          example: 28800
        HeldLock:
          name: Session-Lock
          in: header
          description: >-
            The token of the lock that the caller holds. If the caller no longer holds it, the request
            is 409.
          schema:
            $ref: '#/components/schemas/LockToken'
        Unlock:
          name: unlock
          in: query
          description: >-
            With `true` the lock that `Session-Lock` names is released in the same step. Without
            `Session-Lock` it is 400.
          schema:
            type: string
            enum: ['true', 'false']
            default: 'false'
        Lease:
          name: lease
          in: query
          description: >-
            The number of seconds after which the lock is free unless it is renewed or released. A
            namespace may have another default and a lower maximum; a longer lease is 400
            (`malformed-lease`).
          schema:
            type: integer
            minimum: 1
            maximum: 3600
            default: 30

      requestBodies:
        Payload:
          required: false
          description: >-
            Any bytes or none (then send `Content-Length: 0`), at most 1 MiB unless the gateway is
            configured otherwise. `Content-Type` is kept and returned; it has at most 255 bytes of
            visible ASCII, space and tab. Without one it is `application/octet-stream`.
          content:
            '*/*':
              schema: {}
              examples:
                json:
                  summary: A payload that its reader treats as JSON
                  value: '{"user":42,"basket":["tea"]}'

      headers:
        ETag:
          description: The version.
          required: true
          schema:
            type: string
            pattern: '^"[0-9a-f]{16}"$'
          example: '"8c1f60a90d3be2f4"'
        ExpiresIn:
          description: The number of seconds after which the session ends without use, rounded up.
          required: true
          schema:
            $ref: '#/components/schemas/Seconds'
          example: 1200
        Location:
          description: The session's path.
          required: true
          schema:
            type: string
            pattern: "^/v1/sessions/[A-Za-z0-9._~!$&'()*+,;=:@-]{1,256}$"
          example: /v1/sessions/Uu6HLqkSXTJBzCCUYTUlBA
        Challenge:
          description: Which token would help (RFC 6750).
          required: true
          schema:
            type: string
          example: Bearer realm="session-gateway"
        CacheControl:
          description: Caches must never store sessions.
          required: true
          schema:
            const: no-store
        RetryAfter:
          description: The number of seconds after which to try again.
          required: true
          schema:
            type: integer
            minimum: 1
          example: 1

      schemas:
        SessionID:
          type: string
          minLength: 1
          maxLength: 256
          pattern: "^(?!\\.{1,2}$)[A-Za-z0-9._~!$&'()*+,;=:@-]{1,256}$"
        LockToken:
          type: string
          description: 128 random bits in hexadecimal. No lock has a token of zeros only.
          pattern: '^[0-9a-f]{32}$'
          not:
            const: '00000000000000000000000000000000'
          examples:
            - 3f9c2b7de1a04458b6d07c5e8a91f203
        Seconds:
          type: integer
          minimum: 1
          maximum: 31536000
        Problem:
          type: object
          description: RFC 9457. Later versions may have more codes and more members.
          required: [type, title, status, detail, code]
          properties:
            type:
              type: string
              format: uri
              description: '`urn:session-gateway:problem:` followed by the code.'
            title:
              type: string
            status:
              type: integer
              minimum: 400
              maximum: 599
            detail:
              type: string
            code:
              $ref: '#/components/schemas/Code'
            executed:
              description: >-
                Only with 503 and 504: `no` if the request was certainly not carried out, `unknown` if it
                may have been.
              enum: ['no', unknown]
        Code:
          description: What is wrong, for programs. The first groups are about HTTP itself.
          enum:
            # 400: the request line and the target
            - malformed-request-line
            - malformed-method
            - malformed-target
            - malformed-version
            # 400: the fields
            - bare-line-break
            - control-byte
            - obsolete-folding
            - malformed-field
            - ambiguous-field-name
            - missing-host
            - repeated-host
            - malformed-host
            - host-mismatch
            - malformed-connection
            - connection-names-essential-field
            # 400: where the body ends
            - malformed-content-length
            - repeated-content-length
            - conflicting-framing
            - malformed-transfer-encoding
            - transfer-encoding-in-old-version
            - malformed-chunk-size
            - malformed-chunk-extension
            - chunk-extensions-too-large
            - malformed-chunk-end
            - forbidden-trailer
            # 413, 414, 417, 431, 501, 505
            - body-too-large
            - target-too-long
            - unknown-expectation
            - fields-too-large
            - too-many-fields
            - method-too-long
            - unsupported-transfer-coding
            - unsupported-version
            # 400: what the request asks for
            - malformed-id
            - malformed-query
            - malformed-timeout
            - absolute-timeout-not-allowed
            - malformed-deadline
            - malformed-condition
            - malformed-lock
            - malformed-lock-request
            - malformed-lease
            - malformed-wait
            - lock-not-supported
            - condition-not-supported
            - malformed-content-type
            - content-range
            - malformed-json
            # 401, 403
            - token-missing
            - token-invalid
            - right-missing
            # 404, 405, 408, 409, 411, 412, 415, 423, 428
            - no-such-path
            - no-such-session
            - method-not-allowed
            - request-timeout
            - lock-lost
            - length-required
            - condition-failed
            - content-encoding
            - not-json
            - locked
            - condition-required
            - lock-required
            # 500, 501
            - unreadable-session
            - method-not-implemented
            # 503: not carried out
            - store-unavailable
            - store-overloaded
            - store-full
            - gateway-full
            - draining
            - not-live
            - not-ready
            - deadline-passed
            - store-refuses-gateway
            - store-refuses-command
            # 504: perhaps carried out
            - outcome-unknown
        Health:
          type: object
          description: The draft of a health check format for HTTP APIs (draft-inadarei-api-health-check).
          required: [status, version, description, uptimeSeconds, draining, checks]
          properties:
            status:
              enum: [pass, warn, fail]
            version:
              type: string
            description:
              type: string
            uptimeSeconds:
              type: integer
              minimum: 0
            draining:
              type: boolean
            topologyAgeSeconds:
              type: integer
              minimum: 0
              description: >-
                The seconds since the topology of Redis was last adopted, by the worker that did so longest
                ago; absent before that.
            checks:
              type: object
              additionalProperties:
                type: array
                items:
                  $ref: '#/components/schemas/Check'
        Check:
          type: object
          required: [componentType, status, observedValue, observedUnit]
          properties:
            componentId:
              type: string
              description: A node's address.
            componentType:
              const: datastore
            status:
              enum: [pass, warn, fail]
            observedValue:
              type: number
            observedUnit:
              enum: [ms, sessions, bytes]
            role:
              enum: [unknown, primary, replica]
            connected:
              type: boolean
            suspect:
              type: boolean
              description: Whether it has owed a worker replies for more than a second.
            slots:
              type: integer
              minimum: 0
              maximum: 16384
            pending:
              type: integer
              minimum: 0
              description: How many operations wait for the node's replies.
            code:
              type: string
              description: >-
                Why there is no connection, or how the node refuses requests; absent when all is well, and
                for a node that is no longer tried because all slots are served without it.
            output:
              type: string
              description: The code's meaning, as a sentence.
            lastError:
              type: string
              description: >-
                Why a connection to it was last lost or could not be made, even if it is well by now; absent
                if that never happened.

      responses:
        OK:
          description: All is well.
          content:
            text/plain; charset=utf-8:
              schema:
                const: "ok\n"
        NotOK:
          description: The gateway is not well; the problem says why.
          headers:
            Retry-After:
              $ref: '#/components/headers/RetryAfter'
          content:
            application/problem+json:
              schema:
                $ref: '#/components/schemas/Problem'
              example:
                type: urn:session-gateway:problem:not-ready
                title: The gateway is not ready.
                status: 503
                detail: Part of its store does not serve.
                code: not-ready
                executed: 'no'
        NotModified:
          description: The caller already has the present version.
          headers:
            ETag:
              $ref: '#/components/headers/ETag'
            Session-Expires-In:
              $ref: '#/components/headers/ExpiresIn'
            Cache-Control:
              $ref: '#/components/headers/CacheControl'
        EmptyProblem:
          description: As for GET, without content.
        EmptyUnavailable:
          description: As for GET, without content.
          headers:
            Retry-After:
              $ref: '#/components/headers/RetryAfter'
        EmptyUnauthorized:
          description: As for GET, without content.
          headers:
            WWW-Authenticate:
              $ref: '#/components/headers/Challenge'
        Unauthorized:
          description: >-
            The gateway requires a token, and there is none (`token-missing`) or an unknown one
            (`token-invalid`).
          headers:
            WWW-Authenticate:
              $ref: '#/components/headers/Challenge'
          content:
            application/problem+json:
              schema:
                $ref: '#/components/schemas/Problem'
              example:
                type: urn:session-gateway:problem:token-missing
                title: A token is required.
                status: 401
                detail: 'Send it as Authorization: Bearer.'
                code: token-missing
        Forbidden:
          description: The token lacks the right.
          headers:
            WWW-Authenticate:
              $ref: '#/components/headers/Challenge'
          content:
            application/problem+json:
              schema:
                $ref: '#/components/schemas/Problem'
              example:
                type: urn:session-gateway:problem:right-missing
                title: The token does not allow that.
                status: 403
                detail: It lacks the right to read or to write.
                code: right-missing
        BadRequest:
          description: >-
            The request is not acceptable: its HTTP, the id, the query, a field's value or the JSON.
            Nothing was changed.
          content:
            application/problem+json:
              schema:
                $ref: '#/components/schemas/Problem'
              example:
                type: urn:session-gateway:problem:malformed-query
                title: The query is not understood.
                status: 400
                detail: Give only known parameters, each once.
                code: malformed-query
        NoSuchSession:
          description: There is no such session.
          content:
            application/problem+json:
              schema:
                $ref: '#/components/schemas/Problem'
              example:
                type: urn:session-gateway:problem:no-such-session
                title: There is no such session.
                status: 404
                detail: It was removed, or it expired.
                code: no-such-session
        RequestTimeout:
          description: The request did not arrive in time. The connection is closed.
          content:
            application/problem+json:
              schema:
                $ref: '#/components/schemas/Problem'
              example:
                type: urn:session-gateway:problem:request-timeout
                title: The request took too long.
                status: 408
                detail: It did not arrive in time.
                code: request-timeout
        LengthRequired:
          description: >-
            Neither `Content-Length` nor `Transfer-Encoding` gives the body's length. The connection is
            closed.
          content:
            application/problem+json:
              schema:
                $ref: '#/components/schemas/Problem'
              example:
                type: urn:session-gateway:problem:length-required
                title: The body has no length.
                status: 411
                detail: Send Content-Length, or use chunks.
                code: length-required
        ConditionFailed:
          description: >-
            The condition did not hold. Nothing was changed. If the condition listed versions and the
            session exists, `ETag` is the present version.
          headers:
            ETag:
              description: The present version.
              schema:
                type: string
                pattern: '^"[0-9a-f]{16}"$'
          content:
            application/problem+json:
              schema:
                $ref: '#/components/schemas/Problem'
              example:
                type: urn:session-gateway:problem:condition-failed
                title: The condition does not hold.
                status: 412
                detail: Nothing was changed.
                code: condition-failed
        LockLost:
          description: The caller does not hold the lock that it named. Nothing was changed.
          content:
            application/problem+json:
              schema:
                $ref: '#/components/schemas/Problem'
              example:
                type: urn:session-gateway:problem:lock-lost
                title: The lock is no longer yours.
                status: 409
                detail: Nothing was changed.
                code: lock-lost
        LockHeld:
          description: >-
            Another client holds the lock, and still did when the wait was over; or the lock is promised
            to a client that came first.
          headers:
            Session-Lock-Age:
              description: How many seconds the lock has been held, by the store's clock.
              required: true
              schema:
                type: integer
                minimum: 0
              example: 4
            Retry-After:
              $ref: '#/components/headers/RetryAfter'
          content:
            application/problem+json:
              schema:
                $ref: '#/components/schemas/Problem'
              example:
                type: urn:session-gateway:problem:locked
                title: The session is locked.
                status: 423
                detail: Session-Lock-Age says for how long.
                code: locked
        ConditionRequired:
          description: The namespace requires a condition, or a lock, on every PUT.
          content:
            application/problem+json:
              schema:
                $ref: '#/components/schemas/Problem'
              example:
                type: urn:session-gateway:problem:condition-required
                title: A condition is required.
                status: 428
                detail: 'Send If-Match, or hold the lock, or create with If-None-Match: *.'
                code: condition-required
        BodyTooLarge:
          description: The body is larger than the gateway accepts. The connection is closed.
          content:
            application/problem+json:
              schema:
                $ref: '#/components/schemas/Problem'
              example:
                type: urn:session-gateway:problem:body-too-large
                title: The body is too large.
                status: 413
                detail: It exceeds what is allowed here.
                code: body-too-large
        UnsupportedContent:
          description: >-
            The content has a coding (`content-encoding`; `Accept-Encoding` is `identity`), or is not
            JSON where JSON is read (`not-json`; `Accept` says so).
          headers:
            Accept-Encoding:
              description: With `content-encoding`, which coding is accepted.
              schema:
                const: identity
            Accept:
              description: With `not-json`, what is accepted.
              schema:
                const: application/json
          content:
            application/problem+json:
              schema:
                $ref: '#/components/schemas/Problem'
              example:
                type: urn:session-gateway:problem:content-encoding
                title: The content is encoded.
                status: 415
                detail: Send it without Content-Encoding.
                code: content-encoding
        Unreadable:
          description: Something other than a session is stored under the session's key.
          content:
            application/problem+json:
              schema:
                $ref: '#/components/schemas/Problem'
              example:
                type: urn:session-gateway:problem:unreadable-session
                title: The session cannot be read.
                status: 500
                detail: Something else is stored there.
                code: unreadable-session
        Unavailable:
          description: >-
            The store could not be asked, refused or is full, or the deadline passed first; or the gateway
            is full or draining, in which case the connection is closed. The request was not carried out.
          headers:
            Retry-After:
              $ref: '#/components/headers/RetryAfter'
          content:
            application/problem+json:
              schema:
                $ref: '#/components/schemas/Problem'
              example:
                type: urn:session-gateway:problem:store-unavailable
                title: The store is unavailable.
                status: 503
                detail: No node could be asked.
                code: store-unavailable
                executed: 'no'
        OutcomeUnknown:
          description: >-
            The store was sent the request and did not answer in time. The request may have been carried
            out.
          content:
            application/problem+json:
              schema:
                $ref: '#/components/schemas/Problem'
              example:
                type: urn:session-gateway:problem:outcome-unknown
                title: The store did not answer.
                status: 504
                detail: The request may have been carried out.
                code: outcome-unknown
                executed: unknown

      examples:
        MemoryHealth:
          value:
            status: pass
            version: 0.1.0
            description: session-gateway in front of the memory store
            uptimeSeconds: 7
            draining: false
            checks:
              memory:sessions:
                - {componentType: datastore, observedValue: 2, observedUnit: sessions, status: pass}
              memory:bytes:
                - {componentType: datastore, observedValue: 686, observedUnit: bytes, status: pass}
        RedisHealth:
          value:
            status: pass
            version: 0.1.0
            description: session-gateway in front of the redis store
            uptimeSeconds: 7
            draining: false
            topologyAgeSeconds: 6
            checks:
              redis:nodes:
                - componentId: 127.0.0.1:7000
                  componentType: datastore
                  role: primary
                  connected: true
                  suspect: false
                  slots: 5461
                  pending: 0
                  observedValue: 0.214
                  observedUnit: ms
                  status: pass

    """#
}
