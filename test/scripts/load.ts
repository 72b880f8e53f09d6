/** A module of scripts/, which is plain JavaScript: whoever loads it says its shape. */
export async function loadScript<Shape>(name: string): Promise<Shape> {
  const path = `../../scripts/lib/${name}.mjs`;
  return (await import(path)) as Shape;
}
