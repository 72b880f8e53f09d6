/**
 * Caches the result of `create` for each key. For dynamic modules: Nest only treats two of them as one if they are the
 * same object.
 */
export function oncePer<K extends object, V>(create: (key: K) => V): (key: K) => V {
  const cache = new WeakMap<K, { readonly value: V }>();
  return (key) => {
    const entry = cache.get(key) ?? { value: create(key) };
    cache.set(key, entry);
    return entry.value;
  };
}
