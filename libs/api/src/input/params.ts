import { UuidField } from './fields.js';

/** The `{id}` of a path. */
export class IdParams {
  @UuidField({ description: 'The ID of the resource.' })
  id!: string;
}
