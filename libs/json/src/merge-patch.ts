import { isJsonObject, type JsonObject } from './members.js';

/**
 * RFC 7396, section 2: fields of `patch` replace those of `target`, objects are merged, null removes. An undefined field
 * isn't there.
 */
export function mergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(target));
  for (const [name, value] of Object.entries(patch)) {
    if (value === undefined) {
      continue;
    }
    if (value === null) {
      merged.delete(name);
    } else {
      const present = merged.get(name);
      merged.set(name, isJsonObject(value) ? mergePatch(isJsonObject(present) ? present : {}, value) : value);
    }
  }
  return Object.fromEntries(merged);
}
