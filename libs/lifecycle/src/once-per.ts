/**
 * Remembers what `create` made for each key. For dynamic modules: Nest treats two of them as one only if they are the
 * same object.
 */
export function oncePer<K extends object, V>(create: (key: K) => V): (key: K) => V {
  const made = new WeakMap<K, { readonly value: V }>();
  return (key) => {
    const known = made.get(key) ?? { value: create(key) };
    made.set(key, known);
    return known.value;
  };
}
