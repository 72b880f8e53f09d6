import { Module } from '@nestjs/common';
import { LiveSessionsModule } from './auth/sessions/live-sessions.module.js';
import { DirectoryModule } from './directory/directory.module.js';

/** Answers questions about users in a process that has nothing else of accounts. Users need to know their sessions. */
@Module({ imports: [DirectoryModule, LiveSessionsModule] })
export class AccountsDirectoryModule {}
