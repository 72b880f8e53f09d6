import { ApiTags } from '@nestjs/swagger';

const tags = new Map<string, string>();

/**
 * Declares a group of operations in the OpenAPI documents.
 * @returns the decorator for the controllers of the group
 */
export function defineTag(name: string, description: string): () => ClassDecorator {
  if (tags.has(name)) {
    throw new Error(
      `The tag "${name}" is defined twice. Export one of the two and import it in the other place.`,
    );
  }
  tags.set(name, description);
  return () => ApiTags(name);
}

/** Every tag with its description, by name. */
export function declaredTags(): [name: string, description: string][] {
  return [...tags].sort(([a], [b]) => (a < b ? -1 : 1));
}
