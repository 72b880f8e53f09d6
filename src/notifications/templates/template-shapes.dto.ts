import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { StringField } from '#libs/api';
import { DESCRIPTION_MAX_LENGTH, MAX_LENGTHS } from './content/draft-rules.js';
import { VARIABLE_TYPES } from './content/template-draft.js';

export const NAME_MAX_LENGTH = 64;

export function TemplateNameField(description: string): PropertyDecorator {
  return StringField({
    description,
    example: 'order-shipped',
    minLength: 1,
    maxLength: NAME_MAX_LENGTH,
    rule: {
      code: 'invalid-template-name',
      test: (name) => /^[a-z][a-z0-9-]*$/.test(name),
      message: 'must consist of lowercase letters, digits and -, and start with a letter',
    },
  });
}

export class TemplateParams {
  @TemplateNameField('The name of the template.')
  name!: string;
}

@ApiSchema({ name: 'TemplateVariable' })
export class TemplateVariableBody {
  @ApiProperty({
    enum: VARIABLE_TYPES,
    description:
      'What the value must be. `url` is an http or https URL, `date-time` an RFC 3339 date and time.',
  })
  type!: string;

  @ApiProperty({
    type: Boolean,
    required: false,
    default: false,
    description: 'Whether the value may be left out. The variable is null then.',
  })
  optional?: boolean;

  @ApiProperty({
    type: Boolean,
    required: false,
    default: false,
    description: 'Whether the value is a credential. It can be a link, but not a part of another URL.',
  })
  secret?: boolean;

  @ApiProperty({
    type: String,
    required: false,
    maxLength: DESCRIPTION_MAX_LENGTH,
    description: 'What the value is.',
  })
  description?: string;
}

@ApiSchema({ name: 'TemplateEmail' })
export class TemplateEmailBody {
  @ApiProperty({
    type: String,
    maxLength: MAX_LENGTHS.email.subject,
    example: 'Order {{ orderId }} is on its way',
    description: 'The subject, as Liquid.',
  })
  subject!: string;

  @ApiProperty({
    type: String,
    required: false,
    maxLength: MAX_LENGTHS.email.mjml,
    example:
      '<mjml><mj-body><mj-section><mj-column><mj-text>Hello {{ recipient.displayName }}</mj-text></mj-column></mj-section></mj-body></mjml>',
    description: 'The body as MJML and Liquid. An email has either this or `html`.',
  })
  mjml?: string;

  @ApiProperty({
    type: String,
    required: false,
    maxLength: MAX_LENGTHS.email.html,
    description: 'The body as HTML and Liquid.',
  })
  html?: string;

  @ApiProperty({
    type: String,
    required: false,
    maxLength: MAX_LENGTHS.email.text,
    description: 'The body as plain text and Liquid. Without it, the text is made from the HTML.',
  })
  text?: string;
}

@ApiSchema({ name: 'TemplateInbox' })
export class TemplateInboxBody {
  @ApiProperty({
    type: String,
    maxLength: MAX_LENGTHS.inbox.title,
    example: 'Order {{ orderId }} is on its way',
    description: 'The title, as Liquid.',
  })
  title!: string;

  @ApiProperty({
    type: String,
    maxLength: MAX_LENGTHS.inbox.body,
    example: 'It will be there tomorrow.',
    description: 'The text, as Liquid. It is plain text.',
  })
  body!: string;

  @ApiProperty({
    type: String,
    required: false,
    maxLength: MAX_LENGTHS.inbox.url,
    example: '{{ trackingUrl }}',
    description: 'Where a click leads, as Liquid that results in an http or https URL.',
  })
  url?: string;
}

@ApiSchema({ name: 'TemplateSms' })
export class TemplateSmsBody {
  @ApiProperty({
    type: String,
    maxLength: MAX_LENGTHS.sms.text,
    example: 'Order {{ orderId }} is on its way: {{ trackingUrl }}',
    description: 'The text, as Liquid. It is plain text. Phone networks split long ones.',
  })
  text!: string;
}

@ApiSchema({ name: 'TemplatePush' })
export class TemplatePushBody {
  @ApiProperty({
    type: String,
    maxLength: MAX_LENGTHS.push.title,
    example: 'Order {{ orderId }} is on its way',
    description: 'The title, as Liquid that results in at most 120 characters.',
  })
  title!: string;

  @ApiProperty({
    type: String,
    maxLength: MAX_LENGTHS.push.body,
    example: 'It will be there tomorrow.',
    description: 'The text, as Liquid that results in at most 700 characters. It is plain text.',
  })
  body!: string;

  @ApiProperty({
    type: String,
    required: false,
    maxLength: MAX_LENGTHS.push.url,
    example: '{{ trackingUrl }}',
    description:
      'Where a click leads, as Liquid that results in an http or https URL of at most 1,024 characters.',
  })
  url?: string;
}

@ApiSchema({ name: 'TemplateContent' })
export class TemplateContentBody {
  @ApiProperty({ type: TemplateEmailBody, required: false, description: 'What the email says.' })
  email?: TemplateEmailBody;

  @ApiProperty({
    type: TemplateInboxBody,
    required: false,
    description: 'What the notification in the app says.',
  })
  inbox?: TemplateInboxBody;

  @ApiProperty({ type: TemplateSmsBody, required: false, description: 'What the text message says.' })
  sms?: TemplateSmsBody;

  @ApiProperty({ type: TemplatePushBody, required: false, description: 'What the push notification says.' })
  push?: TemplatePushBody;
}

export const DEFAULT_LOCALE =
  "The language for recipients whose own the template doesn't have, as a BCP 47 tag.";
export const VARIABLES =
  'The variables by name. Every template also has `recipient.displayName`, `recipient.email`, `recipient.locale`, `site`, the host of your app, and in emails `unsubscribeUrl`, where the reader can turn them off.';
export const CATEGORY =
  'What users choose by whether they want such notifications. Everyone gets those of the category `security`.';
export const EXAMPLE_DATA = 'Values of the variables, for previews.';
export const CONTENTS = 'What the notification says, by BCP 47 language tag.';
