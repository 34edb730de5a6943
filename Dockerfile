# One image holds the four services and the command line: they share their packages, and a container chooses its program.

FROM node:24-bookworm-slim AS packages
WORKDIR /rtdp
# Nobody is there to be asked.
ENV CI=true
# --force: the image may bring its own pnpm.
RUN npm install --global --force --no-audit --no-fund pnpm@10.34.9
COPY pnpm-lock.yaml pnpm-workspace.yaml ./
RUN pnpm fetch
COPY . .

FROM packages AS web
RUN pnpm install --offline --frozen-lockfile --filter "@rtdp/davinci-web..." \
 && pnpm --filter "@rtdp/davinci-web" build

FROM packages AS services
RUN pnpm install --offline --frozen-lockfile --prod --filter "@rtdp/rtdp..."

FROM node:24-bookworm-slim
# The folders that volumes are mounted on: a new volume takes its owner from here.
RUN mkdir -p /var/lib/rtdp /run/rtdp \
      /volumes/metadata /volumes/shop /volumes/warehouse /volumes/shadow /volumes/suppliers /volumes/kafka /volumes/registry \
      /volumes/dbus /volumes/wormhole /volumes/moonbox /volumes/davinci-api \
 && chown -R node:node /var/lib/rtdp /run/rtdp /volumes
COPY --from=services /rtdp /rtdp
COPY --from=web /rtdp/apps/davinci-web/dist /rtdp/apps/davinci-web/dist
COPY deploy/docker/rtdp deploy/docker/is-ready /usr/local/bin/
ENV NODE_ENV=production NODE_COMPILE_CACHE=/tmp/node RTDP_DATA=/var/lib/rtdp
WORKDIR /rtdp
USER node
CMD ["rtdp", "--help"]
