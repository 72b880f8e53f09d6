import { ObjectField, OptionalBody, StringField } from '#libs/api';
import type { JsonObject } from '#libs/json';
import { isLocale, LOCALE_MAX_LENGTH } from '#libs/text';
import { CATEGORY_RULE, DESCRIPTION_MAX_LENGTH, MAX_BYTES } from './content/draft-rules.js';
import { CATEGORY_MAX_LENGTH } from './content/template-draft.js';
import {
  CATEGORY,
  CONTENTS,
  DEFAULT_LOCALE,
  EXAMPLE_DATA,
  TemplateContentBody,
  TemplateNameField,
  TemplateVariableBody,
  VARIABLES,
} from './template-shapes.dto.js';

function DescriptionField(): PropertyDecorator {
  return StringField({
    description: 'What the template is for.',
    example: 'Sent when a parcel leaves the warehouse',
    maxLength: DESCRIPTION_MAX_LENGTH,
    optional: true,
    nullable: true,
  });
}

function DefaultLocaleField(description: string): PropertyDecorator {
  return StringField({
    description,
    example: 'en',
    maxLength: LOCALE_MAX_LENGTH,
    optional: true,
    rule: {
      code: 'invalid-locale',
      test: isLocale,
      message: 'must be a BCP 47 language tag, such as de-AT',
    },
  });
}

function CategoryField(description: string): PropertyDecorator {
  return StringField({
    description,
    example: 'orders',
    maxLength: CATEGORY_MAX_LENGTH,
    optional: true,
    rule: CATEGORY_RULE,
  });
}

export class CreateTemplateRequest {
  @TemplateNameField('The unique name, which you pass when you send.')
  name!: string;

  @DescriptionField()
  description?: string | null;

  @CategoryField(`${CATEGORY} Defaults to \`general\`.`)
  category?: string;

  @DefaultLocaleField(`${DEFAULT_LOCALE} Defaults to \`en\`.`)
  defaultLocale?: string;

  @ObjectField({
    description: VARIABLES,
    example: { orderId: { type: 'string' } },
    maxBytes: MAX_BYTES,
    of: TemplateVariableBody,
    optional: true,
  })
  variables?: JsonObject;

  @ObjectField({
    description: EXAMPLE_DATA,
    example: { orderId: '4711' },
    maxBytes: MAX_BYTES,
    optional: true,
  })
  exampleData?: JsonObject;

  @ObjectField({
    description: CONTENTS,
    example: { en: { email: { subject: 'Order {{ orderId }}', html: '<p>It is on its way.</p>' } } },
    maxBytes: MAX_BYTES,
    of: TemplateContentBody,
    optional: true,
  })
  contents?: JsonObject;
}

export class UpdateTemplateRequest {
  @DescriptionField()
  description?: string | null;

  @CategoryField(CATEGORY)
  category?: string;

  @DefaultLocaleField(DEFAULT_LOCALE)
  defaultLocale?: string;

  @ObjectField({
    description: 'Variables to add or change, by name. Null removes one.',
    example: { orderId: { type: 'string' }, total: null },
    maxBytes: MAX_BYTES,
    optional: true,
  })
  variables?: JsonObject;

  @ObjectField({
    description: 'Values for previews to add or change, by name. Null removes one.',
    example: { orderId: '4711' },
    maxBytes: MAX_BYTES,
    optional: true,
  })
  exampleData?: JsonObject;

  @ObjectField({
    description: 'What to change of what the notification says, by language. Null removes one.',
    example: { de: { email: { subject: 'Bestellung {{ orderId }}' } } },
    maxBytes: MAX_BYTES,
    optional: true,
  })
  contents?: JsonObject;
}

@OptionalBody()
export class PreviewTemplateRequest {
  @DefaultLocaleField('The language of the recipient, as a BCP 47 tag. Defaults to that of the template.')
  locale?: string;

  @ObjectField({
    description: 'Values of the variables, instead of those of `exampleData`.',
    example: { orderId: '4712' },
    maxBytes: MAX_BYTES,
    optional: true,
  })
  data?: JsonObject;
}
