import { StringField } from '#libs/api';
import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH } from './password-policy.js';

/** A password that someone chooses. */
export function NewPasswordField({ optional = false } = {}): PropertyDecorator {
  return StringField({
    optional,
    description: '8 to 256 characters. The most common passwords are rejected.',
    example: 'seven brave otters',
    minLength: PASSWORD_MIN_LENGTH,
    maxLength: PASSWORD_MAX_LENGTH,
    format: 'password',
  });
}

/**
 * A password to check. The rules for new ones don't apply: a wrong password gets the same response, whatever it looks
 * like.
 */
export function PasswordField(description: string, { optional = false } = {}): PropertyDecorator {
  return StringField({
    description,
    example: 'seven brave otters',
    optional,
    minLength: 1,
    maxLength: PASSWORD_MAX_LENGTH,
    format: 'password',
  });
}
