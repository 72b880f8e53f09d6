type JsonObject = Readonly<Record<string, unknown>>;

/** RFC 7396, section 2: fields of `patch` replace those of `target`, objects are merged, null removes. */
export function mergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(target));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) {
      merged.delete(name);
    } else {
      const present = merged.get(name);
      merged.set(name, isObject(value) ? mergePatch(isObject(present) ? present : {}, value) : value);
    }
  }
  return Object.fromEntries(merged);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
