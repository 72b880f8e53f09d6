import { createSecretKey, type KeyObject } from 'node:crypto';

/** A raw key, from the configuration or derived from another key. */
export interface KeyMaterial {
  readonly id: string;
  readonly bytes: Buffer;
}

export interface Key {
  readonly id: string;
  /** A KeyObject, because it's never printed and Node is several times faster with it than with raw bytes. */
  readonly secret: KeyObject;
}

/** Named keys of 32 bytes. The first one writes and all of them read, so keys can be replaced without downtime. */
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

  /** Derives a new key from each key and keeps the IDs, such as for one purpose. */
  map(derive: (secret: KeyObject) => Buffer): KeyRing {
    return new KeyRing(this.keys.map(({ id, secret }) => ({ id, bytes: derive(secret) })));
  }
}
