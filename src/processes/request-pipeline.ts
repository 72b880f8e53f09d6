import type { Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { DeprecationGuard, InputGuard, InputPipe, ProblemFilter } from '#libs/api';
import { LimitGuard, SlotGuard } from '#libs/limits';
import { AccessGuard, IdentityGuard } from '../accounts/auth/access/index.js';

/** What every API request passes through, in this order. */
export const REQUEST_PIPELINE: Provider[] = [
  // Adds deprecation headers, even if the request is rejected later.
  { provide: APP_GUARD, useClass: DeprecationGuard },
  // Identifies the caller.
  { provide: APP_GUARD, useClass: IdentityGuard },
  // Applies rate limits.
  { provide: APP_GUARD, useClass: LimitGuard },
  // Lets only a few requests of each caller run at once.
  { provide: APP_GUARD, useClass: SlotGuard },
  // Checks that the caller may use the route.
  { provide: APP_GUARD, useClass: AccessGuard },
  // Rejects unreadable input, and input that the handler doesn't declare.
  { provide: APP_GUARD, useClass: InputGuard },
  // Converts each input to its class and validates it.
  { provide: APP_PIPE, useClass: InputPipe },
  // Converts every error to a problem document.
  { provide: APP_FILTER, useClass: ProblemFilter },
];
