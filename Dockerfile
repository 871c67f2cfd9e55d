# The gateway in a container: built with Swift's image, run on Debian's.
#
#   docker build --build-arg GATEWAY_COMMIT="$(git rev-parse --short HEAD)" -t session-gateway .
#
# The image holds the program (Swift's library linked in), OpenSSL, hiredis and the public
# authorities, but no settings and no secrets: mount these. It runs as user 10001, needs no
# capabilities and no writable root, and starts no shell.

FROM swift:6.3.1-bookworm AS build
# The versions are those of the Debian release; pins would only break the build at the next security
# update.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends libhiredis-dev libssl-dev libyaml-dev pkg-config \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /source
# A layer of its own, so that a change of the sources does not fetch the dependencies again.
COPY Package.swift ./
RUN swift package resolve
COPY . .
ARG GATEWAY_COMMIT=unknown
RUN swift build -c release --static-swift-stdlib --experimental-lto-mode full -Xswiftc -use-ld=lld \
      --product session-gateway \
 && strip -o /usr/local/bin/session-gateway .build/release/session-gateway

FROM debian:bookworm-slim
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libhiredis0.14 libssl3 libstdc++6 \
      libyaml-0-2 \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --system --gid 10001 session-gateway \
 && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent \
      --shell /usr/sbin/nologin session-gateway
COPY --from=build /usr/local/bin/session-gateway /usr/local/bin/session-gateway
USER 10001:10001
# After SIGTERM, requests may take --drain-timeout (30 s) to finish: use `docker stop -t 40`.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s --retries=3 \
  CMD ["session-gateway", "healthcheck", "--path", "/livez"]
ENTRYPOINT ["session-gateway"]
CMD ["serve"]
