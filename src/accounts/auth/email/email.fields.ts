import { StringField } from '#libs/api';

/** The secret in a link that we have mailed. Any text may come: one that no mail contains is an `invalid-token`. */
export function LinkTokenField(): PropertyDecorator {
  return StringField({
    description: 'The `token` from the link in the email.',
    minLength: 1,
    maxLength: 512,
  });
}
