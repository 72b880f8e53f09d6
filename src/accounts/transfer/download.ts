import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { WrittenFile } from './written-files.service.js';

/** How much is read ahead of the client. */
const AHEAD_BYTES = 64 * 1024;

interface Download {
  readonly type: string;
  /** The beginning and the end of the name of the file. Its date is between them. */
  readonly name: readonly [start: string, end: string];
  /** For those who only ask about it. */
  readonly find: () => Promise<WrittenFile>;
  /** For those who get it. */
  readonly open: () => Promise<WrittenFile>;
}

/** Sends the file of an export while it's read, as fast as the client takes it. A HEAD request doesn't read it. */
export async function download(
  { method }: FastifyRequest,
  reply: FastifyReply,
  { type, name: [start, end], find, open }: Download,
): Promise<StreamableFile> {
  const isRead = method !== 'HEAD';
  const { bytes, createdAt, content } = await (isRead ? open() : find());
  void reply.header('Cache-Control', 'no-store');
  const stream = Readable.from(isRead ? content : [], { objectMode: false, highWaterMark: AHEAD_BYTES });
  const name = `${start}-${createdAt.toISOString().slice(0, 10)}.${end}`;
  return new StreamableFile(stream, {
    type,
    length: bytes,
    disposition: `attachment; filename="${name}"`,
  });
}
