/**
 * Decides how the built web application is served: from memory, compressed once, names with a hash for ever, and every address that is no
 * file as the application itself, which knows its pages. Nothing outside of the folder can be named: only files that were read are there.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { HttpApplication } from '@rtdp/service/http';
import type { FastifyReply, FastifyRequest } from 'fastify';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};
/** Pictures and fonts are compressed already. */
const COMPRESSIBLE = /^(text\/|application\/(json|manifest|wasm)|image\/svg)/;
const LEAST_TO_COMPRESS = 1_024;
/** As the bundler names what never changes under its name. */
const HASHED = /^assets\//;

/** Only what comes with the application runs; charts and editor set styles on elements. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
};

interface WebFile {
  name: string;
  type: string;
  body: Buffer;
  /** Made when first asked for. */
  compressed: Map<'br' | 'gzip', Promise<Buffer>>;
}

const compress = {
  br: (body: Buffer) =>
    promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }) as Promise<Buffer>,
  gzip: (body: Buffer) => promisify(gzip)(body) as Promise<Buffer>,
};

export class WebFiles {
  readonly #folder: string;
  #files = new Map<string, WebFile>();
  #readAt = Number.NaN;

  constructor(folder: string) {
    this.#folder = folder;
  }

  routes(application: HttpApplication): void {
    // Programs ask for the health of this service here, whatever they accept; a person who types it means the page, and only a browser says so.
    application.addHook('onRequest', async (request, reply) => {
      if (request.url !== '/health' || request.headers['sec-fetch-mode'] !== 'navigate') return;
      await reply.header('vary', 'sec-fetch-mode').header('cache-control', 'no-store').redirect('/status');
    });
    application.route({
      method: 'GET',
      url: '/*',
      config: { open: true },
      schema: { hide: true },
      handler: (request, reply) => this.#answer(request, reply),
    });
  }

  async #answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    this.#readAgain();
    const path = (request.params as { '*': string })['*'];
    const file = this.#files.get(path) ?? (isPage(path) ? this.#files.get('index.html') : undefined);
    if (file === undefined) {
      if (isPage(path) && this.#files.size === 0)
        return reply.status(503).headers(HEADERS).type('text/plain').send(NOT_BUILT);
      reply.callNotFound();
      return reply;
    }
    const isHashed = HASHED.test(file.name);
    reply
      .headers(HEADERS)
      .type(file.type)
      .header('vary', 'accept-encoding')
      .header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    const encoding = encodingFor(file, request.headers['accept-encoding'] ?? '');
    if (encoding === undefined) return reply.send(file.body);
    let body = file.compressed.get(encoding);
    if (body === undefined) {
      body = compress[encoding](file.body);
      file.compressed.set(encoding, body);
    }
    return reply.header('content-encoding', encoding).send(await body);
  }

  /** A new build is a new index.html. */
  #readAgain(): void {
    const index = join(this.#folder, 'index.html');
    const changedAt = existsSync(index) ? statSync(index).mtimeMs : 0;
    if (changedAt === this.#readAt) return;
    this.#readAt = changedAt;
    this.#files = changedAt === 0 ? new Map() : readFolder(this.#folder);
  }
}

const NOT_BUILT =
  'The web application has not been built: run vite build in apps/davinci-web (npm start does it), or set RTDP_WEB_FOLDER. The API is at /docs.\n';

/**
 * An address of the application rather than a file: below the word that names a kind of page stands the name of a thing, which may have
 * dots (`/topics/postgresql.shop`). Files lie at the top, with an ending, or among the assets.
 */
function isPage(path: string): boolean {
  const [first = '', ...below] = path.split('/');
  if (/^(api|docs|assets|\.well-known)$/.test(first)) return false;
  return below.length === 0 ? extname(first) === '' : /^[a-z-]+$/.test(first);
}

function readFolder(folder: string): Map<string, WebFile> {
  const files = new Map<string, WebFile>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length).split(sep).filter(Boolean).join('/');
    const type = TYPES[extname(name)] ?? 'application/octet-stream';
    files.set(name, { name, type, body: readFileSync(path), compressed: new Map() });
  }
  return files;
}

function encodingFor({ type, body }: WebFile, accepted: string): 'br' | 'gzip' | undefined {
  if (!COMPRESSIBLE.test(type) || body.length < LEAST_TO_COMPRESS) return undefined;
  if (/\bbr\b(?!\s*;\s*q=0(?:\.0*)?\b)/.test(accepted)) return 'br';
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\b)/.test(accepted) ? 'gzip' : undefined;
}
