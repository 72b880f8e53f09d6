import { Module } from '@nestjs/common';
import { DeletionController } from './deletion.controller.js';
import { DeletionModule } from './deletion.module.js';

@Module({ imports: [DeletionModule], controllers: [DeletionController] })
export class DeletionHttpModule {}
