import { Injectable } from '@nestjs/common';
import { SealBrokenError, Sealer } from '#libs/crypto';
import { defineProblem } from '#libs/problem';

export const invalidCursor = defineProblem('invalid-cursor', {
  status: 400,
  title: 'Invalid cursor',
  about:
    'A cursor only works with the list, filters and sort order it was returned for. Use it exactly as returned in ' +
    '`page` or the `Link` header, or leave it out to start with the first page.',
});

/** A place in a list: just after, or just before, the item with this id. */
export interface Position {
  readonly direction: 'after' | 'before';
  readonly id: string;
}

/** Makes places in lists into texts that clients can hand back but neither read nor make. */
@Injectable()
export class CursorCodec {
  constructor(private readonly sealer: Sealer) {}

  /** @param list names the list together with its filters and order; the cursor opens for no other */
  encode(position: Position, list: string): string {
    return this.sealer.sealJson([position.direction, position.id], `cursor:${list}`);
  }

  /** @throws Problem `invalid-cursor` */
  decode(cursor: string, list: string): Position {
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
