# syntax=docker/dockerfile:1
# All Rust programs of the shop: one build, and for each program a small image with nothing else in it.
#   docker build --target gateway .

FROM rust:1.95-bookworm AS build
WORKDIR /workspace
# zlib goes into the programs: the image they run in has none.
ENV LIBZ_SYS_STATIC=1
COPY . .
# Every program is optimised as a whole, which takes most of the build's time: `off` and 1 are for a look.
ARG LTO=thin
ARG OPT_LEVEL=3
ENV CARGO_PROFILE_RELEASE_LTO=$LTO CARGO_PROFILE_RELEASE_OPT_LEVEL=$OPT_LEVEL
# Another run finds its crates and its last build in the caches; what is wanted is copied out of them.
RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,target=/workspace/target,sharing=locked \
    cargo build --release --locked \
        --package gateway --package pricing --package fulfillment --package inventory \
        --package trace-viewer --package loadgen --package tracectl && \
    install --strip -D --target-directory=/programs \
        target/release/gateway target/release/pricing target/release/fulfillment target/release/inventory \
        target/release/trace-viewer target/release/loadgen target/release/tracectl

# No shell, no package manager; glibc as in the build's bookworm. Nobody's user, who owns nothing.
FROM gcr.io/distroless/cc-debian12:nonroot AS runtime
USER 65532:65532
WORKDIR /
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"

FROM runtime AS gateway
LABEL org.opencontainers.image.title="gateway" org.opencontainers.image.description="Takes a checkout"
COPY --from=build /programs/gateway /gateway
HEALTHCHECK CMD ["/gateway", "healthcheck"]
ENTRYPOINT ["/gateway"]

FROM runtime AS pricing
LABEL org.opencontainers.image.title="pricing" org.opencontainers.image.description="Quotes a checkout"
COPY --from=build /programs/pricing /pricing
HEALTHCHECK CMD ["/pricing", "healthcheck"]
ENTRYPOINT ["/pricing"]

FROM runtime AS fulfillment
LABEL org.opencontainers.image.title="fulfillment" org.opencontainers.image.description="Takes a checkout from Kafka"
COPY --from=build /programs/fulfillment /fulfillment
HEALTHCHECK CMD ["/fulfillment", "healthcheck"]
ENTRYPOINT ["/fulfillment"]

FROM runtime AS inventory
LABEL org.opencontainers.image.title="inventory" org.opencontainers.image.description="Reserves the stock"
COPY --from=build /programs/inventory /inventory
HEALTHCHECK CMD ["/inventory", "healthcheck"]
ENTRYPOINT ["/inventory"]

FROM runtime AS trace-viewer
LABEL org.opencontainers.image.title="trace-viewer" org.opencontainers.image.description="Shows traces, links followed"
COPY --from=build /programs/trace-viewer /trace-viewer
ENTRYPOINT ["/trace-viewer"]

FROM runtime AS loadgen
LABEL org.opencontainers.image.title="loadgen" org.opencontainers.image.description="Load that does not wait for the answers"
COPY --from=build /programs/loadgen /loadgen
ENTRYPOINT ["/loadgen"]

FROM runtime AS tracectl
LABEL org.opencontainers.image.title="tracectl" org.opencontainers.image.description="Verifies the system from inside its network"
COPY --from=build /programs/tracectl /tracectl
ENTRYPOINT ["/tracectl"]
