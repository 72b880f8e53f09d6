import { Inject, Injectable } from '@nestjs/common';
import { Clock, IdSource } from '#libs/clock';
import { Database } from '#libs/database';
import { Outbox } from '#libs/messaging';
import { KEY_ROTATION, type KeyRotation } from './define-key-rotation.js';
import { Renewal } from './renewal.js';
import { type Rotation, RotationRows } from './rotation-rows.js';

/** Begins rotations of the keys of a service, to the ones that this process has in front. */
@Injectable()
export class KeyRotations {
  constructor(
    @Inject(KEY_ROTATION) private readonly keys: KeyRotation,
    private readonly database: Database,
    private readonly rows: RotationRows,
    private readonly renewal: Renewal,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  /** @returns false if one to the same keys is running: it goes on */
  begin(): Promise<boolean> {
    const id = this.ids.next();
    return this.database.transaction(async (em) => {
      await this.rows.deleteUnfinishedExcept(em, this.renewal.target);
      const isNew = await this.rows.insert(em, id, this.renewal.target, this.clock.now());
      if (isNew) {
        await this.outbox.appendTask(em, this.keys.task, id, id);
      }
      return isNew;
    });
  }

  /** The one that is running, or else the last one. */
  latest(): Promise<Rotation | null> {
    return this.database.run((em) => this.rows.latest(em));
  }

  /** Since when nothing new is under another key than the one in front, by list. Null if there was no rotation to it. */
  async writtenSince(): Promise<{
    readonly ENCRYPTION_KEYS: Date | null;
    readonly BLIND_INDEX_KEYS: Date | null;
  }> {
    const { encryptionKey, blindIndexKey } = this.renewal.target;
    return this.database.run(async (em) => ({
      ENCRYPTION_KEYS: await this.rows.writtenSince(em, 'encryption_key', encryptionKey),
      BLIND_INDEX_KEYS: await this.rows.writtenSince(em, 'blind_index_key', blindIndexKey),
    }));
  }
}
