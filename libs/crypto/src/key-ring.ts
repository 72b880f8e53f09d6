export interface Key {
  readonly id: string;
  readonly bytes: Buffer;
}

/** Named keys of 32 bytes: the first writes, all read, so that a key is replaced without a pause. */
export class KeyRing {
  readonly primary: Key;
  private readonly byId: ReadonlyMap<string, Key>;

  constructor(readonly keys: readonly Key[]) {
    const [primary] = keys;
    if (!primary) {
      throw new Error('a key ring needs at least one key');
    }
    this.primary = primary;
    this.byId = new Map(keys.map((key) => [key.id, key]));
  }

  find(id: string): Key | undefined {
    return this.byId.get(id);
  }

  /** The same ring with every key's bytes mapped, such as to a key derived for one purpose. */
  map(derive: (bytes: Buffer) => Buffer): KeyRing {
    return new KeyRing(this.keys.map(({ id, bytes }) => ({ id, bytes: derive(bytes) })));
  }
}
