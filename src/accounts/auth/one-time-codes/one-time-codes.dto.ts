import { EmailField, StringField } from '#libs/api';
import { invalidInput } from '#libs/problem';

export class RequestOneTimeCodeRequest {
  @EmailField({ description: 'The email address of the account.' })
  email!: string;
}

export class VerifyOneTimeCodeRequest {
  @EmailField({
    description: 'The email address that the code was sent to. Requires `code`.',
    optional: true,
  })
  email?: string;

  @StringField({
    description: 'The six digits in the email.',
    minLength: 6,
    maxLength: 6,
    example: '042617',
    optional: true,
  })
  code?: string;

  @StringField({
    description: 'The token from the link in the email, instead of `email`.',
    minLength: 1,
    maxLength: 512,
    optional: true,
  })
  token?: string;
}

/** What can be verified: a code for an address, or a link, with the code if the link needs it. */
export type CodeInput =
  | { readonly email: string; readonly code: string }
  | { readonly token: string; readonly code: string | undefined };

/** @throws Problem `invalid-input` */
export function toCodeInput({ email, code, token }: VerifyOneTimeCodeRequest): CodeInput {
  if (token !== undefined && email === undefined) {
    return { token, code };
  }
  if (token === undefined && email !== undefined && code !== undefined) {
    return { email, code };
  }
  if (token !== undefined) {
    const errors = [{ pointer: '/email', code: 'not-allowed', message: 'must not be sent with a token' }];
    throw invalidInput({ errors });
  }
  const pointer = email === undefined ? '/email' : '/code';
  throw invalidInput({ errors: [{ pointer, code: 'required', message: 'is required without a token' }] });
}
