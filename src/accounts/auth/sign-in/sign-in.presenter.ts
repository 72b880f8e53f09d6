import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { rememberDevice } from '../sessions/device.js';
import type { SessionResponse } from '../sessions/session.response.js';
import { KnownDevices } from './known-devices.js';
import { presentSignIn } from './sign-in.response.js';
import type { SignInOutcome } from './sign-in.service.js';

/** Responds to the requests that sign users in. */
@Injectable()
export class SignInPresenter {
  constructor(private readonly devices: KnownDevices) {}

  /** Also makes the browser a known device. @throws Problem `mfa-required` with the challenge */
  present(outcome: SignInOutcome, request: FastifyRequest, reply: FastifyReply): SessionResponse {
    const session = presentSignIn(outcome);
    this.rememberDevice(session.user.id, request, reply);
    return session;
  }

  /** Makes the browser a known device of a user who has just shown who they are. */
  rememberDevice(userId: string, request: FastifyRequest, reply: FastifyReply): void {
    rememberDevice(request, reply, this.devices.issue(userId));
  }
}
