import { defineEntity, p } from '@mikro-orm/postgresql';
import type { CompiledContents } from './content/template-compiler.js';
import type { TemplateDraft } from './content/template-draft.js';

const schema = defineEntity({
  name: 'TemplateVersion',
  tableName: 'template_versions',
  schema: 'notifications',
  indexes: [
    {
      name: 'template_versions_template_id_number_index',
      expression: `create unique index "template_versions_template_id_number_index" on "notifications"."template_versions" (template_id, number) where expires_at is null`,
    },
  ],
  properties: {
    id: p.uuid().primary(),
    templateId: p.uuid(),
    /** 1, 2, 3 and so on. */
    number: p.integer(),
    category: p.text(),
    /** As it was published. */
    draft: p.json<TemplateDraft>(),
    compiled: p.json<CompiledContents>(),
    publishedAt: p.datetime().columnType('timestamptz(3)'),
    publishedBy: p.uuid(),
    /** Set once the template was deleted, or has many newer versions: what was accepted before is still sent. */
    expiresAt: p
      .datetime()
      .columnType('timestamptz(3)')
      .nullable()
      .index('template_versions_expires_at_index'),
  },
});

/** What a template said when it was published. Never changes. */
export class TemplateVersion extends schema.class {}
schema.setClass(TemplateVersion);
