import { Module } from '@nestjs/common';
import { OwnershipModule } from '../ownership/ownership.module.js';
import { FactorKinds } from './factor-kinds.js';

/** Where the ways to sign in, and the factors that complete a sign-in, make themselves known. */
@Module({ imports: [OwnershipModule], providers: [FactorKinds], exports: [FactorKinds, OwnershipModule] })
export class SignInMethodsModule {}
