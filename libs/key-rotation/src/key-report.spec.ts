import { describe, expect, it } from '@jest/globals';
import { ANY_KEY, defineExpiringColumn, defineKeyedValue, defineSealedColumn } from '#libs/crypto';
import { type KeyFindings, reportOn } from './key-report.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const NOW = new Date('2026-12-12T10:00:00Z');

defineSealedColumn('report.people.name_sealed', {
  primaryKey: { id: 'uuid' },
  context: () => 'person',
  indexes: { name_index: { domain: 'people.name', of: (name) => name } },
});
defineExpiringColumn('report.answers.sealed', {
  ring: 'ENCRYPTION_KEYS',
  expires: 'expires_at',
  until: 'a day',
});
defineKeyedValue('cookies', {
  ring: 'ENCRYPTION_KEYS',
  lifetimeMs: 30 * DAY_MS,
  otherwise: 'they are refused',
});

const since = (days: number): Date => new Date(NOW.getTime() - days * DAY_MS);

function report(given: Partial<KeyFindings>): { readonly isDone: boolean; readonly lines: string[] } {
  const { text, isDone } = reportOn({
    rings: { ENCRYPTION_KEYS: ['new', 'old'], BLIND_INDEX_KEYS: ['new'] },
    rows: [],
    queued: new Map(),
    writtenSince: { ENCRYPTION_KEYS: since(31), BLIND_INDEX_KEYS: since(31) },
    now: NOW,
    ...given,
  });
  return { isDone, lines: text.trimEnd().split('\n') };
}

const row = (column: string, keyId: string, lastExpiresAt: Date | null = null) => ({
  column,
  keyId,
  rows: 3,
  lastExpiresAt,
});

describe('a report on keys', () => {
  it('lets a key go under which there is nothing', () => {
    expect(report({ rows: [row('report.people.name_sealed', 'new')] })).toEqual({
      isDone: true,
      lines: [
        'ENCRYPTION_KEYS: the key new writes.',
        'The key old can go.',
        'BLIND_INDEX_KEYS: the key new writes.',
      ],
    });
  });

  it.each<[string, Partial<KeyFindings>, string]>([
    [
      'values',
      { rows: [row('report.people.name_sealed', 'old')] },
      '  3 values of report.people.name_sealed: run',
    ],
    ['messages in Redis', { queued: new Map([['old', 1]]) }, '  1 message in Redis: wait'],
    [
      'values of any key',
      { rows: [row('report.answers.sealed', ANY_KEY)] },
      '  3 values of report.answers.sealed',
    ],
  ])('keeps it for %s', (_, given, need) => {
    const { isDone, lines } = report(given);
    expect([isDone, lines[1]]).toEqual([false, 'The key old has to stay:']);
    expect(lines[2]).toContain(need);
  });

  it('says when it can go, if all goes by itself', () => {
    const rows = [row('report.answers.sealed', 'old', new Date('2026-12-13T10:00:00Z'))];
    expect(report({ rows }).lines.slice(1, 3)).toEqual([
      "The key old can go on 2026-12-14. Until then, it's needed for:",
      '  3 values of report.answers.sealed: kept for a day',
    ]);
    const writtenSince = { ENCRYPTION_KEYS: since(10), BLIND_INDEX_KEYS: null };
    expect(report({ writtenSince }).lines.slice(1, 3)).toEqual([
      "The key old can go on 2027-01-02. Until then, it's needed for:",
      '  cookies, until 2027-01-01T10:00Z: otherwise, they are refused',
    ]);
  });

  it('lets nothing go before there was a rotation', () => {
    const writtenSince = { ENCRYPTION_KEYS: null, BLIND_INDEX_KEYS: null };
    expect(report({ writtenSince })).toMatchObject({ isDone: false });
    expect(report({ writtenSince }).lines[1]).toMatch(/^The key old has to stay: nobody knows/);
  });

  it('names keys that are missing', () => {
    const { isDone, lines } = report({ rows: [row('report.people.name_index', 'lost')] });
    expect([isDone, lines.at(-1)]).toEqual([
      false,
      "3 values of report.people.name_index can't be read: the key lost isn't in the list.",
    ]);
  });
});
