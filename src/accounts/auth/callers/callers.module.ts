import { Module } from '@nestjs/common';
import { LiveCallers } from './live-callers.js';

@Module({ providers: [LiveCallers], exports: [LiveCallers] })
export class CallersModule {}
