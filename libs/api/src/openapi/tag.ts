import { ApiTags } from '@nestjs/swagger';
import { Declarations } from '#libs/lifecycle';

const tags = new Declarations<string>('tag', 'Export one of the two and import it in the other place.');

/**
 * Declares a group of operations in the OpenAPI documents.
 * @returns the decorator for the controllers of the group
 */
export function defineTag(name: string, description: string): () => ClassDecorator {
  tags.declare(name, () => description);
  return () => ApiTags(name);
}

/** Every tag with its description, by name. */
export function declaredTags(): [name: string, description: string][] {
  return [...tags].sort(([a], [b]) => (a < b ? -1 : 1));
}
