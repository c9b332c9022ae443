FROM node:24.21.0-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

FROM node:24.21.0-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
# The store runs elsewhere, so a small heap is enough. Without a limit, V8 takes more memory so that
# it collects garbage less often: see docs/decisions/0009-performance.md.
ENV NODE_OPTIONS="--max-semi-space-size=8 --max-old-space-size=256"
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules/
COPY package.json ./
COPY docs/openapi.json docs/
COPY functions functions/
COPY infra infra/
COPY lib lib/
# Root owns all files, so the service cannot change its own code. The service writes no files.
USER node
EXPOSE 3000
HEALTHCHECK --interval=5s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Start node directly: npm would stand between SIGTERM and the service.
CMD ["node", "infra/local/server.ts"]
