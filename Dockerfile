# One image for every way of running; the command selects the app. Needs BuildKit, the default since Docker 23. For several
# processors at once:
#   docker buildx build --platform linux/amd64,linux/arm64 --build-arg REVISION=$(git rev-parse HEAD) --tag registry.example/sluice:0.2.0 --push .
# The base is named by its tag. To hold a release to one content, pass the digest that your registry shows for it:
#   --build-arg BASE=node:24-bookworm-slim@sha256:...
ARG BASE=node:24-bookworm-slim
# What runs while the image is built runs on the processor that builds, whatever the image is for.
FROM --platform=${BUILDPLATFORM} ${BASE} AS builder
WORKDIR /app

FROM ${BASE} AS base
WORKDIR /app

# What npm reads: it changes less often than the sources, so that the installs below stay cached.
FROM builder AS manifests
COPY . .
RUN rm -rf scripts && find . -type f ! -name package.json ! -name package-lock.json -delete && find . -type d -empty -delete

# What the apps need at run time, for every processor the same: no install script is run, and none of these packages has a binary
# part. npm installs packages of the tests as well; they are removed.
FROM builder AS packages
COPY --from=manifests /app .
COPY scripts/image scripts/image
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
  -w apps/gateway -w apps/buffer-worker -w apps/query -w apps/operator -w apps/archiver -w apps/standalone \
  && node scripts/image/prune.mjs

FROM builder AS build
COPY --from=manifests /app .
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npx nest build --all && find dist -name "*.map" -delete

# An init process as PID 1: it passes signals on and reaps what health checks and shells leave. It is in the image, so that a
# plain `docker run` has it too.
FROM base AS init
RUN apt-get update && apt-get install --yes --no-install-recommends tini && rm -rf /var/lib/apt/lists/*

FROM base
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000 DATA_DIR=/data
# Space for young objects: V8's default takes 48 MiB more and saves no time that can be measured. The warning is about a timer of
# KafkaJS, which fires at once as it should.
ENV NODE_OPTIONS="--max-semi-space-size=16 --disable-warning=TimeoutNegativeWarning"
# By default, the C library keeps freed memory in up to eight arenas for each core: some 15 MiB more under load.
ENV MALLOC_ARENA_MAX=2
COPY --from=init /usr/bin/tini /usr/bin/tini
COPY --from=packages /app/node_modules node_modules
COPY scripts/health.mjs health.mjs
COPY package.json package.json
COPY --from=build /app/dist dist
# Not declared as a volume: that would leave one without a name behind for every container, and the stack keeps nothing here.
# `docker run --volume sluice-data:/data` keeps the data of a single container.
RUN mkdir --mode=0700 /data && chown node:node /data
# The command `sluice`, for `docker exec` and `docker run --rm`.
RUN printf '#!/bin/sh\nexec node /app/dist/apps/operator/main.js "$@"\n' >/usr/local/bin/sluice && chmod 0755 /usr/local/bin/sluice
USER node
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=4s --start-period=30s --retries=3 CMD ["node", "health.mjs", "live"]
ENTRYPOINT ["tini", "--"]
CMD ["node", "dist/apps/standalone/main.js"]
# Last: another revision changes no layer above.
ARG VERSION=0.2.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Sluice" \
  org.opencontainers.image.description="Ingests device data over HTTP, buffers it in Kafka and writes it to MongoDB in batches" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.base.name="docker.io/library/node:24-bookworm-slim" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
