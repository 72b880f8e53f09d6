import { describe, expect, it } from '@jest/globals';
import type { InboxItem, InboxNews } from '../inbox.service.js';
import { InboxStream } from './inbox-stream.js';

const KEEP_ALIVE_TICKS = 15;
const NOTHING: InboxNews = { items: [], isPartial: false, unread: 0 };

/** The inbox of someone, and their client, which only reads when it's told to. */
function aStream() {
  const stored: { position: number; title: string }[] = [];
  const reads: number[] = [];
  let news = (after: number): Promise<InboxNews> =>
    Promise.resolve({
      ...NOTHING,
      items: stored.filter(({ position }) => position > after).map(item),
      unread: stored.length,
    });
  const stream = new InboxStream(
    0,
    {
      news: (after) => {
        reads.push(after);
        return news(after);
      },
      idOf: (position) => `id-${position}`,
    },
    () => undefined,
  );
  const texts = stream[Symbol.asyncIterator]();
  return {
    stream,
    reads,
    store: (title: string) => stored.push({ position: stored.length + 1, title }),
    answer: (next: typeof news) => {
      news = next;
    },
    next: async () => ((await texts.next()) as { value: string | undefined }).value ?? 'the end',
  };
}

function item({ position, title }: { position: number; title: string }): InboxItem & { position: number } {
  return {
    id: 'a',
    template: 'hint',
    title,
    body: 'x',
    url: null,
    readAt: null,
    archivedAt: null,
    createdAt: new Date(0),
    position,
  };
}

async function begun() {
  const running = aStream();
  expect(await running.next()).toBe('retry: 1000\n\n');
  expect(await running.next()).toBe('event: unread-count\nid: id-0\ndata: {"unread":0}\n\n');
  return running;
}

describe('a stream of an inbox', () => {
  it('reads again if something changes while it reads', async () => {
    const { stream, next, answer, store } = await begun();
    const waiting = next();
    answer(async () => {
      // Too late for this read.
      store('one');
      answer(() => Promise.resolve({ ...NOTHING, items: [item({ position: 1, title: 'one' })] }));
      stream.changed();
      return Promise.resolve(NOTHING);
    });
    stream.changed();
    expect(await waiting).toContain('"title":"one"');
  });

  it('reads no more while its client takes nothing', async () => {
    const { stream, next, reads, store } = await begun();
    store('one');
    store('two');
    stream.changed();
    expect(await next()).toContain('"title":"one"');
    for (let change = 0; change < 10; change += 1) {
      stream.changed();
      stream.tick();
    }
    expect(reads).toEqual([0, 0]);
    expect(await next()).toContain('"title":"two"');
    expect(await next()).toContain('{"unread":2}');
  });

  it('goes on where it was after a failure, with the next tick', async () => {
    const { stream, next, answer, reads } = await begun();
    answer(() => {
      answer(() => Promise.resolve({ ...NOTHING, items: [item({ position: 7, title: 'late' })] }));
      return Promise.reject(new Error('no connection'));
    });
    stream.changed();
    const waiting = next();
    await Promise.resolve();
    expect(reads).toHaveLength(2);
    await new Promise(setImmediate);
    stream.tick();
    expect(await waiting).toContain('id: id-7');
  });

  it('shows that it is alive when it has been silent', async () => {
    const { stream, next } = await begun();
    const waiting = next();
    for (let second = 0; second < KEEP_ALIVE_TICKS; second += 1) {
      stream.tick();
    }
    expect(await waiting).toBe(': keep-alive\n\n');
  });

  it('has its connection cut if its client has not read everything soon after its end', async () => {
    const { stream } = await begun();
    const isCut = new Promise<void>((resolve) => stream.opened(resolve));
    stream.end();
    await isCut;
  });

  it('hands out nothing more once it is over', async () => {
    const { stream, next, store } = await begun();
    store('one');
    store('two');
    stream.changed();
    expect(await next()).toContain('"title":"one"');
    stream.end();
    expect(await next()).toMatch(/^retry:/);
  });

  it('ends with a time to come back that differs from stream to stream', async () => {
    const times = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const { stream, next } = await begun();
        stream.end();
        const [last, end] = [await next(), await next()];
        expect(end).toBe('the end');
        return Number(/^retry: (\d+)\n\n$/.exec(last)?.[1]);
      }),
    );
    expect(Math.min(...times)).toBeGreaterThanOrEqual(1000);
    expect(Math.max(...times)).toBeLessThanOrEqual(4000);
    expect(new Set(times).size).toBeGreaterThan(10);
  });
});
