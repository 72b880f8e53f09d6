import { createSecretKey, type KeyObject } from 'node:crypto';

/** As it comes from the settings, or from a derivation. */
export interface KeyMaterial {
  readonly id: string;
  readonly bytes: Buffer;
}

export interface Key {
  readonly id: string;
  /** Prepared once, and never printed: Node takes several times as long with bare bytes. */
  readonly secret: KeyObject;
}

/** Named keys of 32 bytes: the first writes, all read, so that a key is replaced without a pause. */
export class KeyRing {
  readonly primary: Key;
  readonly keys: readonly Key[];
  private readonly byId: ReadonlyMap<string, Key>;

  constructor(material: readonly KeyMaterial[]) {
    this.keys = material.map(({ id, bytes }) => ({ id, secret: createSecretKey(bytes) }));
    const [primary] = this.keys;
    if (!primary) {
      throw new Error('a key ring needs at least one key');
    }
    this.primary = primary;
    this.byId = new Map(this.keys.map((key) => [key.id, key]));
  }

  find(id: string): Key | undefined {
    return this.byId.get(id);
  }

  /** The same ring with a key derived from each, such as for one purpose. */
  map(derive: (secret: KeyObject) => Buffer): KeyRing {
    return new KeyRing(this.keys.map(({ id, secret }) => ({ id, bytes: derive(secret) })));
  }
}
