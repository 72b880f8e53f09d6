import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { parse, stringify } from 'uuid';
import { defineKeyedValue, equalInConstantTime, type Mac, MacFactory } from '#libs/crypto';
import type { PageRequest, Position, Slice } from '#libs/database';
import { defineProblem } from '#libs/problem';
import { type CursorPage, type CursorQuery, linkCursors } from './page.js';

export const invalidCursor = defineProblem('invalid-cursor', {
  status: 400,
  title: 'Invalid cursor',
  about: 'A cursor only works with the list, filters and sort order it was returned for.',
  fix: 'Use it exactly as returned in `page` or the `Link` header, or leave it out to start with the first page.',
});

const DIRECTIONS = ['after', 'before'] as const;
const DAY_MS = 24 * 60 * 60 * 1000;
const HEAD_BYTES = 17;
/** 128 bits: more than anyone can guess online. */
const MAC_LENGTH = 22;

/**
 * Encodes list positions as strings that clients send back and can't forge. The same position always has the same
 * cursor, since clients cache pages by URL.
 */
@Injectable()
export class Cursors {
  private readonly mac: Mac;

  constructor(macs: MacFactory) {
    this.mac = macs.for('cursor');
  }

  /**
   * @param list identifies the list, its filters and its order. A cursor is only valid for the same `list`.
   * @throws Problem `invalid-cursor`
   */
  read({ limit, cursor }: CursorQuery, list: string): PageRequest {
    return { limit, position: cursor === undefined ? null : this.decode(cursor, list) };
  }

  /** The `page` member of a response, for a slice of the list. */
  page<T extends { readonly id: string }>(slice: Slice<T>, list: string): CursorPage {
    const { items, hasNext, hasPrevious, total } = slice;
    const first = items.at(0);
    const last = items.at(-1);
    return {
      nextCursor: hasNext && last ? this.encode({ direction: 'after', id: last.id }, list) : null,
      previousCursor: hasPrevious && first ? this.encode({ direction: 'before', id: first.id }, list) : null,
      ...(total === undefined ? {} : { total }),
    };
  }

  /** The body of a response, for a slice of the list. Adds the `Link` headers. */
  respond<T extends { readonly id: string }, R>(
    request: FastifyRequest,
    reply: FastifyReply,
    { slice, list }: { readonly slice: Slice<T>; readonly list: string },
    present: (item: T) => R,
  ): { items: R[]; page: CursorPage } {
    const page = this.page(slice, list);
    linkCursors(request, reply, page);
    return { items: slice.items.map((item) => present(item)), page };
  }

  /** The direction and the ID in 17 bytes, and a MAC of them and the list. */
  private encode({ direction, id }: Position, list: string): string {
    const head = Buffer.concat([Buffer.of(DIRECTIONS.indexOf(direction)), parse(id)]).toString('base64url');
    return head + this.mac.sign(`${head}:${list}`).slice(0, MAC_LENGTH);
  }

  private decode(cursor: string, list: string): Position {
    const encoded = cursor.slice(0, -MAC_LENGTH);
    const head = Buffer.from(encoded, 'base64url');
    const isGenuine = this.mac
      .candidates(`${encoded}:${list}`)
      .some((mac) => equalInConstantTime(mac.slice(0, MAC_LENGTH), cursor.slice(-MAC_LENGTH)));
    const direction = DIRECTIONS[head[0] ?? -1];
    if (!isGenuine || head.length !== HEAD_BYTES || direction === undefined) {
      throw invalidCursor();
    }
    return { direction, id: stringify(head, 1) };
  }
}

defineKeyedValue('cursors', {
  ring: 'ENCRYPTION_KEYS',
  lifetimeMs: DAY_MS,
  otherwise: 'a client that goes through a list has to start again',
});
