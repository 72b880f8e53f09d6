import { ApiExtraModels, ApiProperty, ApiSchema, getSchemaPath } from '@nestjs/swagger';
import { CursorPage } from '#libs/api';
import type { JsonObject } from '#libs/json';
import { LOCALE_MAX_LENGTH } from '#libs/text';
import { DESCRIPTION_MAX_LENGTH } from './content/draft-rules.js';
import { CATEGORY_MAX_LENGTH, type TemplateVariable } from './content/template-draft.js';
import type { Template } from './template.js';
import type { TemplateSummary } from './template.repository.js';
import {
  CATEGORY,
  CONTENTS,
  DEFAULT_LOCALE,
  EXAMPLE_DATA,
  NAME_MAX_LENGTH,
  TemplateContentBody,
  TemplateVariableBody,
  VARIABLES,
} from './template-shapes.dto.js';

const MOMENT = { type: String, format: 'date-time', nullable: true } as const;
const UNTOUCHED = 'Null for a built-in template that nobody has changed.';

@ApiSchema({ name: 'NotificationTemplateSummary' })
export class TemplateSummaryResponse {
  @ApiProperty({ type: String, format: 'uuid', description: 'A UUIDv7.' })
  id!: string;

  @ApiProperty({
    type: String,
    maxLength: NAME_MAX_LENGTH,
    example: 'order-shipped',
    description: 'The unique name.',
  })
  name!: string;

  @ApiProperty({
    type: Boolean,
    example: false,
    description: 'Whether this is an email about accounts, which also exists without your changes.',
  })
  builtIn!: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    maxLength: DESCRIPTION_MAX_LENGTH,
    description: 'What the template is for.',
  })
  description!: string | null;

  @ApiProperty({ type: String, maxLength: CATEGORY_MAX_LENGTH, example: 'orders', description: CATEGORY })
  category!: string;

  @ApiProperty({ type: String, maxLength: LOCALE_MAX_LENGTH, example: 'en', description: DEFAULT_LOCALE })
  defaultLocale!: string;

  @ApiProperty({
    type: [String],
    maxItems: 30,
    example: ['de', 'en'],
    description: 'The languages of the draft, sorted.',
  })
  locales!: string[];

  @ApiProperty({
    type: 'integer',
    format: 'int32',
    nullable: true,
    example: 3,
    description:
      'The version that is sent. Null if none is: a built-in template then says what it says by default.',
  })
  publishedVersion!: number | null;

  @ApiProperty({
    type: Boolean,
    example: true,
    description: 'Whether the draft differs from the version that is sent.',
  })
  draftChanged!: boolean;

  @ApiProperty({ ...MOMENT, description: `When the template was created, in UTC. ${UNTOUCHED}` })
  createdAt!: string | null;

  @ApiProperty({ ...MOMENT, description: `When the template was last changed, in UTC. ${UNTOUCHED}` })
  updatedAt!: string | null;
}

@ApiSchema({ name: 'NotificationTemplate' })
@ApiExtraModels(TemplateVariableBody, TemplateContentBody)
export class TemplateResponse extends TemplateSummaryResponse {
  @ApiProperty({
    type: 'object',
    additionalProperties: { $ref: getSchemaPath(TemplateVariableBody) },
    description: VARIABLES,
    example: { orderId: { type: 'string' } },
  })
  variables!: Readonly<Record<string, TemplateVariable>>;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: EXAMPLE_DATA,
    example: { orderId: '4711' },
  })
  exampleData!: JsonObject;

  @ApiProperty({
    type: 'object',
    additionalProperties: { $ref: getSchemaPath(TemplateContentBody) },
    description: CONTENTS,
  })
  contents!: Readonly<Record<string, TemplateContentBody>>;
}

export class TemplateList {
  @ApiProperty({ type: [TemplateSummaryResponse], maxItems: 100 })
  items!: TemplateSummaryResponse[];

  @ApiProperty({ type: CursorPage })
  page!: CursorPage;
}

export function toSummaryResponse(template: TemplateSummary): TemplateSummaryResponse {
  const { id, name, builtIn, description, category, defaultLocale, locales } = template;
  const { publishedVersion, draftChanged } = template;
  return {
    id,
    name,
    builtIn,
    description,
    category,
    defaultLocale,
    locales: [...locales].sort(),
    publishedVersion,
    draftChanged,
    createdAt: template.createdAt?.toISOString() ?? null,
    updatedAt: template.updatedAt?.toISOString() ?? null,
  };
}

export function toTemplateResponse(template: Template): TemplateResponse {
  const { variables, exampleData, contents } = template;
  return {
    ...toSummaryResponse({ ...template, locales: Object.keys(contents) }),
    variables,
    exampleData,
    contents,
  };
}
