# One image for every way of running; the command says which app it is.
FROM node:24-bookworm-slim AS base
WORKDIR /app
COPY package.json package-lock.json ./

# What the apps need at run time. No install script is run: none of these packages has a binary part.
FROM base AS packages
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM base AS build
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY libs libs
COPY apps apps
RUN npx tsc -p tsconfig.build.json --incremental false --sourceMap false --declaration false \
  && cp -r apps/query/src/status-page/assets dist/apps/query/src/status-page/

# An init process as PID 1: it passes signals on and reaps what health checks and shells leave. It is in the image, so that a
# plain `docker run` has it too.
FROM base AS init
RUN apt-get update && apt-get install --yes --no-install-recommends tini && rm -rf /var/lib/apt/lists/*

FROM base
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000 DATA_DIR=/data
COPY --from=init /usr/bin/tini /usr/bin/tini
COPY --from=packages /app/node_modules node_modules
COPY scripts/health.mjs health.mjs
COPY --from=build /app/dist dist
# Not declared as a volume: that would leave one without a name behind for every container, and the stack keeps nothing here.
# `docker run --volume sluice-data:/data` keeps the data of a single container.
RUN mkdir --mode=0700 /data && chown node:node /data
USER node
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=4s --start-period=30s --retries=3 CMD ["node", "health.mjs", "live"]
ENTRYPOINT ["tini", "--"]
CMD ["node", "dist/apps/standalone/src/main.js"]
