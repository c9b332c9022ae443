FROM node:24.21.0-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

FROM node:24.21.0-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
# The store is elsewhere, so a small heap is enough; V8 would rather take memory than time to tidy up: see
# docs/decisions/0009-performance.md.
ENV NODE_OPTIONS="--max-semi-space-size=8 --max-old-space-size=256"
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules/
COPY package.json ./
COPY docs/openapi.json docs/
COPY functions functions/
COPY infra infra/
COPY lib lib/
# All files stay root's, so the service cannot change its own code. It writes no file at all.
USER node
EXPOSE 3000
HEALTHCHECK --interval=5s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Not by npm, which would stand between SIGTERM and the service.
CMD ["node", "infra/local/server.ts"]
