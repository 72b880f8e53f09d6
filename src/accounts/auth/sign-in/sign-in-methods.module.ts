import { Module } from '@nestjs/common';
import { SignInMethods } from './sign-in-methods.js';

@Module({ providers: [SignInMethods], exports: [SignInMethods] })
export class SignInMethodsModule {}
