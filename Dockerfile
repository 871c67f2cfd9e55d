# The gateway in a container: built with Swift's image, run on Debian's.
#
#   docker build --build-arg SESSION_GATEWAY_COMMIT="$(git rev-parse --short HEAD)" -t session-gateway .
#
# The image holds the program (Swift's library linked in), OpenSSL, hiredis and the public
# authorities; no settings and no secrets: these are mounted. It runs as user 10001, with all
# capabilities dropped and a read-only root, and starts no shell.

FROM swift:6.3.1-bookworm AS build
# Versions are Debian stable's; pinning them would only break the build at the next security update.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends libhiredis-dev libssl-dev libyaml-dev pkg-config \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /source
# A layer of its own, so that a change of the sources fetches no dependency again.
COPY Package.swift ./
RUN swift package resolve
COPY . .
ARG SESSION_GATEWAY_COMMIT=unknown
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
# As long as requests may take to finish after SIGTERM, see --drain-timeout: give `docker stop` 40 s.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s --retries=3 \
  CMD ["session-gateway", "healthcheck", "--path", "/livez"]
ENTRYPOINT ["session-gateway"]
CMD ["serve"]
