import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AddressGate } from '#libs/http';
import { LiveIpRules } from './live-ip-rules.js';

/** Puts the rules in force for the HTTP API. The management port and gRPC are for our own network alone. */
@Injectable()
export class IpRuleGate implements OnModuleInit {
  constructor(
    private readonly gate: AddressGate,
    private readonly live: LiveIpRules,
  ) {}

  onModuleInit(): void {
    this.gate.refuseThoseOf((address) => this.live.denies(address));
  }
}
