import { IsObject, IsOptional, IsString, IsUUID } from 'class-validator';
import type { AuditChanges, Origin } from '#libs/audit';
import { defineMessage } from '#libs/messaging';
import { accounts } from './services.js';

/** What someone did to something of another service. */
export class AuditRecord implements Origin {
  /** The name of an audit event. */
  @IsString() type!: string;
  @IsOptional() @IsString() target!: string | null;
  @IsOptional() @IsObject() changes!: AuditChanges | null;
  @IsOptional() @IsUUID() userId!: string | null;
  @IsOptional() @IsUUID() apiKeyId!: string | null;
  @IsOptional() @IsUUID() impersonatorId!: string | null;
  @IsOptional() @IsString() requestId!: string | null;
  @IsOptional() @IsString() ipAddress!: string | null;
  @IsOptional() @IsString() userAgent!: string | null;
}

/** Records an audit event. The message has the ID, and so the time, of the event. */
export const recordAuditEvent = defineMessage('record-audit-event', { data: AuditRecord, to: [accounts] });
