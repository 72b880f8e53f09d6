import { Module } from '@nestjs/common';
import { FactorKinds } from './factor-kinds.js';
import { SignInMethods } from './sign-in-methods.js';

/** Where the ways to sign in, and the factors that complete a sign-in, make themselves known. */
@Module({ providers: [FactorKinds, SignInMethods], exports: [FactorKinds, SignInMethods] })
export class SignInMethodsModule {}
