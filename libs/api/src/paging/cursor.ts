import { Injectable } from '@nestjs/common';
import { SealBrokenError, Sealer } from '#libs/crypto';
import type { PageRequest, Position, Slice } from '#libs/database';
import { defineProblem } from '#libs/problem';
import type { CursorPage, CursorQuery } from './page.js';

export const invalidCursor = defineProblem('invalid-cursor', {
  status: 400,
  title: 'Invalid cursor',
  about:
    'A cursor only works with the list, filters and sort order it was returned for. Use it exactly as returned in ' +
    '`page` or the `Link` header, or leave it out to start with the first page.',
});

/** Encodes list positions as strings that clients can send back but can neither read nor forge. */
@Injectable()
export class Cursors {
  constructor(private readonly sealer: Sealer) {}

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

  private encode(position: Position, list: string): string {
    return this.sealer.sealJson([position.direction, position.id], `cursor:${list}`);
  }

  private decode(cursor: string, list: string): Position {
    try {
      const [direction, id] = this.sealer.openJson(cursor, `cursor:${list}`) as [
        Position['direction'],
        string,
      ];
      return { direction, id };
    } catch (error) {
      if (error instanceof SealBrokenError) {
        throw invalidCursor();
      }
      throw error;
    }
  }
}
