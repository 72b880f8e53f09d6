import { Module } from '@nestjs/common';
import { MailRenderer } from './mail-renderer.js';

@Module({ providers: [MailRenderer], exports: [MailRenderer] })
export class TemplatesModule {}
