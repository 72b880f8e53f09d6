import type { Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { DeprecationGuard, InputGuard, InputPipe, ProblemFilter } from '#libs/api';
import { LimitGuard } from '#libs/limits';
import { AccessGuard, IdentityGuard } from '../accounts/auth/access/index.js';

/** What every request to the API passes, in this order. */
export const REQUEST_PIPELINE: Provider[] = [
  // Marks deprecated operations, whatever the answer will be.
  { provide: APP_GUARD, useClass: DeprecationGuard },
  // Finds out who is calling.
  { provide: APP_GUARD, useClass: IdentityGuard },
  // Counts the request, by caller.
  { provide: APP_GUARD, useClass: LimitGuard },
  // Lets in who may call.
  { provide: APP_GUARD, useClass: AccessGuard },
  // Rejects what cannot be read, and members that the handler doesn't ask for.
  { provide: APP_GUARD, useClass: InputGuard },
  // Turns each input into its class and validates it.
  { provide: APP_PIPE, useClass: InputPipe },
  // Turns every error into a problem document.
  { provide: APP_FILTER, useClass: ProblemFilter },
];
