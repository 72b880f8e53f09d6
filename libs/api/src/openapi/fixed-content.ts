import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { appendHeader } from '#libs/http';
import { conditionsOf } from '../preconditions.js';
import { type Coding, preferredCoding } from './content-coding.js';

/** After a release, clients may still use what they have for this long. */
const CACHE_CONTROL = 'public, max-age=300';
/** Higher ones take several times as long for a few percent. */
const BROTLI_QUALITY = 6;

const SLICE_BYTES = 256 * 1024;

const COMPRESSIONS = {
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes),
  identity: (bytes: Buffer) => Promise.resolve(bytes),
};

interface Representation {
  readonly bytes: Buffer;
  readonly etag: string;
}

/**
 * Content that doesn't change while the process runs. Made, compressed and hashed when it's first requested, and only
 * once: all responses share the same memory, so serving it costs next to nothing, however many clients don't read it.
 */
export class FixedContent {
  private content: Promise<Buffer> | undefined;
  private readonly representations = new Map<Coding, Promise<Representation>>();

  constructor(
    private readonly type: string,
    private readonly make: () => string | Promise<string | Buffer>,
  ) {}

  async send(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const coding = preferredCoding(request.headers['accept-encoding']);
    const { bytes, etag } = await this.in(coding);
    void reply.headers({ 'Cache-Control': CACHE_CONTROL, ETag: etag });
    appendHeader(reply, 'Vary', 'Accept-Encoding');
    if (conditionsOf(request).isNotModified(etag)) {
      return reply.status(304).send();
    }
    if (coding !== 'identity') {
      void reply.header('Content-Encoding', coding);
    }
    void reply.type(this.type).header('Content-Length', bytes.length);
    return reply.send(bytes.length > SLICE_BYTES ? Readable.from(slicesOf(bytes)) : bytes);
  }

  private in(coding: Coding): Promise<Representation> {
    return remember(this.representations, coding, async () => {
      this.content ??= Promise.resolve(this.make()).then((made) => Buffer.from(made));
      const content = await this.content;
      // RFC 9110, section 8.8.3.3: each coding has its own strong tag.
      const hash = createHash('sha256').update(content).digest('base64url').slice(0, 22);
      return { bytes: await COMPRESSIONS[coding](content), etag: `"${hash}-${coding}"` };
    });
  }
}

/** Copying much to many sockets at once would keep everyone else waiting, so other work gets a turn after each slice. */
async function* slicesOf(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += SLICE_BYTES) {
    yield bytes.subarray(start, start + SLICE_BYTES);
    await nextTurn();
  }
}

/** Like a cache, but without failures, which may be temporary. */
function remember<K, V>(known: Map<K, Promise<V>>, key: K, make: () => Promise<V>): Promise<V> {
  const found = known.get(key);
  if (found) {
    return found;
  }
  const made = make();
  known.set(key, made);
  made.catch(() => known.delete(key));
  return made;
}
