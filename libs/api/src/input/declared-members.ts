/** Converts the text of a query parameter. Returns what it can't convert unchanged, so that validation rejects it. */
export type Converter = (value: unknown) => unknown;

const MEMBERS = Symbol('declared members');

type Members = Map<string, Converter | null>;

/** Records that the class declares this member. Called by every field decorator. */
export function declareMember(convert: Converter | null): PropertyDecorator {
  return (prototype, property) => {
    const own = Reflect.getOwnMetadata(MEMBERS, prototype) as Members | undefined;
    const members: Members = own ?? new Map(Reflect.getMetadata(MEMBERS, prototype) as Members | undefined);
    members.set(String(property), convert);
    Reflect.defineMetadata(MEMBERS, members, prototype);
  };
}

/** The members that a class and its base classes declare. */
export function declaredMembers(prototype: object): ReadonlyMap<string, Converter | null> {
  return (Reflect.getMetadata(MEMBERS, prototype) as Members | undefined) ?? new Map<string, null>();
}
