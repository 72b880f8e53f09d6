/** A position in a list: right after or right before the item with this ID. */
export interface Position {
  readonly direction: 'after' | 'before';
  readonly id: string;
}

/** A page to read. Repositories read one row more than `limit`, to see whether there are more. */
export interface PageRequest {
  readonly limit: number;
  readonly position: Position | null;
}

export interface Slice<T> {
  readonly items: readonly T[];
  readonly hasNext: boolean;
  readonly hasPrevious: boolean;
  /** The total number of items in the list, if requested. */
  readonly total?: number;
}

/**
 * What a query needs to read a page: a condition, and options with which it returns one row more than the limit, for
 * `sliceOf`. IDs are in order of creation, so they alone sort the list.
 */
export function keyset(
  { limit, position }: PageRequest,
  order: 'oldest first' | 'newest first' = 'newest first',
) {
  const ascending = (order === 'oldest first') === (position?.direction !== 'before');
  return {
    where: position ? { id: ascending ? { $gt: position.id } : { $lt: position.id } } : {},
    options: { orderBy: { id: ascending ? 'asc' : 'desc' }, limit: limit + 1 },
  } as const;
}

/**
 * Reads all rows of a list in its order, some at a time.
 * @param find reads a page, as for `sliceOf`
 * @param after the ID of a row to start after, or null to start with the first
 */
export async function* everyRow<T extends { readonly id: string }>(
  find: (page: PageRequest) => Promise<readonly T[]>,
  after: string | null = null,
  limit = 500,
): AsyncGenerator<T, void> {
  for (let position: Position | null = after === null ? null : { direction: 'after', id: after }; ;) {
    const page: Slice<T> = sliceOf(await find({ limit, position }), { limit, position });
    yield* page.items;
    const last = page.items.at(-1);
    if (!page.hasNext || !last) {
      return;
    }
    position = { direction: 'after', id: last.id };
  }
}

/**
 * Makes a page from `limit + 1` rows, in the order in which they were read: away from the position, so towards the
 * start of the list for `before`.
 */
export function sliceOf<T>(rows: readonly T[], { limit, position }: PageRequest): Slice<T> {
  const more = rows.length > limit;
  const items = rows.slice(0, limit);
  return position?.direction === 'before'
    ? { items: items.reverse(), hasNext: true, hasPrevious: more }
    : { items, hasNext: more, hasPrevious: position !== null };
}
