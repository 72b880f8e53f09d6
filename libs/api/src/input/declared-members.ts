/** How the text of a query becomes a value; what can't be converted stays as it is, for the checks to refuse. */
export type Converter = (value: unknown) => unknown;

const MEMBERS = Symbol('declared members');

type Members = Map<string, Converter | null>;

/** Notes that the class has this member. Done by each field decorator. */
export function declareMember(convert: Converter | null): PropertyDecorator {
  return (prototype, property) => {
    const own = Reflect.getOwnMetadata(MEMBERS, prototype) as Members | undefined;
    const members: Members = own ?? new Map(Reflect.getMetadata(MEMBERS, prototype) as Members | undefined);
    members.set(String(property), convert);
    Reflect.defineMetadata(MEMBERS, members, prototype);
  };
}

/** The members of a class, those of its base classes included. */
export function declaredMembers(prototype: object): ReadonlyMap<string, Converter | null> {
  return (Reflect.getMetadata(MEMBERS, prototype) as Members | undefined) ?? new Map<string, null>();
}
