import { Injectable } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { type KeyRingName, KeyRings } from '#libs/crypto';
import { within } from '#libs/lifecycle';
import type { KeyRotations } from './key-rotations.js';
import { countedColumns, type KeyUsage } from './key-usage.js';

/** An unresponsive PostgreSQL must not block a scrape. The metrics are then omitted. */
const COLLECT_WITHIN_MS = 500;

interface Source {
  readonly usage: KeyUsage;
  readonly rotations: KeyRotations;
}

/** What is under which key, as it was counted last, and how far a rotation is. */
@Injectable()
export class KeyRotationMetrics {
  private readonly sources = new Map<string, Source>();

  constructor(
    private readonly rings: KeyRings,
    registry: Registry,
  ) {
    const rows = new Gauge({
      name: 'gatehouse_encryption_rows',
      help: 'Values by column and key, as counted last night or at the end of the last rotation.',
      labelNames: ['column', 'key'],
      registers: [registry],
      collect: async () => {
        const counted = await Promise.all(
          [...this.sources.values()].map(({ usage }) => within(COLLECT_WITHIN_MS, usage.stored())),
        );
        rows.reset();
        // Without any, and before the first count.
        for (const { name: column, ring } of this.renewed()) {
          rows.set({ column, key: this.firstKeyOf(ring) }, 0);
        }
        for (const row of counted.flatMap((each) => each ?? [])) {
          rows.set({ column: row.column, key: row.keyId }, row.rows);
        }
      },
    });
    const progress = new Gauge({
      name: 'gatehouse_key_rotation_rows',
      help: 'Rows that a running rotation of keys has read, and how many there are; 0 if none is running.',
      labelNames: ['schema', 'state'],
      registers: [registry],
      collect: async () => {
        progress.reset();
        for (const [schema, { rotations }] of this.sources) {
          const latest = await within(COLLECT_WITHIN_MS, rotations.latest());
          const running = latest && !latest.finishedAt ? latest : undefined;
          if (latest !== undefined) {
            progress.set({ schema, state: 'read' }, running?.rowsRead ?? 0);
            progress.set({ schema, state: 'total' }, running?.rowsTotal ?? 0);
          }
        }
      },
    });
  }

  watch(schema: string, source: Source): void {
    this.sources.set(schema, source);
  }

  private renewed() {
    return [...this.sources.keys()]
      .flatMap((schema) => countedColumns(schema))
      .filter((each) => each.isRenewed);
  }

  private firstKeyOf(ring: KeyRingName): string {
    return (ring === 'ENCRYPTION_KEYS' ? this.rings.encryption : this.rings.blindIndex).primary.id;
  }
}
