import { defineEntity, p } from '@mikro-orm/postgresql';
import type { TemplateDraft } from './content/template-draft.js';

const schema = defineEntity({
  name: 'NotificationTemplate',
  tableName: 'templates',
  schema: 'notifications',
  uniques: [{ name: 'templates_name_built_in_unique', properties: ['name', 'builtIn'] }],
  properties: {
    /** For a built-in template, the same in every database. */
    id: p.uuid().primary(),
    name: p.text(),
    /** Whether it's the changed draft of an email about accounts. */
    builtIn: p.boolean(),
    description: p.text().nullable(),
    category: p.text(),
    defaultLocale: p.text(),
    variables: p.json<TemplateDraft['variables']>(),
    exampleData: p.json<TemplateDraft['exampleData']>(),
    contents: p.json<TemplateDraft['contents']>(),
    /** The number of the version that is sent. Null until the first one is published. */
    publishedVersion: p.integer().nullable(),
    /** How many versions there have been. */
    versions: p.integer().default(0),
    /** Whether the draft says something else than the published version. */
    draftChanged: p.boolean(),
    /** Increases with every change. Used as the ETag. */
    version: p.integer().version(),
    createdAt: p.datetime().columnType('timestamptz(3)'),
    updatedAt: p.datetime().columnType('timestamptz(3)'),
  },
});

/** A template that administrators have written, or the changed draft of a built-in one. */
export class NotificationTemplate extends schema.class {}
schema.setClass(NotificationTemplate);
