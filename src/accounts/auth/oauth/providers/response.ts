import { accessDenied, providerUnavailable } from '../oauth.errors.js';
import { nonsense } from './provider-http.js';
import type { AuthorizationResponse } from './provider.js';

/**
 * The code, or the error as a problem (RFC 6749, section 4.1.2.1).
 * @throws Problem `access-denied`, `provider-unavailable`, `invalid-provider-response`
 */
export function codeIn({ code, error }: AuthorizationResponse): string {
  switch (error) {
    case undefined:
      break;
    case 'access_denied':
    case 'user_cancelled_authorize': // Apple
    case 'user_cancelled_login':
    case 'login_required':
    case 'interaction_required':
    case 'consent_required':
    case 'account_selection_required':
      throw accessDenied();
    case 'server_error':
    case 'temporarily_unavailable':
      throw providerUnavailable({ cause: new Error(`the provider responded with ${error}`) });
    default:
      throw nonsense(
        `the provider responded with ${/^[a-z_]{1,40}$/.test(error) ? error : 'an unknown error'}`,
      );
  }
  if (code === undefined || code === '') {
    throw nonsense('the provider responded without a code');
  }
  return code;
}
