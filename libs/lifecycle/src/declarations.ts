/**
 * What features declare under a unique name, such as jobs and messages. A declaration is added when its file is loaded,
 * so these are the ones that this process has loaded.
 */
export class Declarations<T> extends Map<string, T> {
  /**
   * @param kind what is declared, for the error
   * @param cure what to do about a second declaration with the same name
   */
  constructor(
    private readonly kind: string,
    private readonly cure: string,
  ) {
    super();
  }

  /** @throws Error that says what to do, before calling `create`, if the name is taken */
  declare<D extends T>(name: string, create: () => D): D {
    if (this.has(name)) {
      throw new Error(`The ${this.kind} "${name}" is defined twice. ${this.cure}`);
    }
    const declared = create();
    this.set(name, declared);
    return declared;
  }
}
