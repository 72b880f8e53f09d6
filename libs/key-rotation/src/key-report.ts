import { ANY_KEY, type KeyRingName, loadedKeyedValues } from '#libs/crypto';
import { countedColumns } from './key-usage.js';
import type { KeyUsageRow } from './usage-rows.js';

/** What was found in all services. */
export interface KeyFindings {
  /** The IDs of the keys, the one that writes first. */
  readonly rings: Readonly<Record<KeyRingName, readonly string[]>>;
  readonly rows: readonly KeyUsageRow[];
  /** Messages in Redis, by the ID of the key. */
  readonly queued: ReadonlyMap<string, number>;
  /** Since when nothing new is under another key than the first one. Null if nobody knows. */
  readonly writtenSince: Readonly<Record<KeyRingName, Date | null>>;
  readonly now: Date;
}

interface KeyReport {
  readonly text: string;
  /** Whether every key but the first of each list can go. */
  readonly isDone: boolean;
}

/** What a key is still needed for. */
interface Need {
  readonly text: string;
  /** When it's over by itself. Null if it isn't. */
  readonly until: Date | null;
}

const RINGS = ['ENCRYPTION_KEYS', 'BLIND_INDEX_KEYS'] as const;

/** Says of each key what it's still needed for, and whether it can go. */
export function reportOn(findings: KeyFindings): KeyReport {
  const lines: string[] = [];
  let isDone = true;
  for (const ring of RINGS) {
    const [first = '', ...others] = findings.rings[ring];
    lines.push(`${ring}: the key ${first} writes.`);
    for (const keyId of others) {
      const needs = needsOf(findings, ring, keyId);
      const verdict = verdictOn(keyId, needs, findings.writtenSince[ring] !== null);
      isDone &&= verdict.canGo;
      lines.push(verdict.text, ...needs.map(({ text }) => `  ${text}`));
    }
    const known = new Set([...findings.rings[ring], ANY_KEY]);
    const unknown = rowsOf(findings, ring).filter(({ keyId }) => !known.has(keyId));
    for (const { column, keyId, rows } of unknown) {
      isDone = false;
      lines.push(`${countOf(rows)} of ${column} can't be read: the key ${keyId} isn't in the list.`);
    }
  }
  return { text: `${lines.join('\n')}\n`, isDone };
}

function verdictOn(
  keyId: string,
  needs: readonly Need[],
  isDated: boolean,
): { readonly canGo: boolean; readonly text: string } {
  if (needs.length === 0 && isDated) {
    return { canGo: true, text: `The key ${keyId} can go.` };
  }
  if (!isDated) {
    const text = `The key ${keyId} has to stay: nobody knows since when it doesn't write. Run \`admin rotate-keys\`.`;
    return { canGo: false, text };
  }
  const dates = needs.flatMap(({ until }) => until ?? []);
  const text =
    dates.length < needs.length
      ? `The key ${keyId} has to stay:`
      : `The key ${keyId} can go on ${dayAfter(dates)}. Until then, it's needed for:`;
  return { canGo: false, text };
}

function needsOf(findings: KeyFindings, ring: KeyRingName, keyId: string): Need[] {
  const { now, queued, writtenSince } = findings;
  const columns = new Map(countedColumns().map((column) => [column.name, column]));
  const stored = rowsOf(findings, ring)
    .filter((row) => row.keyId === keyId || row.keyId === ANY_KEY)
    .map(({ column, rows, lastExpiresAt }): Need => {
      const { until = null } = columns.get(column) ?? {};
      const hint = until === null ? 'run `admin rotate-keys`' : `kept for ${until}`;
      return { text: `${countOf(rows)} of ${column}: ${hint}`, until: lastExpiresAt };
    });
  const messages = ring === 'ENCRYPTION_KEYS' ? (queued.get(keyId) ?? 0) : 0;
  const since = writtenSince[ring];
  const kept = loadedKeyedValues()
    .filter((value) => value.ring === ring && since !== null)
    .map(({ name, lifetimeMs, otherwise }): Need & { until: Date } => {
      const until = new Date((since?.getTime() ?? 0) + lifetimeMs);
      return { text: `${name}, until ${until.toISOString().slice(0, 16)}Z: otherwise, ${otherwise}`, until };
    })
    .filter(({ until }) => until > now);
  const waiting = {
    text: `${countOf(messages, 'message')} in Redis: wait until they are delivered, and retry or remove dead letters`,
    until: null,
  };
  return [...stored, ...(messages > 0 ? [waiting] : []), ...kept];
}

function rowsOf({ rows }: KeyFindings, ring: KeyRingName): KeyUsageRow[] {
  const names = new Set(countedColumns().flatMap((column) => (column.ring === ring ? column.name : [])));
  return rows.filter(({ column }) => names.has(column));
}

function countOf(rows: number, what = 'value'): string {
  return `${rows} ${what}${rows === 1 ? '' : 's'}`;
}

/** The first day that begins after all of them. */
function dayAfter(dates: readonly Date[]): string {
  const last = Math.max(...dates.map((date) => date.getTime()));
  return new Date(last + 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
}
